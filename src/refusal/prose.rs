//! Whether a text is a sentence for people, and which part of it: SDKs put names, codes and classes around it.

use super::code::kind_of_code;
use super::kind::Kind;
use super::scan::{after, after_last, any, before, begins, begins_in, class, ends, entry, equals, first, from, has};
use super::scan::{has_phrase, list, part, skip, span, span_back, until, upto};
use super::scan::{ALNUM, DIGIT, LETTER, LOWER, SPACE, UPPER, WIDE};
use super::signs;
use super::status::stated_status;
use crate::limits::excerpt;
use std::borrow::Cow;

/// Bytes of a text that are looked at: what follows does not get into the banner.
pub(super) const LOOKED_AT: usize = 4 << 10;

/// The words for people in `text`: without what an SDK puts in front and behind; `None` if there are none.
#[inline(never)]
pub(super) fn prose_of(text: &str) -> Option<&str> {
    let text = text.trim();
    // What Python raised is on the last line.
    let raised = after_last(text, "\n");
    let known = kind_of_code(after_last(before(raised, ":"), ".")) != Kind::Unknown;
    let text = if known && begins(text, "Traceback (most") { raised } else { text };
    let mut rest = excerpt(text, LOOKED_AT).trim();
    while let Some(tail) = entry(rest, has_phrase, signs::TAILS) {
        rest = before(rest, tail).trim();
    }
    // huggingface_hub: a line about the URL, then what the server said.
    if has_phrase(rest, "Client Error") {
        rest = after_last(rest, "\n\n");
    }
    // Each round takes one thing off; nobody puts more in front.
    for _ in 0..8 {
        match without_prefix(rest) {
            Some(shorter) => rest = shorter.trim(),
            None => break,
        }
    }
    is_prose(rest).then_some(rest)
}

/// `text` without the first of what SDKs put in front of a sentence.
fn without_prefix(text: &str) -> Option<&str> {
    // Quotes around all of it.
    let quote = upto(text, 1);
    if begins_in(text, "\"'") && text.len() > 2 && ends(text, quote) {
        let inside = part(text, 1, text.len() - 1);
        return (has(inside, SPACE | WIDE) && !has_phrase(inside, quote)).then_some(inside);
    }
    // `[Errno 111] `, `(content_filter) `.
    if begins_in(text, "[(") {
        let tag = upto(text, until(text, "])"));
        let behind = from(text, tag.len() + 1);
        let found = tag.len() < 48 && begins(behind, " ") && until(tag, "{}\"',") == tag.len();
        return found.then_some(behind);
    }
    // `429 Too many requests`, but neither `429 is no color` nor `429 Main Street`.
    let behind = from(text, 4);
    let number = span(text, DIGIT, "") == 3 && begins(from(text, 3), " ") && first(behind) & !LOWER > 0;
    if number && stated_status(upto(text, 3 + span(from(text, 3), !DIGIT, ""))).is_some() {
        return Some(behind);
    }
    // `Error code: 429 - `
    if upto(text, 11).eq_ignore_ascii_case("error code:") {
        return Some(skip(skip(skip(from(text, 11), SPACE, ""), DIGIT, ""), 0, " -"));
    }
    // botocore: `An error occurred (Class) when calling the X operation (reached max retries: 4): `
    if begins(text, "An error occurred (") {
        let rest = after(text, " operation")?;
        // `(reached max retries: 4)` has a colon of its own.
        let rest = if begins(rest, " (") { after(rest, ")")? } else { rest };
        return begins(rest, ": ").then(|| from(rest, 2));
    }
    let word = upto(text, until(text, ": "));
    let behind = from(text, word.len() + 1);
    if begins(from(text, word.len()), ":") && (is_class(word) || is_constant(word)) && has(behind, !SPACE) {
        return Some(behind);
    }
    let word = upto(text, until(text, " ."));
    // `RESOURCE_EXHAUSTED. `
    if is_constant(word) && begins(from(text, word.len()), ". ") {
        return Some(from(text, word.len() + 2));
    }
    // LiteLLM: `GroqException - `, `AzureException RateLimitError - `
    let lead = before(text, " - ");
    (lead.len() < 64 && is_class(word)).then(|| after(text, " - ")).flatten()
}

/// `RateLimitError`, `google.api_core.exceptions.ResourceExhausted`.
fn is_class(word: &str) -> bool {
    let last = after_last(word, ".");
    any(word, ends, list!["Error", "Exception"]) || (last.len() < word.len() && first(last) == UPPER)
}

/// `RESOURCE_EXHAUSTED`; `UNAVAILABLE` and `overloaded_error`, because they are codes of a refusal.
fn is_constant(word: &str) -> bool {
    is_code(word) && !has(word, LOWER) || span(word, LETTER, "_") == word.len() && kind_of_code(word) != Kind::Unknown
}

/// A word that no sentence is made of: `rate_limit_exceeded`, `ReadTimeout`.
#[inline(never)]
pub(super) fn is_code(word: &str) -> bool {
    let camel = |pair: &[u8]| class(pair[0]) == LOWER && class(pair[1]) == UPPER;
    !has(word, WIDE) && (has_phrase(word, "_") || word.as_bytes().windows(2).any(camel))
}

/// Words for people: no markup, no dump of an object, no escapes, no code.
fn is_prose(text: &str) -> bool {
    // `TooManyRequests(status_code=429)`; a tuple: `('Connection aborted.', RemoteDisconnected(…))`
    let head = upto(text, until(text, " ("));
    let call = begins(from(text, head.len()), "(") && is_code(head);
    let tuple = begins(text, "(") && ends(text, ")");
    let word = !has(text, SPACE)
        && (is_code(text) || begins_in(text, "'\"") || any(text, equals, list!["null", "None", "undefined"]));
    has(text, LETTER | WIDE) && !call && !tuple && !word && !begins_in(text, "{[") && !is_dump(text)
}

/// Markup, or the members of an object.
#[inline(never)]
pub(super) fn is_dump(text: &str) -> bool {
    begins(text, "<") || any(text, has_phrase, signs::DUMPS) || has_pair(text)
}

/// Whether there is `'key': 'value'`, `"key":1`, or `b'…'` in it.
fn has_pair(mut text: &str) -> bool {
    loop {
        let before = upto(text, until(text, "'\""));
        if before.len() == text.len() {
            return false;
        }
        text = from(text, before.len() + 1);
        let value = from(text, if begins(text, ": ") { 2 } else { 1 });
        let pair = begins(text, ":") && (begins_in(value, "'\"{[-NTF") || first(value) == DIGIT);
        if pair || (ends(before, "b") && span_back(before, ALNUM, "") == 1) {
            return true;
        }
    }
}

/// Without NUL and what colors a terminal (`ESC [31m`).
#[inline(never)]
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let control = |b: &u8| matches!(b, 0..=8 | 11 | 12 | 14..=31 | 127);
    if !text.as_bytes().iter().any(control) {
        return Cow::Borrowed(text);
    }
    let (mut plain, mut rest) = (String::new(), text);
    loop {
        let lead = upto(rest, rest.as_bytes().iter().position(control).unwrap_or(rest.len()));
        plain.push_str(lead);
        rest = from(rest, lead.len());
        if rest.is_empty() {
            return Cow::Owned(plain);
        }
        // `ESC [`, parameters, a letter.
        let color = if begins(rest, "\u{1b}[") { span(from(rest, 2), DIGIT, ";?") + 2 } else { 0 };
        rest = from(rest, color + 1);
    }
}
