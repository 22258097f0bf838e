//! Frames that repeat one another but for one JSON string: what a model streams, token after token.
//!
//! A [`Template`] holds the bytes before and after the string of one frame. The next frame that has the same bytes
//! around a valid string body says the same with another text: comparing is ten times as fast as reading it. Exact,
//! not a guess: where anything differs, the frame is read as any other.

use super::Decoder;
use crate::json::string_end;

/// The bytes around the string.
#[derive(Debug, Clone)]
pub struct Template {
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Decoder {
    /// What the event that [`next_frame`](Decoder::next_frame) has just given would be a template of, if `value` (a
    /// JSON string, quotes and all) of its `data` is what varies. `None` where the frame does not stand in the buffer
    /// as it was given.
    pub(crate) fn template(&self, data_at: usize, value: std::ops::Range<usize>) -> Option<Template> {
        let start = data_at.checked_add(value.start)? + 1;
        let end = data_at.checked_add(value.end)?.checked_sub(1)?;
        let (before, after) = (self.buf.get(self.frame.start..start)?, self.buf.get(end..self.frame.end)?);
        let plain = !before.contains(&b'\r') && !after.contains(&b'\r') && after.ends_with(b"\n\n");
        plain.then(|| Template { before: before.to_vec(), after: after.to_vec() })
    }

    /// Where in the buffer the data of the event given last begins; `None` if it was joined of several lines.
    pub(crate) fn data_at(&self) -> Option<usize> {
        self.data_start
    }

    /// The string body of the next frame, if that is one of `template`'s. It is passed over, as read.
    pub(crate) fn repeated(&mut self, template: &Template) -> Option<&str> {
        let fresh = self.idle() && self.object.is_none() && !self.skipping && !self.at_start;
        if !fresh || self.scanned != self.line {
            return None;
        }
        let rest = self.buf.get(self.line..)?.strip_prefix(template.before.as_slice())?;
        let end = string_end(rest, 0).ok()?;
        let length = template.before.len() + end + template.after.len();
        if !rest[end..].starts_with(&template.after) || length > self.max_event {
            return None;
        }
        let text = std::str::from_utf8(&rest[..end]).ok()?;
        self.line += length;
        self.scanned = self.line;
        self.base = self.line;
        self.after_cr = false;
        self.after_object = false;
        Some(text)
    }
}
