//! JSON strings: finds the end, and unescapes on demand.

use super::{JsonError, JsonErrorKind, Result};
use crate::bytes::{block_at, count_scanned, find_special, special_mask};
use crate::text::slice;
use std::borrow::Cow;

/// The content of a JSON string between its quotes, still escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Str<'a> {
    body: &'a str,
    escaped: bool,
}

impl<'a> Str<'a> {
    pub(crate) fn new(body: &'a str) -> Self {
        let escape = memchr::memchr(b'\\', body.as_bytes());
        count_scanned(escape.unwrap_or(body.len()));
        Str { body, escaped: escape.is_some() }
    }

    /// Plain text, in which a backslash is a backslash.
    pub fn plain(text: &'a str) -> Self {
        Str { body: text, escaped: false }
    }

    /// Whether it is empty.
    pub fn is_empty(self) -> bool {
        self.body.is_empty()
    }

    /// Whether it has escapes.
    pub(crate) fn is_escaped(self) -> bool {
        self.escaped
    }

    /// Splits off a lone low surrogate (`\ude00`) that it starts with.
    pub(crate) fn split_low_half(self) -> (Option<u32>, Str<'a>) {
        let code = hex4(self.body.as_bytes(), 2);
        let found = self.escaped && self.body.starts_with("\\u") && (0xDC00..0xE000).contains(&code);
        match found {
            true => (Some(code), Str { body: slice(self.body, 6..), ..self }),
            false => (None, self),
        }
    }

    /// Splits off a lone high surrogate (`\ud83d`) that it ends with.
    pub(crate) fn split_high_half(self) -> (Str<'a>, Option<u32>) {
        let bytes = self.body.as_bytes();
        let Some(at) = bytes.len().checked_sub(6).filter(|_| self.escaped) else { return (self, None) };
        let code = hex4(bytes, at + 2);
        // An even number of backslashes before it: it is not itself escaped.
        let escapes = bytes[..at].iter().rev().take_while(|b| **b == b'\\').count();
        if bytes[at..].starts_with(b"\\u") && escapes % 2 == 0 && (0xD800..0xDC00).contains(&code) {
            return (Str { body: slice(self.body, ..at), ..self }, Some(code));
        }
        (self, None)
    }

    /// Whether the decoded text equals `other`.
    pub fn is(self, other: &str) -> bool {
        match self.escaped {
            false => self.body == other,
            true => self.decode() == other,
        }
    }

    /// The decoded text; borrowed if it has no escapes.
    pub fn decode(self) -> Cow<'a, str> {
        if !self.escaped {
            return Cow::Borrowed(self.body);
        }
        let mut out = String::with_capacity(self.body.len());
        self.push_to(&mut out);
        Cow::Owned(out)
    }

    /// Appends the decoded text to `out`.
    pub fn push_to(self, out: &mut String) {
        match self.escaped {
            false => out.push_str(self.body),
            true => unescape(self.body.as_bytes(), out),
        }
    }
}

impl From<Str<'_>> for String {
    fn from(s: Str<'_>) -> String {
        s.decode().into_owned()
    }
}

/// Bytes unescaped before they are appended: small enough for the stack and the L1 cache.
const PIECE: usize = 2048;

/// Appends the decoded body of a string. Copies whole blocks and truncates them where an escape starts.
#[cfg_attr(hot, optimize(speed), inline(never))]
fn unescape(body: &[u8], out: &mut String) {
    count_scanned(body.len());
    out.reserve(body.len());
    let mut piece = [0; PIECE + 64];
    let (mut at, mut filled) = (0, 0);
    while at < body.len() {
        let (read, written, is_escape) = match body.get(at..).and_then(<[u8]>::first_chunk) {
            Some(window) => unescape_block(window, &mut piece[filled..]),
            None => {
                piece[filled] = body[at];
                let plain = usize::from(body[at] != b'\\');
                (plain, plain, plain == 0)
            }
        };
        at += read;
        filled += written;
        if is_escape {
            if let Some(byte) = body.get(at + 1).and_then(|letter| short_escape(*letter)) {
                piece[filled] = byte;
                filled += 1;
                at += 2;
            } else {
                let (character, end) = unicode_escape(body, at + 2);
                filled += character.encode_utf8(&mut piece[filled..]).len();
                at = end;
            }
        }
        if filled >= PIECE {
            let whole = whole_characters(&piece[..filled]);
            append(&piece[..whole], out);
            piece.copy_within(whole..filled, 0);
            filled -= whole;
        }
    }
    append(&piece[..filled], out);
}

/// Decodes the first 16 bytes of `window`, and the rest of an escape that they end in. Returns the bytes read and written,
/// and whether a `\u` escape follows. Fast, because the places of all escapes are known before the first
/// is decoded. In a valid body every special byte is a backslash: quotes and control characters are escaped.
#[inline(always)]
fn unescape_block(window: &[u8; 34], out: &mut [u8]) -> (usize, usize, bool) {
    let Some(block) = window.first_chunk() else { return (0, 0, true) };
    out[..16].copy_from_slice(block);
    let mut escapes = special_mask(block);
    let (mut read, mut written) = (0, 0);
    while escapes != 0 {
        let place = escapes.trailing_zeros() as usize;
        written += place - read;
        read = place;
        // Most escapes decode to one byte.
        let Some(byte) = short_escape(window[place + 1]) else { return (read, written, true) };
        out[written] = byte;
        read += 2;
        written += 1;
        escapes &= !(3 << place);
        out[written..written + 16].copy_from_slice(&window[read..read + 16]);
    }
    (read.max(16), written + 16usize.saturating_sub(read), false)
}

/// The length of `bytes` without a last character that may be incomplete.
fn whole_characters(bytes: &[u8]) -> usize {
    let last = bytes.iter().rposition(|b| b & 0xC0 != 0x80).unwrap_or(0);
    match bytes.get(last) {
        Some(b) if *b >= 0x80 => last,
        _ => bytes.len(),
    }
}

fn append(bytes: &[u8], out: &mut String) {
    match std::str::from_utf8(bytes) {
        Ok(text) => out.push_str(text),
        Err(_) => out.push_str(&String::from_utf8_lossy(bytes)),
    }
}

/// The byte that a one-letter escape decodes to; `None` for `\u`.
#[inline(always)]
fn short_escape(letter: u8) -> Option<u8> {
    Some(match letter {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        b'u' => return None,
        letter => letter,
    })
}

/// Decodes the `\u` escape whose four digits start at `at`, with the low surrogate that may follow; also returns the
/// end.
#[inline(never)]
fn unicode_escape(body: &[u8], at: usize) -> (char, usize) {
    let first = hex4(body, at);
    if (0xD800..0xDC00).contains(&first) && body.get(at + 4..at + 6) == Some(b"\\u") {
        let second = hex4(body, at + 6);
        if (0xDC00..0xE000).contains(&second) {
            return (join_halves(first, second), at + 10);
        }
    }
    (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), at + 4)
}

/// The character of a surrogate pair.
pub(crate) fn join_halves(high: u32, low: u32) -> char {
    let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The value of four hexadecimal digits, validated by `string_end`.
fn hex4(body: &[u8], at: usize) -> u32 {
    let digits = body.get(at..).unwrap_or_default().iter().take(4);
    digits.fold(0, |code, b| code << 4 | char::from(*b).to_digit(16).unwrap_or(0))
}

/// The offset of the closing quote of the string whose content starts at `at`. Most strings are short and plain: those
/// end in the first block.
#[inline(always)]
pub(crate) fn string_end(bytes: &[u8], at: usize) -> Result<usize> {
    if let Some(block) = block_at(bytes, at) {
        let place = special_mask(block).trailing_zeros() as usize;
        if block.get(place) == Some(&b'"') {
            count_scanned(place);
            return Ok(at + place);
        }
    }
    long_string_end(bytes, at)
}

#[inline(never)]
fn long_string_end(bytes: &[u8], at: usize) -> Result<usize> {
    scan_string(bytes, at).map_err(|(_, error)| error)
}

/// Like [`string_end`], for text that may still be incomplete: the error comes with the offset to resume from.
#[cfg_attr(hot, optimize(speed), inline(never))]
pub(crate) fn scan_string(bytes: &[u8], mut at: usize) -> std::result::Result<usize, (usize, JsonError)> {
    loop {
        at = skip_plain(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok(at),
            Some(b'\\') => at = escape_end(bytes, at).map_err(|error| (at, error))?,
            Some(_) => return Err((at, JsonError { kind: JsonErrorKind::Control, at })),
            None => return Err((at, JsonError { kind: JsonErrorKind::Truncated, at })),
        }
    }
}

/// The next special byte from `at` on. Skips the common escapes `\n`, `\"` and `\\` block by block.
#[inline(always)]
fn skip_plain(bytes: &[u8], mut at: usize) -> usize {
    let from = at;
    while let Some(block) = block_at(bytes, at) {
        let mut found = special_mask(block);
        loop {
            let place = found.trailing_zeros() as usize;
            match (block.get(place), block.get(place + 1)) {
                (Some(b'\\'), Some(b'n' | b'"' | b'\\')) => found &= !(3 << place),
                (Some(_), _) => {
                    count_scanned(at + place - from);
                    return at + place;
                }
                (None, _) => break,
            }
        }
        at += 16;
    }
    count_scanned(at - from);
    find_special(bytes, at)
}

#[inline(never)]
fn escape_end(bytes: &[u8], at: usize) -> Result<usize> {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => {
            let digits = &bytes[at + 2..bytes.len().min(at + 6)];
            if !digits.iter().all(u8::is_ascii_hexdigit) {
                Err(JsonError { kind: JsonErrorKind::Escape, at })
            } else if digits.len() < 4 {
                Err(JsonError { kind: JsonErrorKind::Truncated, at: bytes.len() })
            } else {
                Ok(at + 6)
            }
        }
        Some(_) => Err(JsonError { kind: JsonErrorKind::Escape, at }),
        None => Err(JsonError { kind: JsonErrorKind::Truncated, at: bytes.len() }),
    }
}
