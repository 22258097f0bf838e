//! The HTTP status that a sentence states: `Error code: 429`, `HTTP 503`, `got status: 404`, `(429)`.

use super::scan::{any, begins, equals, list};
use crate::text::slice;

/// The first status of 400 to 599 that stands where a status does: at the beginning, in parentheses, or behind a word
/// that announces one. `line 429` and `/orders/429` are none.
pub(super) fn stated_status(text: &str) -> Option<u16> {
    numbers(text).find_map(|(at, number)| {
        let status: u16 = number.parse().ok().filter(|n| exists(*n))?;
        let raw = slice(text, ..at);
        let before = raw.trim_end_matches([' ', ':', '=', '"', '\'', '\\', '[', '_', '#']);
        let behind = slice(text, at + number.len()..);
        let start = before.len() - before.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
        let word = slice(before, start..).to_ascii_lowercase();
        // `<Response [429 Too Many Requests]>` begins with it too.
        let first = before == "<Response" || (before.len() < 8 && before.bytes().all(|b| b"<[\"'( \r\n".contains(&b)));
        let alone = raw.ends_with('(') && behind.starts_with(')');
        let next = behind.trim_start();
        // `got 429 items` counts things.
        let counts = next.bytes().next().is_some_and(|b| b.is_ascii_lowercase()) && !any(next, begins, NOUNS);
        let named = any(&word, equals, ANNOUNCE) || (!counts && any(&word, equals, MAY_ANNOUNCE));
        // `<title>502 Bad Gateway</title>`
        let title = raw.ends_with('>') && next.bytes().next().is_some_and(|b| b.is_ascii_uppercase());
        (first || alone || named || title).then_some(status)
    })
}

const ANNOUNCE: &str = list!["code", "status", "http", "statuscode", "error", "exception", "response"];
/// These announce amounts, too.
const MAY_ANNOUNCE: &str = list!["got", "a", "returned", "received", "with"];
const NOUNS: &str = list!["from", "status", "error", "response", "by"];

/// Those of the IANA's registry, of nginx and of Cloudflare.
fn exists(status: u16) -> bool {
    matches!(status, 400..=426 | 428 | 429 | 431 | 451 | 497..=511 | 520..=530)
}

/// The whole numbers of three digits that stand alone, with their places.
fn numbers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let mut from = 0;
    std::iter::from_fn(move || loop {
        let at = from + bytes.get(from..)?.iter().position(u8::is_ascii_digit)?;
        let end = at + bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        from = end;
        let joined = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'/'));
        let before = at.checked_sub(1).and_then(|i| bytes.get(i));
        // A full stop ends a sentence; between digits it makes a decimal number.
        let decimal = bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        let alone = !joined(before) && !decimal && !bytes.get(end).is_some_and(|b| b.is_ascii_alphanumeric());
        if end - at == 3 && alone {
            return Some((at, slice(text, at..end)));
        }
    })
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
