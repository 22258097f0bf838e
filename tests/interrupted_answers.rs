//! Answers that did not arrive in one go: pauses and their answers, replays, reloaded pages, retries; what is counted
//! meanwhile, and what of it is new to the page.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::client::{Config, Input, Output};
use ai_stream_handler::limits::Limits;
use ai_stream_handler::retry::Headers;
use ai_stream_handler::state::message::RunStatus;
use ai_stream_handler::state::tool::ToolStatus;
use ai_stream_handler::state::Outcome;
use common::{agent, called, calling, frame, member, nameless, saying, with, Page};
use serde_json::{json, Value};

fn started() -> Page {
    let mut page = Page::asked();
    page.event("RunStarted", agent());
    page
}

fn limited(change: impl FnOnce(&mut Limits)) -> Page {
    let mut limits = Limits::default();
    change(&mut limits);
    let mut page = Page::limited(limits);
    page.begin("hello").event("RunStarted", agent());
    page
}

fn stale(page: &Page) -> u64 {
    page.client.conversation.diagnostics.stale_frames
}

fn dropped(page: &Page) -> u64 {
    page.client.conversation.diagnostics.dropped_entries
}

fn retry(attempt: u64, delay: Value) -> String {
    nameless("retry", json!({"attempt": attempt, "max_retries": 3, "delay": delay}))
}

fn at(index: u64, base: Value) -> Value {
    with(base, json!({"event_index": index}))
}

/// A page that fetches, from a server that keeps its runs.
fn fetching() -> Page {
    let path = || "/agents/a/runs".to_owned();
    let endpoint = "http://localhost:7777".into();
    Page::with(Config { endpoint, path: path(), runs: path(), background: true, ..Config::default() })
}

fn send(page: &mut Page) -> u32 {
    page.handle(Input::Send { ticket: 1, text: "hello", files: &[] });
    fetched(page).unwrap()
}

/// The request made since the last look.
fn fetched(page: &mut Page) -> Option<u32> {
    page.outputs().into_iter().find_map(|o| if let Output::Fetch(request) = o { Some(request.id) } else { None })
}

/// The server answers, and nothing else happens.
fn answered(page: &mut Page, request: u32, body: String) {
    let headers = Headers::default();
    page.handle(Input::Opened { request, status: 200, content_type: "text/event-stream", headers });
    page.handle(Input::Chunk { request, bytes: body.as_bytes() });
    page.handle(Input::Closed { request });
}

// ── pauses ─────────────────────────────────────────────────────────────────────────────────────────────────────

fn mail(more: Value) -> Value {
    with(json!({"tool_call_id": "c1", "tool_name": "send_mail", "tool_args": {"to": "Ann"}}), more)
}

fn paused(pause: Value) -> Page {
    let mut page = started();
    page.event("RunPaused", with(agent(), pause)).end();
    page
}

#[test]
fn a_replay_of_no_frame_says_how_the_run_ended() {
    let table = [
        ("COMPLETED", Outcome::Completed),
        ("paused", Outcome::Paused),
        ("CANCELLED", Outcome::Cancelled),
        ("error", Outcome::Failed),
        ("anything", Outcome::Interrupted),
    ];
    for (status, outcome) in table {
        let mut page = started();
        page.feed(frame("replay", json!({"run_id": "run-1", "status": status, "total_events": 0}))).end();
        assert_eq!(page.outcome(), Some(outcome), "{status}");
    }
}

#[test]
fn a_run_that_is_over_by_a_replays_word_is_not_asked_for_again() {
    let mut page = fetching();
    let request = send(&mut page);
    answered(
        &mut page,
        request,
        frame("RunStarted", at(0, agent())) + &frame("RunContent", at(1, saying(agent(), "Hi"))),
    );
    let rest = fetched(&mut page).expect("its end did not come");
    answered(&mut page, rest, frame("replay", json!({"run_id": "run-1", "status": "CANCELLED", "total_events": 0})));
    assert_eq!((fetched(&mut page), page.outcome(), page.answer().as_str()), (None, Some(Outcome::Cancelled), "Hi"));
}

#[test]
fn what_a_paused_run_asks_can_be_told_later_where_its_stream_did_not_say() {
    let asked =
        json!([{"id": "r1", "tool_execution": mail(json!({})), "confirmation_message": "Send it?"}]).to_string();
    let told = |mut page: Page, requirements: &str| {
        page.read();
        page.client.conversation.set_pause_requirements(requirements);
        page.turn().pause.map(|p| (p.run_id, p.message, p.requirements.len()))
    };
    let ended = |status: &str| {
        let mut page = started();
        page.feed(frame("replay", json!({"run_id": "run-1", "status": status, "total_events": 0}))).end();
        page
    };
    let expected = Some((Some("run-1".into()), "Send it?".into(), 1));
    assert_eq!(told(ended("PAUSED"), &asked), expected);
    assert_eq!(told(ended("PAUSED"), "[]"), None);
    assert_eq!(told(ended("COMPLETED"), &asked), None, "it waits for nothing");
    assert_eq!(told(started(), &asked), None);
    let mut own = paused(json!({"content": "May I?", "requirements": [{"id": "r0"}, {"id": "r1"}]}));
    assert_eq!(own.answer(), "May I?");
    let waits = "The run waits for your input.";
    assert_eq!(told(own, &asked), Some((Some("run-1".into()), waits.into(), 2)), "it said so itself");
}

#[test]
fn the_second_word_of_a_pause_counts_where_the_first_one_asked_nothing() {
    let one = json!([{"id": "r1", "tool_execution": mail(json!({}))}]);
    for (first, questions) in [(json!([]), 1), (json!([{"id": "r0"}, {"id": "r1"}]), 2)] {
        let mut page = started();
        page.event("RunPaused", with(agent(), json!({"requirements": first})));
        page.event("paused", json!({"run_id": "run-1", "requirements": one})).end();
        assert_eq!(page.turn().pause.unwrap().requirements.len(), questions);
        assert_eq!(page.timeline().len(), 2, "one pause");
    }
}

#[test]
fn the_fields_to_be_filled_in_stand_beside_the_tool_or_in_it() {
    let (own, tools) = (json!([{"name": "own"}]), json!([{"name": "tools"}]));
    let table = [
        (json!(null), &tools, Some(&tools)),
        (own.clone(), &tools, Some(&own)),
        (own.clone(), &Value::Null, Some(&own)),
    ];
    for (beside, inside, shown) in table {
        let tool = mail(json!({"user_input_schema": inside}));
        let mut page = paused(json!({"requirements": [{"tool_execution": tool, "user_input_schema": beside}]}));
        let fields = page.turn().pause.unwrap().requirements[0].fields.clone();
        let fields: Option<Value> = fields.map(|json| serde_json::from_str(&json).unwrap());
        assert_eq!(fields.as_ref(), shown, "{beside} {inside}");
    }
}

#[test]
fn what_the_user_answered_is_what_the_tool_came_to() {
    let table = [
        (json!({"confirmed": true}), ToolStatus::Paused, None),
        (json!({"confirmed": false}), ToolStatus::Rejected, None),
        (json!({"result": "done by hand"}), ToolStatus::Completed, Some("done by hand")),
        (json!({"confirmed": false, "result": "x"}), ToolStatus::Rejected, Some("x")),
        (json!({}), ToolStatus::Paused, None),
    ];
    for (answer, status, result) in table {
        let mut page = fetching();
        let request = send(&mut page);
        let pause = with(agent(), json!({"tools": [mail(json!({"requires_confirmation": true}))]}));
        answered(&mut page, request, frame("RunStarted", agent()) + &frame("RunPaused", pause));
        let answers = [("tools".to_owned(), json!([mail(answer.clone())]).to_string())];
        page.handle(Input::Continue { ticket: 2, answers: &answers });
        let request = fetched(&mut page).unwrap();
        answered(&mut page, request, frame("RunContinued", agent()));
        let tool = page.turn().answer.tools[0].clone();
        assert_eq!((tool.status, tool.result.as_deref()), (status, result), "{answer}");
    }
}

#[test]
fn a_tool_that_waited_is_done_with_a_run_that_completes_and_not_with_one_that_is_stopped() {
    for (end, status) in [("RunCompleted", ToolStatus::Completed), ("RunCancelled", ToolStatus::Paused)] {
        let mut page = paused(json!({"tools": [mail(json!({"requires_confirmation": true}))]}));
        page.begin(None).event("RunContinued", agent()).event(end, agent()).end();
        assert_eq!(page.turn().answer.tools[0].status, status, "{end}");
    }
}

// ── a page that was loaded again ───────────────────────────────────────────────────────────────────────────────

#[test]
fn an_answer_that_was_kept_stands_there_as_it_stood_and_says_whose_it_is() {
    let streaming = || {
        let mut page = Page::asked();
        page.event("RunStarted", at(0, agent())).event("RunContent", at(1, saying(agent(), "So far")));
        page
    };
    let asking = || {
        let mut page = streaming();
        page.event("RunPaused", at(2, with(agent(), json!({"requirements": [{"id": "r1"}]}))));
        page
    };
    for (page, status, outcome, asks) in [
        (streaming(), RunStatus::Started, Outcome::Interrupted, false),
        (asking(), RunStatus::Paused, Outcome::Paused, true),
    ] {
        let kept = page.client.conversation.resume_point().unwrap();
        assert_eq!((kept.run_id.as_str(), kept.text.as_str(), kept.pause.is_some()), ("run-1", "So far", asks));
        let mut again = Page::default();
        again.client.conversation.restore(kept);
        let turn = again.turn();
        assert_eq!((turn.answer.head.status, turn.outcome, turn.pause.is_some()), (status, Some(outcome), asks));
        assert_eq!(turn.answer.head.agent_name.as_deref(), Some("Assistant"));
        assert_eq!(again.view()["sessions"][0]["session_name"], "hello");
    }
    let mut nameless = streaming().client.conversation.resume_point().unwrap();
    nameless.name.clear();
    let mut again = Page::default();
    again.client.conversation.restore(nameless);
    assert_eq!(again.turn().answer.head.agent_name, None);
}

// ── retries, and late frames ───────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_delay_that_is_no_time_to_wait_is_none() {
    for delay in [json!(-5), json!(0), json!("soon")] {
        let mut page = started();
        page.feed(retry(1, delay.clone()));
        assert_eq!(page.view()["head"]["retry"]["delay"], 0.0, "{delay}");
    }
    let mut page = started();
    page.feed("event: retry\ndata: {\"attempt\": 1, \"delay\": 1e999}\n\n");
    assert_eq!(page.client.conversation.retry.as_ref().map(|r| r.delay), Some(0.0));
}

#[test]
fn the_next_retry_of_a_server_takes_the_place_of_the_one_that_waits_and_the_same_one_is_stale() {
    let mut page = started();
    page.feed(retry(1, json!(5))).feed(retry(1, json!(7)));
    assert_eq!((&page.view()["head"]["retry"]["delay"], stale(&page)), (&json!(5.0), 1));
    page.feed(retry(2, json!(10)));
    assert_eq!((&page.view()["head"]["retry"]["attempt"], stale(&page)), (&json!(2), 1));
    assert_eq!(page.timeline().iter().filter(|(event, _)| event == "retry").count(), 2);
}

#[test]
fn behind_its_end_nothing_makes_an_answer_run_again() {
    for (end, outcome) in [("RunCompleted", Outcome::Completed), ("RunCancelled", Outcome::Cancelled)] {
        let mut page = started();
        page.event("RunContent", saying(agent(), "Hi")).event(end, saying(agent(), "Hi"));
        let (status, entries) = (page.status(), page.timeline().len());
        page.feed(retry(1, json!(5))).event("RunContent", saying(agent(), " there"));
        assert_eq!(stale(&page), 2);
        page.event("MemoryUpdateStarted", agent());
        assert_eq!((page.status(), page.outcome(), page.activity()), (status, Some(outcome), None));
        page.event("RunCompleted", saying(agent(), "Hi"));
        assert_eq!(page.timeline().len(), entries + 1, "the memory is told of, and no second end");
        let expected = if outcome == Outcome::Completed { RunStatus::Completed } else { RunStatus::Cancelled };
        assert_eq!((page.turn().answer.head.status, page.answer().as_str()), (expected, "Hi"));
    }
}

// ── limits ─────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn each_frame_whose_text_does_not_fit_is_counted_once_however_it_is_read() {
    for fast_path in [true, false] {
        let mut limits = Limits::default();
        limits.max_text_bytes = 5;
        let mut page = Page::with(Config { limits, fast_path, ..Config::default() });
        page.begin("hello").event("RunStarted", agent());
        let mut counts = vec![];
        for _ in 0..4 {
            page.event("RunContent", saying(agent(), "two"));
            counts.push(dropped(&page));
        }
        assert_eq!((counts, page.answer().as_str()), (vec![0, 1, 2, 3], "twotw"));
    }
}

#[test]
fn a_timeline_keeps_so_many_entries_and_as_many_again_of_what_matters() {
    let mut page = limited(|l| l.max_timeline_entries = 3);
    for n in 0..3 {
        page.event("ToolCallStarted", calling(agent(), &n.to_string(), "t", json!({})));
    }
    assert_eq!((page.timeline().len(), dropped(&page)), (3, 1));
    for attempt in 1..=4 {
        page.feed(retry(attempt, json!(5)));
    }
    assert_eq!((page.timeline().len(), dropped(&page)), (6, 2));
}

#[test]
fn details_of_just_the_limit_are_kept_longer_text_is_cut_and_longer_json_left_out() {
    let args = |length: usize| json!({"q": "x".repeat(length - 8)});
    for (length, result, has_args) in [(19, 19, true), (20, 20, true), (21, 20, false), (40, 20, false)] {
        let mut page = limited(|l| l.max_detail_bytes = 20);
        assert_eq!(args(length).to_string().len(), length);
        page.event("ToolCallCompleted", called(agent(), "c1", "t", args(length), &"r".repeat(length)));
        let details = page.turn().timeline.entries()[1].details.clone();
        assert_eq!((details.tool_result.unwrap().len(), details.tool_args.is_some()), (result, has_args), "{length}");
    }
}

#[test]
fn of_more_tools_than_the_limit_the_first_are_shown_and_the_others_counted() {
    let mut page = limited(|l| l.max_tool_calls = 2);
    for id in ["c1", "c2", "c3"] {
        page.event("ToolCallStarted", calling(agent(), id, id, json!({})));
    }
    let shown: Vec<_> = page.turn().answer.tools.iter().map(|t| t.id.clone()).collect();
    assert_eq!((shown, dropped(&page)), (vec!["c1".to_owned(), "c2".to_owned()], 1));
}

#[test]
fn a_session_beyond_the_limit_is_counted_once_and_its_answer_shown() {
    let mut page = limited(|l| l.max_sessions = 0);
    page.event("RunContent", saying(agent(), "Hi")).event("RunContent", saying(agent(), "!"));
    assert_eq!((page.answer().as_str(), dropped(&page)), ("Hi!", 1));
}

// ── what is news to the page ───────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_text_that_the_page_has_not_seen_is_not_taken_back() {
    let text = |page: &mut Page| page.read()["turns"][0]["answer"]["text"].clone();
    // The final content differs from what was streamed, in the same chunk.
    let mut page = started();
    page.read();
    let end = frame("RunCompleted", saying(agent(), "Bye"));
    page.feed(frame("RunContent", saying(agent(), "Hi")) + &end);
    assert_eq!(text(&mut page), json!({"append": "Bye"}));
    // Another attempt begins before anything of the first was read.
    let mut page = started();
    page.read();
    page.feed(frame("RunContent", saying(agent(), "Hi")) + &retry(1, json!(5)));
    assert_eq!(text(&mut page), Value::Null);
    // What the page has read is reported.
    let mut page = started();
    page.event("RunContent", saying(agent(), "Hi")).read();
    page.feed(end);
    assert_eq!(text(&mut page), json!({"reset": true, "append": "Bye"}));
}

#[test]
fn a_frame_that_was_left_out_is_told_of_even_if_a_text_grew_with_it() {
    for broken in [frame("WhatIsThis", agent()), "data: {\"a\"\n\n".to_owned()] {
        let mut page = started();
        page.event("RunContent", saying(agent(), "Hi")).read();
        page.event("RunContent", saying(agent(), "!"));
        let alone = page.client.read_text(|grown, _| grown.text.to_owned());
        assert_eq!(alone.as_deref(), Some("!"));
        page.event("RunContent", saying(agent(), "?")).feed(&broken);
        assert_eq!(page.client.read_text(|grown, _| grown.text.to_owned()), None, "{broken}");
    }
}

#[test]
fn an_entry_that_was_changed_is_handed_over_again() {
    let one = member("web", "Web", "m1", "run-1");
    let mut page = started();
    page.event("RunContent", saying(one.clone(), "a")).read();
    page.event("RunCompleted", saying(one, "a"));
    let delta = page.read();
    let changed: Vec<_> =
        delta["turns"][0]["timeline"].as_array().unwrap().iter().map(|e| e["status"].clone()).collect();
    assert_eq!(changed, [json!("completed"), json!("completed")], "the end, and what was being said");
}
