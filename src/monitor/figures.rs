//! The counters.

use serde::Serialize;

/// Counters of one time window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Answers that ended, in any way.
    pub answers: u64,
    /// Announced retries.
    pub retries: u64,
    /// Answers completed after at least one retry.
    pub success_after_retry: u64,
    /// Answers that failed after the last retry.
    pub retries_exhausted: u64,
    /// Mean announced delay in seconds; 0 without retries.
    pub average_delay: f64,
    /// Answers whose session is known, so they survive a page refresh.
    pub sessions_kept: u64,
    #[serde(skip)]
    pub(super) total_delay: f64,
}

impl Figures {
    pub(super) fn add(&mut self, other: &Figures) {
        self.answers += other.answers;
        self.retries += other.retries;
        self.success_after_retry += other.success_after_retry;
        self.retries_exhausted += other.retries_exhausted;
        self.sessions_kept += other.sessions_kept;
        self.total_delay += other.total_delay;
    }

    pub(super) fn with_average(mut self) -> Self {
        self.average_delay = if self.retries > 0 { self.total_delay / self.retries as f64 } else { 0.0 };
        self
    }
}
