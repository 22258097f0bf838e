//! The decoder's buffer: which bytes are still needed, and what is discarded when an event exceeds the limit.

use super::{Data, Decoder, Fault, Step};
use std::ops::Range;

impl Decoder {
    /// Frees the bytes of earlier events and shifts the offsets.
    pub(super) fn reclaim(&mut self) {
        if self.base == 0 {
            return;
        }
        let (base, keep) = (self.base, self.buf.len() - self.base);
        // Moving costs time for the bytes kept. Only if fewer than are freed, so a byte moves at most once on average.
        if keep > base {
            return;
        }
        self.buf.copy_within(base.., 0);
        self.buf.truncate(keep);
        if keep == 0 && self.buf.capacity() > (1 << 20) {
            self.buf = Vec::new();
        }
        for at in [&mut self.line, &mut self.scanned, &mut self.base] {
            *at -= base;
        }
        for range in [self.event.as_mut(), self.id.as_mut(), self.data.range()].into_iter().flatten() {
            *range = range.start - base..range.end - base;
        }
    }

    pub(super) fn begin_line_at(&mut self, at: usize) {
        self.line = at;
        self.scanned = at;
    }

    /// Everything before the current line is no longer needed, unless a pending event refers to it.
    pub(super) fn release_consumed(&mut self) {
        if self.between_events() {
            self.base = self.line;
        }
    }

    /// Whether no field of an event has been read yet.
    pub(super) fn between_events(&self) -> bool {
        self.event.is_none() && self.data == Data::None && self.id.is_none()
    }

    /// The buffer holds no further complete line. Gives up the pending event if it is too long already.
    pub(super) fn out_of_input(&mut self) -> Step {
        if self.skipping {
            self.skipped_part |= self.line < self.buf.len();
            self.drop_buffer();
        } else if self.buf.len() - self.base > self.max_event {
            let part = self.line < self.buf.len();
            self.line = self.buf.len();
            self.scanned = self.line;
            return self.too_long(false, part);
        }
        Step::NeedInput
    }

    /// Discards the pending event; the rest of it, up to its blank line, is skipped.
    pub(super) fn too_long(&mut self, ended: bool, part_of_line: bool) -> Step {
        self.skipping = !ended;
        self.skipped_part = part_of_line;
        let excerpt = self.base..self.line.min(self.base + self.max_event);
        self.reset_event();
        self.base = self.line;
        Step::Malformed(Fault::TooLong, excerpt)
    }

    pub(super) fn drop_buffer(&mut self) {
        self.line = self.buf.len();
        self.scanned = self.line;
        self.base = self.line;
    }

    pub(super) fn reset_event(&mut self) {
        self.event = None;
        self.data = Data::None;
        self.id = None;
    }
}

impl Data {
    fn range(&mut self) -> Option<&mut Range<usize>> {
        match self {
            Data::One(range) => Some(range),
            _ => None,
        }
    }
}
