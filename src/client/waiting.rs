//! Sends that wait for a limit to pass: retries of our own, and sends that are held back so that there need be none.
//!
//! A stream that carried `retry` events is left to its server. Time is compared, never counted: a page that slept
//! wakes up right.

use super::leg::{Leg, UNREACHABLE};
use super::queue::Send;
use super::{Client, Output, Priority};
use crate::error::{ErrorType, StreamError};
use crate::retry::{self, Decision, Refusal, RetryHeaders};
use crate::state::{Announced, Cause, Gate, Outcome, Pacing, Retrier, Status};
use crate::text::{find, slice};
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
    /// The run that streams failed with a rate limit, and nobody but us starts it again.
    pub(super) fn struck(&mut self, error: StreamError, said: &str, now: Seconds) {
        self.follow_server();
        let Some(leg) = self.leg.as_mut() else { return };
        let Some(send) = leg.send.take() else { return };
        // The stream stays open until its server closes it: it may yet say that it retries by itself. Unless we do not.
        if send.retries >= self.config.retry.max_retries {
            self.outputs.push_back(Output::Abort(leg.request));
            self.leg = None;
        }
        self.wait_or_give_up(send, Cause::RateLimit, error, Refusal::of_text(said).requested_delay(now), now);
    }

    /// An HTTP error instead of a stream.
    pub(super) fn turned_away(
        &mut self,
        send: Send,
        status: u16,
        text: &str,
        headers: &[Option<String>; 3],
        error: StreamError,
        now: Seconds,
    ) {
        let [retry_after, retry_after_ms, date] = headers.each_ref().map(Option::as_deref);
        let refusal = Refusal::of_http(status, text, RetryHeaders { retry_after, retry_after_ms, date });
        if !refusal.is_transient() {
            return self.give_up_with(send, error, now);
        }
        self.conversation.quota.learn(text);
        let cause = if refusal.is_rate_limit() { Cause::RateLimit } else { Cause::Unavailable };
        self.wait_or_give_up(send, cause, error, refusal.requested_delay(now), now);
    }

    /// The request got no answer, or one without a byte.
    pub(super) fn unreached(&mut self, send: Send, error: StreamError, now: Seconds) {
        self.wait_or_give_up(send, Cause::Network, error, None, now);
    }

    fn wait_or_give_up(
        &mut self,
        mut send: Send,
        cause: Cause,
        error: StreamError,
        named: Option<Seconds>,
        now: Seconds,
    ) {
        let random = self.random();
        let policy = &self.config.retry;
        let max_retries = policy.max_retries;
        match policy.decide(send.retries, named, random) {
            Decision::Retry { attempt, delay } => {
                let message = match cause {
                    Cause::RateLimit => retry::rate_limited(delay, attempt, max_retries),
                    Cause::Unavailable => retry::retrying(UNAVAILABLE, delay, attempt, max_retries),
                    Cause::Network => retry::retrying("The server could not be reached.", delay, attempt, max_retries),
                };
                self.conversation.await_retry(
                    Announced {
                        attempt: attempt.into(),
                        max_retries: max_retries.into(),
                        delay,
                        description: message.clone(),
                        because: Some(error.message),
                        message,
                        at: None,
                        cause,
                        by: Retrier::Handler,
                    },
                    now,
                );
                send.retries = attempt;
                self.cool_down(cause, Some(delay), now);
                self.wait = Some(Wait { send, since: now, due: now + delay, why: Why::Retry(cause) });
            }
            Decision::GiveUp if send.target < self.config.fallbacks.len() => {
                send.target += 1;
                send.retries = 0;
                self.cool_down(cause, named, now);
                let name = self.config.name_of(send.target).into_owned();
                self.conversation.fall_back(&name, &error, now);
                self.go(send, now);
            }
            Decision::GiveUp => {
                self.cool_down(cause, named, now);
                let error = self.exhausted(error, cause, max_retries);
                self.give_up_with(send, error, now);
            }
        }
    }

    /// What the banner says when the retries are used up.
    fn exhausted(&self, error: StreamError, cause: Cause, max_retries: u32) -> StreamError {
        let hint = if cause == Cause::RateLimit { self.conversation.hint() } else { None };
        if max_retries == 0 {
            return StreamError { hint, ..error };
        }
        let message = match cause {
            Cause::RateLimit | Cause::Unavailable => retry::exhausted(max_retries),
            Cause::Network => {
                let of_all = retry::exhausted(max_retries);
                let end = find(&of_all, ". ").map_or(of_all.len(), |at| at + 2);
                [slice(&of_all, ..end), UNREACHABLE].concat()
            }
        };
        StreamError { message, retries: Some(max_retries.into()), hint, ..error }
    }

    fn give_up_with(&mut self, send: Send, error: StreamError, now: Seconds) {
        let outcome = if error.kind == ErrorType::Interrupted { Outcome::Interrupted } else { Outcome::Failed };
        self.conversation.fail(outcome, error, now);
        self.settle(Some(send), now);
    }

    /// A limit was hit, and passes in `delay` seconds, if anybody knows.
    fn cool_down(&mut self, cause: Cause, delay: Option<Seconds>, now: Seconds) {
        let Some(delay) = delay.filter(|_| cause == Cause::RateLimit) else { return };
        if self.cooldown.hit(now + delay, now) {
            self.outputs.push_back(Output::Limit(Some(now + delay)));
        }
    }

    /// What the stream says of a limit that its server waits out, for the other tabs; and that it is over.
    pub(super) fn follow_limit(&mut self, now: Seconds) {
        let waits = self.conversation.retry.as_ref().filter(|r| r.by == Retrier::Server);
        if let Some(until) = waits.map(|r| r.resumes_at).filter(|until| *until > now) {
            if self.cooldown.hit(until, now) {
                self.outputs.push_back(Output::Limit(Some(until)));
            }
        } else if self.conversation.status == Status::Ended(Outcome::Completed) && self.cooldown.answered() {
            self.outputs.push_back(Output::Limit(None));
        }
    }

    /// A stream whose run had failed goes on all the same: the server retries by itself, and the send is its again.
    pub(super) fn follow_server(&mut self) {
        let by_server = self.conversation.retry.as_ref().is_some_and(|r| r.by == Retrier::Server);
        let goes_on = by_server || self.conversation.status != Status::Retrying;
        let Some(leg) = self.leg.as_mut().filter(|l| goes_on && l.send.is_none() && !l.by_hand) else { return };
        if let Some(wait) = self.wait.take() {
            leg.send = Some(wait.send);
            leg.retried_by_server = true;
        }
    }

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

const UNAVAILABLE: &str = "The service is not available at the moment.";
