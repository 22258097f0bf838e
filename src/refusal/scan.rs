//! How refusals are scanned: by classes of bytes, and by lists of words, each list one text.
//!
//! Shared functions instead of iterators with closures, and lists instead of arrays of strings: the compiler copies a
//! closure's code for each use, and an entry of an array costs as much again as its text. Errors are rare and short:
//! nothing here has to be fast.

use crate::bytes::count_scanned;
use crate::limits::excerpt;
use crate::text::{find, slice};

/// ASCII digits.
pub(super) const DIGIT: u8 = 1;
/// ASCII capitals.
pub(super) const UPPER: u8 = 2;
/// ASCII small letters.
pub(super) const LOWER: u8 = 4;
/// ASCII white space.
pub(super) const SPACE: u8 = 8;
/// Parts of characters beyond ASCII.
pub(super) const WIDE: u8 = 16;
/// Punctuation and controls.
pub(super) const OTHER: u8 = 32;
pub(super) const LETTER: u8 = UPPER | LOWER;
pub(super) const ALNUM: u8 = LETTER | DIGIT;

/// The class of a byte.
#[inline(never)]
pub(super) fn class(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => DIGIT,
        b'A'..=b'Z' => UPPER,
        b'a'..=b'z' => LOWER,
        b' ' | b'\t'..=b'\r' => SPACE,
        0x80.. => WIDE,
        _ => OTHER,
    }
}

/// The class of the first byte; 0 if there is none.
#[inline(never)]
pub(super) fn first(text: &str) -> u8 {
    text.bytes().next().map_or(0, class)
}

/// `text` between two places; `""` if there is no such part.
#[inline(never)]
pub(super) fn part(text: &str, at: usize, end: usize) -> &str {
    slice(text, at..end)
}

/// `text` from `at` on; `""` if that is out of bounds or within a character.
#[inline(never)]
pub(super) fn from(text: &str, at: usize) -> &str {
    part(text, at, text.len())
}

/// `text` up to `at`.
#[inline(never)]
pub(super) fn upto(text: &str, at: usize) -> &str {
    part(text, 0, at)
}

/// The length of the beginning of `text` that consists of `classes` and of the bytes of `more`.
#[inline(never)]
pub(super) fn span(text: &str, classes: u8, more: &str) -> usize {
    let other = |b: &u8| class(*b) & classes == 0 && !more.as_bytes().contains(b);
    let end = text.as_bytes().iter().position(other).unwrap_or(text.len());
    count_scanned(end);
    end
}

/// The same at its end.
#[inline(never)]
pub(super) fn span_back(text: &str, classes: u8, more: &str) -> usize {
    let other = |b: &u8| class(*b) & classes == 0 && !more.as_bytes().contains(b);
    let length = text.as_bytes().iter().rev().position(other).unwrap_or(text.len());
    count_scanned(length);
    length
}

/// The place of the first byte of `wanted`, else the end.
#[inline(never)]
pub(super) fn until(text: &str, wanted: &str) -> usize {
    let (bytes, wanted) = (text.as_bytes(), wanted.as_bytes());
    let found = match wanted {
        // The end of a list's entry: by far the most frequent.
        [byte] => memchr::memchr(*byte, bytes),
        _ => bytes.iter().position(|b| wanted.contains(b)),
    };
    let end = found.unwrap_or(bytes.len());
    count_scanned(end);
    end
}

/// Whether `text` begins with one of the bytes of `wanted`.
#[inline(never)]
pub(super) fn begins_in(text: &str, wanted: &str) -> bool {
    // Not by `until`, which would look at the whole text.
    text.as_bytes().first().is_some_and(|byte| wanted.as_bytes().contains(byte))
}

/// `text` without what [`span`] measures.
#[inline(never)]
pub(super) fn skip<'a>(text: &'a str, classes: u8, more: &str) -> &'a str {
    from(text, span(text, classes, more))
}

/// `text` without what [`span_back`] measures.
#[inline(never)]
pub(super) fn skip_back<'a>(text: &'a str, classes: u8, more: &str) -> &'a str {
    upto(text, text.len() - span_back(text, classes, more))
}

/// Whether `text` has a byte of `classes`.
#[inline(never)]
pub(super) fn has(text: &str, classes: u8) -> bool {
    span(text, !classes, "") < text.len()
}

/// What follows the first `mark` in `text`.
#[inline(never)]
pub(super) fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let at = find(text, mark);
    count_scanned(at.unwrap_or(text.len()));
    text.get(at? + mark.len()..)
}

/// What stands in front of the first `mark` in `text`, else all of it.
#[inline(never)]
pub(super) fn before<'a>(text: &'a str, mark: &str) -> &'a str {
    upto(text, find(text, mark).unwrap_or(text.len()))
}

/// What follows the last `mark` in `text`, else all of it.
#[inline(never)]
pub(super) fn after_last<'a>(mut text: &'a str, mark: &str) -> &'a str {
    while let Some(behind) = after(text, mark) {
        text = behind;
    }
    text
}

/// A list of texts as one text, each ended by [`END`]. A line per entry, its source behind it.
macro_rules! list {
    ($($entry:literal),* $(,)?) => { concat!($($entry, "\0"),*) };
}
pub(super) use list;

/// Ends the entry of a list.
pub(super) const END: &str = "\0";

/// Takes the next part off `rest`, up to a byte of `ends` or to the end.
#[inline(never)]
pub(super) fn next_part<'a>(rest: &mut &'a str, ends: &str) -> Option<&'a str> {
    if rest.is_empty() {
        return None;
    }
    let at = until(rest, ends);
    let part = upto(rest, at);
    *rest = from(rest, at + 1);
    Some(part)
}

/// The first entry of `list` that `text` stands in relation `is` to, such as [`has_phrase`].
#[inline(never)]
pub(super) fn entry<'a>(text: &str, is: fn(&str, &str) -> bool, mut list: &'a str) -> Option<&'a str> {
    while let Some(entry) = next_part(&mut list, END) {
        if is(text, entry) {
            return Some(entry);
        }
    }
    None
}

/// Whether there is such an entry.
#[inline(never)]
pub(super) fn any(text: &str, is: fn(&str, &str) -> bool, list: &str) -> bool {
    entry(text, is, list).is_some()
}

pub(super) fn equals(text: &str, entry: &str) -> bool {
    text == entry
}

pub(super) fn equals_in_any_case(text: &str, entry: &str) -> bool {
    text.eq_ignore_ascii_case(entry)
}

#[inline(never)]
pub(super) fn begins(text: &str, entry: &str) -> bool {
    text.as_bytes().starts_with(entry.as_bytes())
}

#[inline(never)]
pub(super) fn ends(text: &str, entry: &str) -> bool {
    text.as_bytes().ends_with(entry.as_bytes())
}

/// Bytes between two parts of a phrase, at most: words of one sentence, not of two.
const GAP: usize = 100;

/// Whether `phrase` occurs in `text`; see [`after_phrase`].
pub(super) fn has_phrase(text: &str, phrase: &str) -> bool {
    after_phrase(text, phrase).is_some()
}

/// What follows the first `phrase` in `text`. Of a phrase with `*` all parts occur in order and near each other, on one
/// line.
pub(super) fn after_phrase<'a>(text: &'a str, phrase: &str) -> Option<&'a str> {
    let (first, mut rest) = (before(phrase, "*"), text);
    let others = from(phrase, first.len() + 1);
    loop {
        rest = after(rest, first)?;
        if others.is_empty() {
            return Some(rest);
        }
        let near = before(excerpt(rest, GAP), "\n");
        if let Some(behind) = after_phrase(near, others) {
            return Some(from(rest, near.len() - behind.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_those_of_their_classes() {
        assert_eq!((span("12a", DIGIT, ""), span("12", DIGIT, ""), span("", DIGIT, "")), (2, 2, 0));
        assert_eq!((span_back("a.12", DIGIT, "."), span_back("é", WIDE, "")), (3, 2));
        assert_eq!((skip(" \t: x ", SPACE, ":"), skip_back(" x: \n", SPACE, ":")), ("x ", " x"));
        assert!(has("a b", SPACE) && !has("a-b", SPACE | DIGIT) && !has("", !0));
        assert_eq!((until("a=b:c", ":="), until("abc", ":=")), (1, 3));
    }

    #[test]
    fn a_list_is_one_text() {
        const LIST: &str = list!["one", "two*three"];
        assert_eq!(LIST, "one\0two*three\0");
        assert_eq!(entry("two", equals, LIST), None);
        assert_eq!(entry("is one of", has_phrase, LIST), Some("one"));
        assert_eq!(entry("two, then three", has_phrase, LIST), Some("two*three"));
        assert!(!any("three, then two", has_phrase, LIST) && !any("", begins, LIST));
        assert!(any("one of", begins, LIST) && any("not one", ends, LIST));
        assert_eq!(after_phrase("two lines, two or three of them", "two*three"), Some(" of them"));
        let far = ["two", &"-".repeat(GAP), "three"].concat();
        assert!(!has_phrase(&far, "two*three") && !has_phrase("two\nthree", "two*three"));
        assert!(has_phrase(&[&far, " two three"].concat(), "two*three"), "the second one is near");
        let mut rest = "a,,b";
        let parts: Vec<_> = std::iter::from_fn(|| next_part(&mut rest, ",")).collect();
        assert_eq!(parts, ["a", "", "b"]);
    }
}
