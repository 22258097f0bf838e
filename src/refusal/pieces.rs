//! The key–value pairs in a text: JSON, Python's repr of dicts and bytes, protobuf's text format, at any depth, whole or
//! cut off.
//!
//! One pass and no tree: error texts are untrusted, often broken, and nested in each other as strings. Whoever reads a
//! string value that holds braces calls [`pieces`] again.

use super::scan::{
    before, begins, begins_in, from, part, skip, skip_back, span, span_back, until, upto, ALNUM, DIGIT, SPACE, WIDE,
};
use crate::json::{Raw, Str};

/// A member of an object, or an element of the list under `key`.
pub(super) struct Pair<'a> {
    pub key: &'a str,
    /// The key of the object around it.
    pub of: &'a str,
    /// A text, unescaped; a number, or a word such as `True`.
    pub value: &'a str,
    /// Whether it is a text.
    pub quoted: bool,
}

/// Deeper objects are read as members of the one at this depth.
const DEPTH: usize = 32;

/// What words and numbers consist of besides letters and digits.
const WORD: &str = "_.+-@/";

/// Calls `sink` with each pair in `text`, in order. Returns the text outside of braces.
pub(super) fn pieces(text: &str, sink: &mut dyn FnMut(Pair<'_>)) -> String {
    let mut prose = String::new();
    let mut keys = [""; DEPTH + 1];
    let mut depth = 0usize;
    let mut pending = "";
    let mut at = 0;
    while at < text.len() {
        let rest = from(text, at);
        if depth == 0 {
            let before = upto(rest, until(rest, "{["));
            prose.push_str(before);
            let rest = from(rest, before.len());
            if opens(rest) {
                depth = 1;
                keys[depth] = last_word(before);
            } else {
                prose.push_str(upto(rest, 1));
            }
            at += before.len() + 1;
            continue;
        }
        let of = keys[depth.min(DEPTH)];
        let key = if pending.is_empty() { of } else { pending };
        let byte = text.as_bytes()[at];
        let quoted = matches!(byte, b'"' | b'\'');
        let value = if quoted { quoted_text(rest) } else { upto(rest, span(rest, ALNUM, WORD)) };
        // `"message":"{\n  "error": …`: JSON in JSON whose quotes lost their escapes.
        let unquoted = begins(value, "{") && skip_back(value, 0, " n\\\n") == "{";
        if unquoted || !quoted && value.is_empty() {
            at += if byte == b'\\' { 2 } else { 1 };
            match byte {
                b'{' | b'[' | b'(' => {
                    depth += 1;
                    if depth <= DEPTH {
                        keys[depth] = key;
                    }
                    pending = "";
                }
                b'}' | b']' | b')' => {
                    depth -= 1;
                    pending = "";
                }
                _ => {}
            }
            continue;
        }
        at += value.len() + if quoted { 2 } else { 0 };
        let behind = from(text, at);
        let mark = skip(behind, SPACE, "");
        if pending.is_empty() && (begins(mark, ":") || begins(mark, "=")) {
            // `:`, `=` and `=>` end a key.
            pending = value;
            at = text.len() - skip(from(mark, 1), 0, ">").len();
        } else if !quoted && (begins_in(behind, "{(") || pending.is_empty() && begins(behind, " {")) {
            // `retry_delay {` of protobuf's text format, `Name(` of a repr.
            pending = value;
        } else if quoted || value.len() > 1 || !begins_in(behind, "\"'") {
            // Python's b'…', u'…' and r'…' are no words.
            let json = Raw::parse(upto(rest, value.len() + 2)).ok().and_then(Raw::as_str);
            let plain = json.map_or_else(|| unescape(value), String::from);
            sink(Pair { key, of, value: &plain, quoted });
            pending = "";
        }
    }
    prose
}

/// A brace, or a bracket of a list of objects or texts. `[Errno 2]` and `[1]` are prose.
pub(super) fn opens(text: &str) -> bool {
    begins(text, "{") || (begins(text, "[") && begins_in(skip(from(text, 1), SPACE, ""), "{[\"'"))
}

/// What stands between the quote that `text` begins with and the one that closes it, or the end.
fn quoted_text(text: &str) -> &str {
    let bytes = text.as_bytes();
    let mut end = 1;
    while end < bytes.len() && bytes[end] != bytes[0] {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    part(text, 1, end.min(bytes.len()))
}

/// The word that `text` ends with.
fn last_word(text: &str) -> &str {
    let text = skip_back(text, 0, " :=");
    from(text, text.len() - span_back(text, ALNUM, WORD))
}

/// Escapes as JSON and Python write them; what is none stays.
#[inline(never)]
pub(super) fn unescape(text: &str) -> String {
    let (mut plain, mut rest) = (String::new(), text);
    loop {
        let lead = before(rest, "\\");
        plain.push_str(lead);
        rest = from(rest, lead.len());
        let escape = from(rest, 1);
        if escape.is_empty() {
            plain.push_str(rest);
            return plain;
        }
        let digits = match escape.as_bytes()[0] {
            b'u' => part(escape, 1, 5),
            b'x' => part(escape, 1, 3),
            _ => "",
        };
        if begins_in(escape, "ntr") {
            Str::new(upto(rest, 2)).push_to(&mut plain);
            rest = from(rest, 2);
        } else if !digits.is_empty() && skip(digits, DIGIT, "abcdefABCDEF").is_empty() {
            Str::new(&[if digits.len() == 4 { "\\u" } else { "\\u00" }, digits].concat()).push_to(&mut plain);
            rest = from(rest, 2 + digits.len());
        } else {
            // No escape, else the character that it stands for.
            let length = if begins_in(escape, "ux") { 0 } else { span(escape, WIDE, "").max(1) };
            plain.push_str(if length == 0 { "\\" } else { upto(escape, length) });
            rest = from(escape, length);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, String) {
        let mut pairs = Vec::new();
        let prose = pieces(text, &mut |Pair { key, of, value, .. }| pairs.push([of, "/", key, "=", value].concat()));
        (pairs, prose)
    }

    #[test]
    fn json_and_python_and_protobuf_give_the_same_pairs() {
        for text in [
            r#"{"error":{"code":429,"message":"slow \"down\"","ok":true}}"#,
            r#"{'error': {'code': 429, 'message': 'slow "down"', 'ok': true}}"#,
            r#"{ error { code: 429 message: "slow \"down\"" ok: true } }"#,
        ] {
            assert_eq!(read(text).0, ["error/code=429", "error/message=slow \"down\"", "error/ok=true"], "{text}");
        }
    }

    #[test]
    fn prose_stands_apart_and_brackets_in_it_are_no_lists() {
        let (pairs, prose) = read("Error code: 429 - {'a': 'b'} and [Errno 2], x");
        assert_eq!((pairs, prose.as_str()), (vec!["-/a=b".to_owned()], "Error code: 429 -  and [Errno 2], x"));
        assert_eq!(read("retry_delay { seconds: 34 }").0, ["retry_delay/seconds=34"]);
        assert_eq!(read("don't {}, it's").1, "don't , it's");
    }

    #[test]
    fn what_is_cut_off_or_not_closed_is_read_as_far_as_it_goes() {
        assert_eq!(read(r#"{"a":"b","c":{"message":"half a sen"#).0, ["/a=b", "c/message=half a sen"]);
        assert_eq!(read(r#"{"list":["x","y"],"a":1}"#).0, ["list/list=x", "list/list=y", "/a=1"]);
        let deep = "{".repeat(100_000);
        assert!(read(&deep).0.is_empty());
        assert!(read("}}}]])").0.is_empty());
        assert_eq!(read("b'{\"a\": 1}\\n'").0, ["/a=1"]);
    }

    #[test]
    fn escapes_are_those_of_json_and_python() {
        assert_eq!(unescape(r#"a\n\"\u00e9\xe9\'\\ \q\u12"#), "a\n\"éé'\\ q\\u12");
        assert_eq!(unescape("\\"), "\\");
    }
}
