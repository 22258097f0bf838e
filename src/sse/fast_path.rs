//! Frames that repeat one another but for a text and some numbers: what a model streams, token after token.
//!
//! A [`FramePattern`] holds the bytes of one frame around the values that vary. A frame that has the same bytes around valid
//! values says the same with another text: comparing is ten times as fast as reading it. Exact, not a guess: where
//! anything differs, the frame is read as any other.

use super::Decoder;
use crate::bytes::common_prefix;
use crate::json::{scan_string, JsonError, JsonErrorKind};
use std::ops::Range;

/// The bytes around the values.
#[derive(Debug, Clone)]
pub(crate) struct FramePattern {
    segments: Vec<Segment>,
}

/// A value that varies, and the bytes literal it.
#[derive(Debug, Clone)]
struct Segment {
    slot: Slot,
    literal: Vec<u8>,
}

/// What varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    /// Nothing: the bytes that every frame begins with.
    Start,
    /// The body of a string: the text.
    Text,
    /// A whole number that says nothing.
    Number,
    /// A whole number that says which frame it is.
    Index,
}

/// How far a frame was progress.
#[derive(Debug, Clone, Default)]
pub(crate) struct MatchProgress {
    /// Parts that are the same.
    segments: usize,
    /// Where the next part begins.
    at: usize,
    /// Up to where its string was scanned.
    scanned: usize,
    text: Range<usize>,
    index: Option<u64>,
}

/// What the next frame is to a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameMatch<'a> {
    /// One of its own.
    Complete { text: &'a str, index: Option<u64>, length: usize },
    /// As far as it is there.
    Partial,
    /// Another.
    Mismatch,
}

impl Decoder {
    /// What the event that [`next_frame`](Decoder::next_frame) has just given would be a template of, if `slots` are the
    /// values in its data that vary, in their order. `None` where the frame does not stand in the buffer as it was given.
    pub(crate) fn frame_pattern(&self, slots: &[(Slot, Range<usize>)]) -> Option<FramePattern> {
        let data = self.data_start?;
        let mut segments = Vec::with_capacity(slots.len() + 1);
        let (mut slot, mut from) = (Slot::Start, self.frame.start);
        for (next, range) in slots {
            let literal = self.buf.get(from..data.checked_add(range.start)?)?.to_vec();
            segments.push(Segment { slot, literal });
            (slot, from) = (*next, data.checked_add(range.end)?);
        }
        let literal = self.buf.get(from..self.frame.end)?.to_vec();
        let ends = literal.ends_with(b"\n\n");
        segments.push(Segment { slot, literal });
        let plain = ends && segments.iter().all(|p| !p.literal.contains(&b'\r'));
        plain.then_some(FramePattern { segments })
    }

    /// Whether the next frame is one of `pattern`'s. `progress`: what was found when less of it was there.
    pub(crate) fn match_next(&self, pattern: &FramePattern, progress: &mut MatchProgress) -> FrameMatch<'_> {
        let fresh = self.between_events() && self.object.is_none() && !self.skipping && !self.at_start;
        let Some(rest) = self.buf.get(self.line..).filter(|_| fresh && self.scanned == self.line) else {
            return FrameMatch::Mismatch;
        };
        match pattern.match_bytes(rest, progress) {
            Some(true) if progress.at <= self.max_event => match std::str::from_utf8(&rest[progress.text.clone()]) {
                Ok(text) => FrameMatch::Complete { text, index: progress.index, length: progress.at },
                Err(_) => FrameMatch::Mismatch,
            },
            // What is too long is not waited for.
            None if rest.len() <= self.max_event => FrameMatch::Partial,
            _ => FrameMatch::Mismatch,
        }
    }

    /// The next frame, of so many bytes, is read.
    pub(crate) fn skip_frame(&mut self, length: usize) {
        self.begin_line_at(self.line + length);
        self.base = self.line;
        self.after_cr = false;
        self.after_object = false;
    }
}

impl FramePattern {
    /// Whether `bytes` begin with one of its frames; `None`: they do as far as they go.
    fn match_bytes(&self, bytes: &[u8], progress: &mut MatchProgress) -> Option<bool> {
        while let Some(Segment { slot, literal }) = self.segments.get(progress.segments) {
            let at = progress.at;
            let end = match slot {
                Slot::Start => at,
                Slot::Text => match scan_string(bytes, progress.scanned) {
                    Ok(end) => end,
                    Err((at, JsonError { kind: JsonErrorKind::Truncated, .. })) => {
                        progress.scanned = at;
                        return None;
                    }
                    Err(_) => return Some(false),
                },
                Slot::Number | Slot::Index => {
                    let digits = bytes.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
                    match digits {
                        0 if at >= bytes.len() => return None,
                        1..MAX_DIGITS if digits == 1 || bytes[at] != b'0' => at + digits,
                        _ => return Some(false),
                    }
                }
            };
            progress.scanned = end;
            let there = bytes.get(end..).unwrap_or_default();
            let same = common_prefix(there, literal);
            if same < literal.len() {
                return if same == there.len() { None } else { Some(false) };
            }
            match slot {
                Slot::Text => progress.text = at..end,
                Slot::Index => progress.index = bytes[at..end].iter().try_fold(0u64, digit),
                _ => {}
            }
            progress.segments += 1;
            progress.at = end + literal.len();
            progress.scanned = progress.at;
        }
        Some(true)
    }
}

/// Numbers that are longer are read as any other.
const MAX_DIGITS: usize = 16;

fn digit(number: u64, digit: &u8) -> Option<u64> {
    number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
}
