//! Finds the end of a bare JSON object in the stream incrementally, by counting brackets outside strings.
//!
//! In: bytes, split anywhere. Out: where the object ends, or where it is broken. Validating the JSON is left to `json`.

use super::{Decoder, Fault, Step};

/// The state of the scan.
#[derive(Debug, Clone, Default)]
pub(super) struct ObjectScan {
    depth: usize,
    in_string: bool,
    escaped: bool,
    after_newline: bool,
    /// It began with `[`: an object has to follow.
    opens_list: bool,
    /// The object is too long: it is scanned to its end but not buffered.
    dropped: bool,
}

enum Scanned {
    /// The object continues beyond these bytes.
    More,
    /// It ends before this byte.
    End(usize),
    /// It is cut off before this byte.
    Broken(usize),
}

impl ObjectScan {
    fn run(&mut self, bytes: &[u8]) -> Scanned {
        for (at, &b) in bytes.iter().enumerate() {
            if self.in_string {
                match b {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    // JSON strings contain no raw line break: the line was cut off, and the stream continues after it.
                    b'\n' | b'\r' => return Scanned::Broken(at + 1),
                    _ => {}
                }
                continue;
            }
            // An event stream field (`data`, `event`, `id`, `retry`) or comment: no JSON line starts with these bytes
            // outside a string.
            if self.after_newline && matches!(b, b'd' | b'e' | b'i' | b'r' | b':') {
                return Scanned::Broken(at);
            }
            self.after_newline = matches!(b, b'\n' | b'\r');
            if self.opens_list && self.depth > 0 && !b.is_ascii_whitespace() {
                self.opens_list = false;
                if b != b'{' {
                    return Scanned::Broken(at);
                }
            }
            match b {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Scanned::End(at + 1);
                    }
                }
                _ => {}
            }
        }
        Scanned::More
    }
}

impl Decoder {
    /// A line that starts with `{` between two events opens a bare object; so does `[{`, where nothing came before it.
    pub(super) fn begins_object(&mut self) -> bool {
        if !self.bare_objects || self.skipping || self.scanned != self.line || !self.between_events() {
            return false;
        }
        if self.after_object {
            let between = |b: &&u8| matches!(b, b' ' | b'\t' | b',');
            let passed = self.buf[self.line..].iter().take_while(between).count();
            if passed > 0 {
                self.begin_line_at(self.line + passed);
                self.release_consumed();
            }
        }
        let is_first = !self.has_fields && self.ignored.is_none() && !self.after_object;
        match self.buf.get(self.line) {
            Some(b @ (b'{' | b'[')) if *b == b'{' || is_first => {
                self.object = Some(ObjectScan { opens_list: *b == b'[', ..ObjectScan::default() });
                true
            }
            Some(_) => {
                self.after_object = false;
                false
            }
            None => false,
        }
    }

    /// Continues with the open object. `None`: continue with lines.
    pub(super) fn step_object(&mut self) -> Option<Step> {
        let scan = self.object.as_mut()?;
        let found = scan.run(&self.buf[self.scanned..]);
        let start = self.line;
        match found {
            Scanned::More => {
                self.scanned = self.buf.len();
                if scan.dropped {
                    self.drop_buffer();
                } else if self.buf.len() - start > self.max_event {
                    scan.dropped = true;
                    self.drop_buffer();
                    return Some(Step::Malformed(Fault::TooLong, start..start + self.max_event));
                }
                Some(Step::NeedInput)
            }
            Scanned::End(at) => self.end_object(start, self.scanned + at, None),
            Scanned::Broken(at) => self.end_object(start, self.scanned + at, Some(Fault::BrokenObject)),
        }
    }

    fn end_object(&mut self, start: usize, end: usize, fault: Option<Fault>) -> Option<Step> {
        let dropped = self.object.take().is_some_and(|scan| scan.dropped);
        self.after_object = fault.is_none();
        self.begin_line_at(end);
        self.release_consumed();
        match fault {
            _ if dropped => None,
            _ if end - start > self.max_event => Some(Step::Malformed(Fault::TooLong, start..start + self.max_event)),
            Some(fault) => Some(Step::Malformed(fault, start..end)),
            None => Some(Step::Object(start..end)),
        }
    }
}
