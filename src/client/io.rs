//! What goes into the client and what comes out of it: its one door in, its one door out.

use crate::limits::Limits;
use crate::monitor::LogLine;
use crate::retry::{Policy, RetryHeaders};
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
}

/// Where requests go and what goes with them.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `http://localhost:7777`, or empty for the page's own origin.
    pub endpoint: String,
    /// `/teams/cirkelline/runs`, or a whole address.
    pub path: String,
    /// Fields sent with every run.
    pub fields: Vec<(String, String)>,
    /// Ask for runs that survive a dropped connection.
    pub background: bool,
    /// The bounds.
    pub limits: Limits,
    /// Retries of our own.
    pub retry: Policy,
    /// Asked in turn when the retries of the one before are used up.
    pub fallbacks: Vec<Fallback>,
    /// Whether anybody wants [`Output::Log`].
    pub log: bool,
    /// What random numbers begin with: those of jitter, and of how tabs spread.
    pub seed: u32,
}

/// Another component to ask.
#[derive(Debug, Clone, Default)]
#[allow(clippy::exhaustive_structs)]
pub struct Fallback {
    /// As `Config::path`.
    pub path: String,
    /// What it is called before its first event; empty: made of its path.
    pub name: String,
}
