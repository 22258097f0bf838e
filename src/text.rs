//! Formats numbers, searches and measures text without the standard library's machinery: `format!` would double the size
//! of the WebAssembly module, and `str::find`, built for long needles, would add 5 KB.

use std::slice::SliceIndex;

/// `text[range]`, or `""` if the range is out of bounds or splits a character. Indexing would panic instead, and that
/// panic's message links the tables of printable characters.
pub(crate) fn slice<R: SliceIndex<str, Output = str>>(text: &str, range: R) -> &str {
    text.get(range).unwrap_or_default()
}

/// The offset of the first `wanted` in `text`; `None` if it is empty. Compares wherever the first byte is found: not for
/// text that grows.
#[inline(never)]
pub(crate) fn find(text: &str, wanted: &str) -> Option<usize> {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    let first = *wanted.first()?;
    let mut at = 0;
    loop {
        at += memchr::memchr(first, text.get(at..)?)?;
        // The second byte tells most apart, without a call.
        let second = wanted.get(1).is_none_or(|second| text.get(at + 1) == Some(second));
        if second && text.get(at..).is_some_and(|text| text.starts_with(wanted)) {
            return Some(at);
        }
        at += 1;
    }
}

/// What stands before and after the last `wanted` in `text`.
pub(crate) fn rsplit_once<'a>(text: &'a str, wanted: &str) -> Option<(&'a str, &'a str)> {
    let mut found = None;
    let mut from = 0;
    while let Some(at) = find(slice(text, from..), wanted) {
        found = Some((slice(text, ..from + at), slice(text, from + at + wanted.len()..)));
        from += at + 1;
    }
    found
}

/// Whether `text` contains `wanted`.
pub(crate) fn contains(text: &str, wanted: &str) -> bool {
    find(text, wanted).is_some()
}

/// `text` with every trailing `end` removed.
pub(crate) fn trim_end_matches<'a>(mut text: &'a str, end: &str) -> &'a str {
    while let Some(shorter) = text.strip_suffix(end) {
        text = shorter;
    }
    text
}

/// The length of the text in UTF-16 code units, as JavaScript counts.
#[cfg_attr(hot, optimize(speed), inline(never))]
pub(crate) fn utf16_length(text: &str) -> usize {
    // By the first byte of each character.
    let units = |byte: &u8| usize::from(*byte & 0xC0 != 0x80) + usize::from(*byte >= 0xF0);
    if text.is_ascii() {
        text.len()
    } else {
        text.as_bytes().iter().map(units).sum()
    }
}

/// A whole number in decimal digits.
pub(crate) fn decimal(mut n: u64) -> String {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    String::from_utf8_lossy(&digits[at..]).into_owned()
}

/// A whole number with thousands separators: `1,000,000`.
pub(crate) fn grouped(n: u64) -> String {
    let digits = decimal(n);
    let mut text = String::with_capacity(digits.len() + 6);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_are_found_as_the_standard_library_finds_them() {
        for text in ["", "a", "aa", "aab", "xaabaab", "æaabø", "aaab"] {
            assert_eq!(super::find(text, "aab"), text.find("aab"), "{text}");
            assert_eq!(super::trim_end_matches(text, "aab"), text.trim_end_matches("aab"));
            assert_eq!(super::rsplit_once(text, "aab"), text.rsplit_once("aab"), "{text}");
        }
    }

    #[test]
    fn lengths_are_those_of_utf_16() {
        for text in ["", "abc", "æøå", "将在", "a😀b", "\u{10FFFF}\u{7FF}\u{800}\u{FFFF}"] {
            assert_eq!(super::utf16_length(text), text.encode_utf16().count(), "{text}");
        }
    }

    #[test]
    fn thousands_are_separated() {
        let texts = [0, 999, 1_000, 908_600, 1_000_000].map(super::grouped);
        assert_eq!(texts, ["0", "999", "1,000", "908,600", "1,000,000"]);
    }

    #[test]
    fn decimals_read_as_the_standard_library_writes_them() {
        for n in [0, 7, 10, 1_000, u64::MAX] {
            assert_eq!(super::decimal(n), n.to_string());
        }
    }
}
