//! The HTTP status that a sentence states: `Error code: 429`, `HTTP 503`, `got status: 404`, `(429)`.

use super::scan::{any, begins, ends, equals_in_any_case, first, from, list, skip, skip_back, span, span_back, upto};
use super::scan::{ALNUM, DIGIT, LETTER, LOWER, SPACE, UPPER};
use crate::json::decimal_value;

/// The first status of 400 to 599 that stands where a status does: at the beginning, in parentheses, or behind a word
/// that announces one. `line 429` and `/orders/429` are none.
pub(super) fn stated_status(text: &str) -> Option<u16> {
    let mut at = 0;
    loop {
        at += span(from(text, at), !DIGIT, "");
        let (before, rest) = (upto(text, at), from(text, at));
        let length = span(rest, DIGIT, "");
        if length == 0 {
            return None;
        }
        at += length;
        let status = status(upto(rest, length)).filter(|status| exists(*status));
        if status.is_some() && is_status(before, from(rest, length)) {
            return status;
        }
    }
}

/// A number of three digits.
pub(super) fn status(text: &str) -> Option<u16> {
    (text.len() == 3 && span(text, DIGIT, "") == 3).then(|| decimal_value(text) as u16)
}

/// Whether a number between `raw` and `behind` is one by itself, and a status.
fn is_status(raw: &str, behind: &str) -> bool {
    // A full stop ends a sentence; between digits it makes a decimal number.
    let decimal = begins(behind, ".") && first(from(behind, 1)) == DIGIT;
    if span_back(raw, ALNUM, ".-/") > 0 || decimal || first(behind) & ALNUM > 0 {
        return false;
    }
    let before = skip_back(raw, 0, " :=\"'\\[_#");
    let word = from(before, before.len() - span_back(before, LETTER, ""));
    // `<Response [429 Too Many Requests]>` begins with it too.
    let at_start = before == "<Response" || (before.len() < 8 && skip(before, 0, "<[\"'( \r\n").is_empty());
    let alone = ends(raw, "(") && begins(behind, ")");
    let next = skip(behind, SPACE, "");
    // `got 429 items` counts things.
    let counts = first(next) == LOWER && !any(next, begins, NOUNS);
    let named = any(word, equals_in_any_case, ANNOUNCE) || (!counts && any(word, equals_in_any_case, MAY_ANNOUNCE));
    // `<title>502 Bad Gateway</title>`
    let title = ends(raw, ">") && first(next) == UPPER;
    at_start || alone || named || title
}

const ANNOUNCE: &str = list!["code", "status", "http", "statuscode", "error", "exception", "response"];
/// These announce amounts, too.
const MAY_ANNOUNCE: &str = list!["got", "a", "returned", "received", "with"];
const NOUNS: &str = list!["from", "status", "error", "response", "by"];

/// Those of the IANA's registry, of nginx and of Cloudflare.
fn exists(status: u16) -> bool {
    matches!(status, 400..=426 | 428 | 429 | 431 | 451 | 497..=511 | 520..=530)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_stands_where_a_status_does() {
        for (text, status) in [
            ("Error code: 429 - {'error'", Some(429)),
            ("429 RESOURCE_EXHAUSTED. {", Some(429)),
            ("HTTP 503", Some(503)),
            ("got status: 404 Not Found", Some(404)),
            ("status_code=403, quota project not set", Some(403)),
            ("Client error '404 Not Found' for url 'https://api.example.test/orders/429'", Some(404)),
            ("Upstream error 429: Too Many Requests", Some(429)),
            ("<Response [429 Too Many Requests]>", Some(429)),
            ("API error occurred: Status 401. Body:", Some(401)),
            ("Got a 429.", Some(429)),
            ("Rate limited (429)", Some(429)),
            ("Expecting ',' delimiter: line 1 column 429 (char 428)", None),
            ("File \"/app/agent.py\", line 429, in arun", None),
            ("order 4290 not found", None),
            ("the value 1.429 is out of range", None),
            ("4.429.1", None),
            ("id-429-x", None),
            ("429.5 is no status", None),
            ("upstream returned 429 from the model", Some(429)),
            ("<title>502 Bad Gateway</title>", Some(502)),
            ("got 429 items", None),
            ("a 500 word essay", None),
            ("limit 500 requests", None),
            ("HTTP 200", None),
            ("", None),
        ] {
            assert_eq!(stated_status(text), status, "{text}");
        }
    }
}
