//! `json.rs` against serde_json: it accepts the same texts, reads the same values and formats them the same. The last
//! section holds the intended differences.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ai_stream_handler::json::{pretty, JsonErrorKind, Object, Raw};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::{json, Value};
use std::collections::BTreeMap;

/// Any JSON value, nested a few levels, with strings of every kind.
fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![any::<String>(), "[a-z_]{0,8}", "[\"\\\\/\u{8}\u{c}\n\r\t\u{0}-\u{1f}\u{2028}🏠æ]{0,8}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|n| json!(n)),
        (-1000i32..1000, 0u32..4).prop_map(|(n, d)| json!(f64::from(n) / 10f64.powi(d as i32))),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(text.clone(), inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A JSON value written in any way the grammar allows: white space, escapes, numbers, repeated keys.
fn any_text() -> impl Strategy<Value = String> {
    let string = vec(
        prop_oneof![
            "[a-z ø🏠\u{2028}]{0,6}",
            "\\\\[\"\\\\/bfnrt]",
            "\\\\u[0-9a-fA-F]{4}",
            Just("\\ud83c\\udfe0".to_owned()),
            Just("\\u0061".to_owned())
        ],
        0..4,
    )
    .prop_map(|parts| format!("\"{}\"", parts.concat()));
    let number = "-?(0|[1-9][0-9]{0,22})(\\.[0-9]{1,22})?([eE][+-]?[0-9]{1,3})?";
    let leaf =
        prop_oneof![Just("null".to_owned()), Just("true".to_owned()), Just("false".to_owned()), number, string.clone()];
    let space = || "[ \t\r\n]{0,2}";
    leaf.prop_recursive(5, 40, 5, move |inner| {
        let element = (space(), inner.clone(), space()).prop_map(|(before, value, behind)| before + &value + &behind);
        let key = prop_oneof![Just("\"a\"".to_owned()), Just("\"\\u0061\"".to_owned()), string.clone()];
        let member = (space(), key, space(), element.clone())
            .prop_map(|(before, key, behind, value)| format!("{before}{key}{behind}:{value}"));
        let list = |open: &'static str, items: BoxedStrategy<String>, close: &'static str| {
            (vec(items, 0..5), space()).prop_map(move |(items, space)| match items.is_empty() {
                true => format!("{open}{space}{close}"),
                false => format!("{open}{}{close}", items.join(",")),
            })
        };
        prop_oneof![list("[", element.boxed(), "]"), list("{", member.boxed(), "}")]
    })
}

/// Whether both read the same.
fn assert_same(raw: Raw<'_>, value: &Value) {
    assert_eq!(raw.is_null(), value.is_null());
    assert_eq!(raw.as_bool(), value.as_bool());
    assert_same_number(raw, value);
    assert_eq!(raw.as_str().map(String::from).as_deref(), value.as_str());
    assert_eq!(raw.as_array().is_some(), value.is_array());
    assert_eq!(raw.as_object().is_some(), value.is_object());
    if let (Some(elements), Some(list)) = (raw.as_array(), value.as_array()) {
        let elements: Vec<_> = elements.collect();
        assert_eq!(elements.len(), list.len());
        elements.into_iter().zip(list).for_each(|(raw, value)| assert_same(raw, value));
    }
    if let (Some(mut members), Some(map)) = (raw.as_object(), value.as_object()) {
        let mut read = BTreeMap::new();
        while let Some((key, raw)) = members.next_member().unwrap() {
            read.insert(String::from(key), raw);
        }
        members.finish().unwrap();
        assert_eq!(read.len(), map.len());
        read.iter().for_each(|(key, raw)| assert_same(*raw, &map[key]));
    }
    if let Some(map) = value.as_object() {
        map.iter().for_each(|(key, value)| assert_same(raw.member(key).unwrap(), value));
        assert_eq!(raw.member("no such member"), None);
    }
}

/// The standard library decides about the last digit, where serde_json rounds differently.
fn assert_same_number(raw: Raw<'_>, value: &Value) {
    let number = raw.as_f64();
    assert_eq!(number.is_some(), value.is_number());
    if let (Some(number), Some(theirs)) = (number, value.as_f64()) {
        assert_eq!(number.to_bits(), raw.text().parse::<f64>().unwrap().to_bits(), "{}", raw.text());
        // Where a double has few digits left, serde_json is off by the smallest step.
        let off = theirs.abs() * 1e-15 + 4.0 * f64::from_bits(1);
        assert!((number - theirs).abs() <= off, "{number} is not {theirs}");
        let whole = value.as_u64().filter(|whole| *whole < 9_000_000_000_000_000);
        assert!(whole.is_none_or(|whole| raw.as_u64() == Some(whole)), "{}", raw.text());
    }
}

/// serde_json's verdict on the grammar alone: no bounds on depth, surrogates or numbers.
fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Walks all values of all objects and arrays; must not panic on anything that was accepted.
fn walk(raw: Raw<'_>) {
    let _ = (raw.as_f64(), raw.as_u64(), raw.as_bool(), raw.as_str().map(String::from));
    raw.as_array().into_iter().flatten().for_each(walk);
    if let Some(mut members) = raw.as_object() {
        while let Some((key, value)) = members.next_member().unwrap() {
            let _ = key.decode();
            walk(value);
        }
    }
}

/// Objects read member by member without prior validation, as events are.
fn read_members(text: &str) -> bool {
    let Ok(mut object) = Object::parse(text) else { return false };
    loop {
        match object.next_member() {
            Ok(Some(_)) => {}
            Ok(None) => return object.finish().is_ok(),
            Err(_) => {
                assert_eq!(object.next_member(), Ok(None), "after an error it stays at the end");
                return false;
            }
        }
    }
}

fn check(text: &str) {
    let parsed = Raw::parse(text);
    let too_deep = parsed.is_err_and(|e| e.kind == JsonErrorKind::TooDeep);
    if let Err(error) = parsed {
        assert!(error.at <= text.len(), "{error:?} in {} bytes", text.len());
    }
    assert!(too_deep || parsed.is_ok() == is_json(text), "{parsed:?} of {text:?}");
    match (parsed, serde_json::from_str::<Value>(text)) {
        (Ok(raw), Ok(value)) => assert_same(raw, &value),
        (Err(_), Err(_)) => {}
        (Err(error), Ok(_)) => panic!("{error:?} of {text:?}, which serde_json reads"),
        // Accepted here but not by serde_json: see the end of this file.
        (Ok(_), Err(error)) => {
            assert!(LISTED.iter().any(|reason| error.to_string().starts_with(reason)), "{error} of {text:?}")
        }
    }
    if let Ok(raw) = parsed {
        walk(raw);
        assert_eq!(raw.text(), text.trim_matches([' ', '\t', '\n', '\r']));
        assert!(is_json(&prettied(raw)));
    }
    if text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with('{') && !too_deep {
        assert_eq!(read_members(text), parsed.is_ok(), "{text:?}");
    }
}

const LISTED: [&str; 4] = [
    "recursion limit exceeded",
    "number out of range",
    "unexpected end of hex escape",
    "lone leading surrogate in hex escape",
];

fn prettied(raw: Raw<'_>) -> String {
    let mut out = String::new();
    pretty(raw, &mut out);
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_value_that_serde_json_writes_is_read_the_same(value in any_value()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap(), format!("\r\n\t {value} \n")] {
            assert_same(Raw::parse(&text).unwrap(), &value);
        }
    }

    #[test]
    fn any_text_of_the_grammar_is_read_as_serde_json_reads_it(text in any_text(), before in "[ \t\r\n]{0,2}") {
        prop_assert!(is_json(&text), "{}", text);
        check(&text);
        check(&(before + &text));
        check(&format!("{{\"a\":{text},\"b\":{text}}}"));
    }

    #[test]
    fn pretty_lays_out_as_serde_json_and_json_stringify_do(value in any_value()) {
        let expected = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(&prettied(Raw::parse(&value.to_string()).unwrap()), &expected);
        prop_assert_eq!(&prettied(Raw::parse(&expected).unwrap()), &expected);
    }

    #[test]
    fn a_text_of_json_characters_is_accepted_if_serde_json_accepts_it(text in "[{}\\[\\],:\"\\\\ \\n0-9.eE+\\-truefalsn]{0,24}") {
        check(&text);
    }

    #[test]
    fn any_text_is_accepted_if_serde_json_accepts_it(text in any::<String>()) {
        check(&text);
        check(&format!("\"{text}\""));
        check(&format!("{{\"a\":{text}}}"));
    }

    #[test]
    fn a_damaged_value_is_accepted_if_serde_json_accepts_it(
        value in any_value(), pretty in any::<bool>(),
        damage in vec((any::<prop::sample::Index>(), 0..3u8, "[{}\\[\\],:\"\\\\ \\n\\t0-9.eE+\\-uDd8tnf\u{0}\u{1f}\u{7f}ø🏠]"), 1..4),
    ) {
        let mut text: Vec<char> = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() }.chars().collect();
        for (place, action, character) in damage {
            let character = character.chars().next().unwrap();
            let at = place.index(text.len() + 1);
            match action {
                0 => text.insert(at, character),
                1 if at < text.len() => text[at] = character,
                _ if at < text.len() => drop(text.remove(at)),
                _ => {}
            }
        }
        check(&text.into_iter().collect::<String>());
    }

    #[test]
    fn a_value_that_breaks_off_is_truncated(value in any_value(), cut in any::<prop::sample::Index>()) {
        let text = json!([value]).to_string();
        let end = (0..text.len()).rev().find(|&at| at <= cut.index(text.len()) && text.is_char_boundary(at)).unwrap();
        prop_assert_eq!(Raw::parse(&text[..end]).unwrap_err().kind, JsonErrorKind::Truncated, "{}", &text[..end]);
    }

    #[test]
    fn strings_with_any_escapes_are_read_as_serde_json_reads_them(
        parts in vec(prop_oneof![
            "[a-z ø🏠]{0,20}".boxed(),
            Just("\\n\\t\\r\\b\\f\\/\\\\\\\"".to_owned()).boxed(),
            any::<char>().prop_map(|c| c.encode_utf16(&mut [0; 2]).iter().map(|u| format!("\\u{u:04x}")).collect::<String>()).boxed(),
            any::<char>().prop_map(|c| c.encode_utf16(&mut [0; 2]).iter().map(|u| format!("\\u{u:04X}")).collect::<String>()).boxed(),
        ], 0..8),
    ) {
        let text = format!("\"{}\"", parts.concat());
        let expected: String = serde_json::from_str(&text).unwrap();
        let read = Raw::parse(&text).unwrap().as_str().unwrap();
        prop_assert_eq!(read.decode().into_owned(), expected.as_str());
        prop_assert!(read.is(&expected));
        prop_assert_eq!(read.is_empty(), expected.is_empty());
        prop_assert_eq!(read.is(&(expected.clone() + "x")), false);
        let mut appended = "before ".to_owned();
        read.push_to(&mut appended);
        prop_assert_eq!(appended, format!("before {expected}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn numbers_are_rounded_as_the_standard_library_rounds_them(
        text in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", bits in any::<u64>(),
    ) {
        let exactly = f64::from_bits(bits);
        let texts = [text, format!("{exactly:e}"), format!("{exactly:.25e}")];
        for text in texts.iter().filter(|text| is_json(text)) {
            let expected: f64 = text.parse().unwrap();
            prop_assert_eq!(Raw::parse(text).unwrap().as_f64().map(f64::to_bits), Some(expected.to_bits()), "{}", text);
        }
    }
}

#[test]
fn a_long_string_with_escapes_is_read_whole_wherever_its_characters_stand() {
    for (character, escape) in [("a", r"\n"), ("ø", r"\u00e6"), ("€", r"\/"), ("🏠", r"\ud83c\udfe0")] {
        for before in 0..20 {
            let rest = character.repeat(6_000 / character.len());
            let text = format!("\"{}{escape}{rest}{escape}a{escape}{rest}\"", "x".repeat(before));
            let read = Raw::parse(&text).unwrap().as_str().unwrap();
            assert!(read.decode() == serde_json::from_str::<String>(&text).unwrap(), "{character} behind {before}");
        }
    }
}

#[test]
fn three_escapes_in_a_row_are_decoded_at_every_place_and_before_every_rest() {
    let parts = ["x", r"\n", r#"\""#, r"\\", r"\/", r"\u00e6", r"\ud83c\udfe0", "ø"];
    for place in (0..40).chain(2_030..2_060) {
        for at in 0..parts.len().pow(3) {
            let escapes = [at % 8, at / 8 % 8, at / 64].map(|part| parts[part]).concat();
            for rest in [0, 1, 17, 40] {
                let text = ["\"", &"a".repeat(place), &escapes, &"z".repeat(rest), "\""].concat();
                let read = Raw::parse(&text).unwrap().as_str().unwrap();
                assert!(read.decode() == serde_json::from_str::<String>(&text).unwrap(), "{text}");
            }
        }
    }
}

#[test]
fn numbers_of_any_length_are_read_in_no_time() {
    let digits = "7".repeat(100_000);
    let zeros = "0".repeat(100_000);
    let endless = ["1e", "-1e", "1e-", "0e", "0.0e-", "1.5e+", "123456789012345678901234567890e"]
        .map(|start| format!("{start}{digits}"));
    let table = [
        digits.clone(),
        format!("0.{digits}"),
        format!("0.{zeros}1"),
        format!("1{zeros}"),
        format!("1{zeros}e-100000"),
        format!("0.{zeros}1e100001"),
        "1e9223372036854775807".into(),
        "1e-9223372036854775808".into(),
        "1e18446744073709551616".into(),
    ];
    for text in table.iter().chain(&endless) {
        let expected: f64 = text.parse().unwrap();
        assert_eq!(Raw::parse(text).unwrap().as_f64(), Some(expected), "{text:.40}");
    }
}

#[test]
fn what_is_no_json_is_refused_and_the_error_says_why_and_where() {
    use JsonErrorKind::{Control, Escape, Truncated, Unexpected};
    let table = [
        ("", Truncated, 0),
        ("  ", Truncated, 2),
        ("{", Truncated, 1),
        ("{\"a\"", Truncated, 4),
        ("[1,", Truncated, 3),
        ("\"abc", Truncated, 4),
        ("\"\\", Truncated, 2),
        ("\"\\u12", Truncated, 5),
        ("tru", Truncated, 3),
        ("-", Truncated, 1),
        ("1.", Truncated, 2),
        ("1e", Truncated, 2),
        ("1e+", Truncated, 3),
        ("[1}", Unexpected, 2),
        ("{\"a\":1]", Unexpected, 6),
        ("[{\"a\":[1]]]", Unexpected, 9),
        ("[{\"a\":{}}}", Unexpected, 9),
        ("{]", Unexpected, 1),
        ("{a:1}", Unexpected, 1),
        ("{\"a\" 1}", Unexpected, 5),
        ("[1 2]", Unexpected, 3),
        ("[1,]", Unexpected, 3),
        ("{\"a\":1,}", Unexpected, 7),
        ("01", Unexpected, 1),
        ("-01", Unexpected, 2),
        ("+1", Unexpected, 0),
        (".5", Unexpected, 0),
        ("1.e3", Unexpected, 2),
        ("Na", Truncated, 2),
        ("[-Inf", Truncated, 5),
        ("nan", Unexpected, 0),
        ("-NaN", Unexpected, 1),
        ("+Infinity", Unexpected, 0),
        ("[Infinit]", Unexpected, 1),
        ("nul]", Unexpected, 0),
        ("True", Unexpected, 0),
        ("'a'", Unexpected, 0),
        ("1 2", Unexpected, 2),
        ("{}{}", Unexpected, 2),
        ("\u{FEFF}1", Unexpected, 0),
        ("\u{a0}1", Unexpected, 0),
        ("// c\n1", Unexpected, 0),
        ("\"\\x\"", Escape, 1),
        ("\"\\u12G4\"", Escape, 1),
        ("\"a\nb\"", Control, 2),
        ("\"\0\"", Control, 1),
        ("{\"a\tb\":1}", Control, 3),
    ];
    for (text, kind, at) in table {
        let error = Raw::parse(text).unwrap_err();
        assert_eq!((error.kind, error.at), (kind, at), "{text:?}");
        assert!(!is_json(text), "{text:?}");
    }
}

#[test]
fn only_an_object_is_read_member_by_member() {
    for (text, kind) in
        [("[1]", JsonErrorKind::NotAnObject), ("\"{\"", JsonErrorKind::NotAnObject), (" ", JsonErrorKind::Truncated)]
    {
        assert_eq!(Object::parse(text).unwrap_err().kind, kind, "{text:?}");
    }
    let mut object = Object::parse(" {\"a\":1} x").unwrap();
    while object.next_member().unwrap().is_some() {}
    assert_eq!(object.finish().unwrap_err().kind, JsonErrorKind::Unexpected);
}

#[test]
fn a_whole_number_is_one_without_sign_and_fraction_that_fits() {
    let table = [
        ("0", Some(0)),
        ("7", Some(7)),
        ("7.0", Some(7)),
        ("7e2", Some(700)),
        ("1795452469774", Some(1_795_452_469_774)),
        ("8999999999999999", Some(8_999_999_999_999_999)),
        ("9000000000000000", None),
        ("-1", None),
        ("7.5", None),
        ("1e300", None),
        ("\"7\"", None),
        ("null", None),
        ("[7]", None),
    ];
    for (text, expected) in table {
        assert_eq!(Raw::parse(text).unwrap().as_u64(), expected, "{text}");
    }
}

#[test]
fn nesting_of_any_depth_is_refused_and_overflows_no_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":[", "]}]")] {
        for text in [open.repeat(100_000), open.repeat(100_000) + "1" + &close.repeat(100_000)] {
            assert_eq!(Raw::parse(&text).unwrap_err().kind, JsonErrorKind::TooDeep);
            let member = format!("{{\"x\":{text}}}");
            let error = Object::parse(&member).unwrap().next_member().unwrap_err();
            assert_eq!(error.kind, JsonErrorKind::TooDeep);
        }
    }
}

// ── on purpose otherwise than serde_json ───────────────────────────────────────────────────────────────────────

#[test]
fn nesting_is_refused_beyond_128_levels_where_serde_json_stops_one_earlier() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(Raw::parse(&nested(128)).is_ok());
    assert_eq!(Raw::parse(&nested(129)).unwrap_err().kind, JsonErrorKind::TooDeep);
    assert!(serde_json::from_str::<Value>(&nested(127)).is_ok());
    assert!(serde_json::from_str::<Value>(&nested(128)).is_err());
    // An event's own braces count: the depth of a value does not depend on how it is read.
    let member = |levels: usize| format!("{{\"x\":{}}}", nested(levels));
    for (levels, fits) in [(127, true), (128, false)] {
        assert_eq!(Raw::parse(&member(levels)).is_ok(), fits);
        assert_eq!(read_members(&member(levels)), fits);
    }
}

#[test]
fn half_a_surrogate_pair_reads_as_a_replacement_character_where_serde_json_refuses_it() {
    let table = [
        (r"\ud83c", "\u{FFFD}"),
        (r"a\ud83cb", "a\u{FFFD}b"),
        (r"\udfe0", "\u{FFFD}"),
        (r"\udfe0\ud83c", "\u{FFFD}\u{FFFD}"),
        (r"\ud83c\n", "\u{FFFD}\n"),
        (r"\ud83cA", "\u{FFFD}A"),
        (r"\ud83c\ud83c\udfe0", "\u{FFFD}🏠"),
    ];
    for (escaped, expected) in table {
        let text = format!("\"{escaped}\"");
        assert!(serde_json::from_str::<String>(&text).is_err());
        assert_eq!(Raw::parse(&text).unwrap().as_str().unwrap().decode(), expected, "{escaped}");
    }
}

#[test]
fn a_number_beyond_all_bounds_is_infinite_as_in_json_parse_where_serde_json_refuses_it() {
    for (text, expected) in [("1e999", f64::INFINITY), ("-1e999", f64::NEG_INFINITY)] {
        assert!(serde_json::from_str::<Value>(text).is_err());
        assert_eq!(Raw::parse(text).unwrap().as_f64(), Some(expected));
        assert_eq!(Raw::parse(text).unwrap().as_u64(), None);
    }
    assert_eq!(Raw::parse("1e-999").unwrap().as_f64(), Some(0.0));
}

#[test]
fn of_duplicate_keys_the_last_one_wins_as_in_json_parse_and_both_are_reported() {
    let text = r#"{"a":1,"b":2,"a":3,"\u0061":4}"#;
    let raw = Raw::parse(text).unwrap();
    assert_eq!(raw.member("a").and_then(Raw::as_u64), Some(4));
    assert_eq!(serde_json::from_str::<Value>(text).unwrap()["a"], 4);
    let mut members = raw.as_object().unwrap();
    let count = std::iter::from_fn(|| members.next_member().unwrap()).filter(|(key, _)| key.is("a")).count();
    assert_eq!(count, 3);
}

#[test]
fn nan_and_infinity_which_python_writes_read_as_null_where_serde_json_refuses_them() {
    for word in ["NaN", "Infinity", "-Infinity"] {
        assert!(!is_json(word));
        for text in [word.to_owned(), format!("[1,{word} ,2]"), format!("{{\"a\": {word}, \"b\":[{{\"c\":{word}}}]}}")]
        {
            let raw = Raw::parse(&text).unwrap_or_else(|error| panic!("{error:?} of {text}"));
            walk(raw);
            assert_eq!(raw.text(), text, "it stays as written");
            let same: Value = serde_json::from_str(&text.replace(word, "null")).unwrap();
            assert_same(raw, &same);
            assert_eq!(prettied(raw), serde_json::to_string_pretty(&same).unwrap());
            assert!(!text.starts_with('{') || read_members(&text));
        }
        let raw = Raw::parse(word).unwrap();
        assert!(raw.is_null() && raw.as_f64().is_none() && raw.as_u64().is_none() && raw.as_str().is_none());
    }
    let text = "\"NaN, -Infinity\"";
    assert_eq!(prettied(Raw::parse(text).unwrap()), text, "in a string it is a word");
}
