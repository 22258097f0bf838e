//! What follows a failed attempt: another one after a wait, or the error that ends the answer. Pure: whoever runs the model
//! waits, and sends the frame. Also called by the Python package (bindings/python).

use super::frame::Frames;
use super::Event;
use crate::error::provider_text;
use crate::event;
use crate::refusal::{Kind, Refusal};
use crate::retry::{self, Decision, Policy};
use crate::time::Seconds;

/// The retries of one answer.
#[derive(Debug, Clone)]
pub struct Retries {
    policy: Policy,
    frames: Frames,
    made: u32,
    /// A named delay of zero or of milliseconds was honored.
    was_short: bool,
}

/// What follows a failed attempt.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::exhaustive_enums)]
pub enum Verdict {
    /// Send `frame`, wait, run the model again.
    Retry {
        /// 1 for the first retry.
        attempt: u32,
        /// The most retries there are.
        max_retries: u32,
        /// Seconds.
        delay: Seconds,
        /// `event: retry`.
        frame: String,
    },
    /// Send `frame`; nothing follows it.
    Failed {
        /// Waiting helps, but the retries are used up.
        rate_limited: bool,
        /// `event: error`.
        frame: String,
    },
}

impl Retries {
    /// None made yet. `event_key`: see [`Options`](super::Options::event_key).
    pub fn new(policy: Policy, event_key: bool) -> Self {
        Retries { policy, frames: Frames { event_key }, made: 0, was_short: false }
    }

    /// How many were made.
    pub fn made(&self) -> u32 {
        self.made
    }

    /// An attempt failed. `unexpected`: in the backend itself; it is never retried. `random`: 0 to 1, for the jitter;
    /// called only where waiting helps, for a host's randomness may be a sequence that its tests know.
    pub fn failed(&mut self, refusal: &Refusal, unexpected: bool, random: impl FnOnce() -> f64) -> Verdict {
        let rate_limited = !unexpected && refusal.may_pass();
        let retries = self.made;
        if rate_limited {
            let named = retry::honored(refusal.delay, &mut self.was_short);
            let max_retries = self.policy.max_retries;
            if let Decision::Retry { attempt, delay } = self.policy.decide(retries, named, random()) {
                self.made = attempt;
                let message = match refusal.kind {
                    Kind::RateLimit => retry::rate_limited(delay, attempt, max_retries),
                    _ => retry::retrying(retry::UNAVAILABLE, delay, attempt, max_retries),
                };
                let frame = self.frames.retry(attempt, max_retries, delay, &message);
                return Verdict::Retry { attempt, max_retries, delay, frame };
            }
        }
        let said = refusal.sentence();
        let (message, kind) = match (rate_limited, unexpected) {
            (true, _) if retries > 0 => (retry::exhausted(retries), "rate_limit"),
            (true, _) => (behind("An error occurred", said), "rate_limit"),
            (_, true) => (behind("An unexpected error occurred", said), "unexpected"),
            _ => (behind("An error occurred", said), "general"),
        };
        let frame = self.frames.error(&message, kind, (!unexpected).then_some(retries));
        Verdict::Failed { rate_limited, frame }
    }

    /// The `event: error` of an attempt that took longer than `seconds`.
    pub fn timed_out(&self, seconds: Seconds) -> String {
        self.frames.timeout(&retry::timed_out(seconds), seconds)
    }

    /// Another model takes over, with retries of its own: the `event: retry` that supersedes the attempt.
    pub fn fall_back(&mut self) -> String {
        let attempt = self.made + 1;
        (self.made, self.was_short) = (0, false);
        self.frames.retry(attempt, attempt.max(self.policy.max_retries), 0.0, &retry::falling_back())
    }
}

/// `LEAD: SAID`; the lead alone if nothing more is known.
fn behind(lead: &str, said: &str) -> String {
    match said {
        "An error occurred" => lead.to_owned(),
        _ if said.starts_with(lead) => said.to_owned(),
        _ => [lead, ": ", said].concat(),
    }
}

/// The error of a failed run, and its type where it names one: agno ≥ 3 does not raise but ends the run with an event. An
/// event with a parent is a member's and left to its leader.
pub fn top_level_error(event: &Event) -> Option<(String, Option<String>)> {
    let mut scratch = String::new();
    let read = event::read(Some(&event.name), &event.data, &mut scratch).ok()?;
    let ends = matches!(read.kind, event::Kind::RunError | event::Kind::WorkflowError) && read.parent().is_none();
    ends.then(|| (provider_text(&read), read.error_type.map(String::from)))
}
