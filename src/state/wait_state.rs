//! Waits in sight of the user: of a retry, of a connection to be made again, of a send that is held back.

use crate::time::Seconds;
use serde::Serialize;

/// Why something is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums)]
pub enum RetryCause {
    /// A rate limit.
    RateLimit,
    /// HTTP 503.
    Unavailable,
    /// The request got no answer.
    Network,
}

/// Who waits and starts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums)]
pub enum Retrier {
    /// The backend, which says so in the stream.
    Server,
    /// The client itself.
    Handler,
}

/// A rate limit being waited out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RetryState {
    /// 1 for the first retry.
    pub attempt: u64,
    /// Retries that will be made.
    pub max_retries: u64,
    /// Seconds.
    pub delay: f64,
    /// For the user.
    pub message: String,
    /// Seconds since the Unix epoch.
    pub resumes_at: Seconds,
    /// Why.
    pub cause: RetryCause,
    /// Who.
    pub by: Retrier,
}

/// Why a send is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums)]
pub enum PacingCause {
    /// A rate limit was hit just now, here or in another tab.
    Limit,
    /// It would exceed the quota.
    Quota,
}

/// A send that is held back to stay under a rate limit.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pacing {
    /// Seconds.
    pub delay: f64,
    /// Seconds since the Unix epoch.
    pub resumes_at: Seconds,
    /// For the user.
    pub message: String,
    /// Why.
    pub cause: PacingCause,
    /// A long conversation named as the cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}
