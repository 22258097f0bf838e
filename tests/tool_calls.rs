//! Tool calls and their entries: ids that come again, and a failure that is reported twice.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::state::message::{Message, Role};
use ai_stream_handler::state::tool::ToolStatus;
use common::{agent, agno, called, calling, frame, leader, member, saying, with, Page, THEN};
use serde_json::{json, Value};

fn q(text: &str) -> Value {
    json!({ "q": text })
}

fn asked_agent() -> Page {
    let mut page = Page::asked();
    page.event("RunStarted", agent());
    page
}

/// Arguments and result of each call.
fn calls(message: &Message) -> Vec<(String, String)> {
    let of = |text: &Option<String>| text.clone().unwrap_or_default();
    message.tools.iter().map(|call| (of(&call.args), of(&call.result))).collect()
}

fn pair(args: &str, result: &str) -> (String, String) {
    (q(args).to_string(), result.to_owned())
}

/// The events of tool calls in the timeline.
fn entries(page: &mut Page) -> Vec<String> {
    page.timeline().into_iter().map(|(event, _)| event).filter(|event| event.contains("ToolCall")).collect()
}

// ── an id that comes again ─────────────────────────────────────────────────────────────────────────────────────

#[test]
fn an_id_that_the_next_model_request_uses_again_is_another_call() {
    let mut page = Page::asked();
    page.feed(agno("same_id")).end();
    assert_eq!(calls(&page.turn().answer), [pair("one", "found one"), pair("two", "found two")]);
    let pairs = ["ToolCallStarted", "ToolCallCompleted", "ToolCallStarted", "ToolCallCompleted"];
    assert_eq!(entries(&mut page), pairs);
}

#[test]
fn so_it_is_with_the_same_arguments_and_where_the_first_call_never_ended() {
    for ended in [true, false] {
        let mut page = asked_agent();
        page.event("ToolCallStarted", calling(agent(), "call_0", "look", q("x")));
        if ended {
            page.event("ToolCallCompleted", called(agent(), "call_0", "look", q("x"), "first"));
        }
        page.event("ModelRequestStarted", agent())
            .event("ToolCallStarted", later(calling(agent(), "call_0", "look", q("x")), ended))
            .event("ToolCallCompleted", called(agent(), "call_0", "look", q("x"), "second"));
        let first = if ended { "first" } else { "" };
        assert_eq!(calls(&page.turn().answer), [pair("x", first), pair("x", "second")]);
    }
}

/// A call that began a second later, unless in the `same` one.
fn later(mut call: Value, same: bool) -> Value {
    call["tool"]["created_at"] = json!(THEN + if same { 0.0 } else { 1.0 });
    call
}

#[test]
fn without_model_requests_the_arguments_or_the_time_tell() {
    for again in [calling(agent(), "0", "look", q("y")), later(calling(agent(), "0", "look", q("x")), false)] {
        let mut page = asked_agent();
        page.event("ToolCallStarted", calling(agent(), "0", "look", q("x")))
            .event("ToolCallCompleted", called(agent(), "0", "look", q("x"), "found"))
            .event("ToolCallStarted", again);
        let tools = page.turn().answer.tools;
        assert_eq!((tools.len(), tools[1].status), (2, ToolStatus::Started));
    }
}

#[test]
fn parallel_calls_of_one_id_are_told_apart_by_their_arguments() {
    let mut page = asked_agent();
    for about in ["a", "b", "c"] {
        page.event("ToolCallStarted", calling(agent(), "id", "look", q(about)));
    }
    for about in ["b", "a", "c"] {
        page.event("ToolCallCompleted", called(agent(), "id", "look", q(about), &about.to_uppercase()));
    }
    assert_eq!(calls(&page.turn().answer), [pair("a", "A"), pair("b", "B"), pair("c", "C")]);
    assert_eq!(entries(&mut page).len(), 6);
}

#[test]
fn a_repeated_frame_is_no_other_call() {
    let mut page = asked_agent();
    for _ in 0..2 {
        page.event("ToolCallStarted", calling(agent(), "c1", "look", q("x")));
    }
    for _ in 0..2 {
        page.event("ToolCallCompleted", called(agent(), "c1", "look", q("x"), "found"));
    }
    page.event("ToolCallStarted", calling(agent(), "c1", "look", q("x")));
    assert_eq!(calls(&page.turn().answer), [pair("x", "found")]);
    assert_eq!(page.turn().answer.tools[0].status, ToolStatus::Completed);
    assert_eq!(entries(&mut page), ["ToolCallStarted", "ToolCallCompleted"]);
}

/// No frame tells of a model request between them: only their results do.
#[test]
fn a_call_that_is_repeated_in_the_same_second_keeps_its_earlier_result() {
    let mut page = asked_agent();
    for result in ["first", "second", "second", "third"] {
        page.event("ToolCallStarted", calling(agent(), "call_0", "roll", q("x")))
            .event("ToolCallCompleted", called(agent(), "call_0", "roll", q("x"), result));
    }
    assert_eq!(calls(&page.turn().answer), [pair("x", "first"), pair("x", "second"), pair("x", "third")]);
    assert!(page.turn().answer.tools.iter().all(|tool| tool.status == ToolStatus::Completed));
}

#[test]
fn the_layout_of_the_arguments_makes_no_other_call() {
    let mut page = asked_agent();
    page.event("ToolCallStarted", calling(agent(), "c1", "look", q("ø")));
    let spaced =
        r#"{"tool_call_id":"c1","tool_name":"look","tool_args":{ "q" : "\u00f8" },"requires_confirmation":true}"#;
    page.feed(format!("data: {{\"event\":\"RunPaused\",\"run_id\":\"run-1\",\"tools\":[{spaced}]}}\n\n"));
    assert_eq!(page.turn().answer.tools.len(), 1);
    assert_eq!(page.turn().answer.tools[0].status, ToolStatus::Paused);
}

#[test]
fn each_member_has_its_own_ids() {
    let mut page = Page::asked();
    page.event("TeamRunStarted", leader());
    for run in ["m1", "m2"] {
        page.event("ToolCallStarted", calling(member("web", "Web", run, "lead"), "call_0", "think", q("x")));
    }
    page.event("ToolCallCompleted", called(member("web", "Web", "m2", "lead"), "call_0", "think", q("x"), "thought"));
    let results: Vec<_> = page.turn().work.iter().map(|m| m.tools[0].result.clone()).collect();
    assert_eq!(results, [None, Some("thought".to_owned())]);
}

#[test]
fn tasks_under_one_id_are_as_many_delegations() {
    let mut page = Page::asked();
    page.event("TeamRunStarted", leader());
    let task = |about: &str| json!({"member_id": "web", "task": about});
    for about in ["A", "B"] {
        page.event("TeamToolCallStarted", calling(leader(), "id", "delegate_task_to_member", task(about)));
    }
    page.event("TeamToolCallCompleted", called(leader(), "id", "delegate_task_to_member", task("B"), "done"));
    let work = page.turn().work;
    let told: Vec<_> = work.iter().filter(|m| m.head.role == Role::Delegation).collect();
    let status = |m: &Message| serde_json::to_value(m.head.status).unwrap();
    assert_eq!(told.iter().map(|m| m.text.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!((status(told[0]), status(told[1])), (json!("started"), json!("completed")));
}

#[test]
fn the_answer_to_a_pause_reaches_the_call_that_waits_whoever_else_has_its_id() {
    let mut page = Page::asked();
    let waits = |about: &str| {
        let mut tool = calling(agent(), "call_0", "mail", q(about))["tool"].clone();
        tool["requires_confirmation"] = json!(true);
        tool
    };
    page.event("RunStarted", agent())
        .event("ToolCallStarted", calling(agent(), "call_0", "mail", q("Ann")))
        .event("ToolCallCompleted", called(agent(), "call_0", "mail", q("Ann"), "sent"))
        .event("RunPaused", with(agent(), json!({"tools": [waits("Bob"), waits("Eve")]})));
    let status = |page: &mut Page| page.turn().answer.tools.iter().map(|t| t.status).collect::<Vec<_>>();
    assert_eq!(status(&mut page), [ToolStatus::Completed, ToolStatus::Paused, ToolStatus::Paused]);
}

#[test]
fn an_answer_in_one_piece_lists_calls_of_one_id() {
    let mut page = Page::asked();
    let tools: Vec<Value> =
        ["a", "b"].map(|about| called(agent(), "0", "look", q(about), about)["tool"].clone()).into();
    page.feed(frame("RunCompleted", with(saying(agent(), "Done"), json!({ "tools": tools }))));
    assert_eq!(calls(&page.turn().answer), [pair("a", "a"), pair("b", "b")]);
}

// ── a failing tool ─────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_failing_tool_has_one_entry_of_its_end_in_either_order() {
    let mut failed = called(agent(), "c1", "boom", json!({}), "it blew up");
    failed["tool"]["tool_call_error"] = json!(true);
    let error = with(failed.clone(), json!({"error": "it blew up at line 3"}));
    for order in [["ToolCallCompleted", "ToolCallError"], ["ToolCallError", "ToolCallCompleted"]] {
        let mut page = asked_agent();
        page.event("ToolCallStarted", calling(agent(), "c1", "boom", json!({})));
        for event in order {
            page.event(event, if event == "ToolCallError" { error.clone() } else { failed.clone() });
        }
        assert_eq!(entries(&mut page), ["ToolCallStarted", order[0]]);
        let entry = page.turn().timeline.entries().last().unwrap().clone();
        assert_eq!(serde_json::to_value(entry.status).unwrap(), json!("error"));
        assert_eq!(entry.details.error_message.as_deref(), Some("it blew up at line 3"));
        assert!(entry.description.starts_with("boom failed: it blew up"), "{}", entry.description);
        let call = page.turn().answer.tools[0].clone();
        assert_eq!((call.status, call.error.as_deref()), (ToolStatus::Error, Some("it blew up at line 3")));
    }
}

#[test]
fn a_completion_that_an_error_contradicts_becomes_the_error() {
    let mut page = asked_agent();
    page.event("ToolCallStarted", calling(agent(), "c1", "boom", json!({})))
        .event("ToolCallCompleted", called(agent(), "c1", "boom", json!({}), "x"))
        .event("ToolCallError", with(called(agent(), "c1", "boom", json!({}), "x"), json!({"error": "no"})));
    let last = page.timeline().pop().unwrap();
    assert_eq!(last, ("ToolCallCompleted".to_owned(), "boom failed: no".to_owned()));
}
