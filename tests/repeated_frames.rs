//! The fast path: content frames that equal an earlier one except for text, time and index are matched by comparing
//! bytes instead of being parsed. For any stream, in any split, the result must equal that of a client without the fast
//! path.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::client::Config;
use ai_stream_handler::limits::Limits;
use common::{agent, assert_same, frame, member, saying, with, Page};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{json, Value};

/// Whole, in chunks and byte by byte, beside a client that parses every frame; returns the page of the former.
fn both(stream: impl AsRef<[u8]>) -> Page {
    with_limits(Limits::default(), stream)
}

fn with_limits(limits: Limits, stream: impl AsRef<[u8]>) -> Page {
    let stream = stream.as_ref();
    let read = |fast_path: bool, size: usize| {
        let mut page = Page::with(Config { fast_path, limits, ..Config::default() });
        page.begin("hello");
        for piece in stream.chunks(size) {
            page.feed(piece);
        }
        page
    };
    let mut judge = read(false, stream.len().max(1));
    let seen = judge.view();
    let end = judge.end().view();
    for size in [1, 7, 100, stream.len().max(1)] {
        let mut page = read(true, size);
        assert_same(&page.view(), &seen, &format!("by {size}: a repeated frame was not read as it stands"));
        assert_same(&page.end().view(), &end, &format!("by {size}: at the end"));
    }
    let mut page = read(true, stream.len().max(1));
    page.end();
    page
}

fn content(text: &str) -> String {
    frame("RunContent", saying(agent(), text))
}

#[test]
fn texts_of_repeated_frames_are_unescaped_and_told_apart() {
    let tokens = [
        "a",
        "",
        "\"",
        "\\",
        "\\\"",
        "\n\u{0}\u{1f}",
        "ø🏠",
        "\u{7f}\u{80}\u{2028}",
        "content\":\"x",
        "}\n\ndata: {",
        "a",
    ];
    let stream: String = tokens.map(content).concat();
    assert_eq!(both(stream).answer(), tokens.concat());
    let raw = |body: &str| content("@").replace('@', body);
    let escaped = ["a", r"\u0041", r"\ud83c\udfe0", r"\ud83c", r"\/", r"\\", "b"];
    assert_eq!(both(escaped.map(raw).concat()).answer(), "aA🏠\u{FFFD}/\\b");
}

#[test]
fn a_repeated_frame_with_a_broken_string_is_malformed() {
    for broken in [r"\x", r"\u12", "\u{1}", "\"", "\"extra", "\",\"run_id\":\"other", "\\"] {
        let stream = [content("a"), content("b"), content("@").replace('@', broken), content("c")].concat();
        let mut page = both(stream);
        let malformed = page.client.conversation.diagnostics.malformed_frames;
        let is_json = serde_json::from_str::<Value>(
            content("@").replace('@', broken).lines().nth(1).unwrap().trim_start_matches("data: "),
        )
        .is_ok();
        assert_eq!(
            (malformed, page.turn().answer.text.as_str().ends_with('c')),
            (u64::from(!is_json), true),
            "{broken:?}"
        );
    }
}

#[test]
fn what_a_frame_means_may_change_between_two_that_are_alike() {
    let again = |between: &str| {
        both([content("one "), content("two "), between.to_owned(), content("three "), content("four ")].concat())
    };
    let table = [
        ("nothing", String::new(), "one two three four "),
        ("a comment", ": keepalive\n\n".into(), "one two three four "),
        ("a malformed frame", "data: {\n\n".into(), "one two three four "),
        ("the end", frame("RunCompleted", saying(agent(), "one two ")), "one two "),
        ("an error", "event: error\ndata: {\"error\":\"x\"}\n\n".into(), "one two "),
        ("a retry", "event: retry\ndata: {\"attempt\":1}\n\n".into(), ""),
        ("another attempt", frame("RunStarted", with(agent(), json!({"run_id": "run-2"}))), ""),
        (
            "a structured answer",
            frame("RunContent", with(agent(), json!({"content": {"a": 1}}))),
            "{\n  \"a\": 1\n}three four ",
        ),
        ("another run", frame("RunContent", saying(member("a", "Ann", "m1", "run-1"), "hm")), "one two three four "),
        ("thoughts", frame("RunContent", with(agent(), json!({"reasoning_content": "hm"}))), "one two three four "),
    ];
    for (what, between, answer) in table {
        assert_eq!(again(&between).answer(), answer, "{what}");
    }
}

#[test]
fn frames_of_one_run_in_two_sessions_leave_the_last_session() {
    let of = |session: &str| frame("RunContent", with(saying(agent(), "x"), json!({"session_id": session})));
    let page = both([of("s-1"), of("s-2"), of("s-1"), of("s-2"), of("s-1")].concat());
    assert_eq!(page.client.conversation.session_id.as_deref(), Some("s-1"));
}

#[test]
fn a_bare_object_is_no_pattern_for_the_frame_before_it() {
    let framed = |content: &str, other: &str| {
        format!(
            "data: {{\"event\":\"RunContent\",\"run_id\":\"r\",\"content\":\"{content}\",\"other\":\"{other}\"}}\n\n"
        )
    };
    let bare = "{\"event\":\"RunContent\",\"run_id\":\"r\",\"longer\":\"1234567\",\"content\":\"bare \"}";
    for pad in 0..40 {
        let bare = bare.replace("1234567", &"x".repeat(pad));
        let stream = [framed("hello ", "aaaaa"), bare, framed("hello ", "bbbbb"), framed("hello ", "ccccc")].concat();
        assert_eq!(both(stream).answer(), "hello bare hello hello ", "{pad}");
    }
}

#[test]
fn a_frame_that_is_no_utf_8_is_no_pattern() {
    let one = |text: &str, tail: &str| {
        [
            b"data: {\"event\":\"RunContent\",\"x\":\"\xFF\",\"run_id\":\"r\",\"content\":\"",
            text.as_bytes(),
            tail.as_bytes(),
            b"\"z\":\"\"}\n\n",
        ]
        .concat()
    };
    let stream = [one("abcdef", "\","), one("abXYZ", ""), one("abcdef", "\",")].concat();
    let mut page = both(stream);
    assert_eq!((page.answer().as_str(), page.client.conversation.diagnostics.malformed_frames), ("abcdefabcdef", 1));
}

#[test]
fn a_repeated_frame_beyond_the_limit_is_too_long() {
    let mut limits = Limits::default();
    limits.max_event_bytes = content("").len() + 10;
    let stream = [content("0123456789"), content("0123456789"), content("0123456789a"), content("b")].concat();
    let mut whole = with_limits(limits, stream);
    assert_eq!(
        (whole.answer().as_str(), whole.client.conversation.diagnostics.malformed_frames),
        ("01234567890123456789b", 1)
    );
}

#[test]
fn what_a_repeated_frame_is_part_of_counts() {
    let inside = |before: &str| {
        let stream = [content("a"), content("b"), before.into(), content("c"), content("d")].concat();
        let mut limits = Limits::default();
        limits.max_event_bytes = content("").len() + 10;
        let mut page = with_limits(limits, stream);
        (page.answer(), page.client.conversation.diagnostics.malformed_frames)
    };
    assert_eq!(inside(""), ("abcd".into(), 0));
    assert_eq!(inside(": keepalive\n"), ("abcd".into(), 0));
    assert_eq!(inside("data: [\n"), ("abd".into(), 1), "the second line of other data");
    assert_eq!(
        inside(&format!("data: {}\n", "x".repeat(1_000))),
        ("abd".into(), 1),
        "the rest of one that is too long"
    );
}

#[test]
fn a_repeated_frame_beyond_the_limit_is_told_before_its_end() {
    let mut limits = Limits::default();
    limits.max_event_bytes = content("").len() + 10;
    let unfinished = content(&"x".repeat(100)).trim_end_matches("\"}\n\n").to_owned();
    let page = with_limits(limits, [content("a"), content("b"), unfinished].concat());
    assert_eq!(page.client.conversation.diagnostics.malformed_frames, 1);
}

#[test]
fn the_numbers_of_repeated_frames_are_read_as_those_of_any_other() {
    let of = |field: &str, numbers: &[&str]| {
        let one = |number: &&str| {
            frame("RunContent", with(saying(agent(), number), json!({field: "@"}))).replace("\"@\"", number)
        };
        both(numbers.iter().map(one).collect::<String>())
    };
    let indices = ["0", "5", "5", "6", "9", "10", "12", "12", "11", "123", "123", "99", "124", "124"];
    // They wait for the missing ones, here until the end.
    let in_order = ["0", "5", "6", "9", "10", "11", "12", "99", "123", "124"];
    assert_eq!(of("event_index", &indices).answer(), in_order.concat());
    let contiguous = ["0", "1", "2", "2", "3", "1", "4"];
    assert_eq!(of("event_index", &contiguous).answer(), "01234");
    for field in ["created_at", "event_index"] {
        for number in ["07", "00", "-1", "1.5", "1e2", "", "x", "\"8\"", "9007199254740993", "12345678901234567890123"]
        {
            let page = of(field, &["0", "1", number, "2", "3"]);
            let malformed = u64::from(serde_json::from_str::<Value>(number).is_err());
            assert_eq!(page.client.conversation.diagnostics.malformed_frames, malformed, "{field} {number}");
        }
    }
}

/// Bytes that a failing test prints as text.
#[derive(Clone)]
struct Bytes(Vec<u8>);

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// A content frame (mostly), in one of the layouts that a stream may have.
fn any_frame() -> impl Strategy<Value = Bytes> {
    let text = prop_oneof![
        Just("a "),
        Just(""),
        Just("\\u0041\\n"),
        Just("ø🏠"),
        Just("\\\"content\\\":\\\""),
        Just("\\x"),
        Just("b\" ")
    ];
    let run = prop_oneof![4 => Just("\"run_id\":\"r0\","), 2 => Just("\"run_id\":\"r1\",\"parent_run_id\":\"r0\","), 1 => Just("\"run_id\":\"r2\","), 1 => Just("")];
    let session = prop_oneof![4 => Just("\"session_id\":\"s1\","), 1 => Just("\"session_id\":\"s2\","), 1 => Just("")];
    let before = prop_oneof![6 => Just(""), 1 => Just("\"content\":\"twice\","), 1 => Just("\"agent_name\":\"A\u{FFFD}\","), 1 => Just("\"x\": {\"content\":\"deep\"},")];
    let after = prop_oneof![6 => Just(""), 1 => Just(",\"x\":\"a \""), 1 => Just(",\"reasoning_content\":\"hm\"")];
    let number = prop_oneof![
        Just("3"),
        Just("4"),
        Just("5"),
        Just("12"),
        Just("07"),
        Just("-1"),
        Just("1.5"),
        Just("1e2"),
        Just("9007199254740993"),
        Just("\"3\""),
        Just("null")
    ];
    let index = (
        prop_oneof![6 => Just(""), 2 => Just(",\"event_index\":"), 1 => Just(",\"event_index\":1,\"event_index\":")],
        number.clone(),
    );
    let time = (prop_oneof![4 => Just(""), 3 => Just("\"created_at\":")], number);
    let event = prop_oneof![16 => Just("RunContent"), 2 => Just("TeamRunContent"), 1 => Just("RunIntermediateContent"), 1 => Just("RunCompleted"),
        1 => Just("RunStarted"), 1 => Just("RunError"), 1 => Just("retry"), 1 => Just("Nonsense"), 1 => Just("RunContinued")];
    let layout = prop_oneof![20 => Just(0u8), 10 => 1..12u8];
    (event, run, session, before, text, after, layout, index, time).prop_map(
        |(event, run, session, before, text, after, layout, index, time)| {
            let numbered = |(field, number): (&str, &str), comma| {
                if field.is_empty() {
                    String::new()
                } else {
                    format!("{field}{number}{comma}")
                }
            };
            let (index, time) = (numbered(index, ""), numbered(time, ","));
            let body = format!("{time}{run}{session}{before}\"content\":\"{text}\"{after}{index}");
            let object = format!("{{\"event\":\"{event}\",{body}}}");
            let text = match layout {
                0 => format!("event: {event}\ndata: {object}\n\n"),
                1 => format!("data: {object}\n\n"),
                2 => format!("data:{object}\r\n\r\n"),
                3 => format!("{object}\n"),
                4 => format!("data: {}\n\n", object.replacen(',', ",\ndata: ", 1)),
                5 => format!(": comment\nid: 7\ndata: {object}\n: comment\nretry: 5\n\n"),
                6 => format!("event: {event}\ndata: {{{body}}}\n\n"),
                7 => format!("data: {{\"event\":\"{event}\",\"data\":{{{body}}}}}\n\n"),
                8 => format!("data: {{\"event\":\"{event}\",\"data\":{}}}\n\n", json!(format!("{{{body}}}"))),
                9 => format!("data: {object}\nevent: {event}\n\n"),
                10 => format!("event: {event}\r\ndata: {object}\r\n\n"),
                _ => object,
            };
            // A replacement character stands for invalid UTF-8.
            Bytes(text.split('\u{FFFD}').map(str::as_bytes).collect::<Vec<_>>().join(&b'\xFF'))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_stream_of_content_reads_the_same_with_shortcuts_and_without(frames in vec(any_frame(), 1..4), order in vec(0..4usize, 0..30)) {
        let stream: Vec<u8> = order.into_iter().flat_map(|at| frames[at % frames.len()].0.clone()).collect();
        both(stream);
    }

    /// The time stands before the text, as AgentOS sends it; one frame in some differs there in a byte.
    #[test]
    fn frames_whose_time_changes_now_and_then_read_the_same_with_shortcuts_and_without(
        frames in vec((prop_oneof![6 => Just(0), 1 => 0..4usize], prop_oneof![8 => Just(None), 1 => any::<prop::sample::Index>().prop_map(Some)], "[a-z \\\\\"n]{0,3}"), 0..30),
    ) {
        let mut at = 0;
        let mut stream = Vec::new();
        for (step, broken, text) in frames {
            at = (at + step) % 4;
            let time = ["1795452391", "1795452392", "9", "1795452391.5"][at];
            let ids = r#""event":"RunContent","agent_id":"a","run_id":"run-1","session_id":"s-1""#;
            let before = format!("event: RunContent\ndata: {{\"created_at\":{time},{ids},\"content\":\"");
            let mut bytes = before.into_bytes();
            if let Some(broken) = broken {
                let place = broken.index(bytes.len());
                bytes[place] ^= 1;
            }
            stream.extend(bytes);
            stream.extend(format!("{text}\",\"content_type\":\"str\"}}\n\n").into_bytes());
        }
        both(stream);
    }

    #[test]
    fn any_mix_of_frames_reads_the_same_with_shortcuts_and_without(frames in vec(any_frame(), 0..30)) {
        both(frames.into_iter().flat_map(|f| f.0).collect::<Vec<u8>>());
    }
}
