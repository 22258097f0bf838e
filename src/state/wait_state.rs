//! Waits that the user sees: for a retry, for a lost connection, for a send that is held back.

use crate::time::Seconds;
use serde::Serialize;

/// Why a request is repeated.
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

/// Who repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums)]
pub enum Retrier {
    /// The server, announced in the stream.
    Server,
    /// The client.
    Handler,
}

/// The wait before a retry or a resume.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RetryState {
    /// 1 for the first retry.
    pub attempt: u64,
    /// Retries at most.
    pub max_retries: u64,
    /// Seconds.
    pub delay: f64,
    /// For the user.
    pub message: String,
    /// Seconds since the Unix epoch.
    pub resumes_at: Seconds,
    /// Why it is repeated.
    pub cause: RetryCause,
    /// Who repeats it.
    pub by: Retrier,
}

/// Why a send is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums)]
pub enum PacingCause {
    /// A rate limit was hit recently, here or in another tab.
    Limit,
    /// It would exceed the quota.
    Quota,
    /// Another client's run is going on in the session.
    Session,
}

/// A send held back to stay under a rate limit.
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
    /// Names a long conversation as the probable cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}
