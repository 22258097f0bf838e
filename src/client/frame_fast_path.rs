//! The fast path: content frames that repeat an earlier one around their text are matched by comparing bytes.
//!
//! Several patterns are remembered, because agents interleave. After any other event the target of a pattern is
//! validated again: the event may have changed what a content frame means.

use crate::event::RunEvent;
use crate::json::{Object, Str};
use crate::sse::{Decoder, FrameMatch, FramePattern, MatchProgress, Slot};
use crate::state::{AppendTarget, Conversation};
use std::ops::Range;

#[derive(Debug, Clone, Default)]
pub(super) struct FastPath {
    patterns: Vec<(FramePattern, AppendTarget)>,
    /// The pattern matched last; it is tried first.
    last: usize,
    /// The pattern to evict next.
    oldest: usize,
    /// Patterns learned since one last matched.
    misses: u32,
    /// For a frame that has not arrived completely: how many patterns it failed, and its progress through the next.
    partial: (usize, MatchProgress),
}

const MAX_PATTERNS: usize = 8;
const MAX_MISSES: u32 = 64;

/// Result of trying the next frame.
pub(super) enum FastPathResult {
    /// Its text was appended.
    Appended,
    /// It matches a known pattern as far as it has arrived.
    Incomplete,
    /// It must be parsed.
    NoMatch,
}

impl FastPath {
    /// Appends the next frame's text if it matches a known pattern. `in_order`: no frame before it is held back.
    #[cfg_attr(hot, optimize(speed), inline(never))]
    pub(super) fn append_repeated(
        &mut self,
        decoder: &mut Decoder,
        conversation: &mut Conversation,
        in_order: bool,
    ) -> FastPathResult {
        let (tried, mut progress) = std::mem::take(&mut self.partial);
        let count = if in_order { self.patterns.len() } else { 0 };
        for offset in tried..count {
            let at = (self.last + offset) % count;
            let (pattern, target) = &mut self.patterns[at];
            match decoder.match_next(pattern, &mut progress) {
                FrameMatch::Complete { text, index, length } => {
                    if conversation.append(target, Str::new(text), index) {
                        decoder.skip_frame(length);
                        self.last = at;
                        self.misses = 0;
                        return FastPathResult::Appended;
                    }
                }
                FrameMatch::Partial => {
                    self.partial = (offset, progress);
                    return FastPathResult::Incomplete;
                }
                FrameMatch::Mismatch => {}
            }
            progress = MatchProgress::default();
        }
        FastPathResult::NoMatch
    }

    /// Whether to remember the content frame just applied. If frames vary in other places as well, learning costs more
    /// than it saves: only now and then.
    pub(super) fn may_learn(&mut self) -> bool {
        self.misses = self.misses.wrapping_add(1);
        self.misses <= MAX_MISSES || self.misses % MAX_MISSES == 0
    }

    /// Remembers the frame just applied, which appended a text to `target`.
    pub(super) fn learn(&mut self, decoder: &Decoder, target: AppendTarget, slots: &[(Slot, Range<usize>)]) {
        let Some(pattern) = decoder.frame_pattern(slots) else { return };
        if self.patterns.len() < MAX_PATTERNS {
            self.last = self.patterns.len();
            self.patterns.push((pattern, target));
        } else {
            self.last = self.oldest;
            self.patterns[self.oldest] = (pattern, target);
            self.oldest = (self.oldest + 1) % MAX_PATTERNS;
        }
    }
}

/// Where the values that vary between content frames stand in `data`; `None` if the text cannot be identified.
pub(super) fn variable_parts(data: &str, event: &RunEvent<'_>) -> Option<Vec<(Slot, Range<usize>)>> {
    let content = event.content?.text();
    let mut slots = Vec::new();
    let mut object = Object::parse(data).ok()?;
    while let Ok(Some((key, value))) = object.next_member() {
        let text = value.text();
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        // Pointers are compared, never dereferenced.
        let at = (text.as_ptr() as usize).checked_sub(data.as_ptr() as usize)?;
        let range = at..at + text.len();
        match key.decode().as_ref() {
            "content" if std::ptr::eq(text, content) => slots.push((Slot::Text, range.start + 1..range.end - 1)),
            "created_at" if digits => slots.push((Slot::Number, range)),
            "event_index" if digits => slots.push((Slot::Index, range)),
            "content" | "event_index" => return None,
            _ => {}
        }
    }
    let count = |wanted| slots.iter().filter(|(slot, _)| *slot == wanted).count();
    (count(Slot::Text) == 1 && count(Slot::Index) <= 1).then_some(slots)
}
