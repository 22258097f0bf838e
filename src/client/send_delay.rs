//! Sends that wait for a limit to pass: retries of our own, and sends that are held back so that there need be none.
//!
//! A stream that carried `retry` events is left to its server. Time is compared, never counted: a page that slept
//! wakes up right.

use super::connection::Leg;
use super::queue::Send;
use super::{Client, Output, Priority};
use crate::retry;
use crate::state::{Cause, Gate, Pacing};
use crate::time::Seconds;

#[derive(Debug, Clone)]
pub(super) struct Wait {
    pub send: Send,
    pub since: Seconds,
    pub due: Seconds,
    pub why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Retry(Cause),
    HeldBack,
    /// A lost connection.
    Resume,
}

impl Client {
    /// Sends, or holds the send back: the user's own in sight, with its turn open; a background one in the queue.
    pub(super) fn start(&mut self, send: Send, now: Seconds) {
        let Some(pacing) = self.gate(&send, now) else { return self.open_and_go(send, now) };
        if send.priority == Priority::Background {
            self.queue.push(send);
            self.conversation.head_dirty = true;
            return;
        }
        self.open_turn(&send, now);
        self.hold_back(send, pacing, now);
    }

    /// The next one of the queue, if nothing runs.
    pub(super) fn start_next(&mut self, now: Seconds) {
        while self.leg.is_none() && self.wait.is_none() {
            let Some(first) = self.queue.first() else { return };
            if first.priority == Priority::Background && self.gate(first, now).is_some() {
                return;
            }
            let Some(send) = self.queue.pop() else { return };
            self.start(send, now);
        }
    }

    fn hold_back(&mut self, send: Send, pacing: Pacing, now: Seconds) {
        let due = pacing.resumes_at;
        self.conversation.hold_back(pacing);
        self.wait = Some(Wait { send, since: now, due, why: Why::HeldBack });
    }

    /// Until when `send` would run into a limit.
    fn gate(&self, send: &Send, now: Seconds) -> Option<Pacing> {
        let next = self.conversation.next_send(&send.text);
        let quota = &self.conversation.quota;
        let of_limit = self.cooldown.until(now).map(|until| until - now);
        let of_quota = next.and_then(|(model, tokens)| quota.wait(model, tokens, now));
        let hint = next.and_then(|(model, tokens)| quota.hint(model, tokens));
        let (delay, cause) = match (of_limit, of_quota) {
            (Some(limit), Some(quota)) if quota > limit => (quota, Gate::Quota),
            (Some(limit), _) => (limit, Gate::Limit),
            (None, Some(quota)) => (quota, Gate::Quota),
            (None, None) => return None,
        };
        Some(Pacing { delay, resumes_at: now + delay, message: retry::waiting(delay), cause, hint })
    }

    /// When something that waits is due.
    pub(super) fn next_due(&self, now: Seconds) -> Option<Seconds> {
        if let Some(wait) = &self.wait {
            return Some(wait.due);
        }
        let waiting = self.queue.first().filter(|_| self.leg.is_none());
        waiting.map(|send| self.gate(send, now).map_or(now, |pacing| pacing.resumes_at))
    }

    /// Starts what is due at `now`; `skip`: due or not.
    pub(super) fn wake(&mut self, now: Seconds, skip: bool) {
        let Some(mut wait) = self.wait.take() else { return self.start_next(now) };
        // A clock that was set back does not make the wait longer.
        if now < wait.since {
            (wait.since, wait.due) = (now, now + (wait.due - wait.since));
        }
        if now < wait.due && !skip {
            self.wait = Some(wait);
            return;
        }
        if wait.why == Why::HeldBack && !skip {
            if let Some(pacing) = self.gate(&wait.send, now) {
                return self.hold_back(wait.send, pacing, now);
            }
        }
        // Of an attempt that failed: it was left open for what the server might still say.
        if let Some(Leg { request, .. }) = self.leg.take() {
            self.outputs.push_back(Output::Abort(request));
        }
        match wait.why {
            Why::Resume => self.take_up(wait.send, now),
            _ => self.go(wait.send, now),
        }
    }

    /// Limits changed elsewhere: a send that is held back is looked at anew.
    pub(super) fn look_again(&mut self, now: Seconds) {
        match self.wait.take_if(|w| w.why == Why::HeldBack) {
            Some(wait) => match self.gate(&wait.send, now) {
                Some(pacing) => self.hold_back(wait.send, pacing, now),
                None => self.go(wait.send, now),
            },
            None => self.start_next(now),
        }
    }
}
