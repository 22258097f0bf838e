//! Fuzzes the decoder: every split gives the same; the result equals that of a decoder transcribed from the standard;
//! and it never buffers much more than one event.
//!
//! The first byte of `data` chooses the decoder, the next two where the stream is split; the rest is the stream.

use ai_stream_handler::limits::Limits;
use ai_stream_handler::sse::{Decoder, Frame};

#[derive(Debug, Clone, PartialEq)]
enum Seen {
    Event(Option<String>, String, String),
    Comment,
    Malformed(String),
}

pub fn check(data: &[u8]) {
    let Some((&[choice, low, high], stream)) = data.split_first_chunk::<3>() else { return };
    let (bare, small) = (choice & 1 == 1, choice & 2 == 2);
    let mut limits = Limits::default();
    limits.max_event_bytes = if small { 64 } else { limits.max_event_bytes };
    let max_event_bytes = limits.max_event_bytes;
    let new = || {
        let decoder = Decoder::new(&limits);
        if bare {
            decoder
        } else {
            decoder.without_bare_objects()
        }
    };
    let whole = read(new(), [stream], max_event_bytes);
    let split = read(new(), pieces(stream, u16::from_le_bytes([low, high])), max_event_bytes);
    assert_eq!(split, whole, "the split of the bytes matters");
    if stream.len() <= 2000 {
        assert_eq!(read(new(), stream.chunks(1), max_event_bytes), whole, "byte by byte");
    }
    if !bare && !small {
        let (seen, id, retry) = whole;
        let events: Vec<Seen> = seen.into_iter().filter(|s| *s != Seen::Comment).collect();
        assert_eq!((events, id, retry), by_the_standard(stream));
    }
}

type Said = (Vec<Seen>, String, Option<u64>);

fn read<'a>(mut decoder: Decoder, pieces: impl IntoIterator<Item = &'a [u8]>, max_event_bytes: usize) -> Said {
    let mut said = Vec::new();
    let mut longest = 0;
    for piece in pieces {
        longest = longest.max(piece.len());
        decoder.push(piece);
        while let Some(frame) = decoder.next_frame() {
            let mut seen = match frame {
                Frame::Event { name, data } => Seen::Event(name.map(Into::into), data.into(), String::new()),
                Frame::Comment => Seen::Comment,
                Frame::Malformed { excerpt, .. } => Seen::Malformed(excerpt.into()),
            };
            if let Seen::Event(_, _, id) = &mut seen {
                *id = decoder.last_event_id().into();
            }
            said.push(seen);
        }
        let held = decoder.buffered();
        let bound = max_event_bytes.saturating_add(longest).saturating_mul(8) + 1024;
        assert!(held <= bound, "{held} bytes are held of events of {max_event_bytes} in pieces of {longest}");
    }
    (said, decoder.last_event_id().into(), decoder.retry())
}

/// Chunks of 0 to 31 bytes, generated from `seed`.
fn pieces(mut stream: &[u8], seed: u16) -> Vec<&[u8]> {
    let mut state = u32::from(seed) | 1;
    let mut list = Vec::new();
    while !stream.is_empty() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (piece, rest) = stream.split_at(stream.len().min((state >> 24) as usize & 31));
        list.push(piece);
        stream = rest;
    }
    list
}

/// WHATWG §9.2.6, sentence by sentence.
fn by_the_standard(stream: &[u8]) -> Said {
    let text = String::from_utf8_lossy(stream);
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text).replace("\r\n", "\n").replace('\r', "\n");
    let (mut events, mut last, mut retry) = (Vec::new(), String::new(), None);
    let (mut kind, mut data, mut id) = (String::new(), String::new(), None::<String>);
    let mut lines: Vec<&str> = text.split('\n').collect();
    // A line without a line ending is not a line.
    lines.pop();
    for line in lines {
        if line.is_empty() {
            last = id.take().unwrap_or(last);
            if let Some(data) = data.strip_suffix('\n') {
                let name = Some(kind.clone()).filter(|kind| !kind.is_empty());
                events.push(Seen::Event(name, data.into(), last.clone()));
            }
            (kind, data) = (String::new(), String::new());
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => kind = value.into(),
            "data" => data = data + value + "\n",
            "id" if !value.contains('\0') => id = Some(value.into()),
            "retry" if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => {
                retry = Some(value.parse().unwrap_or(u64::MAX));
            }
            _ => {}
        }
    }
    (events, last, retry)
}
