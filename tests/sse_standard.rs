//! The decoder against the event stream of the HTML standard (WHATWG §9.2.5–9.2.6): the Web Platform Tests in
//! `eventsource/format-*`, the tests of eventsource-parser, and what goes beyond them. Every stream is read whole, byte
//! by byte and split in two at every position; the results must be equal.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ai_stream_handler::limits::Limits;
use ai_stream_handler::sse::{Decoder, Fault, Frame};

#[derive(Debug, Clone, PartialEq)]
enum Seen {
    /// The type (`message` if the stream names none) and the data.
    Event(String, String),
    Comment,
    Malformed(Fault, String),
}

fn drain(decoder: &mut Decoder, seen: &mut Vec<Seen>) {
    while let Some(frame) = decoder.next_frame() {
        seen.push(match frame {
            Frame::Event { name, data } => Seen::Event(name.as_deref().unwrap_or("message").into(), data.into()),
            Frame::Comment => Seen::Comment,
            Frame::Malformed { reason, excerpt } => Seen::Malformed(reason, excerpt.into()),
        });
    }
}

fn read<'a>(mut decoder: Decoder, pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Seen>, Decoder) {
    let mut seen = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        drain(&mut decoder, &mut seen);
    }
    (seen, decoder)
}

/// What a stream gives, however it is split.
fn all_of(new: impl Fn() -> Decoder, stream: &[u8]) -> Vec<Seen> {
    let (whole, _) = read(new(), [stream]);
    assert_eq!(read(new(), stream.chunks(1)).0, whole, "byte by byte");
    for at in 0..=stream.len() {
        let (left, right) = stream.split_at(at);
        assert_eq!(read(new(), [left, right]).0, whole, "split at {at}");
        // Between two chunks, empty ones may arrive.
        assert_eq!(read(new(), [left, b"", right, b""]).0, whole, "split at {at}, with empty chunks");
    }
    whole
}

fn seen(stream: impl AsRef<[u8]>) -> Vec<Seen> {
    all_of(Decoder::default, stream.as_ref())
}

/// The events alone.
fn events(stream: impl AsRef<[u8]>) -> Vec<(String, String)> {
    let event = |s| match s {
        Seen::Event(name, data) => Some((name, data)),
        Seen::Comment => None,
        Seen::Malformed(reason, excerpt) => panic!("malformed: {reason:?} {excerpt}"),
    };
    seen(stream).into_iter().filter_map(event).collect()
}

/// The data of the events, all of which must be of the default type.
fn data(stream: impl AsRef<[u8]>) -> Vec<String> {
    let default = |(name, data)| {
        assert_eq!(name, "message");
        data
    };
    events(stream).into_iter().map(default).collect()
}

/// The decoder after a stream pushed byte by byte.
fn after(stream: impl AsRef<[u8]>) -> Decoder {
    read(Decoder::default(), stream.as_ref().chunks(1)).1
}

// ── the standard ───────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn one_byte_order_mark_at_the_start_is_passed_over() {
    assert_eq!(data("\u{FEFF}data:1\n\n\u{FEFF}data:2\n\ndata:3\n\n"), ["1", "3"]);
}

#[test]
fn of_two_byte_order_marks_the_second_is_part_of_the_first_line() {
    assert_eq!(data("\u{FEFF}\u{FEFF}data:1\n\ndata:2\n\ndata:3\n\n"), ["2", "3"]);
}

#[test]
fn a_byte_order_mark_inside_a_value_is_a_character() {
    assert_eq!(data("\u{FEFF}data:\u{FEFF}1\n\ndata:\u{FEFF}\n\n"), ["\u{FEFF}1", "\u{FEFF}"]);
}

#[test]
fn half_a_byte_order_mark_is_no_mark() {
    assert_eq!(data(b"\xEF\xBBdata:1\n\ndata:2\n\n"), ["2"]);
    assert_eq!(data(b"\xEF"), [] as [&str; 0]);
}

#[test]
fn comments_do_not_come_between_the_lines_of_an_event() {
    let long = "x".repeat(2 * 1024);
    let stream = format!("data:1\r:\0\n:\r\ndata:2\n:{long}\rdata:3\n:data:fail\r:{long}\ndata:4\n\n");
    let whole = read(Decoder::default(), [stream.as_bytes()]).0;
    assert_eq!(whole.last(), Some(&Seen::Event("message".into(), "1\n2\n3\n4".into())));
    assert_eq!(whole.iter().filter(|s| **s == Seen::Comment).count(), 5);
    assert_eq!(read(Decoder::default(), stream.as_bytes().chunks(1)).0, whole);
}

#[test]
fn every_comment_line_is_a_sign_of_life() {
    assert_eq!(seen(": keepalive\n\n:\n\n: heartbeat\n\n"), vec![Seen::Comment; 3]);
    assert_eq!(seen(":\n"), [Seen::Comment], "two bytes, and no mark begins like that");
}

#[test]
fn an_event_whose_blank_line_never_came_is_dropped() {
    assert_eq!(data("retry:1000\ndata:test1\n\nid:test\ndata:test2"), ["test1"]);
    assert_eq!(data("data:test1\n\ndata:test2\n"), ["test1"]);
}

#[test]
fn empty_data_is_an_event_with_empty_data() {
    assert_eq!(data("data:\n\ndata\ndata\n\ndata:test\n\n"), ["", "\n", "test"]);
}

#[test]
fn data_lines_are_joined_by_a_line_feed() {
    assert_eq!(data("data: YHOO\ndata: +2\ndata: 10\n\n"), ["YHOO\n+2\n10"]);
    assert_eq!(data("data\ndata\ndata\n\n"), ["\n\n"]);
}

#[test]
fn the_event_field_names_its_own_event_and_no_later_one() {
    let expected = [("test", "x"), ("message", "x")].map(|(n, d)| (n.to_owned(), d.to_owned()));
    assert_eq!(events("event:test\ndata:x\n\ndata:x\n\n"), expected);
}

#[test]
fn the_event_field_may_stand_behind_the_data_and_the_last_one_counts() {
    assert_eq!(events("data:x\nevent:one\nevent:two\n\n"), [("two".to_owned(), "x".to_owned())]);
}

#[test]
fn an_empty_event_field_means_the_default_type() {
    assert_eq!(data("event: \ndata:data\n\n"), ["data"]);
    assert_eq!(data("event:x\nevent\ndata:data\n\n"), ["data"]);
}

#[test]
fn an_event_without_data_is_not_dispatched_and_its_name_is_forgotten() {
    assert_eq!(data("event:lost\n\ndata:x\n\n"), ["x"]);
}

#[test]
fn the_id_of_an_event_is_kept_until_another_comes() {
    assert_eq!(after("id: 1\ndata:x\n\n").last_event_id(), "1");
    assert_eq!(after("id: 1\ndata:x\n\ndata:y\n\n").last_event_id(), "1");
    assert_eq!(after("id: 1\ndata:x\n\nid: 2\ndata:y\n\n").last_event_id(), "2");
}

#[test]
fn an_id_counts_with_its_blank_line_even_without_data() {
    assert_eq!(after("id: 1\n\n").last_event_id(), "1");
    assert_eq!(after("id: 1\ndata: x\n").last_event_id(), "");
}

#[test]
fn an_empty_id_resets_it() {
    assert_eq!(after("id: 1\ndata:x\n\nid\ndata:y\n\n").last_event_id(), "");
    assert_eq!(after("id: 1\ndata:x\n\nid:\ndata:y\n\n").last_event_id(), "");
}

#[test]
fn an_id_with_a_nul_is_ignored() {
    assert_eq!(after("id: \0\u{0}5\ndata:x\n\n").last_event_id(), "");
    assert_eq!(after("id: 1\ndata:x\n\nid: a\0b\ndata:y\n\n").last_event_id(), "1");
    assert_eq!(data("id: a\0b\ndata:y\n\n"), ["y"]);
}

#[test]
fn field_names_are_compared_letter_for_letter() {
    let stream = "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\n\
                  data:4\n\n";
    assert_eq!(data(stream), ["\0\n 2\n1\n3\n\n4"]);
}

#[test]
fn retry_is_a_number_of_milliseconds() {
    assert_eq!(after("retry:3000\n").retry(), Some(3000));
    assert_eq!(after("retry: 03000\ndata:x\n\n").retry(), Some(3000));
    assert_eq!(after("data:x\n\n").retry(), None);
}

#[test]
fn a_retry_that_is_no_number_is_ignored() {
    for bogus in ["1000x", "x", "-1", "+1", "1.5", "1e3", "٣", "1 000", "  7"] {
        assert_eq!(after(format!("retry:3000\nretry:{bogus}\n")).retry(), Some(3000), "{bogus}");
    }
}

#[test]
fn an_empty_retry_is_ignored() {
    assert_eq!(after("retry:3000\nretry\nretry:\n").retry(), Some(3000));
    assert_eq!(data("retry\ndata:test\n\n"), ["test"]);
}

#[test]
fn a_retry_beyond_all_bounds_saturates() {
    assert_eq!(after(format!("retry:{}\n", "9".repeat(40))).retry(), Some(u64::MAX));
}

#[test]
fn unknown_fields_are_ignored() {
    let stream = "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n";
    assert_eq!(data(stream), ["test\n\ntest"]);
}

#[test]
fn one_leading_space_of_a_value_is_removed_and_no_other_white_space() {
    assert_eq!(data("data:\ttest\rdata: \ndata:test\n\n"), ["\ttest\n\ntest"]);
    assert_eq!(data("data:  two\n\ndata: trailing \n\ndata : x\n\n"), [" two", "trailing "]);
}

#[test]
fn only_the_first_colon_ends_the_field_name() {
    assert_eq!(data("data:a:b: c\n\n"), ["a:b: c"]);
    assert_eq!(data("data::\n\n"), [":"]);
}

#[test]
fn line_feed_carriage_return_and_both_end_a_line() {
    assert_eq!(data("data:test\r\ndata\ndata:test\r\n\r"), ["test\n\ntest"]);
    for end in ["\n", "\r", "\r\n"] {
        let stream = ["event: e", "data: 1", "data: 2", "", "data: 3", "", ""].join(end);
        let expected = [("e", "1\n2"), ("message", "3")].map(|(n, d)| (n.to_owned(), d.to_owned()));
        assert_eq!(events(&stream), expected, "{end:?}");
    }
}

#[test]
fn a_carriage_return_ends_the_event_without_waiting_for_a_line_feed() {
    assert_eq!(read(Decoder::default(), [&b"data: now\r\r"[..]]).0, [Seen::Event("message".into(), "now".into())]);
}

#[test]
fn a_line_feed_behind_a_carriage_return_in_the_next_chunk_is_no_second_line_end() {
    let pieces: [&[u8]; 4] = [b"data: a\r", b"\ndata: b\r", b"\n\r", b"\ndata: c\n\n"];
    let expected = ["a\nb", "c"].map(|d| Seen::Event("message".into(), d.into()));
    assert_eq!(read(Decoder::default(), pieces).0, expected);
}

#[test]
fn no_other_line_separator_of_unicode_ends_a_line() {
    let text = "a\u{2028}b\u{2029}c\u{85}d\u{b}e\u{c}f";
    assert_eq!(data(format!("data:{text}\n\n")), [text]);
}

#[test]
fn a_nul_is_a_character_like_any_other() {
    assert_eq!(data("data:\0\n\n\n\n"), ["\0"]);
    assert_eq!(events("event:a\0b\ndata:x\n\n"), [("a\0b".to_owned(), "x".to_owned())]);
}

#[test]
fn blank_lines_between_events_dispatch_nothing() {
    assert_eq!(data("\n\n\ndata:1\n\n\n\n\ndata:2\n\n\n"), ["1", "2"]);
}

#[test]
fn events_of_one_chunk_arrive_in_order() {
    let numbers: Vec<String> = (0..100).map(|i| i.to_string()).collect();
    let stream: String = numbers.iter().map(|i| format!("data: {i}\n\n")).collect();
    assert_eq!(data(stream), numbers);
}

#[test]
fn fields_of_any_length_are_read_and_unknown_ones_passed_over() {
    for length in [1, 128, 511, 512, 513, 4_095, 4_096, 4_097, 65_537] {
        let (name, id, text, other) = ("n".repeat(length), "i".repeat(length), "d".repeat(length), "o".repeat(length));
        let stream =
            format!("event: {name}\n{other}: {other}\ndata: {text}\nid: {id}\nother: {other}\ndata: {text}\n\n");
        for size in [stream.len(), 1_000, 4_096] {
            let (seen, decoder) = read(Decoder::default(), stream.as_bytes().chunks(size));
            assert!(
                seen == [Seen::Event(name.clone(), [&text[..], &text].join("\n"))],
                "{length} bytes in pieces of {size}"
            );
            assert!(decoder.last_event_id() == id, "{length} bytes in pieces of {size}");
        }
    }
}

#[test]
fn characters_of_several_bytes_may_be_split_anywhere() {
    let text = "ok… Блåbær 🏠 日本語 👩‍👩‍👧";
    assert_eq!(events(format!("event: {text}\ndata: {text}\n\n")), [(text.to_owned(), text.to_owned())]);
}

#[test]
fn invalid_utf_8_is_replaced_as_the_encoding_standard_has_it() {
    let table: [(&[u8], &str); 9] = [
        (b"a\xFFb", "a\u{FFFD}b"),
        (b"\xC0\xAF", "\u{FFFD}\u{FFFD}"),
        (b"\xE2\x82A", "\u{FFFD}A"),
        (b"\xE2\x82", "\u{FFFD}"),
        (b"\xF0\x9F\x98", "\u{FFFD}"),
        (b"\xED\xA0\x80", "\u{FFFD}\u{FFFD}\u{FFFD}"),
        (b"\xF4\x90\x80\x80", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
        (b"\x80\xC3\xA6", "\u{FFFD}\u{e6}"),
        (b"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}A"),
    ];
    for (bytes, expected) in table {
        let one = [b"data:", bytes, b"\n\n"].concat();
        let two = [b"data:", bytes, b"\ndata:", bytes, b"\n\n"].concat();
        assert_eq!(data(&one), [expected], "{bytes:x?}");
        assert_eq!(data(&two), [[expected, expected].join("\n")], "{bytes:x?}");
    }
}

// ── limits ─────────────────────────────────────────────────────────────────────────────────────────────────────

fn small(max_event: usize, max_excerpt: usize) -> impl Fn() -> Decoder {
    let mut limits = Limits::default();
    limits.max_event_bytes = max_event;
    limits.max_excerpt_bytes = max_excerpt;
    move || Decoder::new(&limits)
}

fn message(data: &str) -> Seen {
    Seen::Event("message".into(), data.into())
}

fn too_long(excerpt: &str) -> Seen {
    Seen::Malformed(Fault::TooLong, excerpt.into())
}

#[test]
fn an_event_beyond_the_limit_is_malformed_once_and_the_next_one_arrives() {
    let long = "x".repeat(100);
    let table = [
        format!("data: {long}\n\ndata: ok\n\n"),
        format!("data: {long}\r\n\r\ndata: ok\r\n\r\n"),
        format!("data: {long}\ndata: {long}\nid: 7\n\ndata: ok\n\n"),
        format!("data: {}\n\ndata: ok\n\n", "x".repeat(10_000)),
    ];
    for stream in table {
        let (whole, _) = read(small(64, 8)(), [stream.as_bytes()]);
        assert_eq!(whole, [too_long("data: xx"), message("ok")], "{:.20}…", stream);
        if stream.len() < 1_000 {
            all_of(small(64, 8), stream.as_bytes());
        }
    }
}

#[test]
fn an_event_of_many_short_lines_is_too_long_as_well() {
    let stream = format!("{}\ndata: ok\n\n", "data: y\n".repeat(50));
    assert_eq!(all_of(small(64, 8), stream.as_bytes()), [too_long("data: y\n"), message("ok")]);
}

#[test]
fn an_event_up_to_the_limit_arrives_however_it_is_split() {
    for lines in [1, 4] {
        let line = format!("data: {}\n", "x".repeat(25 / lines));
        let stream = format!("{}\n", line.repeat(lines));
        let seen = all_of(small(stream.len(), 8), stream.as_bytes());
        assert!(matches!(seen[..], [Seen::Event(..)]), "{lines} lines: {seen:?}");
    }
}

#[test]
fn comments_and_ignored_lines_do_not_add_up_to_a_long_event() {
    let stream = format!("{}{}data: ok\n\n", ": keepalive\n\n".repeat(20), "unknown: line\n".repeat(20));
    assert_eq!(all_of(small(64, 8), stream.as_bytes()).last(), Some(&message("ok")));
    assert!(!all_of(small(64, 8), stream.as_bytes()).iter().any(|s| matches!(s, Seen::Malformed(..))));
}

#[test]
fn a_hundred_megabytes_without_a_line_end_do_not_grow_the_buffer() {
    let mut decoder = small(1 << 20, 160)();
    let piece = vec![b'x'; 64 << 10];
    let mut seen = Vec::new();
    for i in 0..1_600 {
        decoder.push(if i == 0 { b"data: " } else { &piece });
        drain(&mut decoder, &mut seen);
        assert!(decoder.buffered() <= 4 << 20, "holds {} bytes after piece {i}", decoder.buffered());
    }
    decoder.push(b"\n\ndata: still here\n\n");
    drain(&mut decoder, &mut seen);
    assert_eq!(seen, [too_long(&["data: ", &"x".repeat(154)].concat()), message("still here")]);
}

#[test]
fn what_was_read_is_not_kept() {
    let mut decoder = Decoder::default();
    let frame = format!("data: {}\n\n", "x".repeat(1_000));
    for _ in 0..2_000 {
        decoder.push(frame.as_bytes());
        drain(&mut decoder, &mut Vec::new());
    }
    assert!(decoder.buffered() < 16 << 10, "holds {} bytes", decoder.buffered());
}

#[test]
fn what_is_held_is_the_unfinished_event_and_its_lines_joined() {
    let mut decoder = Decoder::default();
    let line = ["data: ", &"x".repeat(50_000), "\n"].concat();
    decoder.push(line.repeat(2).as_bytes());
    drain(&mut decoder, &mut Vec::new());
    assert!((150_000..400_000).contains(&decoder.buffered()), "holds {} bytes", decoder.buffered());
}

#[test]
fn room_is_kept_for_the_next_event_and_given_back_behind_a_large_one() {
    for (size, kept) in [(1_000, true), (1 << 19, true), (2 << 20, false)] {
        let mut decoder = Decoder::default();
        decoder.push(["data: ", &"x".repeat(size), "\n\n"].concat().as_bytes());
        drain(&mut decoder, &mut Vec::new());
        decoder.push(b"data: next\n\n");
        assert_eq!(decoder.buffered() > size, kept, "{size}: holds {} bytes", decoder.buffered());
        let mut seen = Vec::new();
        drain(&mut decoder, &mut seen);
        assert_eq!(seen, [message("next")]);
    }
}

// ── beyond the standard: bare JSON objects ─────────────────────────────────────────────────────────────────────

const ONE: &str = r#"{"event":"A","content":"a } \" { b","deep":{"list":[{},[]]}}"#;
const TWO: &str = "{\"event\":\"B\",\"content\":\"ø 🏠 \\\\\"}";

#[test]
fn bare_objects_are_frames_whatever_stands_between_them() {
    for between in ["", "\n", "\n\n", "\r\n", " ", ",", ", ", "\n\n\n"] {
        let stream = [ONE, TWO, ONE].join(between);
        assert_eq!(data(&stream), [ONE, TWO, ONE], "{between:?}");
    }
}

#[test]
fn a_bare_object_arrives_with_its_last_bracket() {
    assert_eq!(read(Decoder::default(), [ONE.as_bytes()]).0, [message(ONE)]);
}

/// Google's API answers with a list, errors included.
#[test]
fn a_list_of_bare_objects_is_a_frame_where_nothing_came_before_it() {
    for list in ["[{\"a\":1},{\"b\":[2]}]", "[ \n {\"a\":1}\n]"] {
        assert_eq!(data(list), [list]);
    }
    assert_eq!(data("data: x\n\n[{\"a\":1}]\n\n"), ["x"], "in an event stream it is ignored, as the standard has it");
    assert_eq!(seen("[1] is a note\n\ndata: x\n\n").last(), Some(&message("x")));
}

#[test]
fn a_bare_object_may_be_laid_out_over_lines() {
    let value: serde_json::Value = serde_json::from_str(ONE).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    let windows = pretty.replace('\n', "\r\n");
    let flat: String = pretty.lines().map(str::trim_start).collect::<Vec<_>>().join("\n");
    assert_eq!(data([&pretty[..], TWO, &windows, &flat].join("\n")), [&pretty, TWO, &windows, &flat]);
}

#[test]
fn bare_objects_and_event_stream_frames_may_be_mixed() {
    let stream = format!("{ONE}\nevent: e\ndata: {{\"x\":1}}\n\n: keepalive\n\n{TWO}{ONE}\n\ndata: y\n\n");
    let named = |n: &str, d: &str| Seen::Event(n.into(), d.into());
    let expected = [named("e", "{\"x\":1}"), Seen::Comment, message(TWO), message(ONE), message("y")];
    assert_eq!(seen(stream), [vec![message(ONE)], expected.to_vec()].concat());
}

#[test]
fn a_brace_inside_an_event_is_no_bare_object() {
    assert_eq!(data("data: 1\n{\"x\":1}\ndata: 2\n\n"), ["1\n2"]);
}

#[test]
fn a_bare_object_that_breaks_off_is_malformed_and_the_stream_goes_on() {
    let next = "data: {\"event\":\"B\"}\n\n";
    let table = [
        // In a string.
        ("{\"event\":\"A\",\"content\":\"brea\n", ""),
        // Between tokens: the next line is a field.
        ("{\"event\":\"A\",\n", ""),
        ("{\"event\":\"A\",\"list\":[1,2\n", "event: e\n"),
        ("{\n", "id: 3\n"),
        ("{\r\n", ": a comment\n\n"),
    ];
    for (broken, before) in table {
        let seen = seen([broken, before, next].concat());
        assert!(matches!(&seen[0], Seen::Malformed(Fault::BrokenObject, e) if e == broken), "{seen:?}");
        assert!(matches!(seen.last(), Some(Seen::Event(_, d)) if d == "{\"event\":\"B\"}"), "{broken:?}: {seen:?}");
        assert_eq!(seen.iter().filter(|s| matches!(s, Seen::Malformed(..))).count(), 1);
    }
}

#[test]
fn a_brace_in_a_comment_or_an_ignored_line_blocks_nothing() {
    assert_eq!(data(": keepalive {\n\ngarbage {\n\ndata: 1\n\n: {\"x\n\ndata: 2\n\n"), ["1", "2"]);
}

#[test]
fn a_line_of_an_event_that_is_passed_over_is_no_bare_object() {
    let stream = ["data: ", &"x".repeat(100), "\n{\"a\":1}\n\ndata: next\n\n"].concat();
    let (seen, _) = read(small(64, 16)(), [stream.as_bytes()]);
    assert_eq!(seen, [too_long("data: xxxxxxxxxx"), message("next")]);
}

#[test]
fn a_bare_object_beyond_the_limit_is_malformed_once_and_the_next_one_arrives() {
    let long = format!("{{\"content\":\"{}\"}}", "x".repeat(100));
    for stream in
        [format!("{long}{{\"y\":1}}"), format!("{long}\n{{\"y\":1}}"), format!("{long}\n\ndata: {{\"y\":1}}\n\n")]
    {
        assert_eq!(all_of(small(64, 8), stream.as_bytes()), [too_long("{\"conten"), message("{\"y\":1}")], "{stream}");
    }
    assert_eq!(all_of(small(long.len(), 8), long.as_bytes()), [message(&long)]);
}

#[test]
fn a_hundred_megabytes_of_a_bare_object_do_not_grow_the_buffer() {
    let mut decoder = small(1 << 20, 160)();
    let piece = vec![b'x'; 64 << 10];
    let mut seen = Vec::new();
    for i in 0..1_600 {
        decoder.push(if i == 0 { b"{\"a\":\"" } else { &piece });
        drain(&mut decoder, &mut seen);
        assert!(decoder.buffered() <= 4 << 20, "holds {} bytes after piece {i}", decoder.buffered());
    }
    decoder.push(b"\"}{\"b\":1}");
    drain(&mut decoder, &mut seen);
    assert!(matches!(&seen[..], [Seen::Malformed(Fault::TooLong, _), Seen::Event(_, d)] if d == "{\"b\":1}"));
}

#[test]
fn to_the_letter_of_the_standard_bare_objects_are_ignored_lines() {
    let strict = || Decoder::default().without_bare_objects();
    let stream = format!("{ONE}\n{TWO}\n\ndata: 1\n\n{{\ndata: 2\n\n");
    assert_eq!(all_of(strict, stream.as_bytes()), [message("1"), message("2")]);
}

// ── the end of the stream ──────────────────────────────────────────────────────────────────────────────────────

/// The data of the events of a stream that has ended.
fn finished(mut decoder: Decoder, stream: &str) -> Vec<String> {
    decoder.push(stream.as_bytes());
    let mut seen = Vec::new();
    drain(&mut decoder, &mut seen);
    decoder.finish();
    drain(&mut decoder, &mut seen);
    decoder.finish();
    drain(&mut decoder, &mut seen);
    let data = |seen| match seen {
        Seen::Event(_, data) => Some(data),
        _ => None,
    };
    seen.into_iter().filter_map(data).collect()
}

#[test]
fn at_the_end_of_the_stream_the_last_event_needs_no_blank_line_unless_to_the_letter() {
    for (stream, last) in [
        ("data: a\n\ndata: b", "b"),
        ("data: a\n\ndata: b\n", "b"),
        ("data: a\n\ndata: b\r", "b"),
        ("data: a\n\ndata: b\r\n", "b"),
        ("data: a\n\ndata: b\nevent: x", "b"),
        ("data: a\n\ndata: b\ndata: c", "b\nc"),
        ("data: a\n\n: comment\ndata: b\n: comment", "b"),
    ] {
        assert_eq!(finished(Decoder::default(), stream), ["a", last], "{stream:?}");
        assert_eq!(finished(Decoder::default().to_the_letter(), stream), ["a"], "{stream:?}");
    }
    for nothing in ["", "\n", "data: a\n\n", "data: a\r\n\r\n", "data: a\n\nevent: x", "data: a\n\n{\"event\":"] {
        let all = finished(Decoder::default(), nothing);
        assert_eq!(all, finished(Decoder::default().to_the_letter(), nothing), "{nothing:?}");
    }
}
