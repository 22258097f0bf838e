//! How rate limits went, over the life of a handler: the mission's "Key Metrics", counted where they are seen.

use serde::Serialize;

/// Counts of retries and of what came of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Monitor {
    /// Retry events.
    pub retries: u64,
    /// Answers that were completed after at least one retry.
    pub success_after_retry: u64,
    /// Answers given up after the last retry.
    pub retries_exhausted: u64,
    /// Mean of the announced delays, in seconds.
    pub average_delay: f64,
    #[serde(skip)]
    total_delay: f64,
}

impl Monitor {
    pub(crate) fn retried(&mut self, delay: f64) {
        self.retries += 1;
        self.total_delay += delay;
        self.average_delay = self.total_delay / self.retries as f64;
    }

    /// What looked like the end of a turn was one attempt of it: a backend that says RunError, then retries.
    pub(crate) fn goes_on(&mut self, attempts: u32) {
        self.retries_exhausted -= u64::from(attempts > 1);
    }

    pub(crate) fn ended(&mut self, attempts: u32, succeeded: bool, rate_limited: bool) {
        if succeeded && attempts > 1 {
            self.success_after_retry += 1;
        } else if rate_limited && attempts > 1 {
            self.retries_exhausted += 1;
        }
    }
}
