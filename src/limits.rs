//! Bounds on memory, and what happens at each of them.
//!
//! Nothing that a server sends can make a handler grow beyond these numbers; reaching one is counted in
//! [`Diagnostics`](crate::state::Diagnostics), never fatal.

/// Bounds on what one handler keeps. Every field has a default that no honest stream reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Longest event in bytes, framing included. A longer one is skipped up to its blank line and counted as
    /// malformed. Default 64 MiB.
    pub max_event_bytes: usize,
    /// Longest text of one message in bytes. What comes after is dropped and counted. Default 64 MiB.
    pub max_text_bytes: usize,
    /// Timeline entries of one turn. Beyond it only errors, retries and ends are kept. Default 5,000.
    pub max_timeline_entries: usize,
    /// Delegations and members' messages of one turn; the runs beyond it are read, not shown. Default 1,000.
    pub max_messages: usize,
    /// Tool calls of one message; later ones are in the timeline only. Default 2,000.
    pub max_tool_calls: usize,
    /// Reasoning steps, and media of one kind, of one message; later ones are dropped and counted. Default 2,000.
    pub max_items: usize,
    /// Sessions listed; later ones are counted only. Default 2,000.
    pub max_sessions: usize,
    /// A tool's result, a custom event's data or a run's metrics in a timeline entry, in bytes. A longer result is
    /// cut there (the tool call has it whole), longer JSON is left out. Default 64 KiB.
    pub max_detail_bytes: usize,
    /// Malformed frames and unknown event names that are listed; all are counted. Default 50.
    pub max_listed: usize,
    /// Length of a malformed frame's excerpt in bytes. Default 160.
    pub max_excerpt_bytes: usize,
    /// Bytes of an HTTP error's body that are read for its message. Default 64 KiB.
    pub max_error_body_bytes: usize,
    /// Sends that may wait for the running one. Default 100.
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

/// The first `max` bytes of `text`, cut at a character boundary.
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
