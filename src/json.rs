//! A reading cursor over one JSON value in place (RFC 8259): no tree, no copies.
//!
//! In: text. Out: the members of an object one after another, each value a validated slice that is looked into only
//! on demand. Never: recursion, so nesting cannot overflow a stack; nesting deeper than 128 is refused (serde_json
//! stops at 127). Lone surrogates in `\u` escapes are read as U+FFFD; of duplicate keys both are reported and the
//! reader decides (the last one wins, as in JSON.parse).

mod number;
mod pretty;
mod scan;
mod string;
mod walk;

pub use pretty::pretty;
pub use string::Str;
pub use walk::{Array, Object};

pub(crate) use string::{scan_string, string_end};

use crate::text::slice;
use scan::{skip_space, value_end};

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
        Ok(Raw(slice(text, start..end)))
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
        Some(Str::new(slice(body, ..body.len().saturating_sub(1))))
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
