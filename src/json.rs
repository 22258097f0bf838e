//! A cursor that reads JSON (RFC 8259) in place: no tree, no copies.
//!
//! In: text. Out: the members of an object one after another, each value a validated slice that is parsed only on
//! demand. Never: recursion, so nesting cannot overflow the stack; nesting deeper than 128 is an error (serde_json
//! stops at 127). A lone surrogate in a `\u` escape reads as U+FFFD. Duplicate keys are all reported; callers let the
//! last one win, as JSON.parse does.
//!
//! One extension: `NaN`, `Infinity` and `-Infinity`, which Python's `json.dumps` writes, read as `null`.

mod number;
mod pretty;
mod scan;
mod string;
mod walk;

pub use pretty::pretty;
pub use string::Str;
pub use walk::{Array, Object};

pub(crate) use string::{join_halves, scan_string, string_end};

use crate::text::slice;
use scan::{skip_space, value_end};

/// The value of decimal digits with an optional fraction.
pub(crate) fn decimal_value(digits: &str) -> f64 {
    number::parse(digits)
}

/// Why a text is not JSON, and where it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// Byte offset into the text.
    pub at: usize,
}

/// What is wrong with a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// The text ends too early.
    Truncated,
    /// A character that is not allowed here.
    Unexpected,
    /// An unknown escape, or a `\u` without four hexadecimal digits.
    Escape,
    /// An unescaped control character in a string.
    Control,
    /// Nested deeper than 128.
    TooDeep,
    /// Not an object where an object is expected.
    NotAnObject,
}

type Result<T> = std::result::Result<T, JsonError>;

/// The text of one JSON value. Valid by construction: it comes from [`Object`], [`Array`] or [`Raw::parse`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raw<'a>(&'a str);

impl<'a> Raw<'a> {
    /// Validates `text` as one JSON value; surrounding white space is allowed.
    pub fn parse(text: &'a str) -> Result<Raw<'a>> {
        let bytes = text.as_bytes();
        let start = skip_space(bytes, 0);
        let end = value_end(bytes, start, 0)?;
        let rest = skip_space(bytes, end);
        if rest < bytes.len() {
            return Err(JsonError { kind: JsonErrorKind::Unexpected, at: rest });
        }
        Ok(Raw(slice(text, start..end)))
    }

    /// The JSON text.
    pub fn text(self) -> &'a str {
        self.0
    }

    /// Whether it is `null`, or one of Python's `NaN`, `Infinity` and `-Infinity`.
    pub fn is_null(self) -> bool {
        matches!(self.0, "null" | "NaN" | "Infinity" | "-Infinity")
    }

    /// The content of a string; `None` for any other value.
    pub fn as_str(self) -> Option<Str<'a>> {
        let body = self.0.strip_prefix('"')?;
        Some(Str::new(slice(body, ..body.len().saturating_sub(1))))
    }

    /// The value as text: a string's content, else the JSON.
    pub(crate) fn to_text(self) -> String {
        self.as_str().map_or_else(|| self.0.into(), String::from)
    }

    /// A number, rounded to the nearest double; `None` for any other value.
    pub fn as_f64(self) -> Option<f64> {
        (matches!(self.first(), b'-' | b'0'..=b'9') && self.0 != "-Infinity").then(|| number::parse(self.0))
    }

    /// A non-negative whole number below 9e15; `None` for any other value.
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

    /// Whether it is an empty object or array.
    pub(crate) fn is_empty_container(self) -> bool {
        let no_member = |mut object: Object<'_>| matches!(object.next_member(), Ok(None));
        self.as_object().is_some_and(no_member) || self.as_array().is_some_and(|mut array| array.next().is_none())
    }

    /// The members of an object.
    pub fn as_object(self) -> Option<Object<'a>> {
        (self.first() == b'{').then(|| Object::new(self.0))
    }

    /// The elements of an array.
    pub fn as_array(self) -> Option<Array<'a>> {
        (self.first() == b'[').then(|| Array::new(self.0))
    }

    /// The member `key` of an object; the last one if the key is repeated.
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

    /// The members `keys` of an object, in one pass; of a repeated key the last one.
    pub(crate) fn members<const N: usize>(self, keys: [&str; N]) -> [Option<Raw<'a>>; N] {
        let mut found = [None; N];
        let mut object = self.as_object();
        while let Some(Ok(Some((name, value)))) = object.as_mut().map(Object::next_member) {
            if let Some(at) = keys.iter().position(|key| name.is(key)) {
                found[at] = Some(value);
            }
        }
        found
    }

    fn first(self) -> u8 {
        self.0.as_bytes().first().copied().unwrap_or(0)
    }
}
