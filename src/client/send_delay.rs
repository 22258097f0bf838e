//! Sends that wait: for a retry, for a lost connection, or because sending now would hit a rate limit.
//!
//! Once the server has announced a retry, the client leaves retrying to it. Deadlines are compared with the clock,
//! never counted down, so a page that slept wakes up correctly.

use super::connection::Connection;
use super::queue::Send;
use super::{Client, Output, Priority};
use crate::retry;
use crate::state::{Pacing, PacingCause, RetryCause};
use crate::time::Seconds;

#[derive(Debug, Clone)]
pub(super) struct DelayedSend {
    pub send: Send,
    pub since: Seconds,
    pub due: Seconds,
    pub reason: DelayReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DelayReason {
    Retry(RetryCause),
    HeldBack,
    /// After a lost connection.
    Resume,
}

impl Client {
    /// Sends, or holds the send back: the user's with its turn open and visible, a background one in the queue.
    pub(super) fn start(&mut self, send: Send, now: Seconds) {
        let Some(pacing) = self.pacing_for(&send, now) else { return self.start_turn(send, now) };
        if send.priority == Priority::Background {
            self.queue.push(send);
            self.conversation.head_dirty = true;
            return;
        }
        self.open_turn(&send, now);
        self.hold_back(send, pacing, now);
    }

    /// Starts the next send of the queue, if idle.
    pub(super) fn start_next(&mut self, now: Seconds) {
        while self.is_idle() && !self.queue.is_paused() {
            let Some(first) = self.queue.first() else { return };
            if first.priority == Priority::Background && self.pacing_for(first, now).is_some() {
                return;
            }
            let Some(send) = self.queue.pop() else { return };
            self.start(send, now);
        }
    }

    pub(super) fn hold_back(&mut self, send: Send, pacing: Pacing, now: Seconds) {
        let due = pacing.resumes_at;
        self.conversation.hold_back(pacing);
        self.delayed = Some(DelayedSend { send, since: now, due, reason: DelayReason::HeldBack });
    }

    /// Why `send` has to wait now, and until when.
    pub(super) fn pacing_for(&self, send: &Send, now: Seconds) -> Option<Pacing> {
        let next = self.conversation.next_send(&send.text);
        let quota = &self.conversation.quota;
        let of_limit = self.cooldown.until(now).map(|until| until - now);
        let of_quota = next.and_then(|(model, tokens)| quota.wait(model, tokens, now));
        let hint = next.and_then(|(model, tokens)| quota.hint(model, tokens));
        let of_session = self.busy.until(now).map(|until| until - now);
        let waits = [
            of_limit.map(|delay| (delay, PacingCause::Limit)),
            of_quota.map(|delay| (delay, PacingCause::Quota)),
            of_session.map(|delay| (delay, PacingCause::Session)),
        ];
        // The longest; of equal ones the first.
        let (delay, cause) = waits.into_iter().flatten().reduce(|a, b| if b.0 > a.0 { b } else { a })?;
        let (message, hint) = match cause {
            PacingCause::Session => (SESSION_BUSY.to_owned(), None),
            _ => (retry::waiting(delay), hint),
        };
        Some(Pacing { delay, resumes_at: now + delay, message, cause, hint })
    }

    /// When the next waiting send is due.
    pub(super) fn next_due(&self, now: Seconds) -> Option<Seconds> {
        if let Some(delayed) = &self.delayed {
            return Some(delayed.due);
        }
        let waiting = self.queue.first().filter(|_| self.connection.is_none() && !self.queue.is_paused());
        waiting.map(|send| self.pacing_for(send, now).map_or(now, |pacing| pacing.resumes_at))
    }

    /// Starts what is due at `now`, or, with `skip`, what waits.
    pub(super) fn wake(&mut self, now: Seconds, skip: bool) {
        let Some(mut delayed) = self.delayed.take() else { return self.start_next(now) };
        // Setting the clock back does not extend the wait.
        if now < delayed.since {
            (delayed.since, delayed.due) = (now, now + (delayed.due - delayed.since));
        }
        if now < delayed.due && !skip {
            self.delayed = Some(delayed);
            return;
        }
        if delayed.reason == DelayReason::HeldBack && !skip {
            if let Some(pacing) = self.pacing_for(&delayed.send, now) {
                return self.hold_back(delayed.send, pacing, now);
            }
        }
        // The failed attempt's stream was kept open in case the server retried.
        if let Some(Connection { request, .. }) = self.connection.take() {
            self.outputs.push_back(Output::Abort(request));
        }
        match delayed.reason {
            DelayReason::Resume => self.send_resume(delayed.send, now),
            _ => self.resend(delayed.send, now),
        }
    }

    /// Limits changed: checks again whether a held-back send may go out.
    pub(super) fn recheck_limits(&mut self, now: Seconds) {
        match self.delayed.take_if(|w| w.reason == DelayReason::HeldBack) {
            Some(delayed) => match self.pacing_for(&delayed.send, now) {
                Some(pacing) => self.hold_back(delayed.send, pacing, now),
                None => self.resend(delayed.send, now),
            },
            None => self.start_next(now),
        }
    }
}

const SESSION_BUSY: &str = "Another answer is running in this conversation. Yours is sent when it has ended.";
