//! Bounds on memory, and what happens at each of them.
//!
//! No server can make a handler grow beyond these numbers. Reaching a limit is counted in
//! [`Diagnostics`](crate::state::Diagnostics) and never fatal.

/// Bounds on what one handler holds. No well-behaved stream reaches a default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Longest event in bytes, framing included. A longer one is skipped up to its blank line and counted as
    /// malformed. Default 64 MiB.
    pub max_event_bytes: usize,
    /// Longest text of one message in bytes. The rest is dropped and counted. Default 64 MiB.
    pub max_text_bytes: usize,
    /// Timeline entries of one turn. Beyond it, only errors, retries and the end of a run are added. Default 5,000.
    pub max_timeline_entries: usize,
    /// Delegations and members' messages of one turn. Further runs are read but not shown. Default 1,000.
    pub max_messages: usize,
    /// Tool calls of one message. Later ones appear in the timeline only. Default 2,000.
    pub max_tool_calls: usize,
    /// Reasoning steps, and media of each kind, of one message. Later ones are dropped and counted. Default 2,000.
    pub max_items: usize,
    /// Sessions listed. Later ones are only counted. Default 2,000.
    pub max_sessions: usize,
    /// A tool's result, a custom event's data or a run's metrics in a timeline entry, in bytes. A longer result is
    /// truncated (the tool call has all of it), longer JSON is omitted. Default 64 KiB.
    pub max_detail_bytes: usize,
    /// Malformed frames and unknown event names listed. All are counted. Default 50.
    pub max_listed: usize,
    /// Length of a malformed frame's excerpt in bytes. Default 160.
    pub max_excerpt_bytes: usize,
    /// Bytes read of an HTTP error's body. Default 64 KiB.
    pub max_error_body_bytes: usize,
    /// Sends that may be queued behind the running one. Default 100.
    pub max_queued: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_event_bytes: 64 << 20,
            max_text_bytes: 64 << 20,
            max_timeline_entries: 5_000,
            max_messages: 1_000,
            max_tool_calls: 2_000,
            max_items: 2_000,
            max_sessions: 2_000,
            max_detail_bytes: 64 << 10,
            max_listed: 50,
            max_excerpt_bytes: 160,
            max_error_body_bytes: 64 << 10,
            max_queued: 100,
        }
    }
}

/// The first `max` bytes of `text`, truncated at a character boundary.
pub(crate) fn excerpt(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let mut end = max;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    crate::text::slice(text, ..end)
}
