//! A reading cursor over one JSON value in place (RFC 8259): no tree, no copies.
//!
//! In: text. Out: the members of an object one after another, each value a validated slice that is looked into only
//! on demand. Never: recursion, so nesting cannot overflow a stack; nesting deeper than 128 is refused (serde_json
//! stops at 127). Lone surrogates in `\u` escapes are read as U+FFFD; of duplicate keys both are reported and the
//! reader decides (the last one wins, as in JSON.parse).

mod number;
mod pretty;
mod string;

pub use pretty::pretty;
pub use string::Str;

pub(crate) use string::{scan, string_end};

use crate::text::part;

/// The value of decimal digits, with or without a fraction.
pub(crate) fn decimal_value(digits: &str) -> f64 {
    number::parse(digits)
}

/// Why a text is not JSON, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonError {
    /// What was wrong.
    pub kind: JsonErrorKind,
    /// Byte offset into the text.
    pub at: usize,
}

/// What is wrong with a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// The text breaks off.
    Truncated,
    /// A character that cannot stand here.
    Unexpected,
    /// An unknown escape, or a `\u` without four hexadecimal digits.
    Escape,
    /// A control character in a string that must be escaped.
    Control,
    /// Nested deeper than 128.
    TooDeep,
    /// Not an object where an object is needed.
    NotAnObject,
}

type Result<T> = std::result::Result<T, JsonError>;

const MAX_DEPTH: u32 = 128;

/// One JSON value, as its text. Valid by construction: it came out of [`Object`] or [`Array`] or [`Raw::parse`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raw<'a>(&'a str);

impl<'a> Raw<'a> {
    /// `text` as one JSON value, white space around it allowed.
    pub fn parse(text: &'a str) -> Result<Raw<'a>> {
        let bytes = text.as_bytes();
        let start = skip_space(bytes, 0);
        let end = value_end(bytes, start, 0)?;
        let rest = skip_space(bytes, end);
        if rest < bytes.len() {
            return Err(JsonError { kind: JsonErrorKind::Unexpected, at: rest });
        }
        Ok(Raw(part(text, start..end)))
    }

    /// The JSON text itself.
    pub fn text(self) -> &'a str {
        self.0
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// A string's content; `None` if it is none.
    pub fn as_str(self) -> Option<Str<'a>> {
        let body = self.0.strip_prefix('"')?;
        Some(Str::new(part(body, ..body.len().saturating_sub(1))))
    }

    /// The value as text: a string's content, else the JSON.
    pub(crate) fn to_text(self) -> String {
        self.as_str().map_or_else(|| self.0.into(), String::from)
    }

    /// A number, rounded to the nearest double.
    pub fn as_f64(self) -> Option<f64> {
        matches!(self.first(), b'-' | b'0'..=b'9').then(|| number::parse(self.0))
    }

    /// A number without sign or fraction that fits.
    pub fn as_u64(self) -> Option<u64> {
        self.as_f64().filter(|n| *n >= 0.0 && n.fract() == 0.0 && *n < 9.0e15).map(|n| n as u64)
    }

    /// `true` or `false`.
    pub fn as_bool(self) -> Option<bool> {
        match self.0 {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The members of an object.
    pub fn as_object(self) -> Option<Object<'a>> {
        (self.first() == b'{').then(|| Object::new(self.0))
    }

    /// The elements of an array.
    pub fn as_array(self) -> Option<Array<'a>> {
        (self.first() == b'[').then(|| Array::new(self.0))
    }

    /// The member `key` of an object, the last one if there are several.
    pub fn member(self, key: &str) -> Option<Raw<'a>> {
        let mut found = None;
        let mut object = self.as_object()?;
        while let Ok(Some((name, value))) = object.next_member() {
            if name.is(key) {
                found = Some(value);
            }
        }
        found
    }

    fn first(self) -> u8 {
        self.0.as_bytes().first().copied().unwrap_or(0)
    }
}

/// Walks the members of one object.
#[derive(Debug, Clone)]
pub struct Object<'a> {
    text: &'a str,
    at: usize,
    state: Walk,
}

/// Walks the elements of one array.
#[derive(Debug, Clone)]
pub struct Array<'a> {
    text: &'a str,
    at: usize,
    state: Walk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Walk {
    First,
    Next,
    Over,
}

impl<'a> Object<'a> {
    /// The object at the start of `text`. Faults behind its start are reported when the walk gets there.
    pub fn parse(text: &'a str) -> Result<Object<'a>> {
        let at = skip_space(text.as_bytes(), 0);
        match text.as_bytes().get(at) {
            Some(b'{') => Ok(Object { text, at: at + 1, state: Walk::First }),
            Some(_) => Err(JsonError { kind: JsonErrorKind::NotAnObject, at }),
            None => Err(JsonError { kind: JsonErrorKind::Truncated, at }),
        }
    }

    fn new(text: &'a str) -> Object<'a> {
        Object { text, at: 1, state: Walk::First }
    }

    /// The next member, `None` behind the last one. After an error or the end it stays at `None`.
    pub fn next_member(&mut self) -> Result<Option<(Str<'a>, Raw<'a>)>> {
        if self.state == Walk::Over {
            return Ok(None);
        }
        let first = std::mem::replace(&mut self.state, Walk::Over) == Walk::First;
        let bytes = self.text.as_bytes();
        let Some(at) = next_item(bytes, self.at, first, b'}')? else {
            return Ok(None);
        };
        expect(bytes, at, b'"')?;
        let key_end = string_end(bytes, at + 1)?;
        let key = Str::new(part(self.text, at + 1..key_end));
        let colon = skip_space(bytes, key_end + 1);
        expect(bytes, colon, b':')?;
        let start = skip_space(bytes, colon + 1);
        self.at = value_end(bytes, start, 1)?;
        self.state = Walk::Next;
        Ok(Some((key, Raw(part(self.text, start..self.at)))))
    }

    /// Checks that nothing but white space follows the object. Call behind the last member.
    pub fn finish(&self) -> Result<()> {
        let bytes = self.text.as_bytes();
        let close = skip_space(bytes, self.at);
        let rest = skip_space(bytes, close + 1);
        if rest < bytes.len() {
            return Err(JsonError { kind: JsonErrorKind::Unexpected, at: rest });
        }
        Ok(())
    }
}

impl<'a> Array<'a> {
    fn new(text: &'a str) -> Array<'a> {
        Array { text, at: 1, state: Walk::First }
    }
}

impl<'a> Iterator for Array<'a> {
    type Item = Raw<'a>;

    fn next(&mut self) -> Option<Raw<'a>> {
        if self.state == Walk::Over {
            return None;
        }
        let first = std::mem::replace(&mut self.state, Walk::Over) == Walk::First;
        let bytes = self.text.as_bytes();
        let start = next_item(bytes, self.at, first, b']').ok()??;
        self.at = value_end(bytes, start, 1).ok()?;
        self.state = Walk::Next;
        Some(Raw(part(self.text, start..self.at)))
    }
}

/// Where the next member or element begins; `None` at the closing bracket.
fn next_item(bytes: &[u8], at: usize, first: bool, close: u8) -> Result<Option<usize>> {
    let at = skip_space(bytes, at);
    match bytes.get(at) {
        Some(&b) if b == close => Ok(None),
        Some(_) if first => Ok(Some(at)),
        Some(b',') => Ok(Some(skip_space(bytes, at + 1))),
        Some(_) => Err(JsonError { kind: JsonErrorKind::Unexpected, at }),
        None => Err(JsonError { kind: JsonErrorKind::Truncated, at }),
    }
}

fn expect(bytes: &[u8], at: usize, wanted: u8) -> Result<()> {
    match bytes.get(at) {
        Some(&b) if b == wanted => Ok(()),
        Some(_) => Err(JsonError { kind: JsonErrorKind::Unexpected, at }),
        None => Err(JsonError { kind: JsonErrorKind::Truncated, at }),
    }
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

/// The end of the value that begins at `at`, checked to its last character.
fn value_end(bytes: &[u8], at: usize, depth: u32) -> Result<usize> {
    match bytes.get(at) {
        Some(b'"') => Ok(string_end(bytes, at + 1)? + 1),
        Some(b'{' | b'[') => container_end(bytes, at, depth),
        _ => scalar_end(bytes, at),
    }
}

fn scalar_end(bytes: &[u8], at: usize) -> Result<usize> {
    let word = |word: &[u8]| {
        let there = &bytes[at..bytes.len().min(at + word.len())];
        match there == word {
            true => Ok(at + word.len()),
            false if word.starts_with(there) => Err(JsonError { kind: JsonErrorKind::Truncated, at: bytes.len() }),
            false => Err(JsonError { kind: JsonErrorKind::Unexpected, at }),
        }
    };
    match bytes.get(at) {
        Some(b't') => word(b"true"),
        Some(b'f') => word(b"false"),
        Some(b'n') => word(b"null"),
        Some(b'-' | b'0'..=b'9') => number::end(bytes, at),
        Some(_) => Err(JsonError { kind: JsonErrorKind::Unexpected, at }),
        None => Err(JsonError { kind: JsonErrorKind::Truncated, at }),
    }
}

/// The end of an object or array, without recursion: one bit a level says which bracket closes it.
fn container_end(bytes: &[u8], start: usize, outer: u32) -> Result<usize> {
    let mut objects: u128 = 0;
    let mut depth: u32 = 0;
    let mut at = start;
    // Whether a value (else a separator or a closing bracket) comes next.
    let mut value_next = true;
    loop {
        at = skip_space(bytes, at);
        let Some(&b) = bytes.get(at) else {
            return Err(JsonError { kind: JsonErrorKind::Truncated, at });
        };
        if value_next {
            match b {
                b'{' | b'[' => {
                    if depth + outer >= MAX_DEPTH {
                        return Err(JsonError { kind: JsonErrorKind::TooDeep, at });
                    }
                    objects = objects << 1 | u128::from(b == b'{');
                    depth += 1;
                    let close = if b == b'{' { b'}' } else { b']' };
                    at = skip_space(bytes, at + 1);
                    if bytes.get(at) == Some(&close) {
                        value_next = false;
                    } else if b == b'{' {
                        at = key_end(bytes, at)?;
                    }
                    continue;
                }
                _ => at = value_end(bytes, at, 0)?,
            }
            value_next = false;
            continue;
        }
        let in_object = objects & 1 == 1;
        match b {
            b',' if in_object => at = key_end(bytes, skip_space(bytes, at + 1))?,
            b',' => at += 1,
            b'}' if in_object => {}
            b']' if !in_object => {}
            _ => return Err(JsonError { kind: JsonErrorKind::Unexpected, at }),
        }
        if b == b',' {
            value_next = true;
            continue;
        }
        objects >>= 1;
        depth -= 1;
        at += 1;
        if depth == 0 {
            return Ok(at);
        }
    }
}

/// Behind the `:` of the member whose key begins at `at`.
fn key_end(bytes: &[u8], at: usize) -> Result<usize> {
    expect(bytes, at, b'"')?;
    let colon = skip_space(bytes, string_end(bytes, at + 1)? + 1);
    expect(bytes, colon, b':')?;
    Ok(colon + 1)
}
