//! Splits the stream into lines and interprets their fields (WHATWG HTML §9.2.6).

use super::{Data, Decoder, Step};
use crate::bytes::count_scanned;
use std::ops::Range;

impl Decoder {
    #[cfg_attr(hot, optimize(speed), inline(never))]
    pub(super) fn step(&mut self) -> Step {
        loop {
            if self.at_start && !self.skip_byte_order_mark() {
                return Step::NeedInput;
            }
            if self.after_cr && self.line < self.buf.len() {
                self.after_cr = false;
                if self.buf[self.line] == b'\n' {
                    self.begin_line_at(self.line + 1);
                    self.release_consumed();
                }
            }
            if self.object.is_some() || self.begins_object() {
                match self.step_object() {
                    Some(step) => return step,
                    None => continue,
                }
            }
            let found = memchr::memchr2(b'\n', b'\r', &self.buf[self.scanned..]);
            count_scanned(found.unwrap_or(self.buf.len() - self.scanned));
            let Some(at) = found else {
                self.scanned = self.buf.len();
                return self.out_of_input();
            };
            let (start, end) = (self.line, self.scanned + at);
            self.after_cr = self.buf[end] == b'\r';
            self.begin_line_at(end + 1);
            if !self.skipping && self.line - self.base > self.max_event {
                return self.too_long(start == end, false);
            }
            let step = self.read_line(start, end);
            self.release_consumed();
            if let Some(step) = step {
                return step;
            }
        }
    }

    /// Returns `false` while more bytes are needed to tell whether the stream starts with a byte order mark.
    fn skip_byte_order_mark(&mut self) -> bool {
        const MARK: &[u8] = b"\xEF\xBB\xBF";
        if self.buf.len() < MARK.len() && MARK.starts_with(&self.buf) {
            return false;
        }
        if self.buf.starts_with(MARK) {
            self.begin_line_at(MARK.len());
            self.release_consumed();
        }
        self.at_start = false;
        true
    }

    /// Interprets one line, given without its line ending.
    fn read_line(&mut self, start: usize, end: usize) -> Option<Step> {
        if start == end {
            return self.read_blank_line();
        }
        if self.skipping {
            self.skipped_part = false;
            return None;
        }
        let line = &self.buf[start..end];
        let colon = memchr::memchr(b':', line);
        if colon == Some(0) {
            return Some(Step::Comment);
        }
        let (name, mut value) = match colon {
            Some(at) => (&line[..at], start + at + 1..end),
            None => (line, end..end),
        };
        if self.buf.get(value.start) == Some(&b' ') && value.start < end {
            value.start += 1;
        }
        self.has_fields |= matches!(name, b"data" | b"event" | b"id" | b"retry");
        match name {
            b"data" => self.add_data(value),
            b"event" => self.event = Some(value),
            b"id" if !self.buf[value.clone()].contains(&0) => self.id = Some(value),
            b"retry" => self.read_retry(value),
            b"id" => {}
            _ if self.ignored.is_none() => self.ignored = Some(self.excerpt(start..end).into_owned()),
            _ => {}
        }
        None
    }

    fn read_blank_line(&mut self) -> Option<Step> {
        if self.skipping {
            // A line whose first part was dropped is not blank.
            self.skipping = std::mem::take(&mut self.skipped_part);
            return None;
        }
        if let Some(id) = self.id.take() {
            self.last_event_id = String::from_utf8_lossy(&self.buf[id]).into_owned();
        }
        if self.data == Data::None {
            self.reset_event();
            return None;
        }
        self.frame = self.base..self.line;
        self.data_start = match &self.data {
            Data::One(data) => Some(data.start),
            _ => None,
        };
        self.base = self.line;
        // An empty `event:` field means the default type.
        self.event = self.event.take().filter(|r| !r.is_empty());
        Some(Step::Dispatch)
    }

    fn add_data(&mut self, value: Range<usize>) {
        match &self.data {
            Data::None => self.data = Data::One(value),
            Data::One(first) => {
                self.joined.clear();
                self.joined.extend_from_slice(&self.buf[first.clone()]);
                self.join(value);
                self.data = Data::Many;
            }
            Data::Many => self.join(value),
        }
    }

    fn join(&mut self, value: Range<usize>) {
        self.joined.push(b'\n');
        self.joined.extend_from_slice(&self.buf[value]);
    }

    fn read_retry(&mut self, value: Range<usize>) {
        let digits = &self.buf[value];
        if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) {
            let add = |n: u64, d: &u8| n.saturating_mul(10).saturating_add(u64::from(d - b'0'));
            self.retry = Some(digits.iter().fold(0, add));
        }
    }
}
