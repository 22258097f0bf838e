//! What was read, and what could not be: always counted, listed up to a limit, never fatal.

use crate::limits::{excerpt, Limits};
use serde::Serialize;

/// Counts of what was read and of what could not be.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostics {
    /// Bytes received.
    pub bytes_read: u64,
    /// Events and malformed frames; comments are not counted.
    pub frames_read: u64,
    /// Events with an unknown name.
    pub unknown_events: u64,
    /// Frames that could not be parsed.
    pub malformed_frames: u64,
    /// Frames of a superseded attempt, or repeated by a resumed stream: read and discarded.
    pub stale_frames: u64,
    /// Timeline entries, messages and texts beyond the limits.
    pub dropped_entries: u64,
    /// The names of unknown events, in order of appearance.
    pub unknown: Vec<UnknownEvent>,
    /// The last malformed frames.
    pub malformed: Vec<MalformedFrame>,
}

/// An unknown name and how often it came.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct UnknownEvent {
    pub name: String,
    pub count: u64,
}

/// A frame that could not be parsed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MalformedFrame {
    /// The reason, in words.
    pub reason: String,
    /// Its first characters.
    pub excerpt: String,
    /// Its number among the frames read, from 1.
    pub frame: u64,
}

impl Diagnostics {
    /// The counts that do not change with every frame.
    pub(crate) fn faults(&self) -> [u64; 4] {
        [self.unknown_events, self.malformed_frames, self.stale_frames, self.dropped_entries]
    }

    pub(crate) fn unknown(&mut self, name: &str, limits: &Limits) {
        self.unknown_events += 1;
        let name = excerpt(name, limits.max_excerpt_bytes);
        if let Some(known) = self.unknown.iter_mut().find(|u| u.name == name) {
            known.count += 1;
        } else if self.unknown.len() < limits.max_listed {
            self.unknown.push(UnknownEvent { name: name.into(), count: 1 });
        }
    }

    pub(crate) fn malformed(&mut self, reason: &str, text: &str, limits: &Limits) {
        self.malformed_frames += 1;
        if self.malformed.len() == limits.max_listed && !self.malformed.is_empty() {
            self.malformed.remove(0);
        }
        if limits.max_listed > 0 {
            self.malformed.push(MalformedFrame {
                reason: reason.into(),
                excerpt: excerpt(text, limits.max_excerpt_bytes).into(),
                frame: self.frames_read,
            });
        }
    }
}
