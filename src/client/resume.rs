//! Runs that outlive their connection: taken up where the server can, stopped there too, continued after a pause.
//!
//! A background run counts its frames; what is asked for is what comes after the last one read (PROTOCOL §11). Time is
//! compared, never counted.

use super::connection::{Leg, Purpose};
use super::queue::Send;
use super::send_delay::{Wait, Why};
use super::{Client, Output, Priority, Request, Ticket};
use crate::error::StreamError;
use crate::retry::{self, LONGEST_DELAY};
use crate::state::resume_point::Kept;
use crate::state::{Announced, Cause, Outcome, Retrier, Status};
use crate::text::decimal;
use crate::time::Seconds;

impl Client {
    /// The stream of a run ended before the run did. Gives the leg back if it cannot be taken up.
    pub(super) fn lost(&mut self, mut leg: Leg, now: Seconds) -> Option<Leg> {
        let Some(send) = leg.send.take_if(|send| !leg.by_hand && self.config.runs(send.target).is_some()) else {
            return Some(leg);
        };
        let open = self.conversation.current().is_some_and(|t| t.outcome.is_none());
        let point = self.conversation.resume_point().filter(|_| open && self.config.resume.max_retries > 0);
        let Some(point) = point.filter(|_| !self.conversation.is_unplaced()) else {
            leg.send = Some(send);
            return Some(leg);
        };
        let news = leg.from != Some(point.last_index);
        self.take_up_later(send, news, None, now);
        None
    }

    fn take_up_later(&mut self, mut send: Send, news: bool, because: Option<String>, now: Seconds) {
        let max_retries = self.config.resume.max_retries;
        send.resumes = if news { 1 } else { send.resumes + 1 };
        if send.resumes > max_retries {
            self.conversation.interrupt(GAVE_UP, now);
            return self.settle(Some(send), now);
        }
        let random = self.random();
        let delay = match send.resumes.checked_sub(2) {
            _ if self.offline_since.is_some() => LONGEST_DELAY,
            None => 0.0,
            Some(retries) => self.config.resume.delay(retries, None, random),
        };
        let message = match self.offline_since {
            Some(_) => OFFLINE.to_owned(),
            None => retry::resuming(delay, send.resumes, max_retries),
        };
        let announced = Announced {
            attempt: send.resumes.into(),
            max_retries: max_retries.into(),
            delay,
            description: message.clone(),
            message,
            because,
            at: None,
            cause: Cause::Network,
            by: Retrier::Handler,
        };
        self.conversation.await_resume(announced, now);
        if delay > 0.0 {
            self.wait = Some(Wait { send, since: now, due: now + delay, why: Why::Resume });
        } else {
            self.take_up(send, now);
        }
    }

    /// Asks the server for what was missed.
    pub(super) fn take_up(&mut self, send: Send, now: Seconds) {
        let point = self.conversation.resume_point();
        let (Some(point), Some(runs)) = (point, self.config.runs(send.target)) else {
            return self.settle(Some(send), now);
        };
        let url = [&runs, "/", &encoded(&point.run_id), "/resume"].concat();
        let mut fields = Vec::new();
        if !point.whole {
            fields.push(("last_event_index".to_owned(), decimal(point.last_index)));
        }
        fields.extend(point.session_id.map(|id| ("session_id".to_owned(), id)));
        fields.extend(self.config.fields.iter().filter(|(name, _)| name == "user_id").cloned());
        self.conversation.take_up(now);
        self.ask(send, Purpose::Resume, url, fields, now);
        if let Some(leg) = self.leg.as_mut() {
            leg.from = Some(point.last_index);
        }
    }

    pub(super) fn ask(
        &mut self,
        send: Send,
        purpose: Purpose,
        url: String,
        fields: Vec<(String, String)>,
        now: Seconds,
    ) {
        let id = self.next_request();
        let request = Request { id, ticket: send.ticket, url, fields, is_run: false };
        self.outputs.push_back(Output::Fetch(request));
        self.conversation.takes_over = false;
        let mut leg = Leg::new(id, Some(send), &self.config.limits, now);
        leg.purpose = purpose;
        self.leg = Some(leg);
    }

    /// The server refused to give the rest of an answer, or to go on with a paused run.
    pub(super) fn not_gone_on(&mut self, purpose: Purpose, send: Send, status: u16, error: StreamError, now: Seconds) {
        match purpose {
            Purpose::Resume if status == 429 || status >= 500 => {
                self.take_up_later(send, false, Some(error.message), now);
            }
            Purpose::Resume => {
                self.conversation.interrupt(GONE, now);
                self.settle(Some(send), now);
            }
            _ => {
                self.conversation.not_continued(error, now);
                self.settle(Some(send), now);
            }
        }
    }

    /// The server does not know the run that is to be taken up.
    pub(super) fn gone(&mut self, now: Seconds) {
        let Some(leg) = self.leg.take() else { return };
        self.outputs.push_back(Output::Abort(leg.request));
        self.conversation.interrupt(GONE, now);
        self.settle(leg.send, now);
    }

    /// The user, or a page that was loaded again, takes the answer up.
    pub(super) fn resume(&mut self, ticket: Ticket, now: Seconds) {
        match self.is_idle() && self.can_resume() {
            true => self.take_up(self.errand(ticket, now), now),
            false => self.nothing_to_do(ticket),
        }
    }

    /// What a page keeps, so that the answer goes on after a refresh.
    pub fn kept(&self) -> Option<Kept> {
        let ours = self.target == 0 && self.config.runs(0).is_some();
        self.conversation.kept().filter(|_| ours)
    }

    /// Whether [`Input::Resume`](super::Input::Resume) has something to take up.
    pub fn can_resume(&self) -> bool {
        let interrupted = self.conversation.status == Status::Ended(Outcome::Interrupted);
        interrupted && self.config.runs(self.target).is_some() && self.conversation.resume_point().is_some()
    }

    /// Shows a turn of the past.
    pub(super) fn recall(&mut self, text: Option<&str>, at: Seconds, frames: &[u8]) {
        let counted = self.conversation.begin_past();
        self.begin_by_hand(text, at);
        self.take(frames, at);
        self.leg = None;
        self.conversation.close(at);
        self.conversation.end_past(counted);
    }

    /// Something to be done that is no message.
    pub(super) fn errand(&self, ticket: Ticket, now: Seconds) -> Send {
        let (text, files, priority) = (String::new(), Vec::new(), Priority::User);
        Send { ticket, text, files, priority, since: now, retries: 0, target: self.target, resumes: 0 }
    }

    pub(super) fn nothing_to_do(&mut self, ticket: Ticket) {
        let outcome = self.conversation.current().and_then(|t| t.outcome).unwrap_or(Outcome::Interrupted);
        self.outputs.push_back(Output::Settled { ticket, outcome });
    }
}

/// An id as a part of a path: whatever a server calls its runs, it stays one segment.
pub(super) fn encoded(id: &str) -> String {
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
const GAVE_UP: &str = "The connection was lost, and could not be made again. What had come is kept.";
const GONE: &str = "The connection was lost, and the server does not have the rest of this answer any more.";
