//! The content frames that a stream repeats, and where their text goes.
//!
//! Several, because agents interleave. Where a text goes is asked again after every other event: it may have changed what
//! a content frame means.

use crate::event::RunEvent;
use crate::json::{Object, Str};
use crate::sse::{Decoder, FrameMatch, FramePattern, MatchProgress, Slot};
use crate::state::{AppendTarget, Conversation};
use std::ops::Range;

#[derive(Debug, Clone, Default)]
pub(super) struct FastPath {
    known: Vec<(FramePattern, AppendTarget)>,
    /// The one that was met last: it is tried first.
    last: usize,
    /// The one that makes room for another, if need be.
    oldest: usize,
    /// Frames that were learned in vain since one was met again.
    vain: u32,
    /// A frame that is not all there: how many templates it does not follow, and how far it follows the next.
    begun: (usize, MatchProgress),
}

const MOST: usize = 8;
const PATIENCE: u32 = 64;

/// What became of the next frame.
pub(super) enum FastPathResult {
    /// Its text is appended.
    Appended,
    /// It is one that is known, as far as it is there.
    Incomplete,
    /// It is to be read.
    NoMatch,
}

impl FastPath {
    /// Appends the next frame's text, if it is one that is known.
    pub(super) fn append_repeated(&mut self, decoder: &mut Decoder, conversation: &mut Conversation) -> FastPathResult {
        let (tried, mut progress) = std::mem::take(&mut self.begun);
        let count = self.known.len();
        for turn in tried..count {
            let at = (self.last + turn) % count;
            let (pattern, target) = &mut self.known[at];
            match decoder.match_next(pattern, &mut progress) {
                FrameMatch::Complete { text, index, length } => {
                    if conversation.append(target, Str::new(text), index) {
                        decoder.skip_frame(length);
                        self.last = at;
                        self.vain = 0;
                        return FastPathResult::Appended;
                    }
                }
                FrameMatch::Partial => {
                    self.begun = (turn, progress);
                    return FastPathResult::Incomplete;
                }
                FrameMatch::Mismatch => {}
            }
            progress = MatchProgress::default();
        }
        FastPathResult::NoMatch
    }

    /// The event given last appended a text to `target`: the one of `holes`.
    pub(super) fn learn(&mut self, decoder: &Decoder, target: AppendTarget, holes: &[(Slot, Range<usize>)]) {
        self.vain = self.vain.wrapping_add(1);
        // Where something else varies too, hardly any is kept: that would cost more than it saves.
        if self.vain > PATIENCE && self.vain % PATIENCE != 0 {
            return;
        }
        let Some(pattern) = decoder.frame_pattern(holes) else { return };
        if self.known.len() < MOST {
            self.last = self.known.len();
            self.known.push((pattern, target));
        } else {
            self.last = self.oldest;
            self.known[self.oldest] = (pattern, target);
            self.oldest = (self.oldest + 1) % MOST;
        }
    }
}

/// Where in `data` the values stand that vary from one content frame to the next; `None` where its text cannot be told from
/// another.
pub(super) fn variable_parts(data: &str, event: &RunEvent<'_>) -> Option<Vec<(Slot, Range<usize>)>> {
    let content = event.content?.text();
    let mut holes = Vec::new();
    let mut object = Object::parse(data).ok()?;
    while let Ok(Some((key, value))) = object.next_member() {
        let text = value.text();
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        // Addresses, to be progress and never followed.
        let at = (text.as_ptr() as usize).checked_sub(data.as_ptr() as usize)?;
        let range = at..at + text.len();
        match key.decode().as_ref() {
            "content" if std::ptr::eq(text, content) => holes.push((Slot::Text, range.start + 1..range.end - 1)),
            "created_at" if digits => holes.push((Slot::Number, range)),
            "event_index" if digits => holes.push((Slot::Index, range)),
            "content" | "event_index" => return None,
            _ => {}
        }
    }
    let count = |wanted| holes.iter().filter(|(hole, _)| *hole == wanted).count();
    (count(Slot::Text) == 1 && count(Slot::Index) <= 1).then_some(holes)
}
