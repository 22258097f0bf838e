//! Bytes → frames: the WHATWG event stream (HTML standard §9.2.5–9.2.6), incremental and bounded.
//!
//! In: chunks of bytes, split anywhere. Out: [`Frame`]s, borrowed from the one buffer. Each byte is scanned once,
//! however the stream is cut. Never: an error that ends the stream, a panic, or a copy of an event that has one
//! `data` line.
//!
//! Beyond the standard, for the older backends of agent-ui: JSON objects that stand bare in the stream, one after
//! another, are frames too. The standard would ignore such lines, so nothing is lost for a stream that follows it.

mod objects;
mod template;

use crate::bytes::looked_at;
use crate::limits::Limits;
use objects::{ObjectScan, Scanned};
use std::borrow::Cow;
use std::ops::Range;
pub(crate) use template::{Compared, Comparison, Hole, Template};

/// One event of the stream, or what could not be read as one.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame<'a> {
    /// A dispatched event. `data` lines are joined by LF; invalid UTF-8 is replaced by U+FFFD.
    Event {
        /// The `event:` line; `None` where there is none (the standard's `message`).
        name: Option<Cow<'a, str>>,
        /// The data.
        data: Cow<'a, str>,
    },
    /// A comment line: a heartbeat. It carries nothing and shows that the connection lives.
    Comment,
    /// Bytes that are no event: the reason, and where they begin.
    Malformed {
        /// Why.
        reason: Fault,
        /// The first bytes of it.
        excerpt: Cow<'a, str>,
    },
}

/// Why bytes are no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Longer than [`Limits::max_event_bytes`]; skipped to its end.
    TooLong,
    /// A bare JSON object that breaks off in the middle.
    BrokenObject,
}

/// The decoder: feed with [`push`](Decoder::push), drain with [`next_frame`](Decoder::next_frame).
///
/// ```
/// use ai_stream_handler::sse::{Decoder, Frame};
/// let mut decoder = Decoder::default();
/// decoder.push(b"event: retry\ndata: {\"attempt\":1}\n\n");
/// assert!(matches!(decoder.next_frame(), Some(Frame::Event { name: Some(n), .. }) if n == "retry"));
/// assert!(decoder.next_frame().is_none());
/// ```
#[derive(Debug, Clone)]
pub struct Decoder {
    buf: Vec<u8>,
    /// First byte of the line being read.
    line: usize,
    /// Bytes before this one have been searched for the end of the line.
    scanned: usize,
    /// First byte that the event being read still needs.
    base: usize,
    /// The last line ended in CR: a LF that follows belongs to it.
    after_cr: bool,
    /// Nothing was read yet: a byte order mark may come.
    at_start: bool,
    event: Option<Range<usize>>,
    data: Data,
    joined: Vec<u8>,
    id: Option<Range<usize>>,
    last_event_id: String,
    retry: Option<u64>,
    object: Option<ObjectScan>,
    /// Behind a bare object: what may stand between two of them is passed over.
    after_object: bool,
    /// The event was too long: lines are dropped up to the next blank one.
    skipping: bool,
    /// While skipping: bytes of the current line were dropped, so it is not blank.
    skipped_part: bool,
    bare_objects: bool,
    /// The event given last: its bytes, and where its data began.
    frame: Range<usize>,
    data_start: Option<usize>,
    max_event: usize,
    max_excerpt: usize,
}

/// The data of the event being read.
#[derive(Debug, Clone, PartialEq)]
enum Data {
    None,
    One(Range<usize>),
    /// More than one line: they are joined in `Decoder::joined`.
    Many,
}

/// What one step of the decoder found; resolved to a [`Frame`] once the borrow is over.
enum Step {
    Starved,
    Comment,
    Dispatch,
    Object(Range<usize>),
    Malformed(Fault, Range<usize>),
}

impl Default for Decoder {
    fn default() -> Self {
        Decoder::new(&Limits::default())
    }
}

impl Decoder {
    /// A decoder at the start of a stream.
    pub fn new(limits: &Limits) -> Self {
        Decoder {
            buf: Vec::new(),
            line: 0,
            scanned: 0,
            base: 0,
            after_cr: false,
            at_start: true,
            event: None,
            data: Data::None,
            joined: Vec::new(),
            id: None,
            last_event_id: String::new(),
            retry: None,
            object: None,
            after_object: false,
            skipping: false,
            skipped_part: false,
            bare_objects: true,
            frame: 0..0,
            data_start: None,
            max_event: limits.max_event_bytes,
            max_excerpt: limits.max_excerpt_bytes,
        }
    }

    /// The standard to the letter: bare JSON objects are ignored lines.
    pub fn without_bare_objects(mut self) -> Self {
        self.bare_objects = false;
        self
    }

    /// The `id` of the last dispatched event (empty before the first).
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// The reconnection time the stream asked for, in milliseconds.
    pub fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// Takes a copy of `bytes`. Drain with [`next_frame`](Decoder::next_frame) before the next push.
    pub fn push(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len()).copy_from_slice(bytes);
    }

    /// Room for the next `n` bytes, which count as read once this returns: write all of them.
    pub fn reserve(&mut self, n: usize) -> &mut [u8] {
        self.reclaim();
        let len = self.buf.len();
        self.buf.resize(len + n, 0);
        &mut self.buf[len..]
    }

    /// Bytes held: the unfinished event, and capacity kept for the next.
    pub fn buffered(&self) -> usize {
        self.buf.capacity() + self.joined.capacity()
    }

    /// The next event of what was pushed; `None` until more bytes come.
    pub fn next_frame(&mut self) -> Option<Frame<'_>> {
        match self.step() {
            Step::Starved => None,
            Step::Comment => Some(Frame::Comment),
            Step::Object(range) => {
                self.data_start = None;
                let data = text(&self.buf[range]);
                Some(Frame::Event { name: None, data })
            }
            Step::Malformed(reason, range) => {
                let end = range.end.min(range.start + self.max_excerpt);
                let excerpt = String::from_utf8_lossy(&self.buf[range.start..end]);
                Some(Frame::Malformed { reason, excerpt })
            }
            Step::Dispatch => {
                let name = self.event.take().map(|r| text(&self.buf[r]));
                let data = match std::mem::replace(&mut self.data, Data::None) {
                    Data::One(r) => text(&self.buf[r]),
                    Data::Many | Data::None => text(&self.joined),
                };
                Some(Frame::Event { name, data })
            }
        }
    }

    /// Drops what earlier events held. Offsets move with it.
    fn reclaim(&mut self) {
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

    fn step(&mut self) -> Step {
        loop {
            if self.at_start && !self.pass_byte_order_mark() {
                return Step::Starved;
            }
            if self.after_cr && self.line < self.buf.len() {
                self.after_cr = false;
                if self.buf[self.line] == b'\n' {
                    self.next_line_at(self.line + 1);
                    self.free_if_idle();
                }
            }
            if self.object.is_some() || self.begins_object() {
                match self.step_object() {
                    Some(step) => return step,
                    None => continue,
                }
            }
            let found = memchr::memchr2(b'\n', b'\r', &self.buf[self.scanned..]);
            looked_at(found.unwrap_or(self.buf.len() - self.scanned));
            let Some(at) = found else {
                self.scanned = self.buf.len();
                return self.starve();
            };
            let (start, end) = (self.line, self.scanned + at);
            self.after_cr = self.buf[end] == b'\r';
            self.next_line_at(end + 1);
            if !self.skipping && self.line - self.base > self.max_event {
                return self.too_long(start == end, false);
            }
            let step = self.read_line(start, end);
            self.free_if_idle();
            if let Some(step) = step {
                return step;
            }
        }
    }

    /// `false` while it cannot be told yet whether the stream begins with a byte order mark.
    fn pass_byte_order_mark(&mut self) -> bool {
        const MARK: &[u8] = b"\xEF\xBB\xBF";
        if self.buf.len() < MARK.len() && MARK.starts_with(&self.buf) {
            return false;
        }
        if self.buf.starts_with(MARK) {
            self.next_line_at(MARK.len());
            self.free_if_idle();
        }
        self.at_start = false;
        true
    }

    fn next_line_at(&mut self, at: usize) {
        self.line = at;
        self.scanned = at;
    }

    /// What was read before this line is not needed any more, unless a field of an event was among it.
    fn free_if_idle(&mut self) {
        if self.idle() {
            self.base = self.line;
        }
    }

    /// No field of an event has been read.
    fn idle(&self) -> bool {
        self.event.is_none() && self.data == Data::None && self.id.is_none()
    }

    /// The buffer holds no whole line more: is what it holds too long?
    fn starve(&mut self) -> Step {
        if self.skipping {
            self.skipped_part |= self.line < self.buf.len();
            self.drop_buffer();
        } else if self.buf.len() - self.base > self.max_event {
            let part = self.line < self.buf.len();
            self.line = self.buf.len();
            self.scanned = self.line;
            return self.too_long(false, part);
        }
        Step::Starved
    }

    /// The event being read is given up; what follows of it, up to its blank line, is passed over.
    fn too_long(&mut self, ended: bool, part_of_line: bool) -> Step {
        self.skipping = !ended;
        self.skipped_part = part_of_line;
        let excerpt = self.base..self.line.min(self.base + self.max_event);
        self.reset_event();
        self.base = self.line;
        Step::Malformed(Fault::TooLong, excerpt)
    }

    fn drop_buffer(&mut self) {
        self.line = self.buf.len();
        self.scanned = self.line;
        self.base = self.line;
    }

    fn reset_event(&mut self) {
        self.event = None;
        self.data = Data::None;
        self.id = None;
    }

    /// §9.2.6: one line, without its end.
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
        match name {
            b"data" => self.add_data(value),
            b"event" => self.event = Some(value),
            b"id" if !self.buf[value.clone()].contains(&0) => self.id = Some(value),
            b"retry" => self.read_retry(value),
            _ => {}
        }
        None
    }

    fn read_blank_line(&mut self) -> Option<Step> {
        if self.skipping {
            // The rest of a line whose first part was dropped is not blank.
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
        // An empty `event:` line means the default type.
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

    /// A line that begins with `{`, where no event is being read, is a bare object.
    fn begins_object(&mut self) -> bool {
        if !self.bare_objects || self.skipping || self.scanned != self.line || !self.idle() {
            return false;
        }
        if self.after_object {
            let between = |b: &&u8| matches!(b, b' ' | b'\t' | b',');
            let passed = self.buf[self.line..].iter().take_while(between).count();
            if passed > 0 {
                self.next_line_at(self.line + passed);
                self.free_if_idle();
            }
        }
        match self.buf.get(self.line) {
            Some(b'{') => {
                self.object = Some(ObjectScan::default());
                true
            }
            Some(_) => {
                self.after_object = false;
                false
            }
            None => false,
        }
    }

    /// Reads on in a bare object. `None`: go on with lines.
    fn step_object(&mut self) -> Option<Step> {
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
                Some(Step::Starved)
            }
            Scanned::End(at) => self.end_object(start, self.scanned + at, None),
            Scanned::Broken(at) => self.end_object(start, self.scanned + at, Some(Fault::BrokenObject)),
        }
    }

    fn end_object(&mut self, start: usize, end: usize, fault: Option<Fault>) -> Option<Step> {
        let dropped = self.object.take().is_some_and(|scan| scan.dropped);
        self.after_object = fault.is_none();
        self.next_line_at(end);
        self.free_if_idle();
        match fault {
            _ if dropped => None,
            _ if end - start > self.max_event => Some(Step::Malformed(Fault::TooLong, start..start + self.max_event)),
            Some(fault) => Some(Step::Malformed(fault, start..end)),
            None => Some(Step::Object(start..end)),
        }
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

/// Bytes as text: borrowed if they are UTF-8, else with each fault replaced as the Encoding standard has it.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    looked_at(bytes.len());
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}
