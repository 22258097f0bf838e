//! The response being read: a stream of events, or the reason why there is none.

use super::edit_progress::Hiding;
use super::frame_fast_path::FastPath;
use super::queue::Send;
use super::{Client, Output, RequestId, DECODE_CHUNK};
use crate::error::{ErrorType, StreamError};
use crate::limits::Limits;
use crate::retry::Headers;
use crate::sse::Decoder;
use crate::state::{Outcome, Status};
use crate::text::contains;
use crate::time::Seconds;

#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub request: RequestId,
    /// `None`: the caller feeds the stream, or the send already waits for its retry.
    pub send: Option<Send>,
    pub fed_by_caller: bool,
    pub purpose: Purpose,
    /// Resume only: index of the last frame read before it.
    pub resumed_after: Option<u64>,
    /// Asking again, or answering a pause, in the background: the id in the request's path. The server keeps the stream
    /// under it once the response has begun.
    pub stream_id: Option<String>,
    /// When the last byte arrived, or the request was made.
    pub last_byte_at: Seconds,
    pub body: Body,
    pub fast_path: FastPath,
    /// The stream has delivered at least one byte.
    pub received_bytes: bool,
    /// The server announced a retry of its own.
    pub retried_by_server: bool,
    /// When the run ended while the stream stayed open.
    pub run_ended_at: Option<Seconds>,
    /// An event arrived that answers the request.
    pub got_event: bool,
    /// An event was understood.
    pub understood: bool,
    /// The first frame that was not, while none was.
    pub foreign: Option<String>,
    /// Gaps between the indices of its frames are for good.
    pub gap: bool,
    /// Hiding only: what the stream has said.
    pub hiding: Hiding,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Purpose {
    #[default]
    Run,
    /// The rest of an answer.
    Resume,
    /// The continuation of a paused run.
    Continue,
    /// The answer once more: a regeneration, or the rest of a run that failed.
    Again,
    /// An answer that is regenerated and stopped at once, so that the model no longer sees it.
    Hide,
}

#[derive(Debug, Clone)]
pub(super) enum Body {
    Stream(Box<Decoder>),
    /// An HTTP error, with as much of its body as the message needs.
    Refused {
        status: u16,
        headers: String,
        text: Vec<u8>,
    },
    /// A response that is not an event stream.
    NotAStream,
}

impl Connection {
    pub fn new(request: RequestId, send: Option<Send>, limits: &Limits, now: Seconds) -> Self {
        Connection {
            request,
            fed_by_caller: send.is_none(),
            purpose: Purpose::default(),
            resumed_after: None,
            stream_id: None,
            last_byte_at: now,
            send,
            body: Body::Stream(Box::new(Decoder::new(limits))),
            fast_path: FastPath::default(),
            received_bytes: false,
            retried_by_server: false,
            run_ended_at: None,
            got_event: false,
            understood: false,
            foreign: None,
            gap: false,
            hiding: Hiding::default(),
        }
    }

    /// Why nothing came.
    fn no_answer(&self) -> &'static str {
        match (&self.body, &self.send) {
            (Body::NotAStream, _) => NOT_A_STREAM,
            (_, Some(Send { edit: Some(_), .. })) => NO_EDIT,
            _ => NO_ANSWER,
        }
    }
}

impl Client {
    pub(super) fn response_opened(&mut self, status: u16, content_type: &str, headers: Headers<'_>) {
        self.note_response(status);
        let Some(connection) = self.connection.as_mut() else { return };
        if status >= 400 {
            connection.body = Body::Refused { status, headers: headers.0.to_owned(), text: Vec::new() };
        } else if contains(content_type, "text/html") {
            connection.body = Body::NotAStream;
        } else {
            self.conversation.opened();
            if let Some(id) = connection.stream_id.take() {
                self.conversation.streams_under(id);
            }
        }
    }

    pub(super) fn receive(&mut self, bytes: &[u8], now: Seconds) {
        self.conversation.diagnostics.bytes_read += bytes.len() as u64;
        self.byte_received(now);
        let request = self.live_request();
        for piece in bytes.chunks(DECODE_CHUNK) {
            // Bytes behind the end of this connection do not belong to the next one.
            if self.live_request() != request {
                return;
            }
            match self.connection.as_mut().map(|c| &mut c.body) {
                Some(Body::Stream(decoder)) => decoder.push(piece),
                Some(Body::Refused { text, .. }) => {
                    let room = self.config.limits.max_error_body_bytes.saturating_sub(text.len());
                    text.extend_from_slice(&piece[..piece.len().min(room)]);
                    continue;
                }
                Some(Body::NotAStream) | None => return,
            }
            self.conversation.opened();
            self.read_available_frames(now);
        }
    }

    /// No byte follows: reads what is left. Returns the connection, unless that decided about it.
    fn end_of_stream(&mut self, now: Seconds) -> Option<Connection> {
        let request = self.live_request()?;
        self.read_last_frame(now);
        self.settle_early(now);
        // It has ended by itself.
        self.outputs.retain(|output| !matches!(output, Output::Abort(id) if *id == request));
        self.connection.take_if(|connection| connection.request == request)
    }

    pub(super) fn connection_closed(&mut self, now: Seconds) {
        let Some(connection) = self.end_of_stream(now) else { return };
        let Some(connection) = self.take_refusal(connection, now) else { return };
        // Its send already waits for the retry.
        if !connection.fed_by_caller && connection.send.is_none() {
            return;
        }
        if matches!(connection.purpose, Purpose::Again | Purpose::Hide) && !connection.got_event {
            let error = connection.foreign_error();
            let error = error.unwrap_or_else(|| StreamError::new(ErrorType::General, connection.no_answer()));
            return self.end_with_error(connection, Outcome::Failed, error, now);
        }
        if connection.purpose == Purpose::Hide {
            return self.hidden(connection, now);
        }
        let not_a_stream = matches!(connection.body, Body::NotAStream);
        let unresumed = if not_a_stream { Some(connection) } else { self.try_resume(connection, now) };
        let Some(connection) = unresumed else { return };
        if not_a_stream {
            return self.end_with_error(
                connection,
                Outcome::Failed,
                StreamError::new(ErrorType::Protocol, NOT_A_STREAM),
                now,
            );
        }
        if let Some(error) = connection.foreign_error() {
            return self.end_with_error(connection, Outcome::Failed, error, now);
        }
        if self.continue_unconfirmed(&connection) {
            return self.end_with_error(
                connection,
                Outcome::Failed,
                StreamError::new(ErrorType::Network, UNREACHABLE),
                now,
            );
        }
        self.conversation.close(now);
        self.settle(connection.send, now);
    }

    /// It is not certain that the answer to a pause has reached its run.
    pub(super) fn continue_unconfirmed(&self, connection: &Connection) -> bool {
        connection.purpose == Purpose::Continue && self.conversation.is_turn_unknown()
    }

    /// Ends the turn with `error`. If the answer to a pause may not have arrived, the pause stays open.
    pub(super) fn end_with_error(
        &mut self,
        mut connection: Connection,
        outcome: Outcome,
        error: StreamError,
        now: Seconds,
    ) {
        let refused = matches!(error.kind, ErrorType::General | ErrorType::Network);
        self.edit_ends(connection.send.as_mut(), refused);
        match self.continue_unconfirmed(&connection) {
            true => self.conversation.continue_failed(error, now),
            false => self.conversation.fail(outcome, error, now),
        }
        self.settle(connection.send, now);
    }

    /// The request got no response, or its body broke off. `why`: if it was the first one, for the user.
    pub(super) fn connection_failed(&mut self, sent: bool, why: Option<&str>, now: Seconds) {
        let Some(connection) = self.end_of_stream(now) else { return };
        let Some(mut connection) = self.take_refusal(connection, now) else { return };
        if !connection.fed_by_caller && connection.send.is_none() {
            return;
        }
        let connecting = self.conversation.status == Status::Connecting || self.continue_unconfirmed(&connection);
        let unreachable = why.filter(|_| self.fails_at_once()).unwrap_or(UNREACHABLE);
        let error = match connecting {
            true if sent => StreamError::new(ErrorType::Network, unreachable),
            true => StreamError::new(ErrorType::General, "The message could not be sent."),
            false => {
                StreamError::new(ErrorType::Interrupted, "The connection was lost before the answer was complete.")
            }
        };
        let silent = !connection.received_bytes && matches!(connection.body, Body::Stream(_));
        if let Some(send) = connection.send.take_if(|_| connection.purpose == Purpose::Run && silent && sent) {
            return self.request_unanswered(send, error, now);
        }
        let Some(connection) = self.try_resume(connection, now) else { return };
        if let Some(error) = connection.foreign_error() {
            return self.end_with_error(connection, Outcome::Failed, error, now);
        }
        if connecting && matches!(connection.purpose, Purpose::Run | Purpose::Again) {
            self.conversation.mark_unsent();
        }
        let outcome = if connecting { Outcome::Failed } else { Outcome::Interrupted };
        self.end_with_error(connection, outcome, error, now);
    }

    /// Handles an HTTP error, even if its body was cut off. Returns the connection unchanged if the response is not one.
    fn take_refusal(&mut self, mut connection: Connection, now: Seconds) -> Option<Connection> {
        let Body::Refused { status, headers, text } = &connection.body else { return Some(connection) };
        let (status, text) = (*status, String::from_utf8_lossy(text).into_owned());
        let error = StreamError::from_http(status, &text, Headers(headers), now);
        let purpose = connection.purpose;
        match connection.send.take() {
            Some(send) if purpose != Purpose::Run => self.follow_up_refused(purpose, send, status, error, now),
            Some(send) => self.request_refused(send, error, now),
            None => self.conversation.fail(Outcome::Failed, error, now),
        }
        None
    }
}

const NO_ANSWER: &str = "AgentOS refused to answer again, without saying why.";
const NO_EDIT: &str = "AgentOS refused to edit the message, without saying why.";
const NOT_A_STREAM: &str = "The server answered with a web page instead of a stream. Is the address right?";
pub(super) const UNREACHABLE: &str = "The server could not be reached. Check your connection, or the server's address.";
