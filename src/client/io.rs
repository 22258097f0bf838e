//! What goes into the client and what comes out of it: its one door in, its one door out.

use crate::limits::Limits;
use crate::state::Outcome;
use crate::time::Seconds;

/// Names a request; each fetch, and each leg that is fed by hand, has its own.
pub type RequestId = u32;

/// Names a send; the shell chooses it and hears of it again in [`Output::Settled`].
pub type Ticket = u32;

/// What happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// The user sends a message. It waits while another answer streams.
    Send {
        /// Chosen by the shell.
        ticket: Ticket,
        /// What the user said.
        text: &'a str,
        /// Names of the files sent along.
        files: &'a [String],
    },
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
}
