//! The fast path for the frames of a token stream, which differ only in their text and a few numbers.
//!
//! A [`FramePattern`] holds the bytes of one frame around the values that vary. A frame with the same bytes around
//! valid values means the same, with another text, and comparing is ten times as fast as parsing. The match is exact:
//! if anything else differs, the frame is parsed as usual.

use super::Decoder;
use crate::bytes::{common_prefix, starts_with};
use crate::json::{scan_string, JsonError, JsonErrorKind};
use std::ops::Range;

/// The literal bytes of a frame, and the slots between them.
#[derive(Debug, Clone)]
pub(crate) struct FramePattern {
    segments: Vec<Segment>,
    /// The first slots are a number and the text: the number is a time in seconds, which seldom changes.
    is_steady: bool,
    /// Then all that stood before the text of an earlier frame, compared at once. Empty: not known.
    before_text: Vec<u8>,
}

/// A slot, and the literal bytes after it.
#[derive(Debug, Clone)]
struct Segment {
    slot: Slot,
    literal: Vec<u8>,
}

/// A value that varies from frame to frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    /// Empty: precedes the bytes that every frame starts with.
    Start,
    /// The content of a JSON string: the text.
    Text,
    /// A whole number that is ignored.
    Number,
    /// The whole number that identifies the frame (`event_index`).
    Index,
}

/// How much of an incomplete frame has matched.
#[derive(Debug, Clone, Default)]
pub(crate) struct MatchProgress {
    /// Segments that match.
    segments: usize,
    /// Start of the next segment.
    at: usize,
    /// How far its string has been scanned.
    scanned: usize,
    text: Range<usize>,
    index: Option<u64>,
}

/// How the next frame compares with a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameMatch<'a> {
    /// The frame matches.
    Complete { text: &'a str, index: Option<u64>, length: usize },
    /// It matches as far as it has arrived.
    Partial,
    /// It does not match, and has to be parsed.
    Mismatch,
}

impl Decoder {
    /// The pattern of the event that [`next_frame`](Decoder::next_frame) has just returned. `slots`: the values in its
    /// data that vary, in order. `None` if the data is not in the buffer as returned, or the frame's line endings are
    /// not LF.
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
        let is_steady = matches!(slots, [(Slot::Number, _), (Slot::Text, _), ..]);
        plain.then_some(FramePattern { segments, is_steady, before_text: Vec::new() })
    }

    /// Compares the next frame with `pattern`. `progress`: the result of the last call, when less had arrived.
    pub(crate) fn match_next(&self, pattern: &mut FramePattern, progress: &mut MatchProgress) -> FrameMatch<'_> {
        let fresh = self.between_events() && self.object.is_none() && !self.skipping && !self.at_start;
        let Some(rest) = self.buf.get(self.line..).filter(|_| fresh && self.scanned == self.line) else {
            return FrameMatch::Mismatch;
        };
        if pattern.is_steady && progress.segments == 0 {
            pattern.match_repeated(rest, progress);
        }
        let matched = pattern.match_bytes(rest, progress);
        if matched == Some(true) && pattern.is_steady && pattern.before_text.len() != progress.text.start {
            pattern.before_text = rest[..progress.text.start].to_vec();
        }
        match matched {
            Some(true) if progress.at <= self.max_event => match std::str::from_utf8(&rest[progress.text.clone()]) {
                Ok(text) => FrameMatch::Complete { text, index: progress.index, length: progress.at },
                Err(_) => FrameMatch::Mismatch,
            },
            // Do not wait for the rest of a frame that is too long already.
            None if rest.len() <= self.max_event => FrameMatch::Partial,
            _ => FrameMatch::Mismatch,
        }
    }

    /// Consumes the next frame, of `length` bytes.
    pub(crate) fn skip_frame(&mut self, length: usize) {
        self.begin_line_at(self.line + length);
        self.base = self.line;
        self.after_cr = false;
        self.after_object = false;
    }
}

impl FramePattern {
    /// Goes on to the text if `bytes` begins like an earlier frame; forgets that frame if it does not.
    #[cfg_attr(hot, optimize(speed), inline(never))]
    fn match_repeated(&mut self, bytes: &[u8], progress: &mut MatchProgress) {
        let known = self.before_text.len();
        if starts_with(bytes, &self.before_text) && known > 0 {
            progress.segments = 2;
            progress.at = known;
            progress.scanned = known;
        } else if bytes.len() >= known {
            self.before_text.clear();
        }
    }

    /// Whether `bytes` starts with a matching frame; `None` if all of `bytes` matches but the frame is incomplete.
    #[cfg_attr(hot, optimize(speed), inline(never))]
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

/// Frames with a longer number are parsed as usual.
const MAX_DIGITS: usize = 16;

fn digit(number: u64, digit: &u8) -> Option<u64> {
    number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
}
