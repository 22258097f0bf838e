//! What is counted.

use serde::Serialize;

/// What is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Answers that ended, however.
    pub answers: u64,
    /// Retry events.
    pub retries: u64,
    /// Answers that were completed after at least one retry.
    pub success_after_retry: u64,
    /// Answers given up after the last retry.
    pub retries_exhausted: u64,
    /// Mean of the announced delays, in seconds; 0 without any.
    pub average_delay: f64,
    /// Answers of which the session is known: it is there after a refresh.
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
