//! Frames that repeat one another but for a text and some numbers: what a model streams, token after token.
//!
//! A [`Template`] holds the bytes of one frame around the values that vary. A frame that has the same bytes around valid
//! values says the same with another text: comparing is ten times as fast as reading it. Exact, not a guess: where
//! anything differs, the frame is read as any other.

use super::Decoder;
use crate::bytes::common_prefix;
use crate::json::{scan_string, JsonError, JsonErrorKind};
use std::ops::Range;

/// The bytes around the values.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

/// A value that varies, and the bytes behind it.
#[derive(Debug, Clone)]
struct Part {
    hole: Hole,
    behind: Vec<u8>,
}

/// What varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hole {
    /// Nothing: the bytes that every frame begins with.
    Start,
    /// The body of a string: the text.
    Text,
    /// A whole number that says nothing.
    Number,
    /// A whole number that says which frame it is.
    Index,
}

/// How far a frame was compared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Compared {
    /// Parts that are the same.
    parts: usize,
    /// Where the next part begins.
    at: usize,
    /// Up to where its string was scanned.
    scanned: usize,
    text: Range<usize>,
    index: Option<u64>,
}

/// What the next frame is to a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison<'a> {
    /// One of its own.
    Same { text: &'a str, index: Option<u64>, length: usize },
    /// As far as it is there.
    SoFar,
    /// Another.
    Other,
}

impl Decoder {
    /// What the event that [`next_frame`](Decoder::next_frame) has just given would be a template of, if `holes` are the
    /// values in its data that vary, in their order. `None` where the frame does not stand in the buffer as it was given.
    pub(crate) fn template(&self, holes: &[(Hole, Range<usize>)]) -> Option<Template> {
        let data = self.data_start?;
        let mut parts = Vec::with_capacity(holes.len() + 1);
        let (mut hole, mut from) = (Hole::Start, self.frame.start);
        for (next, range) in holes {
            let behind = self.buf.get(from..data.checked_add(range.start)?)?.to_vec();
            parts.push(Part { hole, behind });
            (hole, from) = (*next, data.checked_add(range.end)?);
        }
        let behind = self.buf.get(from..self.frame.end)?.to_vec();
        let ends = behind.ends_with(b"\n\n");
        parts.push(Part { hole, behind });
        let plain = ends && parts.iter().all(|p| !p.behind.contains(&b'\r'));
        plain.then_some(Template { parts })
    }

    /// Whether the next frame is one of `template`'s. `compared`: what was found when less of it was there.
    pub(crate) fn compare(&self, template: &Template, compared: &mut Compared) -> Comparison<'_> {
        let fresh = self.between_events() && self.object.is_none() && !self.skipping && !self.at_start;
        let Some(rest) = self.buf.get(self.line..).filter(|_| fresh && self.scanned == self.line) else {
            return Comparison::Other;
        };
        match template.compare(rest, compared) {
            Some(true) if compared.at <= self.max_event => match std::str::from_utf8(&rest[compared.text.clone()]) {
                Ok(text) => Comparison::Same { text, index: compared.index, length: compared.at },
                Err(_) => Comparison::Other,
            },
            // What is too long is not waited for.
            None if rest.len() <= self.max_event => Comparison::SoFar,
            _ => Comparison::Other,
        }
    }

    /// The next frame, of so many bytes, is read.
    pub(crate) fn pass_over(&mut self, length: usize) {
        self.begin_line_at(self.line + length);
        self.base = self.line;
        self.after_cr = false;
        self.after_object = false;
    }
}

impl Template {
    /// Whether `bytes` begin with one of its frames; `None`: they do as far as they go.
    fn compare(&self, bytes: &[u8], compared: &mut Compared) -> Option<bool> {
        while let Some(Part { hole, behind }) = self.parts.get(compared.parts) {
            let at = compared.at;
            let end = match hole {
                Hole::Start => at,
                Hole::Text => match scan_string(bytes, compared.scanned) {
                    Ok(end) => end,
                    Err((at, JsonError { kind: JsonErrorKind::Truncated, .. })) => {
                        compared.scanned = at;
                        return None;
                    }
                    Err(_) => return Some(false),
                },
                Hole::Number | Hole::Index => {
                    let digits = bytes.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
                    match digits {
                        0 if at >= bytes.len() => return None,
                        1..MOST_DIGITS if digits == 1 || bytes[at] != b'0' => at + digits,
                        _ => return Some(false),
                    }
                }
            };
            compared.scanned = end;
            let there = bytes.get(end..).unwrap_or_default();
            let same = common_prefix(there, behind);
            if same < behind.len() {
                return if same == there.len() { None } else { Some(false) };
            }
            match hole {
                Hole::Text => compared.text = at..end,
                Hole::Index => compared.index = bytes[at..end].iter().try_fold(0u64, digit),
                _ => {}
            }
            compared.parts += 1;
            compared.at = end + behind.len();
            compared.scanned = compared.at;
        }
        Some(true)
    }
}

/// Numbers that are longer are read as any other.
const MOST_DIGITS: usize = 16;

fn digit(number: u64, digit: &u8) -> Option<u64> {
    number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
}
