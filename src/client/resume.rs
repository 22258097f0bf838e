//! Resumes runs that outlive their connection.
//!
//! The server numbers the frames of a background run; the client asks for those after the last one it read
//! (docs/agentos-protocol.md §11). Deadlines are compared with the clock, never counted down.

use super::connection::{Connection, Purpose};
use super::queue::Send;
use super::send_delay::{DelayReason, DelayedSend};
use super::{Client, Output, PastVersion, Priority, Request, Ticket};
use crate::error::StreamError;
use crate::retry::{self, LONGEST_DELAY};
use crate::state::resume_point::ResumePoint;
use crate::state::{Keeps, Outcome, Retrier, RetryCause, RetryNotice, Status};
use crate::text::decimal;
use crate::time::Seconds;

impl Client {
    /// The stream ended before the run did. Returns the connection if the run cannot be resumed.
    pub(super) fn try_resume(&mut self, mut connection: Connection, now: Seconds) -> Option<Connection> {
        let Some(send) =
            connection.send.take_if(|send| !connection.fed_by_caller && self.config.runs(send.target).is_some())
        else {
            return Some(connection);
        };
        // The request may not have arrived.
        let hides = connection.purpose == Purpose::Hide;
        let unanswered = connection.purpose == Purpose::Again && self.conversation.status == Status::Connecting;
        let open = !unanswered && !hides && self.conversation.current().is_some_and(|t| t.outcome.is_none());
        let point = self.conversation.resume_from().filter(|_| open && self.config.resume.max_retries > 0);
        let Some(point) = point.filter(|_| !self.conversation.is_turn_unknown()) else {
            connection.send = Some(send);
            return Some(connection);
        };
        let progress = connection.resumed_after != Some(point.last_index);
        self.schedule_resume(send, progress, None, now);
        None
    }

    fn schedule_resume(&mut self, mut send: Send, progress: bool, refusal: Option<StreamError>, now: Seconds) {
        let max_retries = self.config.resume.max_retries;
        send.resumes = if progress { 1 } else { send.resumes + 1 };
        if send.resumes > max_retries {
            self.conversation.interrupt(GAVE_UP, now);
            return self.settle(Some(send), now);
        }
        let random = self.random();
        let delay = match send.resumes.checked_sub(2) {
            _ if self.offline_since.is_some() => LONGEST_DELAY,
            // A stream that ends with each answer is asked for at intervals.
            None if !self.conversation.has_source_ended() => 0.0,
            retries => self.config.resume.delay(retries.unwrap_or(0), None, random),
        };
        // A server that refuses to resume may say for how long.
        let named = refusal.as_ref().and_then(|error| error.delay).unwrap_or_default();
        let delay = delay.max(named);
        let message = match self.offline_since {
            Some(_) => OFFLINE.to_owned(),
            None => retry::resuming(delay, send.resumes, max_retries),
        };
        let announced = RetryNotice {
            attempt: send.resumes.into(),
            max_retries: max_retries.into(),
            delay,
            description: message.clone(),
            message,
            because: refusal.map(|error| error.message),
            at: None,
            cause: RetryCause::Network,
            by: Retrier::Handler,
        };
        self.conversation.await_resume(announced, now);
        if delay > 0.0 {
            self.delayed = Some(DelayedSend { send, since: now, due: now + delay, reason: DelayReason::Resume });
        } else {
            self.send_resume(send, now);
        }
    }

    /// Requests the frames that were missed.
    pub(super) fn send_resume(&mut self, send: Send, now: Seconds) {
        let point = self.conversation.resume_from();
        let (Some(point), Some(runs)) = (point, self.config.runs(send.target)) else {
            return self.settle(Some(send), now);
        };
        let url = run_url(&runs, &point.run_id, "/resume");
        let mut fields = Vec::new();
        if !point.whole {
            fields.push(("last_event_index".to_owned(), decimal(point.last_index)));
        }
        fields.extend(point.session_id.map(|id| ("session_id".to_owned(), id)));
        fields.extend(self.user_field());
        self.conversation.start_resume(now);
        // Only a send whose message is known can be made again.
        let retries = self.client_retries(&send) && !(send.text.is_empty() && send.files.is_empty());
        self.send_follow_up(send, Purpose::Resume, url, fields, now);
        if let Some(connection) = self.connection.as_mut() {
            connection.resumed_after = Some(point.last_index);
        }
        self.conversation.client_retries = retries;
    }

    pub(super) fn send_follow_up(
        &mut self,
        send: Send,
        purpose: Purpose,
        url: String,
        fields: Vec<(String, String)>,
        now: Seconds,
    ) {
        let id = self.next_request();
        let request = Request { id, ticket: send.ticket, url, fields, is_run: false };
        self.fetch(request);
        self.conversation.client_retries = false;
        let mut connection = Connection::new(id, Some(send), &self.config.limits, now);
        connection.purpose = purpose;
        self.connection = Some(connection);
    }

    /// The server refused to resume or to continue a run.
    pub(super) fn follow_up_refused(
        &mut self,
        purpose: Purpose,
        mut send: Send,
        status: u16,
        error: StreamError,
        now: Seconds,
    ) {
        match purpose {
            // Nobody watches a countdown of hours.
            Purpose::Resume if error.delay.is_some_and(|delay| delay > LONGEST_DELAY) => {
                let mut error = error;
                error.defer(now);
                self.conversation.fail(Outcome::Failed, error, now);
                self.settle(Some(send), now);
            }
            Purpose::Resume if status == 429 || status >= 500 => {
                self.schedule_resume(send, false, Some(error), now);
            }
            Purpose::Resume => {
                self.conversation.interrupt(GONE, now);
                self.settle(Some(send), now);
            }
            Purpose::Again | Purpose::Hide => {
                let no_route = if send.edit.is_some() { NO_EDIT_ROUTE } else { NO_ROUTE };
                self.edit_ends(Some(&mut send), true);
                self.conversation.fail(Outcome::Failed, explain(error, status, no_route), now);
                self.settle(Some(send), now);
            }
            _ => {
                self.conversation.continue_failed(error, now);
                self.settle(Some(send), now);
            }
        }
    }

    /// The server does not know the run to be resumed.
    pub(super) fn run_unknown(&mut self, now: Seconds) {
        self.flush_early(now);
        let Some(connection) = self.connection.take() else { return };
        self.outputs.push_back(Output::Abort(connection.request));
        self.conversation.interrupt(GONE, now);
        self.settle(connection.send, now);
    }

    /// The user, or a reloaded page, resumes the answer.
    pub(super) fn resume(&mut self, ticket: Ticket, now: Seconds) {
        match self.is_idle() && self.can_resume() {
            true => self.send_resume(self.follow_up_send(ticket, now), now),
            false => self.settle_unchanged(ticket),
        }
    }

    /// What a page stores to resume the answer after a reload.
    pub fn resume_point(&self) -> Option<ResumePoint> {
        let ours = self.target == 0 && self.config.runs(0).is_some();
        self.conversation.resume_point().filter(|_| ours)
    }

    /// Whether [`Input::Resume`](super::Input::Resume) has something to resume.
    pub fn can_resume(&self) -> bool {
        let interrupted = self.conversation.status == Status::Ended(Outcome::Interrupted);
        interrupted && self.config.runs(self.target).is_some() && self.conversation.resume_from().is_some()
    }

    /// Shows a past turn.
    pub(super) fn load_turn(&mut self, text: Option<&str>, at: Seconds, frames: &[u8]) {
        let counted = self.conversation.begin_history();
        self.begin_fed(text, at);
        self.load_frames(frames, at);
        self.conversation.end_history(counted);
    }

    /// Shows another version of a turn, loaded before.
    pub(super) fn load_version(&mut self, version: PastVersion<'_>, frames: &[u8]) {
        let PastVersion { turn, text, edits, keeps_work, at } = version;
        let turn = turn.min(self.conversation.turns.len() - 1);
        let counted = self.conversation.begin_history();
        self.begin_fed(None, at);
        let keeps = if keeps_work { Keeps::Work } else { Keeps::Question };
        match text.filter(|_| edits) {
            Some(text) => self.conversation.begin_edit(turn, text, Status::Streaming, at),
            None => self.conversation.begin_version(turn, keeps, text, Status::Streaming, at),
        }
        self.conversation.edit_is_made();
        self.load_frames(frames, at);
        self.conversation.end_history(counted);
    }

    fn load_frames(&mut self, frames: &[u8], at: Seconds) {
        if let Some(connection) = self.connection.as_mut() {
            // What a server has stored may have gaps.
            connection.gap = true;
        }
        self.receive(frames, at);
        self.connection = None;
        self.conversation.close(at);
    }

    /// A send that carries no message.
    pub(super) fn follow_up_send(&self, ticket: Ticket, now: Seconds) -> Send {
        Send { target: self.target, ..Send::new(Priority::User, ticket, String::new(), Vec::new(), now) }
    }
}

/// What a refusal with this status says about the server.
fn explain(mut error: StreamError, status: u16, no_route: &str) -> StreamError {
    if matches!(status, 404 | 405 | 422) {
        error.message = [no_route, &error.message].concat();
    }
    error
}

/// The URL of a route for a single run.
pub(super) fn run_url(runs: &str, id: &str, route: &str) -> String {
    [runs, "/", &encoded(id), route].concat()
}

/// Percent-encodes a run id, so that it stays one path segment whatever it contains.
fn encoded(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte as char),
            _ => {
                out.push('%');
                out.extend([byte >> 4, byte & 15].map(|half| char::from(b"0123456789ABCDEF"[usize::from(half)])));
            }
        }
    }
    out
}

const OFFLINE: &str = "You are offline. The answer goes on as soon as you are back.";
const GAVE_UP: &str = "The connection was lost and could not be restored. The text received so far is kept.";
const GONE: &str = "The connection was lost, and the server does not have the rest of this answer any more.";
const NO_EDIT_ROUTE: &str = "The server could not edit the message; AgentOS can from version 3.1.10 on. It says: ";
const NO_ROUTE: &str = "The server could not answer again; AgentOS can from version 3.1.10 on. It says: ";
