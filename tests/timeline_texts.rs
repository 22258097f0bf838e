//! Texts that a user reads: descriptions of events in the timeline, phrases for tools, and an entry's details.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::client::Input;
use ai_stream_handler::json::Raw;
use ai_stream_handler::state::activity::ActivityTexts;
use ai_stream_handler::state::timeline::Entry;
use ai_stream_handler::state::Outcome;
use common::{agent, called, calling, leader, member, nameless, saying, with, Page, NOW, THEN};
use serde_json::{json, Value};

fn started() -> Page {
    let mut page = Page::asked();
    page.event("RunStarted", agent());
    page
}

fn last(page: &mut Page) -> Entry {
    page.turn().timeline.entries().last().unwrap().clone()
}

/// `(description, status)` of the entry that a frame adds.
fn said(page: &mut Page, event: &str, data: &Value) -> Option<(String, String)> {
    let before = page.turn().timeline.entries().len();
    page.event(event, data.clone());
    let entry = page.turn().timeline.entries().get(before)?.clone();
    assert_eq!((entry.event_type.as_str(), page.turn().timeline.entries().len()), (event, before + 1));
    let status = serde_json::to_value(entry.status).unwrap();
    Some((entry.description, status.as_str().unwrap().to_owned()))
}

fn workflow() -> Value {
    json!({"workflow_id": "w", "workflow_name": "Report", "run_id": "w1", "session_id": "s-1", "created_at": THEN})
}

// ── events ─────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn each_event_of_a_run_is_told_in_these_words() {
    let model = json!({"model": "gemini-2.5-flash"});
    let step = json!({"step_name": "Search", "error": "no network"});
    let task = json!({"title": "Read", "status": "pending"});
    let table = [
        ("RunContent", saying(agent(), "Hi"), Some(("Assistant is responding", "in_progress"))),
        ("RunContentCompleted", agent(), None),
        ("RunIntermediateContent", saying(agent(), "Hi"), None),
        ("ReasoningContentDelta", with(agent(), json!({"reasoning_content": "Hm"})), None),
        ("RunCompleted", saying(agent(), "Hi"), Some(("Response generation successful", "completed"))),
        ("RunCancelled", agent(), Some(("Assistant was cancelled", "completed"))),
        ("RunPaused", agent(), Some(("Assistant waits for your input", "in_progress"))),
        ("RunContinued", agent(), Some(("Assistant goes on", "started"))),
        ("RunError", with(agent(), json!({"content": "no"})), Some(("no", "error"))),
        ("ModelRequestStarted", with(agent(), model.clone()), Some(("Asking gemini-2.5-flash", "started"))),
        ("ModelRequestStarted", agent(), Some(("Asking the model", "started"))),
        ("ModelRequestCompleted", with(agent(), model), Some(("gemini-2.5-flash answered", "completed"))),
        ("ModelRequestCompleted", agent(), Some(("the model answered", "completed"))),
        ("ReasoningStarted", agent(), Some(("Assistant is thinking", "started"))),
        ("ReasoningStep", with(agent(), json!({"content": {"title": "Plan"}})), Some(("Plan", "in_progress"))),
        ("ReasoningStep", with(agent(), json!({"content": {"title": ""}})), Some(("Reasoning step", "in_progress"))),
        ("ReasoningCompleted", agent(), Some(("Assistant finished thinking", "completed"))),
        ("MemoryUpdateStarted", agent(), Some(("Updating memory", "started"))),
        ("MemoryUpdateCompleted", agent(), Some(("Memory updated", "completed"))),
        ("SessionSummaryStarted", agent(), Some(("Summarizing the session", "started"))),
        ("SessionSummaryCompleted", agent(), Some(("Session summarized", "completed"))),
        ("FollowupsStarted", agent(), Some(("Preparing follow-up questions", "started"))),
        ("FollowupsCompleted", agent(), Some(("Follow-up questions ready", "completed"))),
        ("MetricsUpdate", agent(), Some(("Tokens and costs", "completed"))),
        ("TaskCreated", with(agent(), task.clone()), Some(("Task created: Read", "in_progress"))),
        ("TaskUpdated", with(agent(), task), Some(("Task updated: Read", "in_progress"))),
        ("TaskUpdated", with(agent(), json!({"status": "completed"})), Some(("Task updated", "completed"))),
        ("StepStarted", with(workflow(), step.clone()), Some(("Step Search started", "started"))),
        ("StepCompleted", with(workflow(), step.clone()), Some(("Step Search completed", "completed"))),
        ("StepError", with(workflow(), step), Some(("Step Search failed: no network", "error"))),
        ("StepStarted", workflow(), Some(("Step started", "started"))),
        ("StepOutput", workflow(), None),
        ("LoopIterationStarted", workflow(), Some(("Loop iteration started", "started"))),
        ("PreHookCompleted", agent(), Some(("Pre hook completed", "completed"))),
        ("TeamPreHookStarted", agent(), Some(("Pre hook started", "started"))),
        ("StepProgress", workflow(), Some(("Step progress", "in_progress"))),
        ("CustomEvent", agent(), Some(("Custom event", "in_progress"))),
    ];
    for (event, data, expected) in table {
        let told = said(&mut started(), event, &data);
        let expected = expected.map(|(words, status)| (words.to_owned(), status.to_owned()));
        assert_eq!(told, expected, "{event} {data}");
    }
}

#[test]
fn a_member_is_named_where_the_run_is_told_of_without_a_name() {
    let one = member("web-researcher", "Web Researcher", "m1", "lead");
    let table = [
        ("RunStarted", one.clone(), "Web Researcher started"),
        ("RunCompleted", saying(one.clone(), "ok"), "Web Researcher completed"),
        ("RunError", with(one.clone(), json!({"content": "no"})), "Web Researcher failed: no"),
        ("RunCancelled", one, "Web Researcher was cancelled"),
    ];
    for (event, data, words) in table {
        let mut page = Page::asked();
        page.event("TeamRunStarted", leader());
        assert_eq!(said(&mut page, event, &data).map(|(words, _)| words).as_deref(), Some(words));
    }
    let mut page = Page::asked();
    page.event("RunStarted", json!({"run_id": "r"}));
    assert_eq!(last(&mut page).description, "The run started");
}

#[test]
fn an_answer_in_one_piece_says_how_it_came_about() {
    let paused = json!({"tools": [{"tool_call_id": "c1", "tool_name": "send", "requires_confirmation": true}]});
    let table = [
        ("COMPLETED", json!({}), "Assistant answered in one piece", Some(Outcome::Completed), "Hello."),
        ("PAUSED", paused, "Assistant waits for your input", Some(Outcome::Paused), "Hello."),
        ("CANCELLED", json!({}), "Assistant was cancelled", Some(Outcome::Cancelled), "Hello."),
        ("ERROR", json!({}), "Hello.", Some(Outcome::Failed), ""),
        ("PENDING", json!({}), "Assistant runs in the background", None, ""),
        ("RUNNING", json!({}), "Assistant runs in the background", None, ""),
    ];
    for (status, more, words, outcome, text) in table {
        let mut page = Page::asked();
        let output =
            with(agent(), json!({"status": status, "content": "Hello.", "content_type": "str", "messages": []}));
        page.feed(with(output, more).to_string() + "\n");
        assert_eq!(page.outcome(), outcome, "{status}");
        assert_eq!((last(&mut page).description.as_str(), page.answer().as_str()), (words, text), "{status}");
        assert_eq!(page.banner().as_deref(), (status == "ERROR").then_some("Hello."), "{status}");
        assert_eq!(page.turn().pause.is_some(), status == "PAUSED");
    }
}

#[test]
fn a_tool_is_told_with_what_it_was_given_and_what_came_of_it() {
    let args = json!({"query": "weather"});
    let failed = |more: Value| with(calling(agent(), "c1", "tavily_search", args.clone()), more);
    let mut bad = called(agent(), "c1", "tavily_search", args.clone(), "503");
    bad["tool"]["tool_call_error"] = json!(true);
    let table = [
        (
            "ToolCallStarted",
            calling(agent(), "c1", "tavily_search", args.clone()),
            "Searching the web for \"weather\"",
            "started",
        ),
        ("ToolCallStarted", calling(agent(), "c1", "get_news", json!({})), "Getting news", "started"),
        (
            "ToolCallCompleted",
            called(agent(), "c1", "tavily_search", args.clone(), "rain"),
            "tavily_search completed",
            "completed",
        ),
        ("ToolCallCompleted", bad, "tavily_search failed: 503", "error"),
        ("ToolCallError", failed(json!({"error": "no network"})), "tavily_search failed: no network", "error"),
        ("ToolCallError", failed(json!({})), "tavily_search failed", "error"),
    ];
    for (event, data, words, status) in table {
        assert_eq!(said(&mut started(), event, &data), Some((words.into(), status.into())), "{event} {data}");
    }
    let mut page = started();
    page.event("ToolCallCompleted", called(agent(), "c1", "tavily_search", args.clone(), "rain"));
    let details = last(&mut page).details;
    let result = (details.tool_name.as_deref(), details.tool_call_id.as_deref(), details.tool_result.as_deref());
    assert_eq!(result, (Some("tavily_search"), Some("c1"), Some("rain")));
    assert_eq!((details.execution_time, details.tool_args), (Some(0.25), Some(args.to_string())));
    // The result is not known when the call starts.
    let mut page = started();
    page.event("ToolCallStarted", called(agent(), "c1", "tavily_search", args, "old"));
    assert_eq!(last(&mut page).details.tool_result, None);
}

#[test]
fn a_request_to_the_model_tells_its_tokens_and_an_update_its_costs() {
    let mut page = started();
    page.event(
        "ModelRequestCompleted",
        with(agent(), json!({"input_tokens": 7, "output_tokens": 5, "total_tokens": 12})),
    );
    let split = |split| serde_json::to_value(split).unwrap();
    let details = last(&mut page).details;
    assert_eq!(split(details.token_usage), json!({"input": 7.0, "output": 5.0, "total": 12.0}));
    page.event("ModelRequestStarted", agent());
    assert_eq!(last(&mut page).details.token_usage, None);
    // Either figure may be missing.
    for (metrics, tokens, costs) in [
        (
            json!({"input_tokens": 7, "total_cost": 0.5}),
            json!({"input": 7.0, "output": 0.0, "total": 0.0}),
            json!({"input": 0.0, "output": 0.0, "total": 0.5}),
        ),
        (
            json!({"total_tokens": 9, "input_cost": 0.25}),
            json!({"input": 0.0, "output": 0.0, "total": 9.0}),
            json!({"input": 0.25, "output": 0.0, "total": 0.0}),
        ),
        (json!({"duration": 2}), json!(null), json!(null)),
    ] {
        page.event("MetricsUpdate", with(agent(), json!({"metrics": metrics})));
        let details = last(&mut page).details;
        assert_eq!((split(details.token_usage), split(details.costs)), (tokens, costs), "{metrics}");
        assert_eq!(details.metrics.as_deref(), Some(metrics.to_string().as_str()));
    }
}

// ── what happens beside the run ────────────────────────────────────────────────────────────────────────────────

#[test]
fn an_error_tells_its_type_its_words_and_the_retries_before_it() {
    let mut page = started();
    page.event("ToolCallStarted", calling(agent(), "c1", "get_news", json!({})));
    page.feed(nameless("error", json!({"error": "Maximum retries exceeded", "type": "rate_limit", "retries": 3})));
    let entry = last(&mut page);
    let details = &entry.details;
    assert_eq!((entry.event_type.as_str(), entry.description.as_str()), ("error", "Maximum retries exceeded"));
    assert_eq!(
        (details.error_type.as_deref(), details.retry_attempts, details.attempt),
        (Some("rate_limit"), Some(3), 1)
    );
    assert_eq!(details.error_message.as_deref(), Some("Maximum retries exceeded"));
    let types = [("timeout", "timeout"), ("unexpected", "unexpected"), ("general", "general")];
    for (sent, told) in types {
        let mut page = started();
        page.feed(nameless("error", json!({"error": "no", "type": sent})));
        assert_eq!(last(&mut page).details.error_type.as_deref(), Some(told));
        assert_eq!(page.view()["head"]["error"]["type"], told);
    }
    let mut page = started();
    page.event("RunError", with(agent(), json!({"content": "429 RESOURCE_EXHAUSTED"})));
    assert_eq!(last(&mut page).details.error_type.as_deref(), Some("rate_limit"));
}

#[test]
fn a_stream_that_breaks_off_or_is_stopped_says_so_at_the_end_of_the_timeline() {
    let mut page = started();
    page.end();
    let entry = last(&mut page);
    assert_eq!((entry.event_type.as_str(), entry.details.error_type.as_deref()), ("interrupted", Some("interrupted")));
    let words = "The connection ended before the answer was complete.";
    assert_eq!((entry.description.as_str(), entry.details.error_message.as_deref()), (words, Some(words)));
    let mut page = started();
    page.handle(Input::Cancel);
    let entry = last(&mut page);
    assert_eq!((entry.event_type.as_str(), entry.description.as_str()), ("cancelled", "Stopped by you"));
    assert_eq!((entry.details.error_message, entry.details.error_type, entry.details.attempt), (None, None, 1));
}

#[test]
fn a_wait_is_told_with_its_length_and_when_it_was_over() {
    let mut page = started();
    page.feed(nameless("retry", json!({"attempt": 1, "max_retries": 3, "delay": 5})));
    assert_eq!(last(&mut page).over_at, None);
    let details = last(&mut page).details;
    assert_eq!((details.retry_attempt, details.max_retries, details.retry_delay), (Some(1), Some(3), Some(5.0)));
    page.now = NOW + 5.5;
    page.event("RunStarted", with(agent(), json!({"run_id": "run-2"})));
    page.now = NOW + 6.0;
    page.event("RunContent", with(saying(agent(), "Hi"), json!({"run_id": "run-2"})));
    let entries = page.turn().timeline.entries().to_vec();
    let waits: Vec<_> = entries.iter().filter(|e| e.event_type == "retry").map(|e| e.over_at).collect();
    assert_eq!(waits, [Some(NOW + 5.5)]);
}

#[test]
fn what_was_still_being_said_ends_as_the_turn_does() {
    let retry = || nameless("retry", json!({"attempt": 1, "max_retries": 3, "delay": 5}));
    for (how, status) in [
        ("cut", "error"),
        ("retried", "error"),
        ("failed", "error"),
        ("completed", "completed"),
        ("stopped", "completed"),
    ] {
        let mut page = started();
        page.event("RunContent", saying(agent(), "Hi"));
        match how {
            "cut" => page.end(),
            "retried" => page.feed(retry()),
            "failed" => page.event("RunError", with(agent(), json!({"content": "no"}))),
            "completed" => page.event("RunCompleted", saying(agent(), "Hi")),
            _ => {
                page.handle(Input::Cancel);
                &mut page
            }
        };
        let entries = page.turn().timeline.entries().to_vec();
        let content = entries.iter().find(|e| e.event_type == "RunContent").unwrap();
        assert_eq!(serde_json::to_value(content.status).unwrap(), status, "{how}");
    }
}

// ── the activity line ──────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn what_a_tool_does_is_told_in_these_words() {
    let args = json!({"query": "Aarhus"}).to_string();
    let table = [
        ("think", "Thinking..."),
        ("analyze", "Analyzing..."),
        ("search_past_sessions", "Looking through earlier conversations..."),
        ("search_knowledge_base", "Searching the knowledge base for \"Aarhus\""),
        ("update_user_memory", "Updating memory..."),
        ("search_wikipedia", "Searching Wikipedia for \"Aarhus\""),
        ("get_user_input", "Asking for your input..."),
        ("duckduckgo_search", "Searching the web for \"Aarhus\""),
        ("web-search", "Searching the web for \"Aarhus\""),
        // Neither of the two words alone makes it a web search.
        ("search_files", "Searching files \"Aarhus\""),
        ("google_calendar", "Using google calendar \"Aarhus\""),
        ("get__current-weather", "Getting current weather \"Aarhus\""),
        ("", "Using tool \"Aarhus\""),
    ];
    for (tool, words) in table {
        assert_eq!(ActivityTexts::default().tool("Cirkelline", tool, Raw::parse(&args).ok()), words);
    }
    let own = ActivityTexts(vec![("get_news".into(), "{name} reads {argument} ({query}) {".into())]);
    assert_eq!(own.tool("Cirkelline", "get_news", Raw::parse(&args).ok()), "Cirkelline reads Aarhus (Aarhus) {");
}
