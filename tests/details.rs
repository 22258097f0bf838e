//! What is kept beside the text: tokens and costs, sessions, media, reasoning steps, tools.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::client::{Config, Input};
use ai_stream_handler::state::tool::ToolStatus;
use common::{agent, called, calling, leader, member, nameless, saying, with, Page};
use serde_json::{json, Value};

fn started() -> Page {
    let mut page = Page::asked();
    page.event("RunStarted", agent());
    page
}

// ── tokens and costs ───────────────────────────────────────────────────────────────────────────────────────────

const TOKENS: [&str; 6] =
    ["input_tokens", "output_tokens", "total_tokens", "reasoning_tokens", "cache_read_tokens", "cache_write_tokens"];

/// Six counts, each a different power of two times `unit`, under their names on the wire and on the page.
fn tokens(unit: u64) -> Value {
    let counts = TOKENS.iter().enumerate().map(|(at, name)| ((*name).to_owned(), json!(unit << at)));
    Value::Object(counts.collect())
}

fn usage(tokens: u64, costs: [f64; 3]) -> Value {
    let counts = [1, 2, 4, 8, 16, 32].map(|n| n * tokens);
    json!({"inputTokens": counts[0], "outputTokens": counts[1], "totalTokens": counts[2], "reasoningTokens": counts[3],
        "cacheReadTokens": counts[4], "cacheWriteTokens": counts[5], "inputCost": costs[0], "outputCost": costs[1],
        "totalCost": costs[2]})
}

#[test]
fn the_requests_of_a_run_add_up_and_so_do_the_runs_of_a_turn_and_the_turns_of_a_conversation() {
    let one = member("web", "Web", "m1", "lead");
    let mut page = Page::asked();
    page.event("TeamRunStarted", leader());
    page.event("TeamModelRequestCompleted", with(leader(), tokens(1)));
    page.event("TeamModelRequestCompleted", with(leader(), tokens(100)));
    assert_eq!(page.view()["turns"][0]["facts"]["usage"], usage(101, [0.0; 3]));
    page.event("ModelRequestCompleted", with(one, tokens(10_000)));
    assert_eq!(page.view()["turns"][0]["facts"]["usage"], usage(10_101, [0.0; 3]));
    page.event("TeamRunCompleted", saying(leader(), "Hi")).end();
    page.begin("and?").event("RunStarted", agent()).event("ModelRequestCompleted", with(agent(), tokens(1_000_000)));
    assert_eq!(page.view()["head"]["usage"], usage(1_010_101, [0.0; 3]));
}

#[test]
fn metrics_of_the_whole_run_take_the_place_of_what_its_requests_added_up_to() {
    let costs = json!({"input_cost": 0.25, "output_cost": 0.5, "total_cost": 0.75});
    for event in ["MetricsUpdate", "RunCompleted"] {
        let mut page = started();
        page.event("ModelRequestCompleted", with(agent(), tokens(1)));
        page.event(event, with(agent(), json!({"metrics": with(tokens(3), costs.clone())})));
        assert_eq!(page.view()["head"]["usage"], usage(3, [0.25, 0.5, 0.75]), "{event}");
    }
    // A figure that is missing or not a number stays as it was.
    let mut page = started();
    page.event("MetricsUpdate", with(agent(), json!({"metrics": with(tokens(3), costs)})));
    for name in TOKENS.into_iter().chain(["input_cost", "output_cost", "total_cost", "cost"]) {
        page.event("MetricsUpdate", with(agent(), json!({"metrics": {name: null}})));
    }
    page.event("MetricsUpdate", with(agent(), json!({"metrics": {}})));
    assert_eq!(page.view()["head"]["usage"], usage(3, [0.25, 0.5, 0.75]));
    page.event("MetricsUpdate", with(agent(), json!({"metrics": {"cost": 2}})));
    assert_eq!(page.view()["head"]["usage"], usage(3, [0.25, 0.5, 2.0]));
}

#[test]
fn the_costs_of_several_runs_and_turns_add_up() {
    let costs = |n: f64| json!({"metrics": {"input_cost": n, "output_cost": 2.0 * n, "total_cost": 3.0 * n}});
    let one = member("web", "Web", "m1", "lead");
    let mut page = Page::asked();
    page.event("TeamRunStarted", leader()).event("RunCompleted", with(one, costs(0.25)));
    page.event("TeamRunCompleted", with(leader(), costs(0.5))).end();
    page.begin("and?").event("RunCompleted", with(agent(), costs(1.0))).end();
    let view = page.view();
    assert_eq!(view["turns"][0]["facts"]["usage"], usage(0, [0.75, 1.5, 2.25]));
    assert_eq!(view["head"]["usage"], usage(0, [1.75, 3.5, 5.25]));
}

#[test]
fn a_request_counts_as_one_and_a_sum_of_its_run_as_none() {
    let mut page = started();
    let model = json!({"model": "gemini-2.5-flash", "input_tokens": 7, "total_tokens": 9});
    page.event("ModelRequestCompleted", with(agent(), model.clone()));
    page.event("ModelRequestCompleted", with(agent(), model));
    let sum = json!({"model": "gemini-2.5-flash", "input_tokens": 14, "total_tokens": 18});
    page.event("MetricsUpdate", with(agent(), json!({"metrics": sum})));
    let quota = page.view()["head"]["quota"][0].clone();
    assert_eq!((&quota["requests"], &quota["inputTokens"], &quota["totalTokens"]), (&json!(2), &json!(14), &json!(18)));
}

#[test]
fn a_limit_that_a_member_names_is_shown_at_once_also_after_the_end_of_the_run() {
    let body = json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [
            {"quotaId": "GenerateContentPaidTierInputTokensPerModelPerMinute",
             "quotaDimensions": {"model": "gemini-2.5-flash"}, "quotaValue": "1000000"}]}]}});
    let failed = with(member("web", "Web", "m1", "lead"), json!({"content": body.to_string()}));
    for is_over in [false, true] {
        let mut page = Page::asked();
        page.event("TeamRunStarted", leader()).event("RunStarted", member("web", "Web", "m1", "lead"));
        if is_over {
            page.event("error", json!({"error": "Broken.", "type": "general", "retries": 0}));
        }
        assert_eq!(page.view()["head"]["quota"], json!([]), "read before the limit arrives");
        page.event("RunError", failed.clone());
        assert_eq!(page.view()["head"]["quota"][0]["limit"], json!(1_000_000), "over: {is_over}");
    }
}

#[test]
fn a_long_conversation_is_no_hint_where_something_else_went_wrong() {
    for (content, hinted) in [("429 RESOURCE_EXHAUSTED", true), ("the database is gone", false)] {
        let mut page = started();
        page.client.conversation.quota.set(Some("m"), 10);
        page.event("ModelRequestCompleted", with(agent(), json!({"model": "m", "input_tokens": 9})));
        page.event("RunError", with(agent(), json!({"content": content}))).end();
        assert_eq!(page.view()["head"]["error"]["hint"].is_string(), hinted, "{content}");
    }
}

#[test]
fn only_a_limit_that_was_retried_in_vain_counts_as_exhausted() {
    let after_retry = |error: Value| {
        let mut page = started();
        page.feed(nameless("retry", json!({"attempt": 1, "max_retries": 1, "delay": 5})));
        page.feed(nameless("error", error)).end();
        page.view()["head"]["monitor"]["retriesExhausted"].as_u64().unwrap()
    };
    assert_eq!(after_retry(json!({"error": "limit", "type": "rate_limit", "retries": 1})), 1);
    assert_eq!(after_retry(json!({"error": "boom", "type": "general", "retries": 1})), 0);
    assert_eq!(after_retry(json!({"error": "boom", "type": "general"})), 0);
}

// ── sessions and what was sent ─────────────────────────────────────────────────────────────────────────────────

#[test]
fn sessions_of_the_server_are_listed_newest_first() {
    let mut page = Page::default();
    let listed = |page: &mut Page| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let sessions = page.view()["sessions"].as_array().unwrap().clone();
        sessions.iter().map(|s| (text(&s["session_id"]), text(&s["session_name"]))).collect()
    };
    let named = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect()
    };
    let told = [
        ("b", 200.0, None),
        ("a", 100.0, Some(300.0)),
        ("c", 250.0, None),
        ("d", 50.0, None),
        ("e", 10.0, Some(250.0)),
    ];
    for (id, created, updated) in told {
        page.client.conversation.list_session(id, id, created, updated);
    }
    // Of two with the same time, the one listed first comes first.
    let order = [("a", "a"), ("c", "c"), ("e", "e"), ("b", "b"), ("d", "d")];
    assert_eq!(listed(&mut page), named(&order));
    // A known session keeps its place and takes the server's name; without a new time the old one stays.
    page.client.conversation.list_session("b", " Renamed ", 201.0, Some(220.0));
    page.client.conversation.list_session("b", "", 202.0, None);
    let order = [("a", "a"), ("c", "c"), ("e", "e"), ("b", "New chat"), ("d", "d")];
    assert_eq!(listed(&mut page), named(&order));
    let b = page.view()["sessions"][3].clone();
    assert_eq!((&b["created_at"], &b["updated_at"]), (&json!(202.0), &json!(220.0)));
}

#[test]
fn a_session_that_was_chosen_before_it_was_listed_is_listed_with_its_first_frame() {
    let mut page = Page::default();
    page.handle(Input::Clear { session_id: Some("s-1") });
    page.begin(" What is the weather? ").event("RunStarted", agent());
    let session = &page.view()["sessions"][0];
    assert_eq!((&session["session_id"], &session["session_name"]), (&json!("s-1"), &json!("What is the weather?")));
}

#[test]
fn the_files_that_were_sent_stand_in_the_users_message() {
    for files in [vec![], vec!["plan.pdf".to_owned(), "photo.jpg".to_owned()]] {
        let mut page = Page::with(Config { endpoint: "http://x".into(), path: "/runs".into(), ..Config::default() });
        page.handle(Input::Send { ticket: 1, text: "Look", files: &files });
        assert_eq!(page.turn().user.unwrap().head.files_sent, files);
    }
}

#[test]
fn no_two_messages_have_the_same_id() {
    let mut page = started();
    page.event("RunContent", saying(member("web", "Web", "m1", "run-1"), "a")).end();
    page.begin("again").event("RunStarted", agent());
    let turns = &page.client.conversation.turns;
    let messages = turns.iter().flat_map(|t| t.user.iter().chain(&t.work).chain([&t.answer]));
    let mut ids: Vec<u32> = messages.map(|m| m.head.id).collect();
    ids.sort_unstable();
    assert_eq!(ids, [0, 1, 2, 3, 4]);
}

// ── beside the text ────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn the_same_image_is_shown_once_by_its_id_or_without_one_by_its_text() {
    let image = |id: &str, url: &str| json!({"id": id, "url": url});
    let bare = |url: &str| json!({"url": url});
    let table = [
        (vec![image("1", "a"), image("1", "b")], 1),
        (vec![image("1", "a"), image("2", "a")], 2),
        (vec![image("1", "a"), image("1", "a")], 1),
        (vec![bare("a"), bare("b")], 2),
        (vec![bare("a"), bare("b"), bare("a")], 2),
        (vec![bare("a"), image("1", "a"), bare("b"), image("2", "b")], 4),
    ];
    for (images, shown) in table {
        let mut page = started();
        for image in &images {
            page.event("RunContent", with(agent(), json!({"content": "", "images": [image]})));
        }
        let kept: Vec<Value> =
            page.turn().answer.head.images.iter().map(|i| serde_json::from_str(i).unwrap()).collect();
        assert_eq!((kept.len(), &kept[0]), (shown, &images[0]), "{images:?}");
    }
}

#[test]
fn of_the_reasoning_steps_that_content_repeats_only_a_longer_list_is_news() {
    let mut page = started();
    for (steps, shown) in
        [(&["a"][..], &["a"][..]), (&["a", "b"], &["a", "b"]), (&["a"], &["a", "b"]), (&["c", "d"], &["a", "b"])]
    {
        let list: Vec<Value> = steps.iter().map(|title| json!({"title": title})).collect();
        page.event("RunContent", with(saying(agent(), "Hm"), json!({"reasoning_steps": list})));
        let kept = page.turn().answer.head.reasoning_steps;
        let titles: Vec<String> = shown.iter().map(|title| json!({"title": title}).to_string()).collect();
        assert_eq!(kept, titles, "{steps:?}");
    }
}

#[test]
fn who_says_something_while_thinking_is_responding() {
    let thought = json!({"reasoning_content": "Hm"});
    let table = [
        (with(agent(), thought.clone()), "Assistant is thinking..."),
        (with(saying(agent(), "Hi"), thought), "Assistant is responding..."),
        (saying(agent(), "Hi"), "Assistant is responding..."),
        (with(agent(), json!({"images": [{"id": "1"}]})), "Assistant is responding..."),
    ];
    for (data, words) in table {
        let mut page = started();
        page.event("RunContent", data.clone());
        assert_eq!(page.activity().as_deref(), Some(words), "{data}");
    }
}

// ── tools ──────────────────────────────────────────────────────────────────────────────────────────────────────

fn tools(page: &mut Page) -> Vec<(String, ToolStatus)> {
    page.turn().answer.tools.iter().map(|t| (t.name.clone(), t.status)).collect()
}

#[test]
fn a_tool_without_an_id_is_the_open_one_of_its_name() {
    use ToolStatus::{Completed, Started};
    let mut page = started();
    let tool = |name: &str| calling(agent(), "", name, json!({}));
    page.event("ToolCallStarted", tool("search")).event("ToolCallStarted", tool("read"));
    assert_eq!(tools(&mut page), [("search".into(), Started), ("read".into(), Started)]);
    page.event("ToolCallCompleted", called(agent(), "", "search", json!({}), "r"));
    assert_eq!(tools(&mut page), [("search".into(), Completed), ("read".into(), Started)]);
    page.event("ToolCallStarted", tool("search"));
    assert_eq!(tools(&mut page), [("search".into(), Completed), ("read".into(), Started), ("search".into(), Started)]);
}

#[test]
fn a_tool_that_has_ended_does_not_start_again_and_one_that_is_told_twice_has_one_entry() {
    let mut page = started();
    for _ in 0..2 {
        page.event("ToolCallStarted", calling(agent(), "c1", "search", json!({})));
        page.event("ToolCallCompleted", called(agent(), "c1", "search", json!({}), "r"));
    }
    page.event("ToolCallStarted", calling(agent(), "c1", "search", json!({})));
    assert_eq!(tools(&mut page), [("search".into(), ToolStatus::Completed)]);
    assert_eq!(page.timeline().len(), 3, "its run, its start, its end");
    // In the next attempt, the same call of the same run is another one.
    page.feed(nameless("retry", json!({"attempt": 1, "max_retries": 3, "delay": 5})));
    page.event("RunStarted", agent()).event("ToolCallStarted", calling(agent(), "c1", "search", json!({})));
    assert_eq!((tools(&mut page), page.timeline().len()), (vec![("search".into(), ToolStatus::Started)], 6));
}

#[test]
fn a_tools_error_is_an_error_though_the_tool_itself_does_not_say_so() {
    let mut page = started();
    page.event("ToolCallStarted", calling(agent(), "c1", "search", json!({})));
    assert_eq!(tools(&mut page), [("search".into(), ToolStatus::Started)]);
    page.event("ToolCallError", with(calling(agent(), "c1", "search", json!({})), json!({"error": "no network"})));
    assert_eq!(tools(&mut page), [("search".into(), ToolStatus::Error)]);
}
