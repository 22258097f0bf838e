//! The state machine between the network and the conversation: what it requests, settles and shows.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::client::{Config, Input, Output, Request, Stall, Ticket};
use ai_stream_handler::error::ErrorType;
use ai_stream_handler::limits::Limits;
use ai_stream_handler::retry::{Headers, Policy};
use ai_stream_handler::state::{Outcome, Status};
use common::{agent, frame, saying, with, Page, Recording, NOW};
use proptest::prelude::*;
use serde_json::{json, Value};
use std::collections::{BTreeMap, BTreeSet};

const STREAM: &str = "text/event-stream; charset=utf-8";

/// Without retries of its own and without stall timeouts: own_retries.rs and resuming.rs cover those.
fn config() -> Config {
    let (endpoint, path) = ("http://localhost:7777".into(), "/teams/cirkelline/runs".into());
    Config {
        endpoint,
        path,
        retry: Policy::off(),
        stall: Stall { background: 0.0, foreground: 0.0 },
        ..Config::default()
    }
}

fn page() -> Page {
    Page::with(config())
}

/// Sends, and returns the request.
fn send(page: &mut Page, ticket: Ticket, text: &str) -> Request {
    page.handle(Input::Send { ticket, text, files: &[] });
    let outputs = page.outputs();
    let fetch = outputs.iter().find_map(|o| match o {
        Output::Fetch(request) => Some(request.clone()),
        _ => None,
    });
    fetch.unwrap_or_else(|| panic!("no request goes out: {outputs:?}"))
}

fn open(page: &mut Page, request: u32) {
    page.handle(Input::Opened { request, status: 200, content_type: STREAM, headers: Headers::default() });
}

fn chunk(page: &mut Page, request: u32, bytes: impl AsRef<[u8]>) {
    page.handle(Input::Chunk { request, bytes: bytes.as_ref() });
}

fn run(text: &str) -> String {
    [
        frame("RunStarted", agent()),
        frame("RunContent", saying(agent(), text)),
        frame("RunCompleted", saying(agent(), text)),
    ]
    .concat()
}

/// Sends, and answers with the beginning of a run.
fn streaming(page: &mut Page) -> u32 {
    let request = send(page, 1, "hello").id;
    open(page, request);
    chunk(page, request, [frame("RunStarted", agent()), frame("RunContent", saying(agent(), "So far. "))].concat());
    page.outputs();
    request
}

/// The waiting sends.
fn waiting(page: &mut Page) -> usize {
    page.view()["head"]["queue"].as_array().unwrap().len()
}

fn settled(ticket: Ticket, outcome: Outcome) -> Output {
    Output::Settled { ticket, outcome }
}

fn error_of(page: &mut Page) -> Value {
    page.view()["head"]["error"].clone()
}

#[test]
fn a_send_is_a_request_an_answer_and_one_settlement() {
    let mut page = page();
    page.handle(Input::Send { ticket: 7, text: "hello", files: &[] });
    assert_eq!((page.status().as_str(), page.activity().as_deref()), ("connecting", Some("Cirkelline is working...")));
    let [Output::Fetch(request)] = &page.outputs()[..] else { panic!("one request") };
    assert_eq!((request.ticket, request.url.as_str()), (7, "http://localhost:7777/teams/cirkelline/runs"));
    open(&mut page, request.id);
    assert_eq!(page.status(), "streaming");
    assert_eq!(page.outputs(), []);
    for byte in run("Hi.").as_bytes().chunks(1) {
        chunk(&mut page, request.id, byte);
    }
    // The run ends before the connection does: listeners are notified at once, and the stream gets some time to end.
    assert_eq!(page.outputs(), [Output::Urgent, Output::WakeAt(Some(NOW + 5.0))]);
    assert_eq!((page.status().as_str(), page.answer().as_str()), ("completed", "Hi."));
    page.handle(Input::Closed { request: request.id });
    assert_eq!(page.outputs(), [settled(7, Outcome::Completed), Output::Urgent, Output::WakeAt(None)]);
    assert_eq!(page.client.live_request(), None);
}

#[test]
fn a_request_goes_to_the_address_with_the_fields_of_the_configuration() {
    let table = [
        ("http://localhost:7777", "/agents/a/runs", "http://localhost:7777/agents/a/runs"),
        ("http://localhost:7777/", "/agents/a/runs", "http://localhost:7777/agents/a/runs"),
        ("", "/agents/a/runs", "/agents/a/runs"),
        ("http://localhost:7777", "https://example.com/runs", "https://example.com/runs"),
    ];
    for (endpoint, path, url) in table {
        let config = Config { endpoint: endpoint.into(), path: path.into(), ..Config::default() };
        assert_eq!(send(&mut Page::with(config), 1, "x").url, url);
    }
    let mut config = config();
    config.background = true;
    config.fields = [("user_id", "ann"), ("stream", "false")].map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec();
    let mut page = Page::with(config);
    let request = send(&mut page, 1, "hello 🏠");
    let fields = |request: &Request| request.fields.iter().cloned().collect::<BTreeMap<_, _>>();
    let expected =
        [("message", "hello 🏠"), ("stream", "false"), ("session_id", ""), ("background", "true"), ("user_id", "ann")];
    assert_eq!(fields(&request), expected.map(|(n, v)| (n.to_owned(), v.to_owned())).into_iter().collect());
    assert_eq!(request.fields.len(), 5, "each field once");

    open(&mut page, request.id);
    chunk(&mut page, request.id, run("Hi."));
    page.handle(Input::Closed { request: request.id });
    page.client.set_fields(vec![("user_id".into(), "bob".into())]);
    let next = fields(&send(&mut page, 2, "and?"));
    assert_eq!((next["session_id"].as_str(), next["user_id"].as_str()), ("s-1", "bob"), "the session goes on");
    assert_eq!(next["stream"], "true");
}

#[test]
fn what_comes_of_an_earlier_request_is_dropped() {
    let mut page = page();
    let old = streaming(&mut page);
    page.handle(Input::Cancel);
    let new = send(&mut page, 2, "again").id;
    assert_ne!(old, new);
    assert_eq!(page.client.requests(), 2);
    let before = page.view();
    open(&mut page, old);
    chunk(&mut page, old, run("Stale."));
    page.handle(Input::Failed { request: old });
    page.handle(Input::Closed { request: old });
    assert_eq!((page.view(), page.outputs()), (before, vec![]));
    assert_eq!(page.client.live_request(), Some(new));
}

#[test]
fn what_comes_after_the_settlement_is_dropped() {
    let mut page = page();
    let request = streaming(&mut page);
    chunk(&mut page, request, frame("RunCompleted", saying(agent(), "So far. ")));
    page.handle(Input::Closed { request });
    page.outputs();
    let before = page.view();
    chunk(&mut page, request, run("More."));
    page.handle(Input::Failed { request });
    page.handle(Input::Closed { request });
    page.handle(Input::End);
    page.handle(Input::Tick);
    page.handle(Input::Cancel);
    assert_eq!((page.view(), page.outputs()), (before, vec![]));
}

#[test]
fn what_changes_nothing_is_told_to_nobody() {
    let nothing = |page: &mut Page| {
        let no_op = [
            Input::Cancel,
            Input::Detach,
            Input::Tick,
            Input::End,
            Input::Online,
            Input::RetryNow,
            Input::DismissError,
            Input::CancelQueued { ticket: 1 },
            Input::Called { request: 1, status: 200 },
            Input::Chunk { request: 1, bytes: b"data: {}" },
            Input::Closed { request: 1 },
            Input::Failed { request: 1 },
            Input::NotSent { request: 1 },
        ];
        let before = page.view();
        for input in no_op {
            let what = format!("{input:?}");
            assert!(!page.client.handle(input, NOW), "{what}");
        }
        assert_eq!((page.view(), page.outputs()), (before, vec![]));
    };
    let mut page = page();
    nothing(&mut page);
    let request = streaming(&mut page);
    chunk(&mut page, request, frame("RunCompleted", saying(agent(), "So far. ")));
    page.handle(Input::Closed { request });
    page.outputs();
    nothing(&mut page);
    assert!(page.client.handle(Input::Offline, NOW));
    assert!(!page.client.handle(Input::Offline, NOW), "it is known");
    assert!(page.client.handle(Input::Online, NOW));
    // While an answer streams, neither past turns nor fed bytes are accepted.
    let request = send(&mut page, 2, "and?").id;
    assert!(!page.client.handle(Input::LoadTurn { text: None, at: NOW, frames: b"" }, NOW));
    assert!(!page.client.handle(Input::Feed(b": \n"), NOW));
    assert!(page.client.handle(Input::Chunk { request, bytes: b": \n" }, NOW));
}

#[test]
fn a_stream_that_closes_too_early_is_interrupted() {
    let mut page = page();
    let request = streaming(&mut page);
    page.handle(Input::Closed { request });
    assert!(page.outputs().contains(&settled(1, Outcome::Interrupted)));
    assert_eq!((page.answer().as_str(), page.status().as_str()), ("So far. ", "interrupted"));
    assert_eq!(error_of(&mut page)["type"], "interrupted");
}

#[test]
fn a_request_without_an_answer_failed_and_one_whose_answer_broke_off_was_interrupted() {
    let mut page = page();
    let request = send(&mut page, 1, "hello").id;
    page.handle(Input::Failed { request });
    assert_eq!(page.outputs()[0], settled(1, Outcome::Failed));
    let message = "The server could not be reached. Check your connection, or the server's address.";
    let url = "http://localhost:7777/teams/cirkelline/runs";
    assert_eq!(error_of(&mut page), json!({"message": message, "type": "network", "retryable": true, "url": url}));
    assert_eq!(page.activity(), None);

    let request = send(&mut page, 2, "hello").id;
    assert_eq!(error_of(&mut page), Value::Null, "the next send closes the banner");
    open(&mut page, request);
    page.handle(Input::Failed { request });
    assert_eq!(page.outputs()[0], settled(2, Outcome::Interrupted));
    let message = "The connection was lost before the answer was complete.";
    assert_eq!(error_of(&mut page), json!({"message": message, "type": "interrupted", "retryable": true}));
}

#[test]
fn a_connection_that_breaks_after_the_run_has_ended_changes_nothing() {
    let mut page = page();
    let request = streaming(&mut page);
    chunk(&mut page, request, frame("RunCompleted", saying(agent(), "So far. ")));
    page.handle(Input::Failed { request });
    assert!(page.outputs().contains(&settled(1, Outcome::Completed)));
    assert_eq!((page.status().as_str(), error_of(&mut page)), ("completed", Value::Null));
}

#[test]
fn every_recorded_refusal_reads_like_a_sentence() {
    let html = "<html><body><h1>503 Service Unavailable</h1></body></html>";
    let table = [
        ("http_400_continue_bad_json", 400, "Invalid JSON in tools field", false),
        ("http_401_agentos_missing_bearer", 401, "Authorization header required", false),
        ("http_401_seedroute", 401, "Invalid or expired token", false),
        ("http_404_no_route", 404, "Not Found", false),
        ("http_404_unknown_agent", 404, "Agent not found", false),
        ("http_404_unknown_team", 404, "Team not found", false),
        ("http_405_get_seedroute", 405, "Method Not Allowed", false),
        ("http_422_seedroute_no_message", 422, "message: Field required", false),
        ("http_429_seedroute", 429, "Rate limit exceeded: 5 per 1 minute", true),
        ("http_500_seedroute", 500, "The server failed while answering. (Internal Server Error)", true),
        (html, 503, "The service is not available at the moment. Please try again in a few moments. (HTTP 503)", true),
        ("", 502, "The service is not available at the moment. Please try again in a few moments. (HTTP 502)", true),
        ("{}", 403, "You are not signed in, or not allowed to do this. (HTTP 403)", false),
        ("{\"detail\":{\"error\":{\"message\":\"deep\"}}}", 409, "deep", false),
        (
            "{\"detail\":[\"one\",{\"msg\":\"two\"},{\"loc\":[\"body\",\"files\",0],\"msg\":\"three\"}]}",
            422,
            "one; two; three",
            false,
        ),
        ("{broken", 418, "The server refused the request. (HTTP 418)", false),
    ];
    for (name, status, message, retryable) in table {
        let recorded = name.starts_with("http_").then(|| Recording::load(name));
        let body = recorded.as_ref().map_or(name.as_bytes(), |r| &r.bytes);
        let content_type =
            recorded.as_ref().and_then(|r| r.meta["response_headers"]["content-type"].as_str()).unwrap_or("text/html");
        assert!(recorded.as_ref().is_none_or(|r| r.status() == status));
        let mut page = page();
        let request = send(&mut page, 1, "hello").id;
        page.handle(Input::Opened { request, status, content_type, headers: Headers::default() });
        for byte in body.chunks(1) {
            chunk(&mut page, request, byte);
        }
        // A body that breaks off is used like one that ends.
        page.handle(if status % 2 == 0 { Input::Closed { request } } else { Input::Failed { request } });
        assert_eq!(page.outputs()[0], settled(1, Outcome::Failed), "{name}");
        let kind = if status == 429 { "rate_limit" } else { "http" };
        let mut error = error_of(&mut page);
        assert!(error.as_object_mut().unwrap().remove("reason").is_some_and(|reason| reason.is_string()), "{name}");
        let url = error.as_object_mut().unwrap().remove("url");
        assert_eq!(url, (kind == "http").then(|| json!("http://localhost:7777/teams/cirkelline/runs")), "{name}");
        assert_eq!(
            error,
            json!({"message": message, "type": kind, "httpStatus": status, "retryable": retryable}),
            "{name}"
        );
        let turn = page.turn();
        assert_eq!((turn.answer.text.as_str(), turn.answer.head.streaming_error), ("", true), "{name}");
        assert_eq!(turn.timeline.entries().last().unwrap().event_type, "error");
    }
}

#[test]
fn a_page_of_html_is_no_stream() {
    let mut page = page();
    let request = send(&mut page, 1, "hello").id;
    page.handle(Input::Opened {
        request,
        status: 200,
        content_type: "text/html; charset=utf-8",
        headers: Headers::default(),
    });
    chunk(&mut page, request, "<!doctype html>\n\ndata: {\"event\":\"RunContent\",\"content\":\"x\"}\n\n");
    page.handle(Input::Closed { request });
    assert!(page.outputs().contains(&settled(1, Outcome::Failed)));
    assert_eq!((page.answer().as_str(), error_of(&mut page)["type"].clone()), ("", json!("protocol")));
}

#[test]
fn of_an_errors_body_only_so_much_is_read() {
    let mut limits = Limits::default();
    limits.max_error_body_bytes = 32;
    let mut page = Page::limited(limits);
    let request = send(&mut page, 1, "hello").id;
    page.handle(Input::Opened { request, status: 400, content_type: "text/plain", headers: Headers::default() });
    for _ in 0..100 {
        chunk(&mut page, request, "too much ");
    }
    page.handle(Input::Closed { request });
    assert_eq!(error_of(&mut page)["message"], "too much too much too much too m".trim());
}

#[test]
fn cancel_ends_the_answer_and_keeps_its_text() {
    let mut page = page();
    let request = streaming(&mut page);
    page.handle(Input::Cancel);
    assert_eq!(page.outputs(), [Output::Abort(request), settled(1, Outcome::Cancelled), Output::Urgent]);
    assert_eq!((page.status().as_str(), page.answer().as_str(), page.activity()), ("cancelled", "So far. ", None));
    assert_eq!((error_of(&mut page), page.turn().answer.head.cancelled), (Value::Null, true));
    assert_eq!(page.timeline().last().unwrap().0, "cancelled");
    page.handle(Input::Cancel);
    assert_eq!(page.outputs(), []);
}

#[test]
fn cancel_before_the_answer_and_behind_its_end() {
    let mut page = page();
    let request = send(&mut page, 1, "hello").id;
    page.handle(Input::Cancel);
    assert_eq!(page.outputs()[..2], [Output::Abort(request), settled(1, Outcome::Cancelled)]);

    let request = send(&mut page, 2, "again").id;
    chunk(&mut page, request, run("Hi."));
    page.outputs();
    page.handle(Input::Cancel);
    assert_eq!(page.outputs()[..2], [Output::Abort(request), settled(2, Outcome::Completed)], "it had ended");
}

/// In the background, AgentOS goes on with a run although its connection has ended.
fn in_background() -> Page {
    let (path, runs) = ("/agents/assistant/runs".to_owned(), "/agents/assistant/runs".to_owned());
    Page::with(Config { path, runs, background: true, ..config() })
}

fn calls(page: &mut Page) -> Vec<String> {
    page.outputs().into_iter().filter_map(|o| if let Output::Call(call) = o { Some(call.url) } else { None }).collect()
}

const STOPS: &str = "http://localhost:7777/agents/assistant/runs/run-1/cancel";

#[test]
fn a_background_run_that_is_stopped_before_its_first_frame_is_stopped_on_the_server_once_it_has_a_name() {
    for opened in [false, true] {
        let mut page = in_background();
        let request = send(&mut page, 1, "hello").id;
        if opened {
            open(&mut page, request);
        }
        page.handle(Input::Cancel);
        assert_eq!(page.outputs()[..2], [Output::Release(request), settled(1, Outcome::Cancelled)]);
        assert_eq!(page.status(), "cancelled", "the page does not wait for it");
        if !opened {
            open(&mut page, request);
        }
        let started = frame("RunStarted", with(agent(), json!({"event_index": 0})));
        let (first, rest) = started.split_at(40);
        chunk(&mut page, request, first);
        assert_eq!(calls(&mut page), [] as [String; 0]);
        chunk(&mut page, request, rest);
        assert_eq!(calls(&mut page), [STOPS]);
        assert!(!page.client.handle(Input::Chunk { request, bytes: b"data: {}" }, NOW), "no more of it is wanted");
        assert_eq!((page.status().as_str(), page.turn().run_id.as_deref()), ("cancelled", Some("run-1")));
    }
}

#[test]
fn what_replaces_a_stopped_answer_does_not_wait_until_that_has_a_name() {
    let mut page = in_background();
    let first = send(&mut page, 1, "hello").id;
    page.handle(Input::SendNow { ticket: 2, text: "no, this", files: &[] });
    let outputs = page.outputs();
    let [Output::Release(released), Output::Settled { ticket: 1, .. }, ..] = &outputs[..] else {
        panic!("{outputs:?}")
    };
    assert_eq!(*released, first);
    let second = page.client.live_request().unwrap();
    let other = with(agent(), json!({"run_id": "run-2", "event_index": 0}));
    chunk(&mut page, second, frame("RunStarted", other.clone()));
    chunk(&mut page, first, frame("RunStarted", with(agent(), json!({"event_index": 0}))));
    assert_eq!(calls(&mut page), [STOPS]);
    chunk(&mut page, second, frame("RunCompleted", saying(with(other, json!({"event_index": 1})), "This.")));
    assert_eq!((page.status().as_str(), page.answer().as_str()), ("completed", "This."));
}

#[test]
fn a_stopped_run_that_never_gets_a_name_is_admitted_if_it_may_be_running() {
    let no_entry = |page: &mut Page| page.timeline().iter().all(|(kind, ..)| kind != "cancel");
    // It was refused, not sent at all, or refused in its stream.
    for input in 0..3 {
        let mut page = in_background();
        let request = send(&mut page, 1, "hello").id;
        page.handle(Input::Cancel);
        match input {
            0 => page.handle(Input::Opened { request, status: 503, content_type: STREAM, headers: Headers::default() }),
            1 => page.handle(Input::NotSent { request }),
            _ => chunk(&mut page, request, frame("RunError", json!({"content": "No."}))),
        }
        page.handle(Input::Closed { request });
        assert!(calls(&mut page).is_empty() && no_entry(&mut page), "{input}");
    }
    for input in [|request| Input::Closed { request }, |request| Input::Failed { request }] {
        let mut page = in_background();
        let request = send(&mut page, 1, "hello").id;
        page.handle(Input::Cancel);
        page.handle(input(request));
        let (kind, ..) = page.timeline().last().unwrap().clone();
        assert_eq!(kind, "cancel", "{:?}", page.timeline());
    }
}

#[test]
fn sends_wait_their_turn() {
    let mut page = page();
    let first = streaming(&mut page);
    for ticket in [2, 3] {
        page.handle(Input::Send { ticket, text: "next", files: &[] });
    }
    assert_eq!((page.outputs(), waiting(&mut page)), (vec![], 2));
    chunk(&mut page, first, frame("RunCompleted", saying(agent(), "So far. ")));
    page.handle(Input::Closed { request: first });
    let outputs = page.outputs();
    assert_eq!(outputs.iter().filter(|o| matches!(o, Output::Fetch(r) if r.ticket == 2)).count(), 1, "{outputs:?}");
    assert!(outputs.contains(&settled(1, Outcome::Completed)));
    assert_eq!((waiting(&mut page), page.client.conversation.turns.len()), (1, 2));

    page.handle(Input::CancelAll);
    let outputs = page.outputs();
    for ticket in [2, 3] {
        assert_eq!(outputs.iter().filter(|o| **o == settled(ticket, Outcome::Cancelled)).count(), 1, "{outputs:?}");
    }
    assert_eq!((waiting(&mut page), page.client.live_request()), (0, None));
    assert_eq!(page.client.conversation.turns.len(), 2, "what never went out is no turn");
}

#[test]
fn a_send_beyond_the_queue_is_settled_at_once() {
    let mut limits = Limits::default();
    limits.max_queued = 1;
    let mut page = Page::limited(limits);
    streaming(&mut page);
    page.handle(Input::Send { ticket: 2, text: "waits", files: &[] });
    page.handle(Input::Send { ticket: 3, text: "too many", files: &[] });
    assert_eq!(page.outputs(), [settled(3, Outcome::Cancelled)]);
    assert_eq!((page.status().as_str(), page.client.queue().count()), ("streaming", 1));
}

#[test]
fn a_send_does_not_wait_for_a_stream_whose_run_has_ended() {
    let mut page = page();
    let first = streaming(&mut page);
    chunk(&mut page, first, frame("RunCompleted", saying(agent(), "So far. ")));
    page.outputs();
    page.handle(Input::Send { ticket: 2, text: "next", files: &[] });
    let outputs = page.outputs();
    assert_eq!(outputs[..2], [Output::Abort(first), settled(1, Outcome::Completed)]);
    assert!(outputs.iter().any(|o| matches!(o, Output::Fetch(r) if r.ticket == 2)));
    assert_eq!(page.client.conversation.turns[0].outcome, Some(Outcome::Completed));
}

#[test]
fn a_server_that_does_not_close_behind_the_end_is_left_after_a_while() {
    let mut page = page();
    let request = streaming(&mut page);
    page.now = NOW + 100.0;
    chunk(&mut page, request, frame("RunCompleted", saying(agent(), "So far. ")));
    assert!(page.outputs().contains(&Output::WakeAt(Some(NOW + 105.0))));
    page.now = NOW + 104.0;
    chunk(&mut page, request, ": heartbeat\n\n");
    page.handle(Input::Tick);
    // The timer has fired and is set again: neither too early nor postponed.
    assert_eq!(page.outputs(), [Output::WakeAt(Some(NOW + 105.0))]);
    page.now = NOW + 105.0;
    page.handle(Input::Tick);
    assert_eq!(
        page.outputs(),
        [Output::Abort(request), settled(1, Outcome::Completed), Output::Urgent, Output::WakeAt(None)]
    );
}

#[test]
fn a_retry_behind_an_error_takes_the_timer_back() {
    let mut page = page();
    let request = streaming(&mut page);
    chunk(&mut page, request, frame("RunError", with(agent(), json!({"content": "429"}))));
    assert!(page.outputs().contains(&Output::WakeAt(Some(NOW + 5.0))));
    chunk(&mut page, request, "event: retry\ndata: {\"attempt\":1,\"max_retries\":3,\"delay\":60}\n\n");
    assert!(page.outputs().contains(&Output::WakeAt(None)));
    page.now = NOW + 60.0;
    page.handle(Input::Tick);
    assert_eq!((page.client.live_request(), page.status().as_str()), (Some(request), "retrying"));
}

#[test]
fn a_stream_may_be_fed_by_hand() {
    let mut page = page();
    page.begin("hello").feed(run("Hi.")).end();
    assert_eq!((page.answer().as_str(), page.status().as_str()), ("Hi.", "completed"));
    assert!(page.outputs().iter().all(|o| *o == Output::Urgent), "nothing to fetch, abort or settle");

    let mut page = self::page();
    page.feed(run("Hi."));
    assert_eq!((page.turn().user.is_none(), page.answer().as_str()), (true, "Hi."));
    page.end().end();
    assert_eq!(page.client.conversation.turns.len(), 1);
    page.begin("a").begin("b").feed(run("Hi.")).end();
    let outcomes: Vec<_> = page.client.conversation.turns.iter().map(|t| t.outcome.unwrap()).collect();
    assert_eq!(outcomes, [Outcome::Completed, Outcome::Cancelled, Outcome::Completed]);
}

#[test]
fn bytes_written_in_place_read_like_bytes_handed_over() {
    let recording = Recording::load("seedroute_later_text_and_tool_then_429_then_ok");
    let (mut handed, mut written) = (page(), page());
    for page in [&mut handed, &mut written] {
        let request = send(page, 1, "hello").id;
        open(page, request);
    }
    let request = handed.client.live_request().unwrap();
    for piece in recording.chunks() {
        chunk(&mut handed, request, piece);
        written.client.reserve(piece.len()).unwrap().copy_from_slice(piece);
        written.client.commit(piece.len(), NOW);
    }
    assert_eq!((handed.view(), handed.outputs()), (written.view(), written.outputs()));

    let mut page = page();
    assert!(page.client.reserve(1).is_none(), "no stream, no room");
    let request = send(&mut page, 1, "hello").id;
    page.handle(Input::Opened { request, status: 500, content_type: "text/plain", headers: Headers::default() });
    assert!(page.client.reserve(1).is_none(), "an error's body goes through Chunk");
}

#[test]
fn clear_ends_what_runs_and_keeps_the_list_of_sessions() {
    let mut page = page();
    let request = streaming(&mut page);
    page.handle(Input::Send { ticket: 2, text: "waits", files: &[] });
    page.handle(Input::Clear { session_id: None });
    let outputs = page.outputs();
    for expected in [Output::Abort(request), settled(1, Outcome::Cancelled), settled(2, Outcome::Cancelled)] {
        assert!(outputs.contains(&expected), "{expected:?} in {outputs:?}");
    }
    let view = page.view();
    assert_eq!(
        (&view["turns"], &view["head"]["sessionId"], &view["head"]["status"]),
        (&json!([]), &Value::Null, &json!("idle"))
    );
    assert_eq!(view["sessions"][0]["session_id"], "s-1");
    let field = |r: Request| r.fields.into_iter().find(|(n, _)| n == "session_id").unwrap().1;
    assert_eq!(field(send(&mut page, 3, "new chat")), "");
    page.handle(Input::Clear { session_id: Some("s-9") });
    assert_eq!(page.view()["head"]["sessionId"], "s-9");
    assert_eq!(field(send(&mut page, 4, "old chat")), "s-9");
}

#[test]
fn a_turn_that_takes_the_place_of_a_cleared_one_is_read_as_a_new_one() {
    let mut page = page();
    page.begin("one").feed(run("First.")).end();
    page.read();
    page.handle(Input::Clear { session_id: None });
    page.begin("two").feed(run("Second.")).end();
    assert_eq!(page.answer(), "Second.");
    assert_eq!(page.turn().user.unwrap().text.as_str(), "two");
}

#[test]
fn a_turn_of_the_past_is_shown_with_its_time_and_counts_for_nothing() {
    let mut page = page();
    let refused = frame("RunStarted", agent()) + &frame("RunError", with(agent(), json!({"content": "429"})));
    page.handle(Input::LoadTurn { text: Some("one"), at: NOW - 500.0, frames: run("First.").as_bytes() });
    page.handle(Input::LoadTurn { text: Some("two"), at: NOW - 400.0, frames: refused.as_bytes() });
    let conversation = &page.client.conversation;
    let [first, second] = &conversation.turns[..] else { panic!("two turns") };
    let user = first.user.as_ref().unwrap();
    assert_eq!((user.text.as_str(), user.head.created_at), ("one", NOW - 500.0));
    assert_eq!((first.answer.text.as_str(), first.outcome), ("First.", Some(Outcome::Completed)));
    assert_eq!(second.outcome, Some(Outcome::Failed));
    assert_eq!((conversation.monitor.total().answers, conversation.diagnostics.frames_read), (0, 0));
    assert_eq!((page.banner(), page.status()), (None, "idle".into()), "no news of now");
    assert_eq!(page.client.live_request(), None);
    // The conversation continues after it.
    let request = send(&mut page, 1, "three").id;
    open(&mut page, request);
    chunk(&mut page, request, run("Third."));
    assert_eq!((page.client.conversation.turns.len(), page.answer().as_str()), (3, "Third."));
}

// ── any sequence ───────────────────────────────────────────────────────────────────────────────────────────────

#[derive(Debug, Clone)]
enum Move {
    Send,
    Begin(bool),
    Feed(usize),
    End,
    /// The others name a request by its age: 0 is the latest.
    Open(u32, u16),
    Chunk(u32, usize),
    Close(u32),
    Fail(u32),
    Cancel,
    CancelAll,
    Tick,
    Wait(f64),
    Dismiss,
    Clear,
    Read,
}

fn any_move() -> impl Strategy<Value = Move> {
    let ago = || prop_oneof![8 => Just(0u32), 1 => 1..3u32];
    let status = prop_oneof![6 => Just(200u16), 1 => Just(429), 1 => Just(500), 1 => Just(202)];
    prop_oneof![
        4 => Just(Move::Send),
        1 => any::<bool>().prop_map(Move::Begin),
        1 => (0..PIECES).prop_map(Move::Feed),
        1 => Just(Move::End),
        4 => (ago(), status).prop_map(|(a, s)| Move::Open(a, s)),
        8 => (ago(), 0..PIECES).prop_map(|(a, p)| Move::Chunk(a, p)),
        3 => ago().prop_map(Move::Close),
        1 => ago().prop_map(Move::Fail),
        1 => Just(Move::Cancel),
        2 => Just(Move::Tick),
        2 => (0.0..6.0f64).prop_map(Move::Wait),
        1 => Just(Move::Dismiss),
        1 => Just(Move::Clear),
        2 => Just(Move::Read),
    ]
}

const PIECES: usize = 9;

fn piece(at: usize) -> String {
    let text = saying(agent(), "word ");
    match at {
        0 => frame("RunStarted", agent()),
        1 => frame("RunContent", text),
        2 => frame("RunCompleted", text),
        3 => frame("RunError", with(agent(), json!({"content": "boom"}))),
        4 => frame("RunPaused", with(agent(), json!({"requirements": []}))),
        5 => frame("RunContinued", agent()),
        6 => "event: retry\ndata: {\"attempt\":1}\n\n".into(),
        7 => "event: error\ndata: {\"error\":\"x\"}\n\n".into(),
        _ => "data: {\"event\":".into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_send_is_settled_exactly_once_and_no_request_is_forgotten(moves in prop::collection::vec(any_move(), 0..40)) {
        let mut page = page();
        let mut sent: Ticket = 0;
        let mut last = 0;
        let (mut tickets, mut open) = (BTreeSet::new(), BTreeSet::new());
        for step in moves.into_iter().chain([Move::CancelAll, Move::Read]) {
            let id = |ago: u32| last - ago.min(last);
            match step {
                Move::Send => {
                    sent += 1;
                    tickets.insert(sent);
                    page.handle(Input::Send { ticket: sent, text: "hello", files: &[] });
                }
                Move::Begin(says) => page.handle(Input::Begin { text: says.then_some("hello") }),
                Move::Feed(at) => page.handle(Input::Feed(piece(at).as_bytes())),
                Move::End => page.handle(Input::End),
                Move::Open(ago, status) => page.handle(Input::Opened { request: id(ago), status, content_type: STREAM, headers: Headers::default() }),
                Move::Chunk(ago, at) => page.handle(Input::Chunk { request: id(ago), bytes: piece(at).as_bytes() }),
                Move::Close(ago) => {
                    open.remove(&id(ago));
                    page.handle(Input::Closed { request: id(ago) });
                }
                Move::Fail(ago) => {
                    open.remove(&id(ago));
                    page.handle(Input::Failed { request: id(ago) });
                }
                Move::Cancel => page.handle(Input::Cancel),
                Move::CancelAll => page.handle(Input::CancelAll),
                Move::Tick => page.handle(Input::Tick),
                Move::Wait(seconds) => page.now += seconds,
                Move::Dismiss => page.handle(Input::DismissError),
                Move::Clear => page.handle(Input::Clear { session_id: None }),
                Move::Read => drop(page.view()),
            }
            for output in page.outputs() {
                match output {
                    Output::Fetch(request) => {
                        prop_assert!(request.id > last, "request ids only grow");
                        prop_assert!(tickets.contains(&request.ticket), "a request for a send that is settled");
                        last = request.id;
                        open.insert(request.id);
                        prop_assert_eq!(open.len(), 1, "one request at a time: {:?}", &open);
                    }
                    Output::Abort(id) => {
                        prop_assert!(open.remove(&id), "aborts {id}, which is not open");
                    }
                    Output::Settled { ticket, .. } => prop_assert!(tickets.remove(&ticket), "{ticket} is settled twice"),
                    _ => {}
                }
            }
            prop_assert_eq!(page.client.conversation.status.is_streaming(), page.client.live_request().is_some() && !over(&page));
        }
        prop_assert!(tickets.is_empty(), "never settled: {:?}", tickets);
        prop_assert!(open.is_empty(), "never aborted: {:?}", open);
        prop_assert!(page.client.conversation.turns.iter().all(|t| t.outcome.is_some()));
    }
}

/// The run has ended; its stream may still be open.
fn over(page: &Page) -> bool {
    matches!(page.client.conversation.status, Status::Ended(_))
}

#[test]
fn the_types_of_errors_have_the_names_of_the_contract() {
    let table = [
        (ErrorType::RateLimit, "rate_limit"),
        (ErrorType::General, "general"),
        (ErrorType::Unexpected, "unexpected"),
        (ErrorType::Timeout, "timeout"),
        (ErrorType::Network, "network"),
        (ErrorType::Http, "http"),
        (ErrorType::Interrupted, "interrupted"),
        (ErrorType::Protocol, "protocol"),
    ];
    for (kind, name) in table {
        assert_eq!(serde_json::to_value(kind).unwrap(), name);
    }
}

#[test]
fn a_leg_that_was_opened_and_never_heard_of_leaves_nothing_behind() {
    let mut page = Page::default();
    page.handle(Input::Begin { text: None });
    page.handle(Input::Begin { text: Some("hello") });
    assert_eq!(page.client.conversation.turns.len(), 1);
    page.handle(Input::End);
    page.handle(Input::Begin { text: None });
    page.handle(Input::Cancel);
    assert_eq!(page.client.conversation.turns.len(), 1);
    assert_eq!(page.client.conversation.status, Status::Ended(Outcome::Interrupted));
}
