//! JSON strings: finding the end, and unescaping on demand.

use super::{JsonError, JsonErrorKind, Result};
use crate::text::part;
use std::borrow::Cow;

/// The content of a JSON string as it stands between its quotes, escapes and all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Str<'a> {
    body: &'a str,
    escaped: bool,
}

impl<'a> Str<'a> {
    pub(crate) fn new(body: &'a str) -> Self {
        Str { body, escaped: memchr::memchr(b'\\', body.as_bytes()).is_some() }
    }

    /// Text that is no JSON: a backslash in it is a backslash.
    pub fn plain(text: &'a str) -> Self {
        Str { body: text, escaped: false }
    }

    /// Whether it has no characters.
    pub fn is_empty(self) -> bool {
        self.body.is_empty()
    }

    /// Whether it reads `other`.
    pub fn is(self, other: &str) -> bool {
        match self.escaped {
            false => self.body == other,
            true => self.decode() == other,
        }
    }

    /// The text it stands for: borrowed where it has no escapes.
    pub fn decode(self) -> Cow<'a, str> {
        if !self.escaped {
            return Cow::Borrowed(self.body);
        }
        let mut out = String::with_capacity(self.body.len());
        self.push_to(&mut out);
        Cow::Owned(out)
    }

    /// Appends the text it stands for.
    pub fn push_to(self, out: &mut String) {
        let mut rest = self.body;
        out.reserve(rest.len());
        if self.escaped {
            // In a valid body the next special byte is a backslash: a quote or a control character is escaped.
            loop {
                let at = special(rest.as_bytes(), 0);
                if at >= rest.len() {
                    break;
                }
                out.push_str(part(rest, ..at));
                rest = unescape(part(rest, at + 1..), out);
            }
        }
        out.push_str(rest);
    }
}

impl From<Str<'_>> for String {
    fn from(s: Str<'_>) -> String {
        s.decode().into_owned()
    }
}

/// Appends the character whose escape begins behind a backslash; returns the text behind it.
fn unescape<'a>(rest: &'a str, out: &mut String) -> &'a str {
    let plain = match rest.as_bytes().first() {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return unescape_unicode(part(rest, 1..), out),
        Some(&b) => char::from(b),
        None => return rest,
    };
    out.push(plain);
    part(rest, 1..)
}

fn unescape_unicode<'a>(rest: &'a str, out: &mut String) -> &'a str {
    let (first, rest) = hex4(rest);
    if (0xD800..0xDC00).contains(&first) {
        if let Some(behind) = rest.strip_prefix("\\u") {
            let (second, behind) = hex4(behind);
            if (0xDC00..0xE000).contains(&second) {
                let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                return behind;
            }
        }
    }
    out.push(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
    rest
}

/// Four hexadecimal digits, which `string_end` has checked.
fn hex4(text: &str) -> (u32, &str) {
    let mut code = 0;
    for b in text.bytes().take(4) {
        code = code << 4 | (char::from(b).to_digit(16).unwrap_or(0));
    }
    (code, text.get(4..).unwrap_or(""))
}

/// Where the closing quote stands of the string whose content begins at `at`.
pub(crate) fn string_end(bytes: &[u8], mut at: usize) -> Result<usize> {
    loop {
        at = special(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok(at),
            Some(b'\\') => at = escape_end(bytes, at)?,
            Some(_) => return Err(JsonError { kind: JsonErrorKind::Control, at }),
            None => return Err(JsonError { kind: JsonErrorKind::Truncated, at }),
        }
    }
}

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

/// The next quote, backslash or control character: eight bytes at a time.
fn special(bytes: &[u8], mut at: usize) -> usize {
    while let Some(block) = bytes.get(at..at + 8).and_then(|b| <[u8; 8]>::try_from(b).ok()) {
        let found = specials(u64::from_le_bytes(block));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while at < bytes.len() && !is_special(bytes[at]) {
        at += 1;
    }
    at
}

fn is_special(b: u8) -> bool {
    b == b'"' || b == b'\\' || b < 0x20
}

/// The top bit of each special byte. Bits above the lowest one may be wrong (a borrow), that one is right.
fn specials(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = ONES * 0x80;
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word;
    let quote = below(word ^ (ONES * 0x22), 1);
    let backslash = below(word ^ (ONES * 0x5C), 1);
    (quote | backslash | below(word, 0x20)) & TOPS
}
