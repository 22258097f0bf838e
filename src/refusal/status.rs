//! The HTTP status stated in a text.

use crate::text::slice;

/// The HTTP status that a text states: at its start, or after `code`, `status`, `statuscode` or `HTTP`.
pub(super) fn stated_status(text: &str) -> Option<u16> {
    three_digit_numbers(text).find_map(|(at, number)| {
        let status: u16 = number.parse().ok().filter(|n| (400..600).contains(n))?;
        let before = slice(text, ..at).trim_end_matches([' ', ':', '=', '"', '\'', '\\', '[', '(', '_']);
        let start = before.len() - before.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
        let word = slice(before, start..).to_ascii_lowercase();
        let told = matches!(word.as_str(), "code" | "status" | "http" | "statuscode");
        // `<Response [429 Too Many Requests]>` counts as starting with it.
        let first = before.trim_start_matches(['<', '[', '"', '\'']).is_empty() || before == "<Response";
        (told || first).then_some(status)
    })
}

/// The standalone three-digit numbers, with their offsets.
pub(super) fn three_digit_numbers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let mut from = 0;
    std::iter::from_fn(move || loop {
        let at = from + bytes.get(from..)?.iter().position(u8::is_ascii_digit)?;
        let end = at + bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        from = end;
        let joined = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        let before = at.checked_sub(1).and_then(|i| bytes.get(i));
        // A full stop ends a sentence; between digits it is a decimal point.
        let decimal = bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        let alone = !joined(before.filter(|b| **b != b'_')) && !decimal;
        let alone = alone && !bytes.get(end).is_some_and(|b| b.is_ascii_alphanumeric());
        if end - at == 3 && alone {
            return Some((at, slice(text, at..end)));
        }
    })
}
