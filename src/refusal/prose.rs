//! Whether a text is a sentence for people, and which part of it: SDKs put names, codes and classes around it.

use super::scan::{any, entry, has_phrase};
use super::signs;
use crate::limits::excerpt;
use crate::text::{after_each, contains, find, slice};

/// So much of a text is looked at: what is behind it does not get into the banner.
pub(super) const LOOKED_AT: usize = 4 << 10;

/// The words for people in `text`: without what an SDK puts in front and behind; `None` if there are none.
pub(super) fn prose_of(text: &str) -> Option<&str> {
    let mut rest = excerpt(text.trim(), LOOKED_AT).trim();
    while let Some(tail) = entry(rest, has_phrase, signs::TAILS) {
        rest = slice(rest, ..find(rest, tail).unwrap_or_default()).trim_end();
    }
    // huggingface_hub: a line about the URL, then what the server said.
    if contains(rest, "Client Error") {
        rest = after_each(rest, "\n\n").last().filter(|t| !t.is_empty()).unwrap_or(rest);
    }
    // Each round takes one thing off; nobody puts more in front.
    for _ in 0..8 {
        match without_prefix(rest) {
            Some(shorter) => rest = shorter.trim_start(),
            None => break,
        }
    }
    Some(rest.trim()).filter(|t| is_prose(t))
}

/// `text` without the first of what SDKs put in front of a sentence.
fn without_prefix(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let end_of = |wanted: u8, most: usize| bytes.iter().take(most).position(|b| *b == wanted);
    match bytes.first()? {
        // Quotes around all of it.
        quote @ (b'"' | b'\'') if bytes.len() > 2 && bytes.last() == Some(quote) => {
            let inside = slice(text, 1..text.len() - 1);
            let words = inside.bytes().any(|b| b == b' ' || b >= 0x80);
            return (words && !inside.bytes().any(|b| b == *quote)).then_some(inside);
        }
        // `[Errno 111] `, `(content_filter) `.
        open @ (b'[' | b'(') => {
            let close = end_of(if *open == b'[' { b']' } else { b')' }, 48)?;
            let tag = !bytes[..close].iter().any(|b| b"{}\"',".contains(b));
            return (tag && bytes.get(close + 1) == Some(&b' ')).then(|| slice(text, close + 2..));
        }
        // `429 Too many requests`, but not `429 is no colour`.
        b'4' | b'5' if matches!(bytes, [_, b'0'..=b'9', b'0'..=b'9', b' ', next, ..] if !next.is_ascii_lowercase()) => {
            return Some(slice(text, 4..));
        }
        _ => {}
    }
    // `Error code: 429 - `
    if bytes.len() >= 11 && bytes[..11].eq_ignore_ascii_case(b"error code:") {
        let rest = slice(text, 11..).trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
        return Some(rest.trim_start_matches([' ', '-']));
    }
    // botocore: `An error occurred (Class) when calling the X operation (reached max retries: 4): `
    if text.starts_with("An error occurred (") {
        let rest = after_each(text, " operation").next()?;
        // `(reached max retries: 4)` has a colon of its own.
        let rest = slice(rest, if rest.starts_with(" (") { find(rest, ")")? + 1 } else { 0 }..);
        return rest.strip_prefix(": ");
    }
    let colon = end_of(b':', 100);
    let word = slice(text, ..colon.unwrap_or(0));
    if !word.is_empty() && !word.bytes().any(|b| b == b' ') && (is_class(word) || is_constant(word)) {
        return Some(slice(text, word.len() + 1..)).filter(|rest| !rest.trim().is_empty());
    }
    let first = text.split([' ', '.']).next().unwrap_or_default();
    // `RESOURCE_EXHAUSTED. `
    if is_constant(first) && slice(text, first.len()..).starts_with(". ") {
        return Some(slice(text, first.len() + 2..));
    }
    // LiteLLM: `GroqException - `, `AzureException RateLimitError - `
    let dash = find(excerpt(text, 64), " - ");
    dash.filter(|_| is_class(first)).map(|at| slice(text, at + 3..))
}

/// `RateLimitError`, `google.api_core.exceptions.ResourceExhausted`.
fn is_class(word: &str) -> bool {
    let last = word.rsplit('.').next().unwrap_or_default();
    let path = last.len() < word.len() && last.bytes().next().is_some_and(|b| b.is_ascii_uppercase());
    word.ends_with("Error") || word.ends_with("Exception") || path
}

/// `RESOURCE_EXHAUSTED`
fn is_constant(word: &str) -> bool {
    is_code(word) && !word.bytes().any(|b| b.is_ascii_lowercase())
}

/// A word that no sentence is made of: `rate_limit_exceeded`, `ReadTimeout`.
fn is_code(word: &str) -> bool {
    let bytes = word.as_bytes();
    let camel = bytes.windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    word.is_ascii() && (camel || bytes.contains(&b'_'))
}

/// Words for people: no markup, no dump of an object, no escapes, no code.
fn is_prose(text: &str) -> bool {
    let word = !text.bytes().any(|b| b.is_ascii_whitespace());
    // `TooManyRequests(status_code=429)`; a tuple: `('Connection aborted.', RemoteDisconnected(…))`
    let head = text.split([' ', '(']).next().unwrap_or_default();
    let call = slice(text, head.len()..).starts_with('(') && is_code(head);
    let tuple = text.starts_with('(') && text.ends_with(')');
    let letters = text.bytes().any(|b| b.is_ascii_alphabetic() || b >= 0x80);
    letters
        && !call
        && !tuple
        && !text.starts_with(['{', '['])
        && !(word && (is_code(text) || text.starts_with(['\'', '"']) || ["null", "None", "undefined"].contains(&text)))
        && !is_dump(text)
}

/// Markup, or the members of an object.
pub(super) fn is_dump(text: &str) -> bool {
    text.starts_with('<')
        || any(text, has_phrase, signs::DUMPS)
        || (contains(text, "headers:") && contains(text, "body:"))
        || has_pair(text.as_bytes())
}

/// Whether there is `'key': 'value'`, `"key":1`, or `b'…'` in it.
fn has_pair(text: &[u8]) -> bool {
    let begins_value = |b: &u8| b"'\"{[-NTF".contains(b) || b.is_ascii_digit();
    (0..text.len()).any(|at| match text[at..] {
        [b'\'' | b'"', b':', b' ', value, ..] | [b'\'' | b'"', b':', value, ..] => begins_value(&value),
        [b'b', b'\'' | b'"', ..] => at == 0 || !text[at - 1].is_ascii_alphanumeric(),
        _ => false,
    })
}
