//! The sentence that a user reads: the innermost human one that the refusal has, else one of ours for its kind.

use super::facts::Facts;
use super::kind::Kind;
use super::prose::{is_dump, prose_of, LOOKED_AT};
use super::scan::has_phrase;
use crate::json::Raw;
use crate::limits::excerpt;
use crate::text::{after_each, slice};

/// In bytes. A banner is no log.
const LONGEST: usize = 500;

/// What a retrying backend says in front of what the provider said (docs/rate-limit-retries.md), and the rest.
pub(super) fn after_prefix(text: &str) -> (&'static str, &str) {
    let prefixes = ["An error occurred: ", "An unexpected error occurred: "].into_iter();
    prefixes.filter_map(|prefix| Some((prefix, text.strip_prefix(prefix)?))).next().unwrap_or(("", text))
}

/// What the refusal says in words; `None` if it is a dump, markup, or nothing.
pub(super) fn stated(prefix: &str, text: &str, facts: &Facts) -> Option<String> {
    let text = text.trim();
    let of_json = || Raw::parse(text).ok().and_then(member_message).and_then(|t| prose_of(&t).map(str::to_owned));
    let found = || facts.said.iter().flatten().next().cloned();
    let whole = || prose_of(text).map(str::to_owned);
    // `details = "…"` is how Python's gRPC prints what it was told.
    let of_grpc = || {
        after_each(excerpt(text, LOOKED_AT), "details = \"")
            .next()
            .and_then(|t| t.split('"').next())
            .and_then(prose_of)
            .map(str::to_owned)
    };
    // What a retrying backend says in prose is shown letter for letter.
    if !prefix.is_empty() && !is_structured(text) && !is_dump(text) {
        return Some(bounded([prefix, text].concat()));
    }
    let inner = match text.bytes().next()? {
        b'<' => of_grpc(),
        _ if is_structured(text) => of_json().or_else(found).or_else(|| before_braces(text)),
        _ => whole().or_else(found),
    };
    Some(bounded([prefix, &without_ids(&inner?)].concat()))
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

/// Text with JSON or Python's repr in it.
fn is_structured(text: &str) -> bool {
    has_phrase(text, "{") || super::pieces::opens(text)
}

/// What stands in front of the first brace, up to the end of its last sentence.
fn before_braces(text: &str) -> Option<String> {
    let text = excerpt(text, LOOKED_AT);
    let end = text.bytes().position(|b| matches!(b, b'{' | b'['))?;
    let lead = slice(text, ..end);
    // Azure's SDK names each field on a line of its own; what follows the first line break says it again.
    let lead = lead.split('\n').next().unwrap_or_default();
    let stop = lead.bytes().rposition(|b| matches!(b, b'.' | b'!' | b'?'));
    let line = stop.map_or("", |at| slice(lead, ..at + 1));
    prose_of(if lead.len() < end { lead } else { line }).map(str::to_owned)
}

/// Without `<ak-…>`: the ids of keys and accounts that some providers put into their sentences.
fn without_ids(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| b == b'<') {
        let inside =
            rest.as_bytes()[at + 1..].iter().take(80).position(|b| !b.is_ascii_alphanumeric() && !b"-_".contains(b));
        match inside.filter(|length| *length > 0 && rest.as_bytes()[at + 1 + length] == b'>') {
            Some(length) => {
                plain.push_str(slice(rest, ..at).trim_end());
                rest = slice(rest, at + length + 2..);
            }
            None => {
                plain.push_str(slice(rest, ..at + 1));
                rest = slice(rest, at + 1..);
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn bounded(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let cut = excerpt(&text, LONGEST);
    let end = cut.bytes().rposition(|b| b == b' ').unwrap_or(cut.len());
    [slice(cut, ..end), "…"].concat()
}

/// The texts under which an error's message is found: `{"error":{"message"}}`, `{"detail"}`, `{"error"}`, `{"message"}`.
fn member_message(body: Raw<'_>) -> Option<String> {
    if let Some(text) = body.as_str().filter(|t| !t.is_empty()) {
        return Some(text.into());
    }
    if let Some(mut list) = body.as_array() {
        return member_message(list.next()?);
    }
    let is_text = |key| body.member(key).and_then(Raw::as_str).is_some_and(|t| !t.is_empty());
    for key in ["error", "detail", "message", "error_description", "errors"] {
        let Some(value) = body.member(key) else { continue };
        // `{"error":"Too Many Requests","message":"…"}`: the error's name, then the sentence.
        if key == "error" && is_text(key) && (is_text("message") || is_text("detail")) {
            continue;
        }
        if let Some(text) = value.as_str().filter(|t| !t.is_empty()) {
            return Some(text.into());
        }
        if let Some(list) = value.as_array() {
            let texts: Vec<String> = list.filter_map(validation_message).collect();
            return (!texts.is_empty()).then(|| texts.join("; "));
        }
        if let Some(text) = value.as_object().and_then(|_| member_message(value)) {
            return Some(text);
        }
    }
    None
}

/// One element of a 422's `detail`: `{"loc":["body","message"],"msg":"Field required"}` → `message: Field required`.
fn validation_message(item: Raw<'_>) -> Option<String> {
    if let Some(text) = item.as_str() {
        return Some(text.into());
    }
    let message: String = item.member("msg").or_else(|| item.member("message"))?.as_str()?.into();
    let field = item.member("loc").and_then(Raw::as_array).and_then(Iterator::last).and_then(Raw::as_str);
    Some(match field {
        Some(field) => [&field.decode(), ": ", &message].concat(),
        None => message,
    })
}
