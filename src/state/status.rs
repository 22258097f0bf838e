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
        let (index, name) = match self {
            Status::Idle => (0, "idle"),
            Status::Connecting => (1, "connecting"),
            Status::Streaming => (2, "streaming"),
            Status::Retrying => (3, "retrying"),
            Status::Ended(Outcome::Completed) => (4, "completed"),
            Status::Ended(Outcome::Paused) => (5, "paused"),
            Status::Ended(Outcome::Cancelled) => (6, "cancelled"),
            Status::Ended(Outcome::Failed) => (7, "failed"),
            Status::Ended(Outcome::Interrupted) => (8, "interrupted"),
        };
        serializer.serialize_unit_variant("Status", index, name)
    }
}
