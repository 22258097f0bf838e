//! The stream being read: its bytes → frames → events, or → the reason why there is none.

use super::frame_fast_path::Templates;
use super::queue::Send;
use super::{Client, RequestId, PIECE};
use crate::error::{ErrorType, StreamError};
use crate::limits::Limits;
use crate::retry::RetryHeaders;
use crate::sse::Decoder;
use crate::state::{Outcome, Status};
use crate::text::has;
use crate::time::Seconds;

#[derive(Debug, Clone)]
pub(super) struct Leg {
    pub request: RequestId,
    /// `None`: the caller feeds it, or its send waits to be made again.
    pub send: Option<Send>,
    pub by_hand: bool,
    pub purpose: Purpose,
    /// Of a resume: the last frame that had been read.
    pub from: Option<u64>,
    /// When its last byte came, or it was asked for.
    pub heard_at: Seconds,
    pub body: Body,
    pub templates: Templates,
    /// A byte of a stream came.
    pub heard: bool,
    /// The server retries by itself: it said so.
    pub retried_by_server: bool,
    /// The run has ended; the stream has not.
    pub over_since: Option<Seconds>,
    /// An event came that was taken for an answer to the request.
    pub answered: bool,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Purpose {
    #[default]
    Run,
    /// The rest of an answer.
    Resume,
    /// What follows a pause.
    Continue,
}

#[derive(Debug, Clone)]
pub(super) enum Body {
    Stream(Box<Decoder>),
    /// An HTTP error and as much of its body as says why.
    Refused {
        status: u16,
        headers: [Option<String>; 3],
        text: Vec<u8>,
    },
    /// An answer that is no stream.
    Foreign,
}

impl Leg {
    pub fn new(request: RequestId, send: Option<Send>, limits: &Limits, now: Seconds) -> Self {
        Leg {
            request,
            by_hand: send.is_none(),
            purpose: Purpose::default(),
            from: None,
            heard_at: now,
            send,
            body: Body::Stream(Box::new(Decoder::new(limits))),
            templates: Templates::default(),
            heard: false,
            retried_by_server: false,
            over_since: None,
            answered: false,
        }
    }
}

impl Client {
    pub(super) fn open(&mut self, status: u16, content_type: &str, headers: RetryHeaders<'_>) {
        let Some(leg) = self.leg.as_mut() else { return };
        if status >= 400 {
            let RetryHeaders { retry_after, retry_after_ms, date } = headers;
            let headers = [retry_after, retry_after_ms, date].map(|h| h.map(str::to_owned));
            leg.body = Body::Refused { status, headers, text: Vec::new() };
        } else if has(content_type, "text/html") {
            leg.body = Body::Foreign;
        } else {
            self.conversation.opened();
        }
    }

    pub(super) fn take(&mut self, bytes: &[u8], now: Seconds) {
        self.conversation.diagnostics.bytes_read += bytes.len() as u64;
        self.hear(now);
        let request = self.live_request();
        for piece in bytes.chunks(PIECE) {
            // What follows the end of a leg is not for the next one.
            if self.live_request() != request {
                return;
            }
            match self.leg.as_mut().map(|l| &mut l.body) {
                Some(Body::Stream(decoder)) => decoder.push(piece),
                Some(Body::Refused { text, .. }) => {
                    let room = self.config.limits.max_error_body_bytes.saturating_sub(text.len());
                    text.extend_from_slice(&piece[..piece.len().min(room)]);
                    continue;
                }
                Some(Body::Foreign) | None => return,
            }
            self.conversation.opened();
            self.drain(now);
        }
    }

    pub(super) fn close(&mut self, now: Seconds) {
        let Some(leg) = self.leg.take() else { return };
        let Some(leg) = self.refused(leg, now) else { return };
        // Its send waits to be made again.
        if !leg.by_hand && leg.send.is_none() {
            return;
        }
        let foreign = matches!(leg.body, Body::Foreign);
        let kept = if foreign { Some(leg) } else { self.lost(leg, now) };
        let Some(leg) = kept else { return };
        if foreign {
            return self.break_off(leg, Outcome::Failed, StreamError::new(ErrorType::Protocol, FOREIGN), now);
        }
        if self.went_unheard(&leg) {
            return self.break_off(leg, Outcome::Failed, StreamError::new(ErrorType::Network, UNREACHABLE), now);
        }
        self.conversation.close(now);
        self.settle(leg.send, now);
    }

    /// The answer to a pause that has not reached its run, as far as anybody can tell.
    pub(super) fn went_unheard(&self, leg: &Leg) -> bool {
        leg.purpose == Purpose::Continue && self.conversation.is_unplaced()
    }

    /// A leg ends with `error`; a question whose answer went unheard stays.
    pub(super) fn break_off(&mut self, leg: Leg, outcome: Outcome, error: StreamError, now: Seconds) {
        match self.went_unheard(&leg) {
            true => self.conversation.not_continued(error, now),
            false => self.conversation.fail(outcome, error, now),
        }
        self.settle(leg.send, now);
    }

    pub(super) fn fail(&mut self, sent: bool, now: Seconds) {
        let Some(leg) = self.leg.take() else { return };
        let Some(mut leg) = self.refused(leg, now) else { return };
        if !leg.by_hand && leg.send.is_none() {
            return;
        }
        let connecting = self.conversation.status == Status::Connecting || self.went_unheard(&leg);
        let error = match connecting {
            true if sent => StreamError::new(ErrorType::Network, UNREACHABLE),
            true => StreamError::new(ErrorType::General, "The message could not be sent."),
            false => {
                StreamError::new(ErrorType::Interrupted, "The connection was lost before the answer was complete.")
            }
        };
        let silent = !leg.heard && matches!(leg.body, Body::Stream(_));
        if let Some(send) = leg.send.take_if(|_| leg.purpose == Purpose::Run && silent && sent) {
            return self.unreached(send, error, now);
        }
        let Some(leg) = self.lost(leg, now) else { return };
        let outcome = if connecting { Outcome::Failed } else { Outcome::Interrupted };
        self.break_off(leg, outcome, error, now);
    }

    /// The server said no, whether or not it finished saying why. Gives the leg back if it did not.
    fn refused(&mut self, mut leg: Leg, now: Seconds) -> Option<Leg> {
        let Body::Refused { status, headers, text } = &leg.body else { return Some(leg) };
        let (status, text) = (*status, String::from_utf8_lossy(text).into_owned());
        let headers = headers.clone();
        let error = StreamError::from_http(status, &text);
        let purpose = leg.purpose;
        match leg.send.take() {
            Some(send) if purpose != Purpose::Run => self.not_gone_on(purpose, send, status, error, now),
            Some(send) => self.turned_away(send, status, &text, &headers, error, now),
            None => self.conversation.fail(Outcome::Failed, error, now),
        }
        None
    }
}

const FOREIGN: &str = "The server answered with a web page instead of a stream. Is the address right?";
pub(super) const UNREACHABLE: &str = "The server could not be reached. Check your connection, or the server's address.";
