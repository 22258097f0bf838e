//! The key–value pairs in a text: JSON, Python's repr of dicts and bytes, protobuf's text format, at any depth, whole or
//! cut off.
//!
//! One pass and no tree: error texts are untrusted, often broken, and nested in each other as strings. Whoever reads a
//! string value that holds braces calls [`pieces`] again.

use crate::text::slice;
use std::borrow::Cow;

/// What a text is made of.
pub(super) enum Piece<'a> {
    /// Text outside of braces.
    Prose(&'a str),
    /// A member of an object, or an element of the list under `key`. `of`: the key of the object around it.
    Pair { key: &'a str, of: &'a str, value: Value<'a> },
}

#[derive(Clone)]
pub(super) enum Value<'a> {
    /// Between quotes, unescaped.
    Text(Cow<'a, str>),
    /// A number, or a word such as `True`.
    Bare(&'a str),
}

impl Value<'_> {
    pub fn as_str(&self) -> &str {
        match self {
            Value::Text(text) => text,
            Value::Bare(word) => word,
        }
    }
}

/// Deeper objects are read as members of the one at this depth.
const DEPTH: usize = 32;

/// Calls `sink` with each piece of `text`, in order.
pub(super) fn pieces<'a>(text: &'a str, sink: &mut dyn FnMut(Piece<'a>)) {
    let bytes = text.as_bytes();
    let mut keys: Vec<&str> = Vec::new();
    let mut depth = 0usize;
    let mut pending: Option<&str> = None;
    let (mut at, mut prose) = (0, 0);
    while at < bytes.len() {
        let byte = bytes[at];
        if depth == 0 {
            if opens(bytes, at) {
                let before = slice(text, prose..at);
                sink(Piece::Prose(before));
                keys.push(last_word(before));
                depth = 1;
            }
            at += 1;
            continue;
        }
        match byte {
            b'{' | b'[' | b'(' => {
                let around = keys.last().copied().unwrap_or_default();
                let key = pending.take().unwrap_or(around);
                if depth < DEPTH {
                    keys.push(key);
                }
                depth += 1;
                at += 1;
            }
            b'}' | b']' | b')' => {
                depth -= 1;
                if depth < keys.len() {
                    keys.pop();
                }
                pending = None;
                at += 1;
                prose = at;
            }
            b'"' | b'\'' => {
                let end = closing_quote(bytes, at);
                let inside = slice(text, at + 1..end);
                // `"message":"{\n  "error": …`: JSON in JSON whose quotes lost their escapes.
                if inside.starts_with('{') && inside.trim_end_matches([' ', 'n', '\\', '\n']) == "{" {
                    at += 1;
                    continue;
                }
                at = end + 1;
                match key_ends(bytes, at) {
                    Some(behind) if pending.is_none() => {
                        pending = Some(inside);
                        at = behind;
                    }
                    _ => sink(pair(&mut pending, &keys, Value::Text(unescape(inside)))),
                }
            }
            b if is_word(b) => {
                let end = at + bytes[at..].iter().take_while(|b| is_word(**b)).count();
                let word = slice(text, at..end);
                at = end;
                match (bytes.get(at), key_ends(bytes, at)) {
                    // Python's b'…', u'…' and r'…'.
                    (Some(b'"' | b'\''), _) if word.len() == 1 => {}
                    // `retry_delay {` of protobuf's text format, `Name(` of a repr.
                    (Some(b'{' | b'('), _) => pending = Some(word),
                    (_, Some(behind)) if pending.is_none() => {
                        pending = Some(word);
                        at = behind;
                    }
                    (Some(b' '), _) if bytes.get(at + 1) == Some(&b'{') && pending.is_none() => pending = Some(word),
                    _ => sink(pair(&mut pending, &keys, Value::Bare(word))),
                }
            }
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    if depth == 0 {
        sink(Piece::Prose(slice(text, prose..)));
    }
}

fn pair<'a>(pending: &mut Option<&'a str>, keys: &[&'a str], value: Value<'a>) -> Piece<'a> {
    let of = keys.last().copied().unwrap_or_default();
    Piece::Pair { key: pending.take().unwrap_or(of), of, value }
}

/// A brace, or a bracket of a list of objects or texts. `[Errno 2]` and `[1]` are prose.
pub(super) fn opens(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        Some(b'{') => true,
        Some(b'[') => bytes[at + 1..].iter().find(|b| !b.is_ascii_whitespace()).is_some_and(|b| b"{[\"'".contains(b)),
        _ => false,
    }
}

/// The index of the quote that closes the one at `at`, or the end.
fn closing_quote(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while end < bytes.len() && bytes[end] != bytes[at] {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    end.min(bytes.len())
}

/// Behind a key comes a colon, `=` or `=>`: where its value begins.
fn key_ends(bytes: &[u8], from: usize) -> Option<usize> {
    let at = from + bytes.get(from..)?.iter().take_while(|b| b.is_ascii_whitespace()).count();
    match bytes.get(at)? {
        b':' => Some(at + 1),
        b'=' => Some(at + 1 + usize::from(bytes.get(at + 1) == Some(&b'>'))),
        _ => None,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.+-@/".contains(&byte)
}

/// The word that `text` ends with.
fn last_word(text: &str) -> &str {
    let text = text.trim_end_matches([' ', ':', '=']);
    let length = text.bytes().rev().take_while(|b| is_word(*b)).count();
    slice(text, text.len() - length..)
}

/// Escapes as JSON and Python write them; what is none stays.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| b == b'\\') {
        plain.push_str(slice(rest, ..at));
        let (escape, behind) = (slice(rest, at + 1..at + 2), slice(rest, at + 2..));
        let (character, length) = match escape {
            "n" => (Some('\n'), 0),
            "t" => (Some('\t'), 0),
            "r" => (Some('\r'), 0),
            "u" => (hex(behind, 4), 4),
            "x" => (hex(behind, 2), 2),
            _ => (escape.chars().next(), 0),
        };
        match character {
            Some(character) => {
                plain.push(character);
                rest = slice(behind, length..);
            }
            None => {
                plain.push('\\');
                rest = slice(rest, at + 1..);
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

fn hex(text: &str, digits: usize) -> Option<char> {
    let digits = text.get(..digits).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, String) {
        let (mut pairs, mut prose) = (Vec::new(), String::new());
        pieces(text, &mut |piece| match piece {
            Piece::Prose(words) => prose.push_str(words),
            Piece::Pair { key, of, value } => pairs.push([of, "/", key, "=", value.as_str()].concat()),
        });
        (pairs, prose)
    }

    #[test]
    fn json_and_python_and_protobuf_give_the_same_pairs() {
        for text in [
            r#"{"error":{"code":429,"message":"slow \"down\"","ok":true}}"#,
            r#"{'error': {'code': 429, 'message': 'slow "down"', 'ok': true}}"#,
            r#"{ error { code: 429 message: "slow \"down\"" ok: true } }"#,
        ] {
            assert_eq!(read(text).0, ["error/code=429", "error/message=slow \"down\"", "error/ok=true"], "{text}");
        }
    }

    #[test]
    fn prose_stands_apart_and_brackets_in_it_are_no_lists() {
        let (pairs, prose) = read("Error code: 429 - {'a': 'b'} and [Errno 2], x");
        assert_eq!((pairs, prose.as_str()), (vec!["-/a=b".to_owned()], "Error code: 429 -  and [Errno 2], x"));
        assert_eq!(read("retry_delay { seconds: 34 }").0, ["retry_delay/seconds=34"]);
        assert_eq!(read("don't {}, it's").1, "don't , it's");
    }

    #[test]
    fn what_is_cut_off_or_not_closed_is_read_as_far_as_it_goes() {
        assert_eq!(read(r#"{"a":"b","c":{"message":"half a sen"#).0, ["/a=b", "c/message=half a sen"]);
        assert_eq!(read(r#"{"list":["x","y"],"a":1}"#).0, ["list/list=x", "list/list=y", "/a=1"]);
        let deep = "{".repeat(100_000);
        assert!(read(&deep).0.is_empty());
        assert!(read("}}}]])").0.is_empty());
        assert_eq!(read("b'{\"a\": 1}\\n'").0, ["/a=1"]);
    }

    #[test]
    fn escapes_are_those_of_json_and_python() {
        assert_eq!(unescape(r#"a\n\"\u00e9\xe9\'\\ \q\u12"#), "a\n\"éé'\\ q\\u12");
        assert_eq!(unescape("\\"), "\\");
    }
}
