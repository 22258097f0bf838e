//! Rate limits that a server waits out, and errors, with the texts of docs/rate-limit-retries.md.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::client::Input;
use ai_stream_handler::error::ErrorType;
use ai_stream_handler::state::{Outcome, Status};
use common::{called, calling, leader, leader_of, member, nameless, saying, with, Page, Recording, NOW, THEN};
use serde_json::{json, Value};

fn retry(attempt: u64, delay: f64) -> String {
    let message = format!("Rate limit reached. Retrying in {delay} seconds... (Attempt {attempt}/3)");
    nameless("retry", json!({"attempt": attempt, "max_retries": 3, "delay": delay, "message": message}))
}

/// A run that said something, called a tool and asked a member before it hit the rate limit.
fn struck() -> Page {
    let mut page = Page::asked();
    let (one, args) = (member("a", "Ann", "m1", "lead"), json!({"query": "x"}));
    page.event("TeamRunStarted", leader())
        .event("TeamRunContent", with(saying(leader(), "Let me check. "), json!({"reasoning_content": "Hm."})))
        .event("TeamToolCallStarted", calling(leader(), "c1", "search", args.clone()))
        .event("TeamToolCallCompleted", called(leader(), "c1", "search", args, "found"))
        .event("TeamReasoningStep", with(leader(), json!({"content": {"title": "Plan", "reasoning": "r"}})))
        .event("TeamFollowupsCompleted", with(leader(), json!({"followups": ["And then?"]})))
        .event(
            "TeamToolCallStarted",
            calling(leader(), "c2", "delegate_task_to_member", json!({"member_id": "a", "task": "look"})),
        )
        .event("RunStarted", one.clone())
        .event("RunContent", saying(one, "I look. "));
    page.read();
    page
}

#[test]
fn a_retry_takes_back_what_the_attempt_said_and_did_but_not_what_the_timeline_tells_of_it() {
    let mut page = struck();
    let entries = page.turn().timeline.entries().len();
    page.feed(retry(1, 5.0));
    let turn = page.turn();
    assert_eq!((turn.answer.text.as_str(), turn.answer.thoughts.as_str()), ("", ""));
    assert_eq!((turn.answer.tools.len(), turn.work.len(), turn.followups), (0, 0, None));
    assert_eq!((turn.answer.head.reasoning_steps.len(), turn.answer.head.followups), (0, None));
    assert_eq!((turn.attempts, turn.outcome), (2, None));
    assert_eq!(turn.timeline.entries().len(), entries + 1);
    for entry in &turn.timeline.entries()[..entries] {
        assert!(entry.details.voided && entry.details.attempt == 1, "{entry:?}");
    }
    page.event("TeamRunStarted", leader_of("lead-2"))
        .event("TeamRunContent", saying(leader_of("lead-2"), "Let me check. It is 12 degrees."))
        .event("TeamRunCompleted", saying(leader_of("lead-2"), "Let me check. It is 12 degrees."))
        .end();
    assert_eq!((page.answer().as_str(), page.outcome()), ("Let me check. It is 12 degrees.", Some(Outcome::Completed)));
    let turn = page.turn();
    assert!(turn.timeline.entries()[entries..].iter().all(|e| !e.details.voided));
    assert_eq!(turn.timeline.entries().last().unwrap().details.attempt, 2);
}

#[test]
fn what_still_comes_of_a_void_attempt_is_left_out_and_counted() {
    let mut page = struck();
    page.feed(retry(1, 5.0)).event("TeamRunStarted", leader_of("lead-2"));
    let before = page.view();
    page.event("TeamRunContent", saying(leader(), "late "))
        .event("RunContent", saying(member("a", "Ann", "m1", "lead"), "late "))
        .event("TeamRunError", with(leader(), json!({"content": "429"})))
        .event("TeamRunCancelled", leader());
    let after = page.view();
    assert_eq!(after["turns"], before["turns"]);
    assert_eq!(after["head"], before["head"]);
    assert_eq!(after["diagnostics"]["staleFrames"], 4);
}

#[test]
fn the_retry_status_is_shown_until_the_next_attempt_shows_life() {
    let next = leader_of("lead-2");
    let signs = [
        ("TeamRunStarted", next.clone(), "Cirkelline is working..."),
        ("TeamRunContent", saying(next.clone(), "Hi"), "Cirkelline is responding..."),
        ("TeamModelRequestStarted", next.clone(), "Cirkelline is working..."),
        (
            "TeamToolCallStarted",
            calling(next, "c9", "get_weather", json!({"city": "Aarhus"})),
            "Getting weather \"Aarhus\"",
        ),
    ];
    for (event, data, activity) in signs {
        let mut page = struck();
        page.feed(retry(1, 5.0));
        let waiting = page.view()["head"].clone();
        assert_eq!(waiting["status"], "retrying");
        assert_eq!(waiting["isStreaming"], true);
        let message = "Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)";
        assert_eq!(waiting["activityStatus"], message);
        assert_eq!(
            waiting["retry"],
            json!({"attempt": 1, "maxRetries": 3, "delay": 5.0, "message": message, "resumesAt": NOW + 5.0, "cause": "rate_limit", "by": "server"})
        );
        page.event(event, data);
        let head = page.view()["head"].clone();
        assert_eq!(
            (&head["status"], &head["retry"], &head["activityStatus"]),
            (&json!("streaming"), &Value::Null, &json!(activity)),
            "{event}"
        );
    }
}

#[test]
fn a_retry_without_a_message_speaks_for_itself() {
    let mut page = struck();
    page.feed(nameless("retry", json!({"attempt": 2, "max_retries": 3, "delay": 10})));
    assert_eq!(page.activity().as_deref(), Some("Retrying... (Attempt 2/3)"));
    let turn = page.turn();
    let entry = turn.timeline.entries().last().unwrap();
    assert_eq!((entry.event_type.as_str(), entry.description.as_str()), ("retry", "Retrying request (attempt 2/3)"));
    assert_eq!(
        (entry.details.retry_attempt, entry.details.max_retries, entry.details.retry_delay),
        (Some(2), Some(3), Some(10.0))
    );
    assert_eq!((serde_json::to_value(entry).unwrap()["status"].clone(), entry.timestamp), (json!("in_progress"), NOW));
    assert!(!entry.details.voided, "it tells why");
}

#[test]
fn a_retry_that_says_nothing_at_all_counts_by_itself() {
    let mut page = struck();
    page.feed("event: retry\ndata: {}\n\n")
        .event("TeamRunStarted", leader_of("lead-2"))
        .feed("event: retry\ndata:\n\n");
    assert_eq!(page.activity().as_deref(), Some("Retrying... (Attempt 2/3)"));
    assert_eq!(page.turn().attempts, 3);
    assert_eq!(page.client.conversation.retry.as_ref().unwrap().delay, 0.0);
}

#[test]
fn a_retry_told_twice_is_one() {
    let mut page = struck();
    page.feed(retry(1, 5.0)).feed(retry(1, 5.0));
    assert_eq!((page.turn().attempts, page.client.conversation.monitor.total().retries), (2, 1));
    assert_eq!(page.timeline().iter().filter(|(event, _)| event == "retry").count(), 1);
}

#[test]
fn cancel_aims_at_the_attempt_that_lives() {
    let mut page = struck();
    assert_eq!(page.view()["head"]["runId"], "lead");
    page.feed(retry(1, 5.0)).event("TeamRunStarted", leader_of("lead-2"));
    assert_eq!(page.view()["head"]["runId"], "lead-2");
    page.feed(retry(2, 5.0)).event("TeamRunContent", saying(leader_of("lead-3"), "x"));
    assert_eq!(page.view()["head"]["runId"], "lead-3");
    page.handle(Input::Cancel);
    assert_eq!((page.outcome(), page.answer().as_str()), (Some(Outcome::Cancelled), "x"));
}

#[test]
fn a_stream_that_ends_while_a_rate_limit_is_waited_out_is_interrupted() {
    let mut page = struck();
    page.feed(retry(1, 5.0)).end();
    assert_eq!(
        (page.outcome(), page.activity(), page.view()["head"]["retry"].clone()),
        (Some(Outcome::Interrupted), None, Value::Null)
    );
}

#[test]
fn a_server_that_starts_again_without_a_word_voids_the_attempt_too() {
    let mut page = struck();
    page.event("TeamRunStarted", leader_of("lead-2")).event("TeamRunContent", saying(leader_of("lead-2"), "Again."));
    let turn = page.turn();
    assert_eq!((turn.attempts, turn.answer.text.as_str(), turn.work.len()), (2, "Again.", 0));
    assert_eq!(page.client.conversation.run_id(), Some("lead-2"));
}

#[test]
fn a_run_error_is_taken_back_where_the_server_then_retries() {
    let mut page = struck();
    page.event("TeamRunError", with(leader(), json!({"content": "429 RESOURCE_EXHAUSTED"}))).feed(retry(1, 5.0));
    assert_eq!((page.outcome(), page.banner(), page.status().as_str()), (None, None, "retrying"));
    assert!(!page.turn().answer.head.streaming_error);
}

#[test]
fn the_monitor_counts_retries_and_what_came_of_them() {
    let mut page = Page::default();
    let answer = |page: &mut Page, fails: bool, retries: u64| {
        page.begin("hello").event("TeamRunStarted", leader_of("r0"));
        for i in 1..=retries {
            page.feed(retry(i, 5.0 * i as f64)).event("TeamRunStarted", leader_of(&format!("r{i}")));
        }
        match fails {
            true => page.feed(nameless(
                "error",
                json!({"error": "Maximum retries exceeded", "type": "rate_limit", "retries": 3}),
            )),
            false => page.event("TeamRunCompleted", saying(leader_of(&format!("r{retries}")), "ok")),
        };
        page.end();
    };
    answer(&mut page, false, 0);
    answer(&mut page, false, 2);
    answer(&mut page, true, 1);
    let figures = json!({
        "answers": 3, "retries": 3, "successAfterRetry": 1, "retriesExhausted": 1, "averageDelay": 20.0 / 3.0,
        "sessionsKept": 3
    });
    let mut expected = json!({"lastHour": figures, "lastDay": figures, "alerts": [], "asOf": NOW});
    expected.as_object_mut().unwrap().extend(figures.as_object().unwrap().clone());
    assert_eq!(page.view()["head"]["monitor"], expected);
}

// ── errors ─────────────────────────────────────────────────────────────────────────────────────────────────────

const EXHAUSTED: &str =
    "Maximum retries exceeded (3 attempts). The service is experiencing high load. Please try again in \
                         a few moments.";

#[test]
fn the_servers_error_is_shown_letter_for_letter_with_its_type() {
    let timeout = "Request timed out after 2 minutes. This query may be too complex.";
    let table = [
        (json!({"error": EXHAUSTED, "type": "rate_limit", "retries": 3}), EXHAUSTED, ErrorType::RateLimit, Some(3)),
        (
            json!({"error": "An error occurred: x is not defined", "type": "general", "retries": 0}),
            "An error occurred: x is not defined",
            ErrorType::General,
            Some(0),
        ),
        (
            json!({"error": "An unexpected error occurred: 'y'", "type": "unexpected"}),
            "An unexpected error occurred: 'y'",
            ErrorType::Unexpected,
            None,
        ),
        (json!({"error": timeout, "type": "timeout", "timeout_seconds": 120}), timeout, ErrorType::Timeout, None),
        (json!({"error": "no type"}), "no type", ErrorType::General, None),
        (json!({"error": "some new type", "type": "brand_new"}), "some new type", ErrorType::General, None),
        (json!({"message": "only a message"}), "only a message", ErrorType::General, None),
        (json!({}), "An error occurred", ErrorType::General, None),
        (json!({"error": null}), "An error occurred", ErrorType::General, None),
        (json!({"error": ""}), "An error occurred", ErrorType::General, None),
    ];
    for (data, message, kind, retries) in table {
        let mut page = struck();
        page.feed(nameless("error", data.clone())).end();
        assert_eq!((page.outcome(), page.banner().as_deref()), (Some(Outcome::Failed), Some(message)), "{data}");
        let turn = page.turn();
        let error = turn.error.unwrap();
        assert_eq!((error.kind, error.retries, error.retryable), (kind, retries, true), "{data}");
        assert!(turn.answer.head.streaming_error, "the banner belongs to a message");
        assert_eq!(turn.answer.text.as_str(), "Let me check. ", "the text stays");
        let entry = turn.timeline.entries().last().unwrap();
        assert_eq!((entry.event_type.as_str(), entry.description.as_str(), entry.timestamp), ("error", message, NOW));
        // What said nothing is in the details as it came.
        let said = if message == "An error occurred" { data.to_string() } else { message.into() };
        assert_eq!((entry.details.error_message.as_deref(), entry.details.retry_attempts), (Some(&said[..]), retries));
        assert_eq!((page.activity(), page.status().as_str()), (None, "failed"));
    }
}

#[test]
fn a_providers_error_is_shown_as_the_sentence_in_it() {
    let quota = "You exceeded your current quota, please check your plan and billing details.";
    let table = [
        (
            json!({"error": {"code": 429, "message": quota, "status": "RESOURCE_EXHAUSTED"}}).to_string(),
            quota,
            ErrorType::RateLimit,
        ),
        (
            json!([{"error": {"code": 503, "message": "Overloaded.", "status": "UNAVAILABLE"}}]).to_string(),
            "Overloaded.",
            ErrorType::General,
        ),
        // Mentions the quota, but is no rate limit.
        (
            json!({"error": {"code": 400, "message": "Invalid argument: quota {x}"}}).to_string(),
            "Invalid argument: quota {x}",
            ErrorType::General,
        ),
        (json!({"detail": "Agent not found"}).to_string(), "Agent not found", ErrorType::General),
        ("peer closed connection".into(), "peer closed connection", ErrorType::General),
        (String::new(), "An error occurred", ErrorType::General),
    ];
    for (content, message, kind) in table {
        let mut page = struck();
        page.event("TeamRunError", with(leader(), json!({"content": content, "error_type": "model_provider_error"})))
            .end();
        assert_eq!((page.banner().as_deref(), page.outcome()), (Some(message), Some(Outcome::Failed)), "{content}");
        assert_eq!(page.client.conversation.error.as_ref().unwrap().kind, kind, "{content}");
        assert_eq!(page.timeline().last(), Some(&("TeamRunError".into(), message.into())));
    }
}

#[test]
fn a_run_error_without_any_id_is_the_end_of_the_run_that_lives() {
    let mut page = struck();
    page.event("TeamRunError", json!({"team_id": "", "content": "'NoneType' object is not iterable"})).end();
    assert_eq!(
        (page.outcome(), page.banner().as_deref()),
        (Some(Outcome::Failed), Some("'NoneType' object is not iterable"))
    );
    assert_eq!(page.client.conversation.run_id(), Some("lead"));
    assert_eq!(page.turn().attempts, 1);
}

#[test]
fn the_banner_is_closed_by_the_user_or_by_the_next_send() {
    let mut page = struck();
    page.feed(nameless("error", json!({"error": "boom"}))).end();
    page.handle(Input::DismissError);
    assert_eq!(page.banner(), None);
    assert_eq!(page.turn().error.unwrap().message, "boom", "the turn keeps why it failed");
    page.begin("again");
    assert_eq!(page.client.conversation.turns.len(), 2, "the failed turn stays");

    let mut page = struck();
    page.feed(nameless("error", json!({"error": "boom"}))).end().begin("again");
    assert_eq!((page.banner(), page.status().as_str()), (None, "streaming"));
    page.event("TeamRunStarted", leader_of("lead-2"))
        .event("TeamRunCompleted", saying(leader_of("lead-2"), "ok"))
        .end();
    assert_eq!((page.outcome(), page.banner()), (Some(Outcome::Completed), None));
}

#[test]
fn entries_without_a_time_of_their_own_have_that_of_their_arrival_and_milliseconds_become_seconds() {
    let mut page = Page::asked();
    page.event("TeamRunStarted", leader());
    page.now = NOW + 1.0;
    page.feed(retry(1, 5.0));
    page.now = NOW + 6.0;
    let metrics = json!({"input_tokens": 100, "output_tokens": 20, "total_tokens": 120, "input_cost": 0.5, "output_cost": 0.25, "total_cost": 0.75, "model": "gemini"});
    let update = json!({"team_id": "cirkelline", "team_name": "Cirkelline", "run_id": "lead-2", "created_at": THEN * 1000.0 + 774.0, "metrics": metrics});
    page.event("TeamRunStarted", leader_of("lead-2"))
        .event("MetricsUpdate", update)
        .feed(nameless("error", json!({"error": "x"})));
    let turn = page.turn();
    let times: Vec<f64> = turn.timeline.entries().iter().map(|e| e.timestamp).collect();
    assert_eq!(times, [THEN, NOW + 1.0, THEN, THEN + 0.774, NOW + 6.0]);
    let entry = &turn.timeline.entries()[3];
    assert_eq!((entry.event_type.as_str(), entry.source.as_str()), ("MetricsUpdate", "Cirkelline"));
    assert_eq!(
        serde_json::to_value(entry.details.costs).unwrap(),
        json!({"input": 0.5, "output": 0.25, "total": 0.75})
    );
    assert_eq!(entry.details.model.as_deref(), Some("gemini"));
    assert_eq!((turn.usage.total_tokens, turn.usage.total_cost), (120, 0.75));
}

#[test]
fn no_figure_counts_twice_when_a_request_an_update_and_the_completion_all_tell_it() {
    let tokens = json!({"input_tokens": 100, "output_tokens": 20, "total_tokens": 120});
    let metrics = with(leader(), json!({"metrics": with(tokens.clone(), json!({"total_cost": 0.5}))}));
    let mut page = Page::asked();
    page.event("TeamRunStarted", leader())
        .event("TeamModelRequestCompleted", with(leader(), tokens.clone()))
        .event("MetricsUpdate", metrics)
        .event("TeamRunCompleted", with(saying(leader(), "ok"), json!({"metrics": tokens})))
        .end();
    let usage = page.turn().usage;
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.total_tokens, usage.total_cost), (100, 20, 120, 0.5));
    assert_eq!(page.view()["head"]["usage"]["totalTokens"], 120);
}

#[test]
fn every_recorded_attempt_is_told_apart_in_the_timeline() {
    let recording = Recording::load("seedroute_later_text_and_tool_then_429_forever");
    let mut page = Page::asked();
    page.feed(&recording.bytes).end();
    let turn = page.turn();
    assert_eq!(
        (turn.attempts, turn.answer.text.as_str(), turn.answer.tools.len()),
        (4, "Let me check that for you. ", 1)
    );
    let starts = turn.timeline.entries().iter().filter(|e| e.event_type == "TeamRunStarted");
    assert_eq!(starts.map(|e| e.details.attempt).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(page.banner().as_deref(), Some(EXHAUSTED));
    assert_eq!(page.client.conversation.status, Status::Ended(Outcome::Failed));
    assert_eq!(page.client.conversation.monitor.total().retries_exhausted, 1);
}
