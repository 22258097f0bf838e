//! The status of the conversation, and the outcome of a send.

use serde::{Serialize, Serializer};

/// The outcome of a send.
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

/// The status of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Status {
    Idle,
    Connecting,
    Streaming,
    /// A rate limit or a lost connection is being waited out.
    Retrying,
    Ended(Outcome),
}

impl Status {
    /// Whether an answer is under way.
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
