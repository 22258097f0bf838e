//! What goes into the client and what comes out of it: its one door in, its one door out.

use crate::monitor::LogLine;
use crate::retry::RetryHeaders;
use crate::state::Outcome;
use crate::time::Seconds;
use serde::Serialize;

/// Names a request; each fetch, and each leg that is fed by hand, has its own.
pub type RequestId = u32;

/// Names a send; the shell chooses it and hears of it again in [`Output::Settled`].
pub type Ticket = u32;

/// Whose send it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums)]
pub enum Priority {
    /// The user's own: before all background ones.
    #[default]
    User,
    /// The page's.
    Background,
}

/// What happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// The user sends a message. It waits while another answer streams, and while a rate limit cools down.
    Send {
        /// Chosen by the shell.
        ticket: Ticket,
        /// What the user said.
        text: &'a str,
        /// Names of the files sent along.
        files: &'a [String],
    },
    /// The same for the page, not for the user: it lets the user's own sends go first.
    SendInBackground {
        /// Chosen by the shell.
        ticket: Ticket,
        /// The message.
        text: &'a str,
        /// Names of the files sent along.
        files: &'a [String],
    },
    /// A send that waits is not to be made any more.
    CancelQueued {
        /// Which.
        ticket: Ticket,
    },
    /// The wait is skipped: of a retry of our own, or of a send that is held back.
    RetryNow,
    /// The network is there again.
    Online,
    /// The network is gone.
    Offline,
    /// An answer that was interrupted is to be taken up.
    Resume {
        /// Chosen by the shell.
        ticket: Ticket,
    },
    /// The user answers what a paused run asks.
    Continue {
        /// Chosen by the shell.
        ticket: Ticket,
        /// Fields of the form: the tools or requirements, resolved.
        answers: &'a [(String, String)],
    },
    /// What came of an [`Output::Call`].
    Called {
        /// Which.
        request: RequestId,
        /// Of HTTP; 0: there was no answer.
        status: u16,
    },
    /// A turn of a session that is opened: what the user said, when, and the events of its run as a stream.
    LoadTurn {
        /// What the user said.
        text: Option<&'a str>,
        /// When, in seconds since the Unix epoch.
        at: Seconds,
        /// An event stream.
        frames: &'a [u8],
    },
    /// The page goes: what runs on the server may go on.
    Detach,
    /// Another tab of the same origin hit a rate limit.
    LimitElsewhere {
        /// Until when, in seconds since the Unix epoch.
        until: Seconds,
    },
    /// The limit that another tab told of is over.
    LimitOver,
    /// A stream begins that the caller feeds by hand.
    Begin {
        /// What the user said, if the caller tells.
        text: Option<&'a str>,
    },
    /// The caller's next bytes.
    Feed(&'a [u8]),
    /// The caller's stream is over.
    End,
    /// The head of an HTTP answer.
    Opened {
        /// Whose.
        request: RequestId,
        /// The HTTP status.
        status: u16,
        /// The `Content-Type`, as it was sent.
        content_type: &'a str,
        /// Its header fields that name a delay.
        headers: RetryHeaders<'a>,
    },
    /// A piece of an HTTP answer's body.
    Chunk {
        /// Whose.
        request: RequestId,
        /// The bytes, split anywhere.
        bytes: &'a [u8],
    },
    /// The body is over, without a fault.
    Closed {
        /// Whose.
        request: RequestId,
    },
    /// There was no answer, or its body broke off.
    Failed {
        /// Whose.
        request: RequestId,
    },
    /// The request could not be made: no headers could be had for it, or its address is none. Trying again is no use.
    NotSent {
        /// Whose.
        request: RequestId,
    },
    /// The user stops the answer.
    Cancel,
    /// The time that [`Output::WakeAt`] asked for has come.
    Tick,
    /// The user closes the banner.
    DismissError,
    /// A new chat, or another session's.
    Clear {
        /// The session that the next send goes to.
        session_id: Option<&'a str>,
    },
}

/// What the shell has to do.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Output {
    /// Send this request; answer with Opened, Chunk and Closed, or Failed.
    Fetch(Request),
    /// Send this, and tell what status came of it: [`Input::Called`].
    Call(Call),
    /// Give up this request. Nothing more needs to be heard of it.
    Abort(RequestId),
    /// Send a [`Input::Tick`] at this time; it replaces an earlier wish. `None`: not needed any more.
    WakeAt(Option<Seconds>),
    /// The send is over.
    Settled {
        /// Which.
        ticket: Ticket,
        /// How.
        outcome: Outcome,
    },
    /// A run ended: tell listeners at once, whatever the pace.
    Urgent,
    /// Tell the other tabs of this origin: a rate limit was hit, and lasts until then. `None`: it is over.
    Limit(Option<Seconds>),
    /// Something for the log.
    Log(LogLine),
}

/// A request to be sent: POST, multipart form.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// To be named in every answer.
    pub id: RequestId,
    /// The send it carries out; the shell may hold files for it.
    pub ticket: Ticket,
    /// Where to.
    pub url: String,
    /// The form's fields.
    pub fields: Vec<(String, String)>,
    /// It carries the user's message, and the files that the shell may hold for it.
    pub is_run: bool,
}

/// A request without a body of which only the status is of interest: POST.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, clippy::exhaustive_structs)]
pub struct Call {
    pub id: RequestId,
    pub url: String,
}
