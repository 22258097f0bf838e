//! Which run a frame belongs to where the protocol does not say it plainly: runs without ids, late or repeated ids,
//! members without a run, and what continues after a pause, a drop or a retry.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::state::message::RunStatus;
use ai_stream_handler::state::Outcome;
use common::*;
use serde_json::json;

fn nobody() -> serde_json::Value {
    json!({"team_name": "Cirkelline"})
}

#[test]
fn a_retry_whose_next_attempt_has_no_id_or_the_same_one_is_answered() {
    for base in [nobody(), leader()] {
        let mut page = Page::asked();
        page.event("TeamRunStarted", base.clone()).event("TeamRunContent", saying(base.clone(), "old"));
        page.feed(nameless("retry", json!({"attempt": 1, "max_retries": 3, "delay": 5})));
        page.event("TeamRunStarted", base.clone()).event("TeamRunContent", saying(base.clone(), "new"));
        page.event("TeamRunCompleted", saying(base.clone(), "new")).end();
        assert_eq!((page.answer().as_str(), page.outcome()), ("new", Some(Outcome::Completed)), "{base}");
        assert_eq!(page.turn().attempts, 2);
    }
}

#[test]
fn a_members_frame_without_a_run_is_a_members_all_the_same() {
    let lost = json!({"agent_id": "web", "agent_name": "Web", "parent_run_id": "lead"});
    let mut page = Page::asked();
    page.event("TeamRunStarted", leader()).event("RunContent", saying(lost.clone(), "found "));
    page.event("RunContent", saying(lost.clone(), "it")).event("RunError", with(lost, json!({"content": "broken"})));
    page.event("TeamRunCompleted", saying(leader(), "Done.")).end();
    assert_eq!((page.answer().as_str(), page.outcome(), page.banner()), ("Done.", Some(Outcome::Completed), None));
    let work = &page.turn().work;
    assert_eq!((work.len(), work[0].text.as_str(), work[0].head.status), (1, "found it", RunStatus::Error));
    assert_eq!(work[0].head.error.as_deref(), Some("broken"));
}

#[test]
fn a_run_that_is_named_late_is_one_run() {
    let mut page = Page::asked();
    page.event("CustomEvent", json!({"note": "early"})).event("TeamRunStarted", leader());
    page.event("TeamRunContent", saying(leader(), "Hi")).event("TeamRunCompleted", saying(leader(), "Hi")).end();
    let turn = page.turn();
    assert_eq!((turn.attempts, turn.run_id.as_deref(), turn.work.len()), (1, Some("lead"), 0));
    assert_eq!((page.answer().as_str(), page.outcome()), ("Hi", Some(Outcome::Completed)));
    assert_eq!(turn.answer.head.team_name.as_deref(), Some("Cirkelline"));
}

#[test]
fn a_workflows_agent_is_its_member_even_if_it_does_not_say_so() {
    let flow = json!({"workflow_id": "pipeline", "workflow_name": "Pipeline", "run_id": "flow"});
    let step = json!({"agent_name": "Asker", "workflow_id": "pipeline", "run_id": "step"});
    let mut page = Page::asked();
    page.event("WorkflowStarted", flow.clone()).event("RunStarted", step.clone());
    page.event("RunCompleted", saying(step, "of the step"));
    assert_eq!(page.outcome(), None);
    page.event("WorkflowCompleted", saying(flow, "of the workflow")).end();
    assert_eq!((page.turn().attempts, page.answer().as_str()), (1, "of the workflow"));
    assert_eq!(page.work_of("step"), ["of the step"]);
}

#[test]
fn two_members_may_call_their_tools_by_the_same_id() {
    let mut page = Page::asked();
    page.event("TeamRunStarted", leader());
    for run in ["m1", "m2"] {
        let base = member("web", "Web", run, "lead");
        page.event("ToolCallStarted", calling(base.clone(), "call_0", "think", json!({})));
        page.event("ToolCallCompleted", called(base, "call_0", "think", json!({}), "ok"));
    }
    let entries = page.timeline().into_iter().filter(|(kind, _)| kind.starts_with("ToolCall")).count();
    assert_eq!(entries, 4);
}

#[test]
fn a_run_goes_on_after_its_pause_even_without_a_word_of_it() {
    let mut page = Page::asked();
    page.event("RunStarted", agent()).event("RunContent", saying(agent(), "pre. "));
    page.event("RunPaused", with(agent(), json!({"content": "pre. ", "requirements": []}))).end();
    page.begin(None)
        .event("RunContent", saying(agent(), "post."))
        .event("RunCompleted", saying(agent(), "post."))
        .end();
    assert_eq!((page.answer().as_str(), page.outcome()), ("pre. post.", Some(Outcome::Completed)));
    assert_eq!(page.turn().id, 0, "the same turn");
}

#[test]
fn what_an_interruption_stopped_goes_on_with_the_run() {
    let at = |index: u64, base: serde_json::Value| with(base, json!({"event_index": index}));
    let web = || member("web", "Web", "m1", "lead");
    let mut page = Page::asked();
    page.event("TeamRunStarted", at(0, leader())).event("RunStarted", at(1, web()));
    page.event("RunContent", at(2, saying(web(), "half "))).end();
    assert_eq!(page.outcome(), Some(Outcome::Interrupted));
    assert_eq!(page.turn().work[0].head.status, RunStatus::Error);
    page.begin(None).feed(frame("catch_up", json!({"run_id": "lead", "status": "running"})));
    page.event("RunContent", at(2, saying(web(), "half "))).event("RunContent", at(3, saying(web(), "whole")));
    assert_eq!(page.turn().work[0].head.status, RunStatus::Started);
    page.event("RunCompleted", at(4, saying(web(), "half whole")));
    page.event("TeamRunCompleted", at(5, saying(leader(), "Done."))).end();
    assert_eq!(page.work_of("m1"), ["half whole"]);
    assert_eq!((page.outcome(), page.turn().work[0].head.status), (Some(Outcome::Completed), RunStatus::Completed));
}

#[test]
fn the_end_of_a_run_counts_though_a_replay_numbers_it_anew() {
    let at = |index: u64, base: serde_json::Value| with(base, json!({"event_index": index}));
    let mut page = Page::asked();
    page.event("RunStarted", at(0, agent()));
    for (i, token) in ["one ", "two "].iter().enumerate() {
        page.event("RunContent", at(1 + i as u64, saying(agent(), token)));
    }
    page.end();
    page.begin(None).feed(frame("replay", json!({"run_id": "run-1", "status": "COMPLETED", "total_events": 2})));
    page.event("RunStarted", at(0, agent())).event("RunCompleted", at(1, saying(agent(), "one two three"))).end();
    assert_eq!((page.answer().as_str(), page.outcome()), ("one two three", Some(Outcome::Completed)));
}

#[test]
fn an_error_that_is_an_object_keeps_its_words() {
    for data in [json!({"error": {"message": "boom"}}), json!({"detail": "boom"}), json!({"error": "boom"})] {
        let mut page = Page::asked();
        page.feed(nameless("error", data)).end();
        assert_eq!(page.banner().as_deref(), Some("boom"));
    }
}

#[test]
fn an_error_that_is_retried_was_no_end() {
    let mut page = Page::asked();
    let limit = r#"{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}"#;
    for attempt in 1..=2 {
        let base = leader_of(&attempt.to_string());
        page.event("TeamRunStarted", base.clone()).event("TeamRunError", with(base, json!({"content": limit})));
        page.feed(nameless("retry", json!({"attempt": attempt, "max_retries": 3, "delay": 1})));
    }
    page.event("TeamRunCompleted", saying(leader_of("3"), "Yes.")).end();
    assert_eq!((page.answer().as_str(), page.outcome(), page.banner()), ("Yes.", Some(Outcome::Completed), None));
    let monitor = page.client.conversation.monitor.total();
    assert_eq!((monitor.retries, monitor.success_after_retry, monitor.retries_exhausted), (2, 1, 0));
}

#[test]
fn a_description_is_as_bounded_as_the_details() {
    let mut page = Page::asked();
    let mut tool = called(agent(), "c", "big", json!({}), &"x".repeat(3 << 20));
    tool["tool"]["tool_call_error"] = json!(true);
    page.event("RunStarted", agent()).event("ToolCallCompleted", tool);
    assert!(page.turn().timeline.entries().iter().all(|e| e.description.len() <= 64 << 10));
}

#[test]
fn bytes_that_come_after_a_cancel_belong_to_what_was_cancelled() {
    let mut page = Page::asked();
    page.event("RunStarted", agent()).event("RunContent", saying(agent(), "so far"));
    page.handle(ai_stream_handler::client::Input::Cancel);
    page.event("RunContent", saying(agent(), " and more")).end();
    assert_eq!((page.client.conversation.turns.len(), page.answer().as_str()), (1, "so far"));
    page.begin("again").event("RunCompleted", saying(agent(), "Here.")).end();
    assert_eq!(page.client.conversation.turns.len(), 2);
}
