//! The three alerts of docs/rate-limit-retries.md.

use super::Figures;
use serde::Serialize;

/// When to alert. All rules look at the last hour.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_structs)]
pub struct AlertRule {
    /// The id for programs.
    pub id: &'static str,
    /// The value it watches.
    pub metric: fn(&Figures) -> f64,
    /// Active above this value.
    pub threshold: f64,
    /// What is wrong.
    pub message: &'static str,
    /// What to do.
    pub action: &'static str,
}

/// High retry rate, retry failure rate, average retry delay.
pub const ALERTS: [AlertRule; 3] = [
    AlertRule {
        id: "high_retry_rate",
        metric: |hour| hour.retries as f64,
        threshold: 50.0,
        message: "Unusual retry activity detected",
        action: "Check Google API quota dashboard",
    },
    AlertRule {
        id: "retry_failure_rate",
        metric: |hour| hour.retries_exhausted as f64,
        threshold: 10.0,
        message: "Multiple requests failing after retries",
        action: "Investigate quota limits or API issues",
    },
    AlertRule {
        id: "average_retry_delay",
        metric: |hour| hour.average_delay,
        threshold: 60.0,
        message: "Average retry delay above 60 seconds",
        action: "May indicate sustained quota exhaustion",
    },
];

/// An active rule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Alert {
    pub id: &'static str,
    pub value: f64,
    pub threshold: f64,
    pub message: &'static str,
    pub action: &'static str,
}

impl AlertRule {
    pub(super) fn check(&self, hour: &Figures) -> Option<Alert> {
        let AlertRule { id, threshold, message, action, metric } = *self;
        let value = metric(hour);
        (value > threshold).then_some(Alert { id, value, threshold, message, action })
    }
}
