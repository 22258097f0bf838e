//! Bytes → frames: the WHATWG event stream (HTML standard §9.2.5–9.2.6), incremental and bounded.
//!
//! In: chunks of bytes, split anywhere. Out: [`Frame`]s, borrowed from the one buffer. Each byte is scanned once,
//! however the stream is cut. Never: an error that ends the stream, a panic, or a copy of an event that has one
//! `data` line.
//!
//! Beyond the standard, for the older backends of agent-ui: JSON objects that stand bare in the stream, one after
//! another, are frames too. The standard would ignore such lines, so nothing is lost for a stream that follows it.

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
            Step::NeedInput => None,
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
}

/// Bytes as text: borrowed if they are UTF-8, else with each fault replaced as the Encoding standard has it.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    count_scanned(bytes.len());
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}
