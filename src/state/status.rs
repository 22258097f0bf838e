//! How things stand, and how a send ended.

use serde::{Serialize, Serializer};

/// How a send ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Outcome {
    Completed,
    Paused,
    Cancelled,
    Failed,
    /// The stream stopped without saying how the run ended.
    Interrupted,
}

/// What is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Status {
    Idle,
    Connecting,
    Streaming,
    /// The backend waits for a rate limit to pass.
    Retrying,
    Ended(Outcome),
}

impl Status {
    /// Whether an answer is on its way.
    pub fn is_streaming(self) -> bool {
        matches!(self, Status::Connecting | Status::Streaming | Status::Retrying)
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Status::Idle => serializer.serialize_str("idle"),
            Status::Connecting => serializer.serialize_str("connecting"),
            Status::Streaming => serializer.serialize_str("streaming"),
            Status::Retrying => serializer.serialize_str("retrying"),
            Status::Ended(outcome) => outcome.serialize(serializer),
        }
    }
}
