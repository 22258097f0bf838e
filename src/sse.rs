//! Bytes → frames: the WHATWG event stream (HTML standard §9.2.5–9.2.6), incremental and bounded.
//!
//! In: chunks of bytes, split anywhere. Out: [`Frame`]s, borrowed from a single buffer. Each byte is scanned once,
//! however the stream is split. Never: an error that ends the stream, a panic, or a copy of an event that has one
//! `data` line.
//!
//! Two extensions, which [`Decoder::to_the_letter`] turns off. For older agent-ui backends: bare JSON objects in the
//! stream, one after another, are frames too; the standard ignores such lines, so a conforming stream loses nothing. And
//! [`Decoder::finish`]: the last event may lack its blank line; the standard discards it.

mod buffer;
mod fast_path;
mod lines;
mod objects;

use crate::bytes::count_scanned;
use crate::limits::Limits;
pub(crate) use fast_path::{FrameMatch, FramePattern, MatchProgress, Slot};
use objects::ObjectScan;
use std::borrow::Cow;
use std::ops::Range;

/// One event of the stream, or bytes that cannot be read as one.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame<'a> {
    /// A dispatched event. `data` lines are joined with LF; invalid UTF-8 becomes U+FFFD.
    Event {
        /// The `event:` field; `None` if absent or empty (the standard's `message`).
        name: Option<Cow<'a, str>>,
        /// The `data:` lines, joined.
        data: Cow<'a, str>,
    },
    /// A comment line, used as a heartbeat: it carries nothing but shows that the connection is alive.
    Comment,
    /// Bytes that are not an event.
    Malformed {
        /// Why.
        reason: Fault,
        /// Its first bytes, at most [`Limits::max_excerpt_bytes`].
        excerpt: Cow<'a, str>,
    },
}

/// Why bytes are not an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Longer than [`Limits::max_event_bytes`]; skipped up to its end.
    TooLong,
    /// A bare JSON object that is cut off.
    BrokenObject,
}

/// The decoder. Feed it with [`push`](Decoder::push), then drain it with [`next_frame`](Decoder::next_frame).
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
    /// Start of the current line.
    line: usize,
    /// Everything before this offset has been searched for the end of the line.
    scanned: usize,
    /// Start of the bytes that the pending event still needs.
    base: usize,
    /// The last line ended in CR: a following LF belongs to it.
    after_cr: bool,
    /// Nothing has been read yet: a byte order mark may follow.
    at_start: bool,
    event: Option<Range<usize>>,
    data: Data,
    joined: Vec<u8>,
    id: Option<Range<usize>>,
    last_event_id: String,
    retry: Option<u64>,
    object: Option<ObjectScan>,
    /// After a bare object: separators before the next one are skipped.
    after_object: bool,
    /// The event was too long: lines are dropped up to the next blank line.
    skipping: bool,
    /// While skipping: bytes of the current line were dropped, so it is not blank.
    skipped_part: bool,
    bare_objects: bool,
    /// The first line with an unknown field, in part.
    ignored: Option<String>,
    /// A field of the standard was read.
    has_fields: bool,
    /// At the end of the stream the blank line may be missing.
    lenient_end: bool,
    /// The bytes of the event returned last, and where its data starts.
    frame: Range<usize>,
    data_start: Option<usize>,
    max_event: usize,
    max_excerpt: usize,
}

/// The data of the pending event.
#[derive(Debug, Clone, PartialEq)]
enum Data {
    None,
    One(Range<usize>),
    /// Several lines, joined in `Decoder::joined`.
    Many,
}

/// What one step of the decoder found. Becomes a [`Frame`] once the mutable borrow ends.
enum Step {
    NeedInput,
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
            ignored: None,
            has_fields: false,
            lenient_end: true,
            frame: 0..0,
            data_start: None,
            max_event: limits.max_event_bytes,
            max_excerpt: limits.max_excerpt_bytes,
        }
    }

    /// Bare JSON objects are ignored, as the standard has it.
    pub fn without_bare_objects(mut self) -> Self {
        self.bare_objects = false;
        self
    }

    /// Follows the standard to the letter: bare JSON objects are ignored, and so is an event at the end of the stream
    /// whose blank line is missing (WHATWG HTML §9.2.6).
    pub fn to_the_letter(mut self) -> Self {
        self.lenient_end = false;
        self.without_bare_objects()
    }

    /// The stream has ended: the last event may lack its line end and its blank line, and is then the next frame. It may
    /// also be cut off: check that its data is whole.
    pub fn finish(&mut self) {
        let pending = self.data != Data::None || self.line < self.buf.len();
        if self.lenient_end && pending && !self.skipping && self.object.is_none() {
            self.push(b"\n\n");
        }
    }

    /// The last event ID; empty if none was set.
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// The first line of a stream that is no event stream, at most [`Limits::max_excerpt_bytes`] of it: no line has a
    /// field of the standard.
    pub fn foreign_line(&self) -> Option<&str> {
        let is_cut = |line: &&str| ["data", "event", "id", "retry"].iter().any(|name| name.starts_with(*line));
        self.ignored.as_deref().filter(|line| !self.has_fields && !is_cut(line))
    }

    /// The reconnection time that the stream requested, in milliseconds.
    pub fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// Copies `bytes` into the buffer. Drain with [`next_frame`](Decoder::next_frame) before the next push.
    pub fn push(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len()).copy_from_slice(bytes);
    }

    /// Returns space for the next `n` bytes. They count as received as soon as this returns: write all of them.
    pub fn reserve(&mut self, n: usize) -> &mut [u8] {
        self.reclaim();
        let len = self.buf.len();
        self.buf.reserve(n);
        // Copied, a block at a time: optimized for size, `resize` writes byte by byte.
        for from in (0..n).step_by(ZEROS.len()) {
            self.buf.extend_from_slice(&ZEROS[..ZEROS.len().min(n - from)]);
        }
        &mut self.buf[len..]
    }

    /// Bytes allocated: the unfinished event, and spare capacity for the next one.
    pub fn buffered(&self) -> usize {
        self.buf.capacity() + self.joined.capacity()
    }

    fn excerpt(&self, range: Range<usize>) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.buf[range.start..range.end.min(range.start + self.max_excerpt)])
    }

    /// The next frame; `None` until more bytes are pushed.
    pub fn next_frame(&mut self) -> Option<Frame<'_>> {
        match self.step() {
            Step::NeedInput => None,
            Step::Comment => Some(Frame::Comment),
            Step::Object(range) => {
                self.data_start = None;
                let data = text(&self.buf[range]);
                Some(Frame::Event { name: None, data })
            }
            Step::Malformed(reason, range) => {
                let excerpt = self.excerpt(range);
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
}

static ZEROS: [u8; 16 << 10] = [0; 16 << 10];

/// Decodes UTF-8: borrowed if valid, else with each invalid sequence replaced as the WHATWG Encoding standard defines.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    count_scanned(bytes.len());
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}
