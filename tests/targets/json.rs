//! Fuzzes the JSON cursor: it accepts what serde_json accepts, reads the same, and formats it as valid JSON again. For
//! the intended differences see tests/json_oracle.rs.

use ai_stream_handler::json::{pretty, JsonErrorKind, Object, Raw};
use serde::de::IgnoredAny;
use serde_json::Value;

pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let parsed = Raw::parse(text);
    // serde_json limits the depth as well, differently, and only for values.
    if parsed.is_err_and(|error| error.kind == JsonErrorKind::TooDeep) {
        return;
    }
    assert_eq!(parsed.is_ok(), is_json(&without_python_numbers(text)), "{parsed:?}");
    let starts_as_object = text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with('{');
    if starts_as_object {
        assert_eq!(read_members(text), parsed.is_ok(), "member by member");
    }
    let Ok(raw) = parsed else {
        let at = parsed.err().map_or(0, |error| error.at);
        assert!(at <= text.len(), "an error behind the end");
        return;
    };
    // serde_json rejects half a surrogate pair, and numbers beyond all bounds.
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        assert_same(raw, &value);
    }
    let mut laid_out = String::new();
    pretty(raw, &mut laid_out);
    assert!(is_json(&laid_out), "{laid_out}");
}

/// The text with `null` for Python's `NaN`, `Infinity` and `-Infinity`.
fn without_python_numbers(text: &str) -> String {
    let (mut out, mut rest, mut in_string) = (String::new(), text, false);
    while let Some(c) = rest.chars().next() {
        let word = ["NaN", "Infinity", "-Infinity"].into_iter().find(|w| !in_string && rest.starts_with(w));
        let escape = if in_string && c == '\\' { rest.chars().nth(1).map_or(0, char::len_utf8) } else { 0 };
        let taken = word.map_or(c.len_utf8() + escape, str::len);
        in_string ^= c == '"';
        out.push_str(if word.is_some() { "null" } else { &rest[..taken] });
        rest = &rest[taken..];
    }
    out
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn read_members(text: &str) -> bool {
    let Ok(mut object) = Object::parse(text) else { return false };
    loop {
        match object.next_member() {
            Ok(Some((key, value))) => drop((key.decode(), value)),
            Ok(None) => return object.finish().is_ok(),
            Err(_) => return false,
        }
    }
}

fn assert_same(raw: Raw<'_>, value: &Value) {
    match value {
        Value::Null => assert!(raw.is_null()),
        Value::Bool(it) => assert_eq!(raw.as_bool(), Some(*it)),
        // By default serde_json rounds the last digit; the standard library does not.
        Value::Number(_) => assert_eq!(raw.as_f64(), raw.text().parse().ok(), "{}", raw.text()),
        Value::String(it) => {
            let read = raw.as_str();
            assert_eq!(read.as_ref().map(|s| s.decode().into_owned()).as_ref(), Some(it));
            assert!(read.is_some_and(|s| s.is(it)));
        }
        Value::Array(list) => {
            let elements: Vec<Raw<'_>> = raw.as_array().into_iter().flatten().collect();
            assert_eq!(elements.len(), list.len());
            elements.into_iter().zip(list).for_each(|(raw, value)| assert_same(raw, value));
        }
        Value::Object(map) => {
            assert!(raw.as_object().is_some());
            for (key, value) in map {
                let member = raw.member(key);
                assert!(member.is_some(), "{key:?} is not found");
                member.into_iter().for_each(|raw| assert_same(raw, value));
            }
        }
    }
}
