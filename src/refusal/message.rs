//! The sentence that a user reads: the innermost human one that the refusal has, else one of ours for its kind.

use super::facts::Facts;
use super::kind::Kind;
use super::pieces::opens;
use super::prose::{is_dump, prose_of, LOOKED_AT};
use super::scan::{after, before, begins, entry, from, has_phrase, list, span, until, upto, ALNUM};
use crate::limits::excerpt;

/// In bytes. A banner is no log.
const LONGEST: usize = 500;

/// What a retrying backend says in front of what the provider said (docs/rate-limit-retries.md), and the rest.
pub(super) fn after_prefix(text: &str) -> (&'static str, &str) {
    let prefix =
        entry(text, begins, list!["An error occurred: ", "An unexpected error occurred: "]).unwrap_or_default();
    (prefix, from(text, prefix.len()))
}

/// What the refusal says in words; `None` if it is a dump, markup, or nothing.
pub(super) fn stated(prefix: &str, text: &str, facts: &Facts) -> Option<String> {
    let text = text.trim();
    // Text with JSON or Python's repr in it.
    let structured = has_phrase(text, "{") || opens(text);
    // What a retrying backend says in prose is shown letter for letter.
    if !prefix.is_empty() && !structured && !is_dump(text) {
        return Some(bounded([prefix, text].concat()));
    }
    let inner = if begins(text, "<") {
        // `details = "…"` is how Python's gRPC prints what it was told.
        after(excerpt(text, LOOKED_AT), "details = \"").and_then(|told| prose_of(before(told, "\"")))
    } else if structured {
        facts.said().or_else(|| before_braces(text))
    } else {
        prose_of(text).or_else(|| facts.said())
    };
    // Once an id is removed, what stood on its two sides may form an escape.
    let plain = Some(without_ids(inner?)).filter(|plain| !is_dump(plain))?;
    Some(bounded([prefix, &plain].concat()))
}

/// A refusal without words of its own.
pub(super) fn generic(kind: Kind, status: Option<u16>) -> &'static str {
    match (kind, status) {
        (_, Some(404)) => "There is no such agent, team or workflow at this address.",
        (Kind::RateLimit, _) => "Too many requests. Please try again in a few moments.",
        (Kind::Overloaded | Kind::Unavailable, _) => {
            "The service is not available at the moment. Please try again in a few moments."
        }
        (Kind::QuotaExhausted, _) => "The quota of this account is used up.",
        (Kind::RequestTooLarge, _) => "The message or its files are too large.",
        (Kind::Auth, _) => "You are not signed in, or not allowed to do this.",
        (Kind::NotFound, _) => "The model or the resource that was asked for does not exist.",
        (Kind::ContentFiltered, _) => "The answer was blocked by a content filter.",
        (Kind::Timeout, _) => "The server took too long to answer.",
        (_, Some(500)) => "The server failed while answering.",
        (Kind::BadRequest, Some(_)) => "The server refused the request.",
        (_, Some(500..)) => "The server failed while answering.",
        _ => "An error occurred",
    }
}

/// What stands in front of the first brace, up to the end of its last sentence.
fn before_braces(text: &str) -> Option<&str> {
    // Google's SDK for JavaScript: `[…]: …: [429 Too Many Requests] You exceeded … [{`
    let text = after(excerpt(text, LOOKED_AT), "[429 Too Many Requests] ").unwrap_or(text);
    let lead = upto(text, until(excerpt(text, LOOKED_AT), "{["));
    // Azure's SDK names each field on a line of its own; what follows the first line break says it again.
    let line = before(lead, "\n");
    let stop = lead.bytes().rposition(|b| matches!(b, b'.' | b'!' | b'?'));
    prose_of(if line.len() < lead.len() { line } else { upto(lead, stop.map_or(0, |at| at + 1)) })
}

/// Without `<ak-…>`: the ids of keys and accounts that some providers put into their sentences.
fn without_ids(text: &str) -> String {
    let (mut plain, mut rest) = (String::new(), text);
    loop {
        let lead = before(rest, "<");
        if lead.len() == rest.len() {
            plain.push_str(rest);
            return plain;
        }
        let inside = from(rest, lead.len() + 1);
        let id = span(inside, ALNUM, "-_");
        if id > 0 && begins(from(inside, id), ">") {
            plain.push_str(lead.trim());
            rest = from(inside, id + 1);
        } else {
            plain.push_str(lead);
            plain.push('<');
            rest = inside;
        }
    }
}

fn bounded(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let cut = excerpt(&text, LONGEST);
    let end = cut.bytes().rposition(|b| b == b' ').unwrap_or(cut.len());
    [upto(cut, end), "…"].concat()
}
