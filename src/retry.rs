//! Retry policy: how often to try again, how long to wait, and what the user reads meanwhile.
//!
//! In: the retries made so far, the delay that a [`Refusal`] asks for, a random number. Out: a [`Decision`], and the
//! texts shown to users. Policy is data and every function is pure; [`client`](crate::client) and `generator` do the
//! waiting.

mod policy;
mod wording;

pub use crate::refusal::{Evidence, Headers, Refusal, LONGEST_DELAY};
pub use policy::{Policy, PolicyError};
#[cfg(feature = "generator")]
pub(crate) use wording::falling_back;
pub(crate) use wording::{again_in, attempts, resuming, waiting, UNAVAILABLE};
pub use wording::{exhausted, rate_limited, retrying, timed_out};

use crate::time::Seconds;

/// A delay below this is none. Seconds.
const SHORTEST: Seconds = 0.1;

/// The `named` delay, if it is to be honored. One of zero or of milliseconds is honored once per message: three
/// retries within milliseconds are none, so then the policy's own delays count. `was_short`: one was honored.
pub(crate) fn honored(named: Option<Seconds>, was_short: &mut bool) -> Option<Seconds> {
    let named = named.filter(|delay| *delay >= SHORTEST || !*was_short)?;
    *was_short |= named < SHORTEST;
    Some(named)
}

/// What to do after a transient failure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decision {
    /// Wait, then start another attempt.
    Retry {
        /// 1 for the first retry.
        attempt: u32,
        /// Seconds.
        delay: Seconds,
    },
    /// The retries are used up.
    GiveUp,
}

impl Policy {
    /// Decides after a transient failure. `retries`: made so far; `named`: the delay that the server asked for;
    /// `random`: 0 to 1, for the jitter.
    pub fn decide(&self, retries: u32, named: Option<Seconds>, random: f64) -> Decision {
        match retries < self.max_retries {
            true => Decision::Retry { attempt: retries + 1, delay: self.delay(retries, named, random) },
            false => Decision::GiveUp,
        }
    }

    /// Seconds before the next attempt: the `named` delay, else the policy's own `delays`, else
    /// min(base_delay · 2^retries, max_delay). Finite and from 0 to [`LONGEST_DELAY`] for any input.
    pub fn delay(&self, retries: u32, named: Option<Seconds>, random: f64) -> Seconds {
        if let Some(named) = named.filter(|d| d.is_finite() && *d >= 0.0) {
            return named.min(LONGEST_DELAY);
        }
        let own = self.delays.get(retries as usize).or(self.delays.last()).copied();
        let backoff = || (self.base_delay * 2f64.powi(retries.min(64) as i32)).min(self.max_delay);
        let plain = own.unwrap_or_else(backoff);
        // Jitter only lengthens: the policy's delay is the minimum.
        let jitter = 1.0 + clamp_or_zero(self.jitter, 1.0) * clamp_or_zero(random, 1.0);
        clamp_or_zero(plain * jitter, LONGEST_DELAY)
    }
}

/// `value` clamped to 0..=`max`; 0 for NaN.
fn clamp_or_zero(value: f64, max: f64) -> f64 {
    match value.is_nan() {
        true => 0.0,
        false => value.clamp(0.0, max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_delays() {
        let policy = Policy::default();
        let backoff: Vec<f64> = (0..7).map(|n| policy.delay(n, None, 0.0)).collect();
        assert_eq!(backoff, [5.0, 10.0, 20.0, 40.0, 60.0, 60.0, 60.0]);
        for named in [4.843473059, 23.0, 58.0, 90.0, 0.0] {
            assert_eq!(policy.delay(1, Some(named), 0.0), named, "the server's delay is honored");
        }
        assert_eq!(policy.decide(0, None, 0.0), Decision::Retry { attempt: 1, delay: 5.0 });
        assert_eq!(policy.decide(2, Some(58.0), 0.0), Decision::Retry { attempt: 3, delay: 58.0 });
        assert_eq!(policy.decide(3, None, 0.0), Decision::GiveUp);
        assert_eq!(Policy::off().decide(0, Some(1.0), 0.0), Decision::GiveUp);
    }

    #[test]
    fn a_delay_is_never_negative_infinite_or_nan() {
        let hostile = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 1e300];
        for value in hostile {
            let policy = Policy { base_delay: value, max_delay: value, jitter: value, ..Policy::default() };
            for named in [None, Some(value)] {
                for random in hostile {
                    let delay = policy.delay(u32::MAX, named, random);
                    assert!((0.0..=LONGEST_DELAY).contains(&delay), "{delay} of {value}, {random}");
                }
            }
            assert_eq!(Policy::default().delay(0, Some(value).filter(|v| *v < 1.0), 0.0), 5.0);
        }
    }

    #[test]
    fn own_delays_replace_the_doubling_and_jitter_only_adds() {
        let own = Policy { delays: vec![1.0, 2.0], ..Policy::default() };
        assert_eq!((0..4).map(|n| own.delay(n, None, 0.0)).collect::<Vec<_>>(), [1.0, 2.0, 2.0, 2.0]);
        let jitter = Policy { jitter: 0.2, ..Policy::default() };
        assert_eq!([0.0, 0.5, 1.0].map(|r| jitter.delay(0, None, r)), [5.0, 5.5, 6.0]);
        assert_eq!(jitter.delay(0, Some(4.0), 1.0), 4.0, "a named delay stays as it is");
    }

    #[test]
    fn an_invalid_value_is_reported_by_its_option_name() {
        let bad = [-1.0, f64::NAN, 1e6, f64::INFINITY];
        let option = |result: Result<Policy, PolicyError>| result.map_err(|e| e.option);
        for value in bad {
            let v = Some(value);
            assert_eq!(option(Policy::new(v, None, None, &[], None)), Err("retry.maxRetries"));
            assert_eq!(option(Policy::new(None, v, None, &[], None)), Err("retry.baseDelay"));
            assert_eq!(option(Policy::new(None, None, v, &[], None)), Err("retry.maxDelay"));
            assert_eq!(option(Policy::new(None, None, None, &[5.0, value], None)), Err("retry.delays"));
            assert_eq!(option(Policy::new(None, None, None, &[], v)), Err("retry.jitter"));
        }
        assert_eq!(option(Policy::new(Some(1.5), None, None, &[], None)), Err("retry.maxRetries"));
        assert_eq!(option(Policy::new(None, None, None, &[], None)), Ok(Policy::default()));
        assert_eq!(
            Policy::new(Some(-1.0), None, None, &[], None).map_err(|e| e.message()),
            Err("retry.maxRetries must be a whole number from 0 to 100".into())
        );
    }

    #[test]
    fn resuming_a_lost_connection_has_its_own_policy() {
        let default = Policy::default_of_resume();
        assert_eq!(Policy::of_resume(None, None, None), Ok(default.clone()));
        let delays: Vec<f64> = (0..7).map(|n| default.delay(n, None, 0.0)).collect();
        assert_eq!((default.max_retries, delays), (8, vec![1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]));
        let own = Policy::of_resume(Some(2.0), Some(3.0), Some(4.0));
        assert_eq!(own, Ok(Policy { max_retries: 2, base_delay: 3.0, max_delay: 4.0, ..Policy::default() }));
        let refused = |policy: Result<Policy, PolicyError>| policy.map_err(|e| e.to_string());
        assert_eq!(
            refused(Policy::of_resume(Some(0.5), None, None)),
            Err("resume.maxAttempts must be a whole number from 0 to 100".into())
        );
        assert_eq!(
            refused(Policy::of_resume(None, Some(-1.0), None)),
            Err("resume.baseDelay must be seconds, from 0 to 3600".into())
        );
        assert_eq!(wording::resuming(0.0, 1, 8), "Connection lost. Resuming...");
        assert_eq!(wording::resuming(3.2, 4, 8), "Connection lost. Resuming in 4 seconds... (Attempt 4/8)");
    }

    #[test]
    fn the_texts_letter_for_letter() {
        let message = |delay, attempt| rate_limited(delay, attempt, 3);
        assert_eq!(message(5.0, 1), "Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)");
        assert_eq!(message(10.0, 2), "Rate limit reached. Retrying in 10 seconds... (Attempt 2/3)");
        assert_eq!(message(20.0, 3), "Rate limit reached. Retrying in 20 seconds... (Attempt 3/3)");
        assert_eq!(message(4.843473059, 1), "Rate limit reached. Retrying in 4 seconds... (Attempt 1/3)");
        assert_eq!(message(0.5, 1), "Rate limit reached. Retrying in less than a second... (Attempt 1/3)");
        assert_eq!(message(1.2, 1), "Rate limit reached. Retrying in 1 second... (Attempt 1/3)");
        assert_eq!(
            exhausted(3),
            "Maximum retries exceeded (3 attempts). The service is experiencing high load. Please try again in a few \
             moments."
        );
        assert_eq!(wording::waiting(11.2), "Waiting 12 seconds to stay under the rate limit...");
        assert!(timed_out(120.0).starts_with("Request timed out after 2 minutes. "));
        assert!(timed_out(60.0).starts_with("Request timed out after 1 minute. "));
        assert!(timed_out(90.0).starts_with("Request timed out after 90 seconds. "));
    }
}
