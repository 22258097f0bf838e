//! Iterates over the members of an object and the elements of an array.

use super::scan::{expect, known_end, skip_space, value_end};
use super::{string_end, JsonError, JsonErrorKind, Raw, Result, Str};
use crate::text::slice;

/// A cursor over the members of one object.
#[derive(Debug, Clone)]
pub struct Object<'a> {
    text: &'a str,
    at: usize,
    state: Walk,
    /// The text was validated before: the ends of values are found without another validation.
    is_valid: bool,
}

/// An iterator over the elements of one array.
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
    Done,
}

impl<'a> Object<'a> {
    /// Opens the object that `text` starts with. Later faults are reported when the cursor reaches them.
    pub fn parse(text: &'a str) -> Result<Object<'a>> {
        let at = skip_space(text.as_bytes(), 0);
        match text.as_bytes().get(at) {
            Some(b'{') => Ok(Object { text, at: at + 1, state: Walk::First, is_valid: false }),
            Some(_) => Err(JsonError { kind: JsonErrorKind::NotAnObject, at }),
            None => Err(JsonError { kind: JsonErrorKind::Truncated, at }),
        }
    }

    /// Of a text that was validated.
    pub(super) fn new(text: &'a str) -> Object<'a> {
        Object { text, at: 1, state: Walk::First, is_valid: true }
    }

    /// The next member; `None` after the last one, and always after an error.
    #[cfg_attr(hot, optimize(speed), inline(never))]
    pub fn next_member(&mut self) -> Result<Option<(Str<'a>, Raw<'a>)>> {
        if self.state == Walk::Done {
            return Ok(None);
        }
        let first = std::mem::replace(&mut self.state, Walk::Done) == Walk::First;
        let bytes = self.text.as_bytes();
        let Some(at) = next_item(bytes, self.at, first, b'}')? else {
            return Ok(None);
        };
        expect(bytes, at, b'"')?;
        let key_end = string_end(bytes, at + 1)?;
        let key = Str::new(slice(self.text, at + 1..key_end));
        let colon = skip_space(bytes, key_end + 1);
        expect(bytes, colon, b':')?;
        let start = skip_space(bytes, colon + 1);
        self.at = if self.is_valid { known_end(bytes, start) } else { value_end(bytes, start, 1)? };
        self.state = Walk::Next;
        Ok(Some((key, Raw(slice(self.text, start..self.at)))))
    }

    /// Checks that only white space follows the object. Call it after the last member.
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
    /// Of a text that was validated.
    pub(super) fn new(text: &'a str) -> Array<'a> {
        Array { text, at: 1, state: Walk::First }
    }
}

impl<'a> Iterator for Array<'a> {
    type Item = Raw<'a>;

    fn next(&mut self) -> Option<Raw<'a>> {
        if self.state == Walk::Done {
            return None;
        }
        let first = std::mem::replace(&mut self.state, Walk::Done) == Walk::First;
        let bytes = self.text.as_bytes();
        let start = next_item(bytes, self.at, first, b']').ok()??;
        self.at = known_end(bytes, start);
        self.state = Walk::Next;
        Some(Raw(slice(self.text, start..self.at)))
    }
}

/// The start of the next member or element; `None` at the closing bracket.
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
