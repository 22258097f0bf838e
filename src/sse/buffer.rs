//! The decoder's buffer: which bytes are still needed, and what is given up when there are too many.

use super::{Data, Decoder, Fault, Step};
use std::ops::Range;

impl Decoder {
    /// Drops what earlier events held. Offsets move with it.
    pub(super) fn reclaim(&mut self) {
        if self.base == 0 {
            return;
        }
        let (base, keep) = (self.base, self.buf.len() - self.base);
        // Moving costs what is kept: only when that is less than what is freed, so that no byte moves twice on average.
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

    /// What was read before this line is not needed any more, unless a field of an event was among it.
    pub(super) fn release_consumed(&mut self) {
        if self.between_events() {
            self.base = self.line;
        }
    }

    /// No field of an event has been read.
    pub(super) fn between_events(&self) -> bool {
        self.event.is_none() && self.data == Data::None && self.id.is_none()
    }

    /// The buffer holds no whole line more: is what it holds too long?
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

    /// The event being read is given up; what follows of it, up to its blank line, is passed over.
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
