//! Codes and names of classes, and what they say.

use super::kind::Kind;
use super::scan::{any, ends, entry, equals, from, list, skip, span, upto, ALNUM, END};
use super::signs::CODES;

/// The code that `text` is, as [`CODES`] has it, and the same without `Error` or `Exception` at its end: a list.
pub(super) fn codes_of(text: &str) -> String {
    let code = plain(text);
    let ending = entry(&code, ends, list!["error", "exception"]).unwrap_or_default();
    [upto(&code, code.len() - ending.len()), END, if ending.is_empty() { "" } else { &code }, END].concat()
}

/// What `word` says if it is a code.
pub(super) fn kind_of_code(word: &str) -> Kind {
    kind_of_codes(&codes_of(word))
}

/// The first kind that one of `codes`, a list, stands for.
#[inline(never)]
pub(super) fn kind_of_codes(codes: &str) -> Kind {
    let known = |list: &str| any(list, |list, code| any(code, equals, list), codes);
    CODES.iter().find(|(_, list)| known(list)).map_or(Kind::Unknown, |(kind, _)| *kind)
}

/// Lower case, letters and digits only: `RESOURCE_EXHAUSTED`, `resource-exhausted` and `ResourceExhausted` are one.
#[inline(never)]
pub(super) fn plain(text: &str) -> String {
    let (mut plain, mut rest) = (String::new(), text);
    while !rest.is_empty() {
        let word = upto(rest, span(rest, ALNUM, ""));
        plain.push_str(word);
        rest = skip(from(rest, word.len()), !ALNUM, "");
    }
    plain.make_ascii_lowercase();
    plain
}
