//! Runs that outlive their connection: cut anywhere, resumed in each of AgentOS's three ways, cancelled on the server,
//! continued after a pause. The server is a model of docs/agentos-protocol.md §11 that plays recorded runs; time is
//! virtual.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use ai_stream_handler::client::{Call, Config, Fallback, Input, Output, Request, Stall, Ticket};
use ai_stream_handler::retry::{Headers, Policy};
use ai_stream_handler::state::Outcome;
use common::{assert_same, frame, leader, leader_of, saying, with, Page, Recording, NOW};
use serde_json::{json, Value};
use std::ops::Range;

const STREAM: &str = "text/event-stream; charset=utf-8";
const RUNS: &str = "http://localhost:7777/teams/cirkelline/runs";

fn config() -> Config {
    let (path, runs) = ("/teams/cirkelline/runs".to_owned(), "/teams/cirkelline/runs".to_owned());
    Config { endpoint: "http://localhost:7777".into(), path, runs, background: true, ..Config::default() }
}

// ── a run on the server ────────────────────────────────────────────────────────────────────────────────────────

/// A background run, frame by frame, each with its `event_index`.
struct Run {
    frames: Vec<(String, Value)>,
}

/// Where the server has the run when asked to resume it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum From {
    /// Still running: the missed frames, then the new ones.
    Running,
    /// Finished, and still in memory.
    Memory,
    /// Only in the database: without content frames.
    Database,
}

/// How a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Broken,
    Closed,
}

impl Run {
    fn recorded(name: &str) -> Run {
        let mut frames = Recording::load(name).frames();
        for (index, (_, data)) in frames.iter_mut().enumerate() {
            data["event_index"] = json!(index);
        }
        Run { frames }
    }

    fn id(&self) -> &str {
        let top = self.frames.iter().find(|(_, data)| data["parent_run_id"].is_null()).unwrap();
        top.1["run_id"].as_str().unwrap()
    }

    fn text(&self, range: Range<usize>) -> String {
        self.frames[range].iter().map(|(name, data)| frame(name, data.clone())).collect()
    }

    /// The response to `/resume`.
    fn rest(&self, from: From, after: usize, until: usize) -> String {
        let meta = |name: &str, data: Value| {
            format!("event: {name}\ndata: {}\n\n", with(json!({"event": name, "run_id": self.id()}), data))
        };
        let missed = after + 1;
        match from {
            From::Running => {
                // Half of the missed frames are available at once.
                let there = missed + (until.max(missed) - missed) / 2;
                let caught_up = if there > missed {
                    meta("catch_up", json!({"status": "running", "missed_events": there - missed}))
                } else {
                    String::new()
                };
                [
                    caught_up,
                    self.text(missed..there),
                    meta("subscribed", json!({"status": "running"})),
                    self.text(there..until.max(there)),
                ]
                .concat()
            }
            From::Memory => {
                let told = json!({"status": "COMPLETED", "total_events": self.frames.len(), "total_buffered": self.frames.len()});
                [meta("replay", told), self.text(missed.min(until)..until)].concat()
            }
            From::Database => {
                let stored =
                    self.frames[missed.min(until)..until].iter().filter(|(name, _)| !name.ends_with("RunContent"));
                let frames: String = stored.map(|(name, data)| frame(name, data.clone())).collect();
                [meta("replay", json!({"status": "COMPLETED", "total_events": self.frames.len()})), frames].concat()
            }
        }
    }
}

/// A page whose connection breaks after each of `cuts` (bytes of the response), and what it requested.
struct Journey {
    page: Page,
    requests: Vec<Request>,
    outcome: Option<Outcome>,
}

fn travel(run: &Run, from: From, cuts: &[(usize, End)]) -> Journey {
    let mut journey = Journey { page: Page::with(config()), requests: vec![], outcome: None };
    journey.page.handle(Input::Send { ticket: 1, text: "hello", files: &[] });
    let mut cuts = cuts.iter();
    for _ in 0..10_000 {
        for output in journey.page.outputs() {
            match output {
                Output::Fetch(request) => {
                    let body = match request.url.strip_suffix("/resume") {
                        None => run.text(0..run.frames.len()),
                        Some(url) => {
                            assert_eq!(url, format!("{RUNS}/{}", run.id()));
                            run.rest(
                                from,
                                field(&request, "last_event_index").unwrap().parse().unwrap(),
                                run.frames.len(),
                            )
                        }
                    };
                    let id = request.id;
                    journey.requests.push(request);
                    answer(&mut journey.page, id, &body, cuts.next());
                }
                Output::Settled { outcome, .. } => assert_eq!(journey.outcome.replace(outcome), None, "settled once"),
                Output::WakeAt(Some(at)) if journey.page.client.live_request().is_none() => {
                    journey.page.now = at;
                    journey.page.handle(Input::Tick);
                }
                _ => {}
            }
        }
        if journey.outcome.is_some() {
            return journey;
        }
    }
    panic!("it never ends");
}

fn answer(page: &mut Page, request: u32, body: &str, cut: Option<&(usize, End)>) {
    page.handle(Input::Opened { request, status: 200, content_type: STREAM, headers: Headers::default() });
    let (until, end) = cut.copied().unwrap_or((usize::MAX, End::Closed));
    page.handle(Input::Chunk { request, bytes: &body.as_bytes()[..until.min(body.len())] });
    page.handle(match end {
        End::Broken if until < body.len() => Input::Failed { request },
        _ => Input::Closed { request },
    });
}

fn field<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
}

/// The page without traces of the journey: the entries of lost connections, and the counters.
fn shown(page: &mut Page, with_content_entries: bool) -> Value {
    let mut view = page.view();
    let head = view["head"].as_object_mut().unwrap();
    for of_journey in ["monitor", "quota"] {
        head.remove(of_journey);
    }
    view.as_object_mut().unwrap().remove("diagnostics");
    for session in view["sessions"].as_array_mut().unwrap() {
        session.as_object_mut().unwrap().remove("created_at");
    }
    for turn in view["turns"].as_array_mut().unwrap() {
        let entries = turn["timeline"].as_array_mut().unwrap();
        entries.retain(|e| {
            e["eventType"] != "resume"
                && (with_content_entries || !e["eventType"].as_str().unwrap().ends_with("RunContent"))
        });
        let ids: Vec<Value> = entries.iter().map(|e| e["id"].clone()).collect();
        let place = |id: &Value| ids.iter().position(|known| known == id).map_or(id.clone(), |at| json!(at));
        for entry in entries {
            entry["id"] = place(&entry["id"]);
            if !entry["parentEventId"].is_null() {
                entry["parentEventId"] = place(&entry["parentEventId"]);
            }
        }
    }
    view
}

const NAMES: [&str; 14] = [
    "bg_agent_full.0_full_or_dropped",
    "agent_two_parallel_tools",
    "agent_reasoning_tools",
    "agent_failing_tool",
    "agent_thoughts_native",
    "agent_followups",
    "agent_structured_output",
    "agent_memory_and_summary",
    "team_plain",
    "team_delegate_member",
    "team_nested",
    "team_unicode",
    "team_failing_tool",
    "team_model_error_500",
];

#[test]
fn a_run_cut_after_each_frame_ends_as_if_it_had_not_been_cut() {
    let mut cuts = 0;
    for name in NAMES {
        let run = Run::recorded(name);
        let mut whole = travel(&run, From::Running, &[]);
        let expected = shown(&mut whole.page, true);
        for frames in 1..run.frames.len() {
            let cut = run.text(0..frames).len();
            for (from, end) in [(From::Running, End::Broken), (From::Memory, End::Closed)] {
                let mut cut = travel(&run, from, &[(cut, end)]);
                let why = format!("{name} cut after {frames} frames, {from:?}, {end:?}");
                assert_eq!(cut.outcome, whole.outcome, "{why}");
                assert_same(&shown(&mut cut.page, true), &expected, &why);
                cuts += 1;
            }
        }
    }
    assert!(cuts > 500, "{cuts}");
}

#[test]
fn a_run_cut_inside_of_a_frame_ends_as_if_it_had_not_been_cut() {
    for name in ["team_nested", "agent_two_parallel_tools", "team_unicode"] {
        let run = Run::recorded(name);
        let mut whole = travel(&run, From::Running, &[]);
        let expected = shown(&mut whole.page, true);
        let bytes = run.text(0..run.frames.len()).len();
        // Before the run has an id there is nothing to resume.
        let first = run.text(0..1).len();
        for cut in (first..bytes).step_by(1_021) {
            let mut cut_ = travel(&run, From::Running, &[(cut, End::Broken)]);
            assert_same(&shown(&mut cut_.page, true), &expected, &format!("{name} cut after {cut} bytes"));
        }
    }
}

#[test]
fn a_run_cut_again_and_again_ends_as_if_it_had_not_been_cut() {
    for name in NAMES {
        let run = Run::recorded(name);
        let mut whole = travel(&run, From::Running, &[]);
        let expected = shown(&mut whole.page, true);
        // Each connection brings one new frame of the run, so the attempts are counted from the start again.
        let meta = |after: usize| {
            let rest = run.rest(From::Memory, after, run.frames.len());
            rest.len() - run.text(after + 1..run.frames.len()).len()
        };
        let mut cuts = vec![(run.text(0..1).len(), End::Broken)];
        cuts.extend((1..run.frames.len()).map(|at| (meta(at - 1) + run.text(at..at + 1).len(), End::Broken)));
        let mut cut = travel(&run, From::Memory, &cuts);
        assert_same(&shown(&mut cut.page, true), &expected, name);
        let asked: Vec<_> =
            cut.requests[1..].iter().map(|r| field(r, "last_event_index").unwrap().to_owned()).collect();
        let expected: Vec<String> = (0..asked.len()).map(|n| n.to_string()).collect();
        assert_eq!(asked, expected, "{name}: each asks for what comes after the last frame read");
    }
}

#[test]
fn from_the_database_the_text_comes_with_the_completion_and_nothing_twice() {
    for name in NAMES {
        let run = Run::recorded(name);
        let mut whole = travel(&run, From::Running, &[]);
        let expected = shown(&mut whole.page, false);
        for frames in 1..run.frames.len() {
            let cut = run.text(0..frames).len();
            let mut cut = travel(&run, From::Database, &[(cut, End::Broken)]);
            let why = format!("{name} cut after {frames} frames");
            assert_eq!(cut.outcome, whole.outcome, "{why}");
            assert_same(&without_positions(shown(&mut cut.page, false)), &without_positions(expected.clone()), &why);
        }
    }
}

/// Not stored: reasoning, intermediate content, and when a message began.
fn without_positions(mut view: Value) -> Value {
    for turn in view["turns"].as_array_mut().unwrap() {
        let work = turn["work"].as_array_mut().unwrap();
        work.sort_by_key(|m| m["head"]["runId"].to_string());
        for message in work.iter_mut() {
            message["head"].as_object_mut().unwrap().remove("id");
        }
        turn["answer"].as_object_mut().unwrap().remove("thoughts");
    }
    view
}

#[test]
fn the_request_names_the_run_the_last_frame_and_the_session() {
    let run = Run::recorded("team_nested");
    let cut = travel(&run, From::Running, &[(run.text(0..7).len(), End::Broken)]);
    let [_, resume] = &cut.requests[..] else { panic!("two requests") };
    let session = run.frames[0].1["session_id"].as_str().unwrap();
    let fields: Vec<_> = resume.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(fields, [("last_event_index", "6"), ("session_id", session)]);
    assert!(!resume.is_run, "the user's message and files do not go out again");
}

// ── what the user sees, and when it is given up ────────────────────────────────────────────────────────────────

fn indexed(event: &str, data: Value, index: u64) -> String {
    frame(event, with(data, json!({"event_index": index})))
}

fn beginning() -> String {
    [indexed("TeamRunStarted", leader(), 0), indexed("TeamRunContent", saying(leader(), "So far. "), 1)].concat()
}

fn ending() -> String {
    [
        indexed("TeamRunContent", saying(leader(), "And on."), 2),
        indexed("TeamRunCompleted", saying(leader(), "So far. And on."), 3),
    ]
    .concat()
}

/// A page, with the test as its server.
struct Hand {
    page: Page,
    outputs: Vec<Output>,
}

impl Hand {
    fn new(config: Config) -> Hand {
        Hand { page: Page::with(config), outputs: vec![] }
    }

    /// A background run that has said "So far. ".
    fn streaming() -> (Hand, u32) {
        let mut hand = Hand::new(config());
        let request = hand.send();
        hand.answer(request, &beginning());
        (hand, request)
    }

    fn handle(&mut self, input: Input<'_>) {
        self.page.handle(input);
        self.outputs.extend(self.page.outputs());
    }

    fn send(&mut self) -> u32 {
        self.handle(Input::Send { ticket: 1, text: "hello", files: &[] });
        self.fetched().expect("a request").id
    }

    /// The request made since the last look.
    fn fetched(&mut self) -> Option<Request> {
        let mut requests: Vec<Request> =
            self.outputs.iter().filter_map(|o| if let Output::Fetch(r) = o { Some(r.clone()) } else { None }).collect();
        self.outputs.retain(|o| !matches!(o, Output::Fetch(_)));
        assert!(requests.len() < 2, "{requests:?}");
        requests.pop()
    }

    fn call(&mut self) -> Option<Call> {
        let call = self.outputs.iter().find_map(|o| if let Output::Call(call) = o { Some(call.clone()) } else { None });
        self.outputs.retain(|o| !matches!(o, Output::Call(_)));
        call
    }

    fn settled(&mut self) -> Vec<(Ticket, Outcome)> {
        let settled = self
            .outputs
            .iter()
            .filter_map(|o| if let Output::Settled { ticket, outcome } = o { Some((*ticket, *outcome)) } else { None })
            .collect();
        self.outputs.retain(|o| !matches!(o, Output::Settled { .. }));
        settled
    }

    fn answer(&mut self, request: u32, body: &str) {
        self.handle(Input::Opened { request, status: 200, content_type: STREAM, headers: Headers::default() });
        self.handle(Input::Chunk { request, bytes: body.as_bytes() });
    }

    fn refuse(&mut self, request: u32, status: u16, body: &str) {
        self.handle(Input::Opened { request, status, content_type: "application/json", headers: Headers::default() });
        self.handle(Input::Chunk { request, bytes: body.as_bytes() });
        self.handle(Input::Closed { request });
    }

    /// The requested wake-up.
    fn wake(&self) -> Option<f64> {
        self.outputs
            .iter()
            .rev()
            .find_map(|o| if let Output::WakeAt(at) = o { Some(*at) } else { None })
            .flatten()
            .map(|at| at - NOW)
    }

    fn tick_at(&mut self, seconds: f64) {
        self.page.now = NOW + seconds;
        self.handle(Input::Tick);
    }
}

/// A background run that hit a rate limit which the client has to wait out.
fn struck() -> (Hand, u32) {
    let mut hand = Hand::new(config());
    let request = hand.send();
    let error = with(leader_of("old"), json!({"content": "429"}));
    let frames = [indexed("TeamRunStarted", leader_of("old"), 0), indexed("TeamRunError", error, 1)];
    hand.answer(request, &frames.concat());
    (hand, request)
}

#[test]
fn a_lost_connection_is_told_at_once_and_taken_up_at_once() {
    let (mut hand, request) = Hand::streaming();
    hand.handle(Input::Failed { request });
    let resume = hand.fetched().expect("at once");
    assert!(resume.url.ends_with("/lead/resume"), "{}", resume.url);
    assert_eq!((hand.page.answer().as_str(), hand.page.banner()), ("So far. ", None), "the text stays");
    assert_eq!(hand.page.timeline().last().unwrap(), &("resume".to_owned(), "Connection lost. Resuming...".to_owned()));
    hand.answer(resume.id, &ending());
    hand.handle(Input::Closed { request: resume.id });
    assert_eq!(hand.settled(), [(1, Outcome::Completed)]);
    assert_eq!((hand.page.answer().as_str(), hand.page.turn().attempts), ("So far. And on.", 1), "nothing is void");
}

#[test]
fn attempts_back_off_and_end_and_each_piece_of_news_counts_them_anew() {
    let (mut hand, request) = Hand::streaming();
    hand.handle(Input::Failed { request });
    let mut at = 0.0;
    for (attempt, delay) in [(2, 1), (3, 2), (4, 4), (5, 8), (6, 16), (7, 30), (8, 30)] {
        let request = hand.fetched().unwrap().id;
        hand.handle(Input::Failed { request });
        let plural = if delay == 1 { "second" } else { "seconds" };
        let message = format!("Connection lost. Resuming in {delay} {plural}... (Attempt {attempt}/8)");
        assert_eq!((hand.page.status().as_str(), hand.page.activity()), ("retrying", Some(message)));
        let retry = hand.page.view()["head"]["retry"].clone();
        assert_eq!((&retry["cause"], &retry["by"]), (&json!("network"), &json!("handler")));
        at += f64::from(delay);
        assert_eq!((hand.wake(), retry["resumesAt"].as_f64().unwrap() - NOW), (Some(at), at));
        hand.tick_at(at);
    }
    // The eighth makes progress, so the ninth counts as the first again.
    let request = hand.fetched().unwrap().id;
    hand.answer(request, &indexed("TeamRunContent", saying(leader(), "More. "), 2));
    hand.handle(Input::Closed { request });
    for _ in 0..8 {
        let request = hand.fetched().expect("another attempt").id;
        hand.handle(Input::Failed { request });
        at = hand.wake().unwrap_or(at);
        hand.tick_at(at);
    }
    assert_eq!(hand.fetched(), None);
    assert_eq!(hand.settled(), [(1, Outcome::Interrupted)]);
    assert_eq!(
        hand.page.banner().as_deref(),
        Some("The connection was lost and could not be restored. The text received so far is kept.")
    );
    assert_eq!(hand.page.answer(), "So far. More. ");
}

#[test]
fn a_wait_can_be_skipped_and_the_network_back_skips_it() {
    for input in [Input::RetryNow, Input::Online] {
        let (mut hand, request) = Hand::streaming();
        hand.handle(Input::Failed { request });
        let request = hand.fetched().unwrap().id;
        hand.handle(Input::Failed { request });
        assert_eq!(hand.fetched(), None);
        hand.handle(input);
        assert!(hand.fetched().is_some());
    }
}

#[test]
fn offline_it_waits_for_the_network_and_says_so() {
    let (mut hand, request) = Hand::streaming();
    hand.handle(Input::Offline);
    hand.handle(Input::Failed { request });
    assert_eq!(hand.fetched(), None, "there is no use in trying");
    assert_eq!(hand.page.activity().as_deref(), Some("You are offline. The answer goes on as soon as you are back."));
    hand.tick_at(100.0);
    assert_eq!(hand.fetched(), None);
    hand.handle(Input::Online);
    let request = hand.fetched().expect("at once").id;
    hand.answer(request, &ending());
    hand.handle(Input::Closed { request });
    assert_eq!(hand.settled(), [(1, Outcome::Completed)]);
}

#[test]
fn a_connection_that_the_network_took_along_is_replaced_when_it_is_back() {
    let (mut hand, request) = Hand::streaming();
    hand.handle(Input::Offline);
    hand.page.now = NOW + 5.0;
    // The browser has not noticed; nothing has arrived since.
    hand.handle(Input::Online);
    assert!(hand.outputs.contains(&Output::Abort(request)));
    assert!(hand.fetched().unwrap().url.ends_with("/resume"));
    // A stream that delivers is left alone.
    let (mut hand, request) = Hand::streaming();
    hand.handle(Input::Offline);
    hand.page.now = NOW + 5.0;
    hand.handle(Input::Chunk { request, bytes: b": keepalive\n\n" });
    hand.handle(Input::Online);
    assert_eq!(hand.fetched(), None);
}

#[test]
fn silence_for_longer_than_the_bound_is_a_lost_connection_and_a_comment_is_no_silence() {
    let (mut hand, request) = Hand::streaming();
    assert_eq!(hand.wake(), Some(40.0));
    hand.page.now = NOW + 30.0;
    hand.handle(Input::Chunk { request, bytes: b": keepalive\n\n" });
    hand.tick_at(40.0);
    assert_eq!((hand.fetched(), hand.wake()), (None, Some(70.0)));
    // A phone that slept: the timer fires late.
    hand.tick_at(4000.0);
    assert!(hand.outputs.contains(&Output::Abort(request)));
    let resume = hand.fetched().unwrap();
    hand.answer(resume.id, &ending());
    hand.handle(Input::Closed { request: resume.id });
    assert_eq!(hand.settled(), [(1, Outcome::Completed)]);
}

#[test]
fn a_server_that_waits_out_a_limit_is_not_silent() {
    let (mut hand, request) = Hand::streaming();
    hand.handle(Input::Chunk {
        request,
        bytes: b"event: retry\ndata: {\"attempt\":1,\"max_retries\":3,\"delay\":100}\n\n",
    });
    hand.tick_at(99.0);
    assert_eq!((hand.fetched(), hand.page.status().as_str()), (None, "retrying"));
    assert_eq!(hand.settled(), []);
}

#[test]
fn a_stream_that_is_left_open_while_a_retry_waits_is_not_silent() {
    let mut hand = Hand::new(Config { retry: Policy::new(None, None, None, &[100.0], None).unwrap(), ..config() });
    let request = hand.send();
    let error = with(leader_of("old"), json!({"content": "429"}));
    let frames = [indexed("TeamRunStarted", leader_of("old"), 0), indexed("TeamRunError", error, 1)];
    hand.answer(request, &frames.concat());
    hand.tick_at(50.0);
    assert_eq!((hand.page.status().as_str(), hand.page.banner(), hand.fetched()), ("retrying", None, None));
    assert!(!hand.outputs.contains(&Output::Abort(request)));
    hand.tick_at(100.0);
    assert!(hand.fetched().is_some());
    assert_eq!(hand.settled(), []);
}

#[test]
fn foreground_streams_have_no_heartbeat_and_a_bound_of_their_own() {
    let mut hand = Hand::new(Config { background: false, ..config() });
    let request = hand.send();
    hand.answer(
        request,
        &[frame("TeamRunStarted", leader()), frame("TeamRunContent", saying(leader(), "So far. "))].concat(),
    );
    hand.tick_at(599.0);
    assert_eq!(hand.page.status(), "streaming");
    hand.tick_at(600.0);
    assert_eq!((hand.settled(), hand.fetched()), (vec![(1, Outcome::Interrupted)], None));
    assert_eq!(hand.page.banner().as_deref(), Some("The server has sent nothing for too long."));
    // The timeouts can be changed, and disabled.
    let mut hand = Hand::new(Config { stall: Stall { background: 0.0, foreground: 0.0 }, ..config() });
    let request = hand.send();
    hand.answer(request, &beginning());
    hand.tick_at(1e6);
    assert_eq!((hand.wake(), hand.page.status().as_str()), (None, "streaming"));
}

#[test]
fn what_cannot_be_taken_up_is_interrupted_as_before() {
    let foreground = || {
        let mut hand = Hand::new(Config { background: false, ..config() });
        let request = hand.send();
        hand.answer(request, &frame("TeamRunStarted", leader()));
        (hand, request)
    };
    let without = |config: Config| {
        let mut hand = Hand::new(config);
        let request = hand.send();
        hand.answer(request, &beginning());
        (hand, request)
    };
    let off = without(Config { resume: Policy::off(), ..config() });
    let own_route = without(Config { runs: String::new(), ..config() });
    for (mut hand, request) in [foreground(), off, own_route] {
        hand.handle(Input::Failed { request });
        assert_eq!(hand.fetched(), None);
        assert_eq!(hand.settled(), [(1, Outcome::Interrupted)]);
        assert_eq!(hand.page.banner().as_deref(), Some("The connection was lost before the answer was complete."));
    }
}

#[test]
fn a_server_that_has_no_rest_says_so_and_one_that_is_busy_is_asked_again() {
    let gone = "The connection was lost, and the server does not have the rest of this answer any more.";
    let (mut hand, request) = Hand::streaming();
    hand.handle(Input::Failed { request });
    let request = hand.fetched().unwrap().id;
    hand.answer(
        request,
        "event: error\ndata: {\"event\": \"error\", \"error\": \"Run lead not found in buffer or database\"}\n\n",
    );
    assert_eq!((hand.settled(), hand.page.banner().as_deref()), (vec![(1, Outcome::Interrupted)], Some(gone)));
    assert_eq!(hand.page.answer(), "So far. ");

    for (status, again) in [(404, false), (401, false), (422, false), (429, true), (500, true), (503, true)] {
        let (mut hand, request) = Hand::streaming();
        hand.handle(Input::Failed { request });
        let request = hand.fetched().unwrap().id;
        hand.refuse(request, status, "{\"detail\":\"no\"}");
        assert_eq!(hand.wake().is_some(), again, "{status}");
        assert_eq!(hand.settled().is_empty(), again, "{status}");
        assert_eq!(hand.page.banner().as_deref(), (!again).then_some(gone), "{status}");
    }
}

/// Nobody watches a countdown of hours, and a wait cut to one hour would end in the next refusal.
#[test]
fn a_resume_that_is_refused_for_hours_ends_as_failed_and_says_when() {
    let (mut hand, request) = Hand::streaming();
    hand.handle(Input::Failed { request });
    let request = hand.fetched().unwrap().id;
    hand.refuse(request, 429, "{\"detail\":\"Too many requests.\",\"retry_after\":18000}");
    assert_eq!((hand.settled(), hand.wake()), (vec![(1, Outcome::Failed)], None));
    let said = "Too many requests. Please try again in about 5 hours.";
    assert_eq!((hand.page.banner().as_deref(), hand.page.answer().as_str()), (Some(said), "So far. "));
    let error = hand.page.view()["head"]["error"].clone();
    assert_eq!((&error["retryAt"], &error["reason"]), (&json!(hand.page.now + 18_000.0), &json!("rate_limit")));

    let (mut hand, request) = Hand::streaming();
    hand.handle(Input::Failed { request });
    let request = hand.fetched().unwrap().id;
    hand.refuse(request, 429, "{\"detail\":\"Too many requests.\",\"retry_after\":3600}");
    assert_eq!((hand.settled(), hand.wake().is_some()), (vec![], true), "an hour is waited out");
}

#[test]
fn an_error_of_the_run_itself_is_the_runs_and_not_the_resumes() {
    let (mut hand, request) = Hand::streaming();
    hand.handle(Input::Failed { request });
    let request = hand.fetched().unwrap().id;
    hand.answer(
        request,
        &[
            indexed("TeamRunContent", saying(leader(), "And on."), 2),
            "event: error\ndata: {\"error\":\"boom\",\"type\":\"general\"}\n\n".into(),
        ]
        .concat(),
    );
    hand.handle(Input::Closed { request });
    assert_eq!((hand.settled(), hand.page.banner().as_deref()), (vec![(1, Outcome::Failed)], Some("boom")));
}

#[test]
fn a_run_that_fails_with_a_limit_after_a_resume_is_retried_as_without_the_cut() {
    let (mut hand, request) = Hand::streaming();
    hand.handle(Input::Failed { request });
    let resume = hand.fetched().unwrap();
    let limit = with(leader(), json!({"content": "429 Too many requests, retry in 5 seconds"}));
    hand.answer(resume.id, &indexed("TeamRunError", limit, 2));
    assert_eq!((hand.settled(), hand.page.banner()), (vec![], None), "it waits");
    hand.tick_at(6.0);
    let again = hand.fetched().expect("the run again");
    assert_eq!((again.url.as_str(), field(&again, "message")), (RUNS, Some("hello")));
}

#[test]
fn a_retried_run_is_taken_up_under_its_new_id() {
    let (mut hand, request) = struck();
    hand.handle(Input::Closed { request });
    hand.tick_at(5.0);
    let request = hand.fetched().unwrap().id;
    hand.answer(
        request,
        &[
            indexed("TeamRunStarted", leader_of("new"), 0),
            indexed("TeamRunContent", saying(leader_of("new"), "So far. "), 1),
        ]
        .concat(),
    );
    hand.handle(Input::Failed { request });
    let resume = hand.fetched().unwrap();
    assert_eq!((resume.url.as_str(), field(&resume, "last_event_index")), (&*format!("{RUNS}/new/resume"), Some("1")));
}

#[test]
fn a_fallbacks_run_is_taken_up_at_the_fallback_and_an_id_stays_one_segment() {
    let fallback = Fallback { path: "/agents/understudy/runs".into(), name: String::new() };
    let mut hand = Hand::new(Config { retry: Policy::off(), fallbacks: vec![fallback], ..config() });
    let request = hand.send();
    hand.refuse(request, 429, "");
    let request = hand.fetched().unwrap().id;
    hand.answer(
        request,
        &indexed("RunStarted", json!({"agent_id": "understudy", "run_id": "a/../b?c", "session_id": "s"}), 0),
    );
    hand.handle(Input::Failed { request });
    assert_eq!(hand.fetched().unwrap().url, "http://localhost:7777/agents/understudy/runs/a%2F..%2Fb%3Fc/resume");
}

#[test]
fn the_user_can_take_up_what_was_given_up() {
    let (mut hand, request) = Hand::streaming();
    assert_eq!(hand.page.view()["head"]["resumable"], false, "it goes on");
    hand.handle(Input::Failed { request });
    let request = hand.fetched().unwrap().id;
    hand.refuse(request, 404, "");
    assert_eq!(hand.settled(), [(1, Outcome::Interrupted)]);
    assert_eq!(hand.page.view()["head"]["resumable"], true);
    hand.handle(Input::Resume { ticket: 2 });
    let request = hand.fetched().expect("a request").id;
    assert_eq!((hand.page.status().as_str(), hand.page.banner()), ("connecting", None));
    hand.answer(request, &ending());
    hand.handle(Input::Closed { request });
    assert_eq!((hand.settled(), hand.page.answer().as_str()), (vec![(2, Outcome::Completed)], "So far. And on."));
    assert_eq!(hand.page.view()["head"]["resumable"], false);
    assert_eq!(hand.page.client.conversation.monitor.total().answers, 1, "one answer, however often it was cut");
    // Nothing is left to resume, and no end will be reported.
    hand.outputs.clear();
    hand.handle(Input::Resume { ticket: 3 });
    assert_eq!((hand.fetched(), hand.settled()), (None, vec![(3, Outcome::Completed)]));
    assert_eq!(hand.outputs, []);
}

#[test]
fn of_the_callers_fields_the_user_goes_along_when_an_answer_is_taken_up_and_no_other() {
    let fields = [("user_id", "ann"), ("knowledge", "on")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut hand = Hand::new(Config { fields: fields.to_vec(), ..config() });
    let request = hand.send();
    hand.answer(request, &beginning());
    hand.handle(Input::Failed { request });
    let resume = hand.fetched().unwrap();
    assert_eq!((field(&resume, "user_id"), field(&resume, "knowledge")), (Some("ann"), None));
}

// ── cancel, in two layers ──────────────────────────────────────────────────────────────────────────────────────

#[test]
fn cancel_hangs_up_at_once_and_tells_the_server_and_what_it_said_is_told() {
    for (status, told) in [
        (200, "The server was told to stop the run"),
        (404, "The server could not be told to stop the run (HTTP 404)."),
        (0, "The server could not be told to stop the run."),
    ] {
        let (mut hand, request) = Hand::streaming();
        hand.handle(Input::Cancel);
        assert!(hand.outputs.contains(&Output::Abort(request)));
        assert_eq!(hand.settled(), [(1, Outcome::Cancelled)]);
        assert_eq!((hand.page.answer().as_str(), hand.page.banner()), ("So far. ", None));
        let call = hand.call().expect("a call");
        assert_eq!(call.url, format!("{RUNS}/lead/cancel"));
        hand.handle(Input::Called { request: call.id, status });
        assert_eq!(hand.page.timeline().last().unwrap(), &("cancel".to_owned(), told.to_owned()));
        let why = hand.page.turn().timeline.entries().last().unwrap().details.error_message.clone();
        assert_eq!(why.as_deref(), (status != 200).then_some(told));
        hand.handle(Input::Called { request: call.id, status });
        assert_eq!(hand.page.timeline().iter().filter(|(name, _)| name == "cancel").count(), 1, "told once");
    }
}

#[test]
fn cancel_works_the_same_way_wherever_a_send_stands() {
    // While connecting there is no run id to cancel yet.
    let mut hand = Hand::new(config());
    let request = hand.send();
    hand.handle(Input::Cancel);
    assert_eq!((hand.settled(), hand.call()), (vec![(1, Outcome::Cancelled)], None));
    assert!(hand.outputs.contains(&Output::Release(request)), "it is read on until it names the run in the background");
    // During a retry wait the failed run is over.
    let (mut hand, _) = struck();
    hand.handle(Input::Cancel);
    assert_eq!((hand.settled(), hand.call()), (vec![(1, Outcome::Cancelled)], None));
    // After a retry, the new run is cancelled.
    let (mut hand, request) = struck();
    hand.handle(Input::Closed { request });
    hand.tick_at(5.0);
    let request = hand.fetched().unwrap().id;
    hand.answer(request, &indexed("TeamRunStarted", leader_of("new"), 0));
    hand.handle(Input::Cancel);
    assert_eq!(hand.call().unwrap().url, format!("{RUNS}/new/cancel"));
    // During the wait before a resume, and while it connects.
    for waits in [true, false] {
        let (mut hand, request) = Hand::streaming();
        hand.handle(Input::Failed { request });
        let request = hand.fetched().unwrap().id;
        if waits {
            hand.handle(Input::Failed { request });
        }
        hand.handle(Input::Cancel);
        assert_eq!(hand.settled(), [(1, Outcome::Cancelled)]);
        assert_eq!(hand.call().unwrap().url, format!("{RUNS}/lead/cancel"));
        hand.tick_at(100.0);
        assert_eq!(hand.fetched(), None);
    }
    // During a pause.
    let mut hand = paused();
    hand.handle(Input::Cancel);
    assert_eq!(hand.call().unwrap().url, format!("{RUNS}/lead/cancel"));
    assert_eq!(
        (hand.page.status().as_str(), hand.page.view()["turns"][0]["facts"]["pause"].clone()),
        ("cancelled", Value::Null)
    );
}

#[test]
fn a_page_that_goes_away_stops_no_run() {
    let (mut hand, request) = Hand::streaming();
    hand.handle(Input::Detach);
    assert!(hand.outputs.contains(&Output::Abort(request)));
    assert_eq!(hand.call(), None);
}

// ── pauses ─────────────────────────────────────────────────────────────────────────────────────────────────────

/// A run that waits for a confirmation.
fn paused() -> Hand {
    paused_at(config())
}

fn paused_at(config: Config) -> Hand {
    let mut hand = Hand::new(config);
    let request = hand.send();
    let tool = json!({"tool_call_id": "c1", "tool_name": "send_mail", "tool_args": {"to": "Ann"}, "requires_confirmation": true});
    let pause = with(leader(), json!({"tools": [tool], "requirements": [{"id": "r1", "tool_execution": tool}]}));
    hand.answer(request, &[beginning(), indexed("TeamRunPaused", pause, 2)].concat());
    hand.handle(Input::Closed { request });
    assert_eq!((hand.settled(), hand.page.status().as_str()), (vec![(1, Outcome::Paused)], "paused"));
    hand
}

fn answers() -> Vec<(String, String)> {
    vec![("requirements".into(), "[{\"id\":\"r1\"}]".into())]
}

#[test]
fn a_paused_run_is_continued_and_the_text_before_stays() {
    let mut hand = paused();
    hand.handle(Input::Continue { ticket: 2, answers: &answers() });
    let request = hand.fetched().expect("a request");
    assert_eq!(request.url, format!("{RUNS}/lead/continue"));
    let fields: Vec<_> = request.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(
        fields,
        [("stream", "true"), ("session_id", "s-1"), ("background", "true"), ("requirements", "[{\"id\":\"r1\"}]")]
    );
    assert_eq!(hand.page.status(), "connecting");
    let rest = [
        indexed("TeamRunContinued", leader(), 3),
        indexed("TeamRunContent", saying(leader(), "Sent."), 4),
        indexed("TeamRunCompleted", saying(leader(), "Sent."), 5),
    ];
    hand.answer(request.id, &rest.concat());
    hand.handle(Input::Closed { request: request.id });
    assert_eq!((hand.settled(), hand.page.answer().as_str()), (vec![(2, Outcome::Completed)], "So far. Sent."));
    assert_eq!(hand.page.view()["turns"].as_array().unwrap().len(), 1);
}

#[test]
fn what_the_user_answered_is_shown_before_the_run_says_what_came_of_it() {
    for (confirmed, status) in [(false, "rejected"), (true, "paused")] {
        let mut hand = paused_at(Config { runs: "/agents/a/runs".into(), ..config() });
        let tools = json!([{"tool_call_id": "c1", "tool_name": "send_mail", "confirmed": confirmed}]).to_string();
        hand.handle(Input::Continue { ticket: 2, answers: &[("other".into(), "[]".into()), ("tools".into(), tools)] });
        let request = hand.fetched().unwrap().id;
        hand.answer(request, &indexed("TeamRunContinued", leader(), 3));
        let view = hand.page.view();
        assert_eq!(view.pointer("/turns/0/answer/tools/0/status"), Some(&json!(status)), "{confirmed}");
    }
}

#[test]
fn each_kind_of_route_is_answered_with_the_fields_that_it_takes() {
    let table = [
        ("/agents/a/runs", true, &["background", "user_id", "tools", "more"][..]),
        ("/teams/t/runs", true, &["background", "user_id", "requirements", "more"]),
        ("/workflows/w/runs", true, &["user_id", "step_requirements", "more"]),
        ("/teams/t/runs", false, &["user_id", "requirements", "more"]),
    ];
    let answers = ["tools", "requirements", "step_requirements", "more"].map(|name| (name.to_owned(), "[]".to_owned()));
    let own = [("user_id", "ann"), ("knowledge", "on")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    for (runs, background, expected) in table {
        let mut hand = paused_at(Config { runs: runs.into(), background, fields: own.to_vec(), ..config() });
        hand.handle(Input::Continue { ticket: 2, answers: &answers });
        let request = hand.fetched().unwrap();
        let names: Vec<_> = request.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((&names[..2], &names[2..]), (&["stream", "session_id"][..], expected), "{runs}");
    }
}

#[test]
fn an_answer_that_does_not_reach_the_run_leaves_the_question_where_it_was() {
    let check = |mut hand: Hand, kind: &str| {
        assert_eq!(hand.settled(), [(2, Outcome::Paused)]);
        let view = hand.page.view();
        assert_eq!((&view["head"]["status"], &view["head"]["error"]["type"]), (&json!("paused"), &json!(kind)));
        assert_eq!(view["turns"][0]["facts"]["pause"]["requirements"][0]["toolName"], "send_mail");
        assert_eq!(view["turns"].as_array().unwrap().len(), 1);
        // It can be answered again.
        hand.handle(Input::Continue { ticket: 3, answers: &answers() });
        let request = hand.fetched().expect("a request").id;
        hand.answer(
            request,
            &[indexed("TeamRunContinued", leader(), 3), indexed("TeamRunCompleted", saying(leader(), "Sent."), 4)]
                .concat(),
        );
        hand.handle(Input::Closed { request });
        assert_eq!((hand.settled(), hand.page.banner()), (vec![(3, Outcome::Completed)], None));
    };
    let continued = || {
        let mut hand = paused();
        hand.handle(Input::Continue { ticket: 2, answers: &answers() });
        let request = hand.fetched().unwrap().id;
        (hand, request)
    };
    let (mut hand, request) = continued();
    hand.handle(Input::Failed { request });
    check(hand, "network");
    let (mut hand, request) = continued();
    hand.refuse(request, 409, "{\"detail\":\"run is not paused\"}");
    check(hand, "http");
    let (mut hand, request) = continued();
    hand.handle(Input::Opened { request, status: 200, content_type: STREAM, headers: Headers::default() });
    hand.handle(Input::Closed { request });
    check(hand, "network");
    let (mut hand, _) = continued();
    hand.tick_at(600.0);
    check(hand, "network");
    // In the stream: an error without a run id (docs/agentos-protocol.md §7).
    for said in [
        frame("TeamRunError", json!({"team_id": "", "team_name": "", "content": "No runs found for run ID lead"})),
        frame("WorkflowError", json!({"error": "Cannot continue run - unresolved step requirements"})),
    ] {
        let (mut hand, request) = continued();
        hand.answer(request, &said);
        hand.handle(Input::Closed { request });
        assert_eq!(hand.page.timeline().last().unwrap().0, "error");
        check(hand, "general");
    }
}

#[test]
fn a_continued_run_is_taken_up_too() {
    let mut hand = paused();
    hand.handle(Input::Continue { ticket: 2, answers: &answers() });
    let request = hand.fetched().unwrap().id;
    // A run that was paused in the foreground counts from 0 again.
    hand.answer(
        request,
        &[indexed("TeamRunContinued", leader(), 0), indexed("TeamRunContent", saying(leader(), "Se"), 1)].concat(),
    );
    hand.handle(Input::Failed { request });
    let resume = hand.fetched().unwrap();
    assert_eq!(field(&resume, "last_event_index"), Some("1"));
    hand.answer(
        resume.id,
        &[
            indexed("TeamRunContent", saying(leader(), "nt."), 2),
            indexed("TeamRunCompleted", saying(leader(), "Sent."), 3),
        ]
        .concat(),
    );
    hand.handle(Input::Closed { request: resume.id });
    assert_eq!((hand.settled(), hand.page.answer().as_str()), (vec![(2, Outcome::Completed)], "So far. Sent."));
}

#[test]
fn there_is_nothing_to_continue_where_nothing_waits() {
    let (mut hand, _) = Hand::streaming();
    hand.handle(Input::Continue { ticket: 2, answers: &answers() });
    assert_eq!((hand.fetched(), hand.settled()), (None, vec![(2, Outcome::Interrupted)]));
    hand.handle(Input::Resume { ticket: 3 });
    assert_eq!((hand.fetched(), hand.settled()), (None, vec![(3, Outcome::Interrupted)]));
}

#[test]
fn the_policy_of_resumes_is_checked_by_name() {
    for (at, name) in [(0, "resume.maxAttempts"), (1, "resume.baseDelay"), (2, "resume.maxDelay")] {
        for bad in [-1.0, f64::NAN, 1e6] {
            let value = |n: usize| (n == at).then_some(bad);
            let error = Policy::of_resume(value(0), value(1), value(2)).unwrap_err();
            assert!(error.to_string().starts_with(name), "{error}");
        }
    }
}

// ── a refresh in mid-answer ────────────────────────────────────────────────────────────────────────────────────

/// The page is reloaded: only the stored resume point is left.
fn refreshed(hand: &Hand) -> Hand {
    let kept = hand.page.client.resume_point().expect("something is kept");
    let mut page = Page::with(config());
    page.client.conversation.restore(kept);
    Hand { page, outputs: vec![] }
}

#[test]
fn after_a_refresh_the_partial_text_is_there_at_once_and_then_the_answer_goes_on() {
    let (hand, _) = Hand::streaming();
    let mut again = refreshed(&hand);
    let view = again.page.view();
    assert_eq!(
        (&view["turns"][0]["user"]["text"], &view["turns"][0]["answer"]["text"]),
        (&json!("hello"), &json!("So far. "))
    );
    assert_eq!(
        (&view["head"]["sessionId"], &view["head"]["resumable"], &view["head"]["error"]),
        (&json!("s-1"), &json!(true), &Value::Null)
    );
    again.handle(Input::Resume { ticket: 9 });
    let request = again.fetched().expect("a request");
    assert_eq!(request.url, format!("{RUNS}/lead/resume"));
    let fields: Vec<_> = request.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(fields, [("session_id", "s-1")], "from the beginning: the page knows the text and nothing else");
    assert_eq!(again.page.answer(), "So far. ", "until something comes");
    again.answer(request.id, &[beginning(), ending()].concat());
    again.handle(Input::Closed { request: request.id });
    assert_eq!((again.settled(), again.page.answer().as_str()), (vec![(9, Outcome::Completed)], "So far. And on."));
    let monitor = again.page.client.conversation.monitor.total();
    assert_eq!((monitor.answers, monitor.retries), (1, 0));
}

#[test]
fn a_refresh_at_any_frame_ends_as_if_there_had_been_none() {
    for name in NAMES {
        let run = Run::recorded(name);
        let mut whole = travel(&run, From::Running, &[]);
        let expected = shown(&mut whole.page, true);
        for frames in 1..run.frames.len() {
            let mut hand = Hand::new(config());
            let request = hand.send();
            hand.answer(request, &run.text(0..frames));
            if hand.page.client.resume_point().is_none() {
                continue;
            }
            let mut again = refreshed(&hand);
            again.handle(Input::Resume { ticket: 9 });
            let request = again.fetched().unwrap().id;
            again.answer(request, &run.text(0..run.frames.len()));
            again.handle(Input::Closed { request });
            assert_same(&shown(&mut again.page, true), &expected, &format!("{name} refreshed after {frames} frames"));
        }
    }
}

#[test]
fn a_server_that_forgot_the_beginning_goes_on_where_the_text_ends() {
    let (hand, _) = Hand::streaming();
    let mut again = refreshed(&hand);
    again.handle(Input::Resume { ticket: 9 });
    let request = again.fetched().unwrap().id;
    // Only the last frames of a long run are in memory: index 1 was read, 2 was not.
    let seen = indexed("TeamRunContent", saying(leader(), "far. "), 1);
    again.answer(request, &[seen, ending()].concat());
    again.handle(Input::Closed { request });
    assert_eq!(again.page.answer(), "So far. And on.");
}

#[test]
fn a_refresh_during_a_pause_brings_the_question_back() {
    let hand = paused();
    let mut again = refreshed(&hand);
    let view = again.page.view();
    let asked = &view["turns"][0]["facts"]["pause"]["requirements"][0];
    assert_eq!(
        (&view["head"]["status"], &asked["kind"], &asked["toolName"]),
        (&json!("paused"), &json!("confirmation"), &json!("send_mail"))
    );
    assert_eq!(again.page.answer(), "So far. ");
    again.handle(Input::Continue { ticket: 2, answers: &answers() });
    let request = again.fetched().expect("a request");
    assert_eq!(request.url, format!("{RUNS}/lead/continue"));
    let rest = [
        indexed("TeamRunContinued", leader(), 3),
        indexed("TeamRunContent", saying(leader(), "Sent."), 4),
        indexed("TeamRunCompleted", saying(leader(), "Sent."), 5),
    ];
    again.answer(request.id, &rest.concat());
    again.handle(Input::Closed { request: request.id });
    assert_eq!((again.settled(), again.page.answer().as_str()), (vec![(2, Outcome::Completed)], "So far. Sent."));
}

#[test]
fn nothing_is_kept_of_what_cannot_go_on() {
    let (mut hand, request) = Hand::streaming();
    assert!(hand.page.client.resume_point().is_some());
    hand.answer(request, &ending());
    assert_eq!(hand.page.client.resume_point(), None, "it is over");
    let (mut hand, _) = Hand::streaming();
    hand.handle(Input::Cancel);
    assert_eq!(hand.page.client.resume_point(), None, "it was stopped");
    let mut hand = Hand::new(Config { background: false, ..config() });
    let request = hand.send();
    hand.answer(request, &frame("TeamRunStarted", leader()));
    assert_eq!(hand.page.client.resume_point(), None, "it ends with its connection");
    let mut hand = Hand::new(Config { runs: String::new(), ..config() });
    let request = hand.send();
    hand.answer(request, &beginning());
    assert_eq!(hand.page.client.resume_point(), None, "nobody knows where to ask for it");
}
