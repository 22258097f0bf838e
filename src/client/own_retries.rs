//! The client's own retries, for backends that do not retry. If the backend announces a retry, the client stops its own.

use super::connection::UNREACHABLE;
use super::queue::Send;
use super::send_delay::{DelayReason, DelayedSend};
use super::{Client, Output};
use crate::error::{ErrorType, StreamError};
use crate::refusal::Kind;
use crate::retry::{self, Decision};
use crate::state::{Outcome, Retrier, RetryCause, RetryNotice, Status};
use crate::text::{contains, find, slice};
use crate::time::Seconds;

impl Client {
    /// The run failed with a limit or an overload, and no server retries it.
    pub(super) fn run_rate_limited(&mut self, error: StreamError, now: Seconds) {
        self.yield_to_server();
        let Some(connection) = self.connection.as_mut() else { return };
        let Some(send) = connection.send.take() else { return };
        // The stream stays open: the server may still announce a retry of its own. Without retries left there is no
        // reason to wait.
        if send.retries >= self.config.retry.max_retries {
            self.outputs.push_back(Output::Abort(connection.request));
            self.connection = None;
        }
        self.retry_or_give_up(send, cause_of(&error), error, now);
    }

    /// An HTTP error instead of a stream.
    pub(super) fn request_refused(&mut self, send: Send, error: StreamError, now: Seconds) {
        if error.http_status == Some(409) && contains(error.as_sent(), "session_busy") {
            return self.wait_for_session(send, now);
        }
        // A gateway that has lost its server is like a lost connection: it is known to recover.
        let gateway = self.is_reached() && error.http_status.is_some_and(Kind::is_lost_server);
        if !(error.may_pass() || gateway) {
            return self.give_up_with(send, error, now);
        }
        self.conversation.quota.learn(error.quotas());
        self.retry_or_give_up(send, cause_of(&error), error, now);
    }

    /// The request got no response, or one without a byte.
    pub(super) fn request_unanswered(&mut self, send: Send, error: StreamError, now: Seconds) {
        self.retry_or_give_up(send, RetryCause::Network, error, now);
    }

    fn retry_or_give_up(&mut self, mut send: Send, cause: RetryCause, error: StreamError, now: Seconds) {
        let named = retry::honored(error.delay, &mut send.was_short);
        let random = self.random();
        let policy = &self.config.retry;
        let at_once = cause == RetryCause::Network && self.fails_at_once();
        let max_retries = if at_once { 0 } else { policy.max_retries };
        match if at_once { Decision::GiveUp } else { policy.decide(send.retries, named, random) } {
            Decision::Retry { attempt, delay } => {
                let message = match cause {
                    RetryCause::RateLimit => retry::rate_limited(delay, attempt, max_retries),
                    RetryCause::Unavailable => retry::retrying(retry::UNAVAILABLE, delay, attempt, max_retries),
                    RetryCause::Network => {
                        retry::retrying("The server could not be reached.", delay, attempt, max_retries)
                    }
                };
                self.conversation.await_retry(
                    RetryNotice {
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
                self.start_cooldown(cause, Some(delay), now);
                self.delayed =
                    Some(DelayedSend { send, since: now, due: now + delay, reason: DelayReason::Retry(cause) });
            }
            Decision::GiveUp if send.target < self.config.fallbacks.len() => {
                send.target += 1;
                send.retries = 0;
                self.start_cooldown(cause, named, now);
                let name = self.config.name_of(send.target).into_owned();
                self.conversation.fall_back(&name, &error, now);
                self.resend(send, now);
            }
            Decision::GiveUp => {
                self.start_cooldown(cause, named, now);
                let error = self.exhausted(error, cause, max_retries);
                self.give_up_with(send, error, now);
            }
        }
    }

    /// The banner once the retries are exhausted.
    fn exhausted(&self, error: StreamError, cause: RetryCause, max_retries: u32) -> StreamError {
        let hint = if cause == RetryCause::RateLimit { self.conversation.hint() } else { None };
        if max_retries == 0 {
            return StreamError { hint, ..error };
        }
        let message = match cause {
            RetryCause::RateLimit | RetryCause::Unavailable => retry::exhausted(max_retries),
            RetryCause::Network => {
                let of_all = retry::exhausted(max_retries);
                let end = find(&of_all, ". ").map_or(of_all.len(), |at| at + 2);
                [slice(&of_all, ..end), UNREACHABLE].concat()
            }
        };
        StreamError { message, retries: Some(max_retries.into()), hint, ..error }
    }

    fn give_up_with(&mut self, send: Send, error: StreamError, now: Seconds) {
        let outcome = if error.kind == ErrorType::Interrupted { Outcome::Interrupted } else { Outcome::Failed };
        if matches!(error.http_status, Some(..500)) || error.kind == ErrorType::Network {
            self.conversation.mark_unsent();
        }
        self.conversation.fail(outcome, error, now);
        self.settle(Some(send), now);
    }

    /// Starts the cooldown if `delay` is known.
    fn start_cooldown(&mut self, cause: RetryCause, delay: Option<Seconds>, now: Seconds) {
        let Some(delay) = delay.filter(|_| cause == RetryCause::RateLimit) else { return };
        if self.cooldown.hit(now + delay, now) {
            self.outputs.push_back(Output::Limit(Some(now + delay)));
        }
    }

    /// Tells the other tabs about a limit that the server waits out, and about its end.
    pub(super) fn share_limit(&mut self, now: Seconds) {
        let waits = self.conversation.retry.as_ref().filter(|r| r.by == Retrier::Server);
        if let Some(until) = waits.map(|r| r.resumes_at).filter(|until| *until > now) {
            if self.cooldown.hit(until, now) {
                self.outputs.push_back(Output::Limit(Some(until)));
            }
        } else if self.conversation.status == Status::Ended(Outcome::Completed) && self.cooldown.answer_completed() {
            self.outputs.push_back(Output::Limit(None));
        }
    }

    /// The stream of a failed run continues: the server retries by itself, so the client drops its own retry.
    pub(super) fn yield_to_server(&mut self) {
        let by_server = self.conversation.retry.as_ref().is_some_and(|r| r.by == Retrier::Server);
        let continues = by_server || self.conversation.status != Status::Retrying;
        let Some(connection) = self.connection.as_mut().filter(|c| continues && c.send.is_none() && !c.fed_by_caller)
        else {
            return;
        };
        if let Some(delayed) = self.delayed.take() {
            connection.send = Some(delayed.send);
            connection.retried_by_server = true;
        }
    }
}

fn cause_of(error: &StreamError) -> RetryCause {
    match error.reason {
        Some(Kind::RateLimit) => RetryCause::RateLimit,
        _ => RetryCause::Unavailable,
    }
}
