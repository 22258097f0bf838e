//! The Web Platform Tests of the event stream's format (`eventsource/format-*`), each under its name, written from what
//! it checks. What they check about connections is up to fetch here; about media types this client is more lenient: a
//! response is read for what it is.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ai_stream_handler::client::{Client, Config, Input, Output};
use ai_stream_handler::error::ErrorType;
use ai_stream_handler::retry::RetryHeaders;
use ai_stream_handler::sse::{Decoder, Frame};

/// Type and data of each event, last event id and reconnection time at the end; the same byte by byte.
fn read(stream: &[u8]) -> (Vec<(String, String)>, String, Option<u64>) {
    let [whole, bytes] = [stream.len(), 1].map(|size| {
        let mut decoder = Decoder::default().without_bare_objects();
        let mut events = Vec::new();
        for piece in stream.chunks(size) {
            decoder.push(piece);
            while let Some(frame) = decoder.next_frame() {
                match frame {
                    Frame::Event { name, data } => {
                        events.push((name.as_deref().unwrap_or("message").to_owned(), data.into_owned()))
                    }
                    Frame::Comment => {}
                    Frame::Malformed { excerpt, .. } => panic!("malformed: {excerpt}"),
                }
            }
        }
        (events, decoder.last_event_id().to_owned(), decoder.retry())
    });
    assert_eq!(whole, bytes);
    whole
}

fn messages(stream: impl AsRef<[u8]>) -> Vec<String> {
    let name_is_message = |(name, data): (String, String)| {
        assert_eq!(name, "message");
        data
    };
    read(stream.as_ref()).0.into_iter().map(name_is_message).collect()
}

#[test]
fn format_bom() {
    assert_eq!(messages("\u{feff}data:1\n\n\u{feff}data:2\n\ndata:3\n\n"), ["1", "3"]);
}

#[test]
fn format_bom_2() {
    assert_eq!(messages("\u{feff}\u{feff}data:1\n\ndata:2\n\ndata:3\n\n"), ["2", "3"]);
}

#[test]
fn format_comments() {
    let long = "x".repeat(2 * 1024);
    let stream = format!("data:1\r:\0\n:\r\ndata:2\n:{long}\rdata:3\n:data:fail\r:{long}\ndata:4\n\n");
    assert_eq!(messages(stream), ["1\n2\n3\n4"]);
}

#[test]
fn format_data_before_final_empty_line() {
    let (events, id, retry) = read(b"retry:1000\ndata:test1\n\nid:test\ndata:test2");
    assert_eq!(events, [("message".to_owned(), "test1".to_owned())]);
    assert_eq!((id.as_str(), retry), ("", Some(1000)));
}

#[test]
fn format_field_data() {
    assert_eq!(messages("data:\n\ndata\ndata\n\ndata:test"), ["", "\n"]);
}

#[test]
fn format_field_event() {
    let expected = [("test", "x"), ("message", "x")].map(|(name, data)| (name.to_owned(), data.to_owned()));
    assert_eq!(read(b"event:test\ndata:x\n\ndata:x\n\n").0, expected);
}

#[test]
fn format_field_event_empty() {
    assert_eq!(messages("event: \ndata:data\n\n"), ["data"]);
}

#[test]
fn format_field_id() {
    assert_eq!(read("id: …\ndata:1\n\n".as_bytes()).1, "…");
}

#[test]
fn format_field_id_2() {
    let (events, id, _) = read("id: …\ndata:hello\n\ndata:again\n\n".as_bytes());
    assert_eq!((events.len(), id.as_str()), (2, "…"), "an event without an id keeps the last one");
}

#[test]
fn format_field_id_3() {
    assert_eq!(read("id: …\ndata:hello\n\nid\ndata:again\n\n".as_bytes()).1, "", "an empty id sets it back");
}

#[test]
fn format_field_id_null() {
    for id in ["\0", "x\0", "\0x", "x\0x", " \0"] {
        assert_eq!(read(format!("id: {id}\ndata:hello\n\n").as_bytes()).1, "", "{id:?}");
        assert_eq!(read(format!("id: kept\ndata:1\n\nid: {id}\ndata:hello\n\n").as_bytes()).1, "kept", "{id:?}");
    }
}

#[test]
fn format_field_parsing() {
    let stream =
        "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n";
    assert_eq!(messages(stream), ["\0\n 2\n1\n3\n\n4"]);
}

#[test]
fn format_field_retry() {
    assert_eq!(read(b"retry:03000\ndata:x\n\n").2, Some(3000));
}

#[test]
fn format_field_retry_bogus() {
    assert_eq!(read(b"retry:3000\nretry:1000x\ndata:x\n\n").2, Some(3000));
}

#[test]
fn format_field_retry_empty() {
    assert_eq!(read(b"retry\ndata:test\n\n").2, None);
}

#[test]
fn format_field_unknown() {
    let stream = "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacomment\ndata:test\n\n";
    assert_eq!(messages(stream), ["test\n\ntest"]);
}

#[test]
fn format_leading_space() {
    assert_eq!(messages("data:\ttest\rdata: \ndata:test\n\n"), ["\ttest\n\ntest"]);
}

#[test]
fn format_newlines() {
    assert_eq!(messages("data:test\r\ndata\ndata:test\r\n\r"), ["test\n\ntest"]);
}

#[test]
fn format_null_character() {
    assert_eq!(messages("data:\0\n\n\n\n"), ["\0"]);
}

#[test]
fn format_utf_8() {
    assert_eq!(messages("data:ok…\n\n"), ["ok…"]);
}

/// How a response of this media type ends: the text, and the error.
fn answered(content_type: &str) -> (String, Option<ErrorType>) {
    let mut client = Client::new(Config { path: "/agents/a/runs".into(), ..Config::default() });
    client.handle(Input::Send { ticket: 1, text: "hello", files: &[] }, 0.0);
    let request = std::iter::from_fn(|| client.poll_output()).find_map(|output| match output {
        Output::Fetch(request) => Some(request.id),
        _ => None,
    });
    let request = request.expect("a request");
    client.handle(Input::Opened { request, status: 200, content_type, headers: RetryHeaders::default() }, 0.0);
    let stream = b"data: {\"event\":\"RunContent\",\"run_id\":\"r\",\"content\":\"x\"}\n\ndata: {\"event\":\"RunCompleted\",\"run_id\":\"r\",\"content\":\"x\"}\n\n";
    client.handle(Input::Chunk { request, bytes: stream }, 0.0);
    client.handle(Input::Closed { request }, 0.0);
    let text = client.conversation.turns[0].answer.text.as_str().to_owned();
    (text, client.conversation.error.as_ref().map(|error| error.kind))
}

#[test]
fn format_mime_trailing_semicolon() {
    assert_eq!(answered("text/event-stream;"), ("x".to_owned(), None));
}

#[test]
fn format_mime_valid_bogus() {
    assert_eq!(answered("text/event-stream;charset=windows-1251"), ("x".to_owned(), None), "it is UTF-8 all the same");
}

/// A proxy that changes the media type of a stream does not lose the answer; a web page is not an answer.
#[test]
fn format_mime_bogus() {
    assert_eq!(answered("text/x-bogus"), ("x".to_owned(), None), "more lenient than EventSource");
    assert_eq!(answered("text/html").1, Some(ErrorType::Protocol));
}
