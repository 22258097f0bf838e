//! What goes into the client, and what comes out.

use super::past_version::PastVersion;
use crate::error::ErrorType;
use crate::monitor::LogLine;
use crate::retry::Headers;
use crate::state::Outcome;
use crate::time::Seconds;
use serde::Serialize;

/// Identifies a request: a fetch, or a stream fed by the caller.
pub type RequestId = u32;

/// Identifies a send. Chosen by the shell; returned in [`Output::Settled`].
pub type Ticket = u32;

/// Who sends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums)]
pub enum Priority {
    /// The user; goes before background sends.
    #[default]
    User,
    /// The page.
    Background,
}

/// Something happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// The user sends a message. It waits while another answer streams, or a rate limit cools down.
    Send {
        /// Chosen by the shell.
        ticket: Ticket,
        /// The message.
        text: &'a str,
        /// Names of the files sent along.
        files: &'a [String],
    },
    /// The page sends a message in the background; the user's own sends go first.
    SendInBackground {
        /// Chosen by the shell.
        ticket: Ticket,
        /// The message.
        text: &'a str,
        /// Names of the files sent along.
        files: &'a [String],
    },
    /// The user sends a message that does not wait for the answer: the answer is stopped.
    SendNow {
        /// Chosen by the shell.
        ticket: Ticket,
        /// The message.
        text: &'a str,
        /// Names of the files sent along.
        files: &'a [String],
    },
    /// Drops a waiting send.
    CancelQueued {
        /// Which.
        ticket: Ticket,
    },
    /// Replaces the text of a waiting send.
    EditQueued {
        /// Which.
        ticket: Ticket,
        /// Its new text.
        text: &'a str,
    },
    /// Moves a waiting send to another position.
    MoveQueued {
        /// Which.
        ticket: Ticket,
        /// From 0; beyond the end: the end.
        index: usize,
    },
    /// Stops the answer and sends a waiting message, whatever it waits for.
    SendQueuedNow {
        /// Which.
        ticket: Ticket,
    },
    /// The user resumes the queue that [`Input::Cancel`] paused.
    ResumeQueue,
    /// Skips the current wait: for a retry of the client's own, or of a send that is held back.
    RetryNow,
    /// The network is back.
    Online,
    /// The network is gone.
    Offline,
    /// Resume an interrupted answer.
    Resume {
        /// Chosen by the shell.
        ticket: Ticket,
    },
    /// The user answers a paused run.
    Continue {
        /// Chosen by the shell.
        ticket: Ticket,
        /// Form fields: the tools or requirements, resolved.
        answers: &'a [(String, String)],
    },
    /// Asks for the answer of a turn again, as a new version of it.
    Regenerate {
        /// Chosen by the shell.
        ticket: Ticket,
        /// Its id; `None`: the last one.
        turn: Option<u32>,
        /// For the model; may be empty.
        instructions: &'a str,
        /// The status of its run on the server, if known: `CANCELLED`.
        stored: Option<&'a str>,
    },
    /// Replaces the user's message of a turn, as a new version of the turn.
    Edit {
        /// Chosen by the shell.
        ticket: Ticket,
        /// Its id.
        turn: u32,
        /// The new message.
        text: &'a str,
        /// Names of the files sent along.
        files: &'a [String],
        /// The runs to hide from the model before that, in this order: the latest first.
        hide: &'a [String],
        /// The run that failed or is paused, in which the message is replaced. `None`: it is a new run.
        run: Option<&'a str>,
        /// Form fields of the request.
        fields: &'a [(String, String)],
    },
    /// Another client of the session has started or continued the answer of a turn: shows what the server sends of it.
    Follow {
        /// Chosen by the shell.
        ticket: Ticket,
        /// Its id.
        turn: u32,
        /// Another run regenerates it, and the server keeps that run's frames under this id.
        stream: Option<&'a str>,
    },
    /// Shows another version of a turn.
    ShowVersion {
        /// Its id.
        turn: u32,
        /// From 0, the oldest.
        index: usize,
    },
    /// Result of an [`Output::Call`].
    Called {
        /// Which.
        request: RequestId,
        /// HTTP status; 0 if there was no response.
        status: u16,
    },
    /// Load a past turn of a session: the user's message, its time, and the run's events as a stream.
    LoadTurn {
        /// The user's message.
        text: Option<&'a str>,
        /// Its time, in seconds since the Unix epoch.
        at: Seconds,
        /// An event stream.
        frames: &'a [u8],
    },
    /// Load another version of a turn loaded before.
    LoadVersion {
        /// Which version.
        version: PastVersion<'a>,
        /// An event stream.
        frames: &'a [u8],
    },
    /// The page closes. Background runs continue on the server.
    Detach,
    /// Another tab of the same origin hit a rate limit.
    LimitElsewhere {
        /// Its end, in seconds since the Unix epoch.
        until: Seconds,
    },
    /// The limit reported by another tab is over.
    LimitOver,
    /// The caller opens a stream that it feeds itself.
    Begin {
        /// The user's message, if known.
        text: Option<&'a str>,
    },
    /// The caller's next bytes.
    Feed(&'a [u8]),
    /// The caller's stream ended.
    End,
    /// The head of an HTTP response.
    Opened {
        /// The request it answers.
        request: RequestId,
        /// The HTTP status.
        status: u16,
        /// The `Content-Type` header.
        content_type: &'a str,
        /// The headers that name a delay.
        headers: Headers<'a>,
    },
    /// A chunk of a response body.
    Chunk {
        /// The request it answers.
        request: RequestId,
        /// The bytes, split anywhere.
        bytes: &'a [u8],
    },
    /// The response body ended normally.
    Closed {
        /// The request it answers.
        request: RequestId,
    },
    /// There was no response, or its body broke off.
    Failed {
        /// The request.
        request: RequestId,
    },
    /// Instead of `Failed`: the shell knows why there is no response, or none that can be read. Ends the answer, unless
    /// it is `Network` and the server has answered before.
    Diagnosed {
        /// The request.
        request: RequestId,
        /// `Network`: there was no response.
        kind: ErrorType,
        /// For the user.
        message: &'a str,
    },
    /// The request could not be built: its headers or its URL were not usable. Retrying would not help.
    NotSent {
        /// The request.
        request: RequestId,
    },
    /// The user stops the answer. What waits in the queue stays, and the queue pauses.
    Cancel,
    /// The user stops the answer and drops what waits.
    CancelAll,
    /// The time requested with [`Output::WakeAt`] has come.
    Tick,
    /// The user closes the banner.
    DismissError,
    /// A new chat, or another session.
    Clear {
        /// The session that the next send goes to.
        session_id: Option<&'a str>,
    },
}

/// Something for the shell to do.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Output {
    /// Send this request; report `Opened`, `Chunk` and `Closed`, or `Failed`.
    Fetch(Request),
    /// Send this request; report its status with [`Input::Called`].
    Call(Call),
    /// Abort this request. No further input for it is needed.
    Abort(RequestId),
    /// The answer to this request was stopped before the server had named its run. Abort it and report `NotSent` if it has
    /// not been sent; else go on reading its response while its input is [handled](super::Client::handle) as relevant.
    Release(RequestId),
    /// Send [`Input::Tick`] at this time; replaces the previous one. `None`: no wake-up needed.
    WakeAt(Option<Seconds>),
    /// The send is over.
    Settled {
        /// Which.
        ticket: Ticket,
        /// How.
        outcome: Outcome,
    },
    /// A run ended: notify listeners at once.
    Urgent,
    /// Tell the other tabs of this origin until when a rate limit lasts. `None`: it is over.
    Limit(Option<Seconds>),
    /// A log line.
    Log(LogLine),
}

/// A POST request with a multipart form.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// To be repeated in every input about it.
    pub id: RequestId,
    /// The send that it carries out; the shell may hold files for it.
    pub ticket: Ticket,
    /// The URL.
    pub url: String,
    /// The form's fields.
    pub fields: Vec<(String, String)>,
    /// It carries the user's message and its files.
    pub is_run: bool,
}

/// A POST request without a body, of which only the status matters.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, clippy::exhaustive_structs)]
pub struct Call {
    pub id: RequestId,
    pub url: String,
}
