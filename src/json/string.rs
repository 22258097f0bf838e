//! JSON strings: finding the end, and unescaping on demand.

use super::{JsonError, JsonErrorKind, Result};
use std::borrow::Cow;

/// The content of a JSON string as it stands between its quotes, escapes and all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Str<'a>(&'a str);

impl<'a> Str<'a> {
    pub(super) fn new(body: &'a str) -> Self {
        Str(body)
    }

    /// Text that needs no unescaping, such as a name of our own.
    ///
    /// `text` must have no backslash; this is checked in debug builds only.
    pub fn plain(text: &'a str) -> Self {
        debug_assert!(!text.contains('\\'));
        Str(text)
    }

    /// Whether it has no characters.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Whether it reads `other`.
    pub fn is(self, other: &str) -> bool {
        self.0 == other || (self.0.contains('\\') && self.decode() == other)
    }

    /// The text it stands for: borrowed where it has no escapes.
    pub fn decode(self) -> Cow<'a, str> {
        if !self.0.contains('\\') {
            return Cow::Borrowed(self.0);
        }
        let mut out = String::with_capacity(self.0.len());
        self.push_to(&mut out);
        Cow::Owned(out)
    }

    /// Appends the text it stands for.
    pub fn push_to(self, out: &mut String) {
        let mut rest = self.0;
        while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
            out.push_str(&rest[..at]);
            rest = unescape(&rest[at + 1..], out);
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
        Some(b'u') => return unescape_unicode(&rest[1..], out),
        Some(&b) => char::from(b),
        None => return rest,
    };
    out.push(plain);
    &rest[1..]
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
pub(super) fn string_end(bytes: &[u8], mut at: usize) -> Result<usize> {
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

/// The next quote, backslash or control character. Sixteen bytes at a time, in a form that compiles to SIMD.
fn special(bytes: &[u8], mut at: usize) -> usize {
    let is_special = |b: u8| (b == b'"') | (b == b'\\') | (b < 0x20);
    while let Some(block) = bytes.get(at..at + 16) {
        if block.iter().fold(false, |any, &b| any | is_special(b)) {
            break;
        }
        at += 16;
    }
    while at < bytes.len() && !is_special(bytes[at]) {
        at += 1;
    }
    at
}
