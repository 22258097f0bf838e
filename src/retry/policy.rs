//! How often to retry and how long to wait: the user's options, validated.

use super::LONGEST_DELAY;
use crate::time::Seconds;

/// How often to retry, and after which delays. Default (docs/rate-limit-retries.md): 3 retries after 5, 10 and 20
/// seconds, doubling up to 60.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Policy {
    /// Retries after the first attempt. 0 disables them.
    pub max_retries: u32,
    /// Seconds before the first retry, unless the server names a delay.
    pub base_delay: Seconds,
    /// The cap of the doubling, in seconds. It does not apply to delays named by a server.
    pub max_delay: Seconds,
    /// Explicit delays in seconds that replace the doubling; the last one repeats.
    pub delays: Vec<Seconds>,
    /// The fraction by which a delay may grow at random: 0.2 adds up to 20 %. Keeps many pages from retrying in the
    /// same second. Default 0; delays named by a server do not grow.
    pub jitter: f64,
}

impl Default for Policy {
    fn default() -> Self {
        Policy { max_retries: 3, base_delay: 5.0, max_delay: 60.0, delays: Vec::new(), jitter: 0.0 }
    }
}

/// An invalid value of a policy option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyError {
    /// The option's name as the user knows it.
    pub option: &'static str,
    /// The values it accepts.
    pub expected: &'static str,
}

impl Policy {
    /// No retries.
    pub fn off() -> Self {
        Policy { max_retries: 0, ..Policy::default() }
    }

    /// A policy from the user's options, each validated. `None`: the default.
    pub fn new(
        max_retries: Option<f64>,
        base_delay: Option<f64>,
        max_delay: Option<f64>,
        delays: &[f64],
        jitter: Option<f64>,
    ) -> Result<Self, PolicyError> {
        let default = Policy::default();
        let policy = Policy {
            max_retries: count("retry.maxRetries", max_retries.unwrap_or(default.max_retries.into()))?,
            base_delay: seconds("retry.baseDelay", base_delay.unwrap_or(default.base_delay))?,
            max_delay: seconds("retry.maxDelay", max_delay.unwrap_or(default.max_delay))?,
            delays: delays.iter().map(|&d| seconds("retry.delays", d)).collect::<Result<_, _>>()?,
            jitter: jitter.unwrap_or(default.jitter),
        };
        match (0.0..=1.0).contains(&policy.jitter) {
            true => Ok(policy),
            false => Err(PolicyError { option: "retry.jitter", expected: "a number from 0 to 1" }),
        }
    }
}

impl Policy {
    /// How often to resume after a lost connection, and after which delays. The first attempt follows at once.
    pub fn of_resume(
        max_attempts: Option<f64>,
        base_delay: Option<f64>,
        max_delay: Option<f64>,
    ) -> Result<Self, PolicyError> {
        let default = Policy::default_of_resume();
        Ok(Policy {
            max_retries: count("resume.maxAttempts", max_attempts.unwrap_or(default.max_retries.into()))?,
            base_delay: seconds("resume.baseDelay", base_delay.unwrap_or(default.base_delay))?,
            max_delay: seconds("resume.maxDelay", max_delay.unwrap_or(default.max_delay))?,
            ..default
        })
    }

    /// 8 attempts: at once, then after 1, 2, 4, 8, 16, 30, 30 seconds.
    pub fn default_of_resume() -> Self {
        Policy { max_retries: 8, base_delay: 1.0, max_delay: 30.0, ..Policy::default() }
    }
}

impl PolicyError {
    /// `retry.maxRetries must be a whole number from 0 to 100`.
    pub fn message(&self) -> String {
        [self.option, " must be ", self.expected].concat()
    }
}

impl std::fmt::Display for PolicyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for PolicyError {}

const MAX_RETRIES: f64 = 100.0;

fn count(option: &'static str, value: f64) -> Result<u32, PolicyError> {
    match (0.0..=MAX_RETRIES).contains(&value) && value.trunc() == value {
        true => Ok(value as u32),
        false => Err(PolicyError { option, expected: "a whole number from 0 to 100" }),
    }
}

fn seconds(option: &'static str, value: f64) -> Result<Seconds, PolicyError> {
    match (0.0..=LONGEST_DELAY).contains(&value) {
        true => Ok(value),
        false => Err(PolicyError { option, expected: "seconds, from 0 to 3600" }),
    }
}
