//! Numbers as text and words in texts, without the machinery of the standard library: formatting would double the
//! module's size, and its search, made for long needles, is 5 KB of it.

use std::slice::SliceIndex;

/// `text[range]`; nothing where there is none. (An index would panic there, and the words of that panic need tables of
/// all characters that can be printed.)
pub(crate) fn slice<R: SliceIndex<str, Output = str>>(text: &str, range: R) -> &str {
    text.get(range).unwrap_or_default()
}

/// Where `wanted` stands in `text` first. Not for text that grows: it looks at every place.
#[inline(never)]
pub(crate) fn find(text: &str, wanted: &str) -> Option<usize> {
    text.as_bytes().windows(wanted.len().max(1)).position(|window| window == wanted.as_bytes())
}

/// Whether `wanted` stands in `text`.
pub(crate) fn contains(text: &str, wanted: &str) -> bool {
    find(text, wanted).is_some()
}

/// What follows each `mark` in `text`, up to the text's end.
pub(crate) fn after_each<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.get(find(rest, mark)? + mark.len()..)?;
        Some(rest)
    })
}

/// `text` without its `end`s.
pub(crate) fn trim_end_matches<'a>(mut text: &'a str, end: &str) -> &'a str {
    while let Some(shorter) = text.strip_suffix(end) {
        text = shorter;
    }
    text
}

/// A whole number in decimal.
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

/// A whole number with its thousands apart: `1,000,000`.
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
            let behind: Vec<_> = text.match_indices("aab").map(|(at, _)| &text[at + 3..]).collect();
            assert_eq!(super::after_each(text, "aab").collect::<Vec<_>>(), behind, "{text}");
            assert_eq!(super::trim_end_matches(text, "aab"), text.trim_end_matches("aab"));
        }
    }

    #[test]
    fn thousands_stand_apart() {
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
