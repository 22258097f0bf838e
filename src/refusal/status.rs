//! The HTTP status that a sentence states: `Error code: 429`, `HTTP 503`, `got status: 404`, `(429)`.

use super::scan::{after_last, any, begins, ends, equals_in_any_case, first, from, has_phrase, skip, skip_back};
use super::scan::{span, span_back, upto, ALNUM, DIGIT, LETTER, LOWER, SPACE, UPPER};
use super::signs::{
    COUNTED, COUNT_BEHIND, DATA_BEHIND, NO_STATUS_BEFORE, STATUS_BEFORE, STATUS_BEHIND, STATUS_OR_AMOUNT_BEFORE,
};
use crate::json::decimal_value;
use crate::limits::excerpt;

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
    let before = skip_back(raw, 0, " :=\"'\\[_#(");
    let word = last_word(before);
    let of = last_word(skip_back(upto(before, before.len() - word.len()), 0, " _-"));
    // `<Response [429 Too Many Requests]>` begins with it too.
    let at_start = before == "<Response" || (before.len() < 8 && skip(before, 0, "<[\"'( \r\n").is_empty());
    let alone = ends(raw, "(") && begins(behind, ")") && !any(skip(from(behind, 1), SPACE, ""), begins, COUNT_BEHIND);
    let next = skip(behind, SPACE, "");
    let is = |word: &str, list: &str| any(word, equals_in_any_case, list);
    // `exit code 429`, `Line (429)`
    if is(word, NO_STATUS_BEFORE) || is(of, NO_STATUS_BEFORE) {
        return false;
    }
    // `got 429 items`, `code 429 of the catalog` and `429 Main Street` count or name things.
    let counts = first(next) == LOWER && !any(next, begins, STATUS_BEHIND);
    let named = is(word, STATUS_BEFORE) && !any(next, begins, DATA_BEHIND) && next != "unknown"
        || !counts && is(word, STATUS_OR_AMOUNT_BEFORE) && !is_compared(before);
    // `<title>502 Bad Gateway</title>`
    let title = ends(raw, ">") && first(next) == UPPER;
    at_start && !counts && !any(excerpt(next, 40), has_phrase, COUNTED) || alone || named || title
}

/// `expected 3 items, got 503`
fn is_compared(before: &str) -> bool {
    let expected = after_last(before, "xpected ");
    expected.len() < before.len() && !begins(expected, "2") && !begins(expected, "status") && !begins(expected, "HTTP")
}

/// The letters at the end of `text`.
fn last_word(text: &str) -> &str {
    from(text, text.len() - span_back(text, LETTER, ""))
}

/// The statuses of IANA's registry, nginx and Cloudflare.
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
            ("429 quota exceeded", Some(429)),
            ("Error 503: table full", Some(503)),
            ("Expected 200, got 429", Some(429)),
            ("expected 429 items, got 503", None),
            ("exit code 429", None),
            ("area code 503", None),
            ("code 429 of the catalog", None),
            ("Line (429)", None),
            ("429 Main Street", None),
            ("429 rows", None),
            ("429 retry in 2s", Some(429)),
            ("429\nplease wait 3s", Some(429)),
            ("503 try again later", Some(503)),
            ("429 retries were not enough", None),
            ("got 429 items", None),
            ("Agent failed: [429] Slow down", Some(429)),
            ("Request failed (429) after 3 retries", Some(429)),
            ("Maximum number of steps (429) exceeded", None),
            ("WHERE code = 429 returned nothing", None),
            ("HTTP 429 is not a valid product name", None),
            ("Row 12: code=429 unknown", None),
            ("a 500 word essay", None),
            ("limit 500 requests", None),
            ("HTTP 200", None),
            ("", None),
        ] {
            assert_eq!(stated_status(text), status, "{text}");
        }
    }
}
