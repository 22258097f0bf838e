//! The guarantees of docs/guarantees.md on the answer, its outcome, names of events, unknown and malformed frames, and
//! sessions, each as a scene of a few frames. Retries and errors: `retries.rs`; members, tools and pauses:
//! `members_and_tools.rs`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::limits::Limits;
use ai_stream_handler::state::{Outcome, Status};
use common::{agent, calling, frame, leader, member, nameless, saying, with, Page, Recording};
use serde_json::{json, Value};

fn started() -> Page {
    let mut page = Page::asked();
    page.event("RunStarted", agent());
    page
}

/// What the next read hands out of the answer.
fn read_answer(page: &mut Page) -> Value {
    page.read().pointer("/turns/0/answer").cloned().unwrap_or_default()
}

// ── 2. the answer is the top-level run's text ──────────────────────────────────────────────────────────────────

#[test]
fn every_delta_is_appended_whether_or_not_it_repeats_begins_or_contains_another() {
    let table: [&[&str]; 4] = [
        &[
            "ha ", "ha ", "ha ", " a", " a", " and", " a", "b", "bb", "b\n", "\n", "ana", "an", "$&", "$&", " $1",
            " end",
        ],
        &["", " ", " ", "", "  ", "\t", "\n\n"],
        &["The", "The ", "The answer", "The answer is", "answer"],
        &["{\"a\":1}", "```json", "\\", "\"", "\u{0}", "\u{2028}", "🏠", "👩‍👩‍👧"],
    ];
    for tokens in table {
        let mut page = started();
        for token in tokens {
            page.event("RunContent", saying(agent(), token));
        }
        assert_eq!(page.answer(), tokens.concat());
        page.event("RunCompleted", saying(agent(), &tokens.concat())).end();
        assert_eq!(page.answer(), tokens.concat());
    }
}

#[test]
fn a_final_content_equal_to_the_text_sends_nothing() {
    let mut page = started();
    page.event("RunContent", saying(agent(), "Hello ")).event("RunContent", saying(agent(), "there."));
    assert_eq!(read_answer(&mut page)["text"]["append"], "Hello there.");
    page.event("RunCompleted", saying(agent(), "Hello there."));
    assert_eq!(read_answer(&mut page)["text"], Value::Null);
}

#[test]
fn a_longer_final_content_sends_what_is_missing_and_a_different_one_replaces_the_text() {
    for (last, sent) in
        [("Hello there!", json!({"append": "there!"})), ("Hi.", json!({"reset": true, "append": "Hi."}))]
    {
        let mut page = started();
        page.event("RunContent", saying(agent(), "Hello "));
        read_answer(&mut page);
        page.event("RunCompleted", saying(agent(), last));
        assert_eq!(read_answer(&mut page)["text"], sent);
        assert_eq!(page.view()["turns"][0]["answer"]["text"], last);
    }
}

#[test]
fn a_final_frame_without_content_leaves_the_text_as_it_is() {
    for last in [agent(), with(agent(), json!({"content": null}))] {
        let mut page = started();
        page.event("RunContent", saying(agent(), "Hello.")).event("RunCompleted", last).end();
        assert_eq!((page.answer().as_str(), page.outcome()), ("Hello.", Some(Outcome::Completed)));
    }
}

#[test]
fn frames_without_content_put_nothing_into_the_answer() {
    let mut page = started();
    let image = json!({"id": "i1", "mime_type": "image/png", "content": "aGk="});
    page.event("RunContent", with(agent(), json!({"reasoning_content": "Hm, "})))
        .event("RunContent", with(agent(), json!({"reasoning_content": "let me see."})))
        .event("RunContent", with(agent(), json!({"image": image})))
        .event("RunContent", with(agent(), json!({"content": null})))
        .event("RunContent", saying(agent(), "Done."));
    assert_eq!(page.answer(), "Done.");
    page.event(
        "RunCompleted",
        with(saying(agent(), "Done."), json!({"images": [image], "reasoning_content": "Hm, let me see."})),
    );
    let answer = page.turn().answer;
    assert_eq!(answer.text.as_str(), "Done.");
    assert_eq!(answer.thoughts.as_str(), "Hm, let me see.");
    assert_eq!(answer.head.images, [image.to_string()], "the same image, told twice, is one");
}

#[test]
fn media_and_sources_stand_beside_the_text_each_kind_in_its_place_and_once() {
    let item = json!({"id": "i1", "url": "https://example.com/i1"});
    let table = [
        ("image", item.clone(), "images", json!([item.to_string()])),
        ("images", json!([item]), "images", json!([item.to_string()])),
        ("videos", json!([item]), "videos", json!([item.to_string()])),
        ("audio", json!([item]), "audio", json!([item.to_string()])),
        ("files", json!([item]), "files", json!([item.to_string()])),
        ("response_audio", item.clone(), "responseAudio", json!(item.to_string())),
        ("references", json!([item]), "references", json!(json!([item]).to_string())),
        ("citations", item.clone(), "citations", json!(item.to_string())),
    ];
    for (field, value, place, shown) in table {
        let mut page = started();
        page.event("RunContent", saying(agent(), "Look: "));
        let mut expected = page.view().pointer("/turns/0/answer").unwrap().clone();
        for text in ["this ", "and ", "that."] {
            page.event("RunContent", with(saying(agent(), text), json!({field: value})));
        }
        expected["text"] = json!("Look: this and that.");
        expected["head"][place] = shown;
        let answer = page.view().pointer("/turns/0/answer").unwrap().clone();
        common::assert_same(&answer, &expected, field);
    }
}

#[test]
fn a_structured_answer_is_laid_out_once_and_stays() {
    let value = json!({"title": "Rapport ✓", "tags": ["a", {"b": null}], "empty": {}});
    let content = with(agent(), json!({"content": value, "content_type": "Report"}));
    let mut page = started();
    page.event("RunContent", content.clone());
    let laid_out = serde_json::to_string_pretty(&value).unwrap();
    assert_eq!(page.answer(), laid_out);
    read_answer(&mut page);
    page.event("RunCompleted", content).end();
    assert_eq!(read_answer(&mut page)["text"], Value::Null);
    let head = page.turn().answer.head;
    assert_eq!(page.answer(), laid_out);
    assert_eq!(serde_json::from_str::<Value>(&head.structured.unwrap()).unwrap(), value);
    assert_eq!(head.content_type.as_deref(), Some("Report"));
}

#[test]
fn a_structured_answer_told_at_the_end_takes_the_place_of_text_behind_it() {
    let value = json!({"title": "T"});
    let mut page = Page::asked();
    page.event("RunContent", with(agent(), json!({"content": value})))
        .event("RunContent", saying(agent(), "stray"))
        .event("RunCompleted", with(agent(), json!({"content": value})));
    assert_eq!(page.answer(), "{\n  \"title\": \"T\"\n}");
}

#[test]
fn members_that_speak_at_the_same_time_have_one_message_each() {
    let (one, two) = (member("a", "Ann", "m1", "lead"), member("b", "Bo", "m2", "lead"));
    let mut page = Page::asked();
    page.event("TeamRunStarted", leader()).event("TeamRunContent", saying(leader(), "I will ask both. "));
    page.event("RunStarted", one.clone()).event("RunStarted", two.clone());
    for i in 0..5 {
        page.event("RunContent", saying(one.clone(), &format!("a{i} ")));
        page.event("RunContent", saying(two.clone(), &format!("b{i} ")));
        page.event("TeamRunContent", saying(leader(), "."));
    }
    page.event("RunCompleted", saying(two, "b0 b1 b2 b3 b4 ")).event("RunCompleted", saying(one, "a0 a1 a2 a3 a4 "));
    assert_eq!(page.answer(), "I will ask both. .....");
    assert_eq!(page.work_of("m1"), ["a0 a1 a2 a3 a4 "]);
    assert_eq!(page.work_of("m2"), ["b0 b1 b2 b3 b4 "]);
    assert_eq!(page.turn().work.len(), 2);
}

#[test]
fn an_answer_without_members_is_one_message_and_no_empty_one_beside_it() {
    let mut page = started();
    page.event("RunContent", saying(agent(), "Hi.")).event("RunCompleted", saying(agent(), "Hi.")).end();
    let turn = page.turn();
    assert_eq!((page.client.conversation.turns.len(), turn.work.len()), (1, 0));
    assert_eq!(turn.user.unwrap().text.as_str(), "hello");
    assert_eq!(turn.answer.head.agent_name.as_deref(), Some("Assistant"));
}

#[test]
fn the_answer_of_a_workflow_is_the_workflows_output_and_its_steps_are_work() {
    let flow = json!({"workflow_id": "pipe", "workflow_name": "Pipeline", "run_id": "w", "session_id": "s-1"});
    let step =
        with(agent(), json!({"workflow_id": "pipe", "workflow_run_id": "w", "step_name": "ask", "step_index": 0}));
    let mut page = Page::asked();
    page.event("WorkflowStarted", flow.clone())
        .event("StepStarted", with(flow.clone(), json!({"step_name": "ask", "step_index": 0})))
        .event("RunStarted", step.clone())
        .event("RunContent", saying(step.clone(), "hello"))
        .event("RunCompleted", saying(step, "hello"));
    assert_eq!(page.outcome(), None, "a step's run is not the workflow's");
    page.event("StepCompleted", with(flow.clone(), json!({"step_name": "ask", "step_index": 0, "content": "hello"})))
        .event("WorkflowCompleted", with(flow, json!({"content": "HELLO"})))
        .end();
    assert_eq!((page.answer().as_str(), page.outcome()), ("HELLO", Some(Outcome::Completed)));
    assert_eq!(page.work_of("run-1"), ["hello"]);
    assert_eq!(page.client.conversation.run_id(), Some("w"));
}

// ── 3. only a frame without parent decides the run's fate ──────────────────────────────────────────────────────

#[test]
fn what_happens_to_a_member_does_not_happen_to_the_run() {
    let one = || member("a", "Ann", "m1", "lead");
    let table = [
        (
            "RunError",
            with(one(), json!({"content": "{\"error\":{\"code\":429}}", "error_type": "model_provider_error"})),
        ),
        ("RunCancelled", with(one(), json!({"reason": "Run m1 was cancelled"}))),
        ("RunPaused", with(one(), json!({"tools": [], "requirements": []}))),
        ("RunCompleted", saying(one(), "done")),
        ("TeamRunError", with(one(), json!({"content": "boom"}))),
    ];
    for (event, data) in table {
        let mut page = Page::asked();
        page.event("TeamRunStarted", leader()).event("RunStarted", one()).event(event, data);
        assert_eq!((page.outcome(), page.banner(), page.status().as_str()), (None, None, "streaming"), "{event}");
        assert_eq!(page.client.conversation.current().unwrap().pause, None);
        let entries = page.timeline();
        assert!(entries.iter().any(|(name, _)| name == event), "{event} is in the timeline: {entries:?}");
        page.event("TeamRunContent", saying(leader(), "All good."))
            .event("TeamRunCompleted", saying(leader(), "All good."))
            .end();
        assert_eq!((page.outcome(), page.banner()), (Some(Outcome::Completed), None), "{event}");
        assert!(!page.turn().answer.head.streaming_error);
    }
}

#[test]
fn the_first_end_counts() {
    let events: [(&str, Value, Outcome); 5] = [
        ("TeamRunCompleted", saying(leader(), "text"), Outcome::Completed),
        ("TeamRunCancelled", with(leader(), json!({"reason": "stop"})), Outcome::Cancelled),
        ("TeamRunError", with(leader(), json!({"content": "boom"})), Outcome::Failed),
        ("error", json!({"error": "boom", "type": "general"}), Outcome::Failed),
        ("TeamRunPaused", with(leader(), json!({"requirements": []})), Outcome::Paused),
    ];
    for (first, data, outcome) in &events {
        for (second, then, _) in &events {
            let mut page = Page::asked();
            page.event("TeamRunStarted", leader()).event("TeamRunContent", saying(leader(), "text"));
            page.event(first, data.clone());
            let banner = page.banner();
            page.event(second, then.clone()).end();
            assert_eq!(page.outcome(), Some(*outcome), "{first}, then {second}");
            assert_eq!(page.client.conversation.status, Status::Ended(*outcome));
            assert_eq!((page.banner(), page.answer().as_str()), (banner, "text"), "{first}, then {second}");
        }
    }
}

#[test]
fn the_last_token_of_a_cancelled_run_is_kept_and_its_reason_is_no_error() {
    let mut page = started();
    page.event("RunContent", saying(agent(), "tok0 "))
        .event("RunCancelled", with(saying(agent(), "tok0 tok1 "), json!({"reason": "Run run-1 was cancelled"})))
        .event("RunCompleted", saying(agent(), "tok0 tok1 "))
        .end();
    assert_eq!((page.answer().as_str(), page.outcome()), ("tok0 tok1 ", Some(Outcome::Cancelled)));
    assert_eq!((page.banner(), page.turn().answer.head.cancelled), (None, true));
}

#[test]
fn a_cancelled_leaders_final_content_does_not_mix_its_members_words_into_the_answer() {
    let one = member("a", "Ann", "m1", "lead");
    let mut page = Page::asked();
    page.event("TeamRunStarted", leader()).event("TeamRunContent", saying(leader(), "I will ask both. "));
    page.event("RunStarted", one.clone()).event("RunContent", saying(one, "web0 "));
    let mixed = "I will ask both. web0 res0 ";
    page.event("TeamRunCancelled", saying(leader(), mixed)).event("TeamRunCompleted", saying(leader(), mixed)).end();
    assert_eq!(page.answer(), "I will ask both. ");
    assert_eq!(page.work_of("m1"), ["web0 "]);
}

// ── 4. never a silent end ──────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_stream_that_is_cut_anywhere_before_its_end_is_interrupted_and_says_so() {
    let nested = Recording::load("team_nested");
    let blocks = nested.blocks();
    let last = blocks.len() - 1;
    for cut in 0..blocks.len() {
        let mut page = Page::asked();
        page.feed(blocks[..cut].concat());
        // Half of the next frame counts as none of it.
        page.feed(&blocks[cut][..blocks[cut].len() / 2]);
        let before = page.answer();
        page.end();
        assert_eq!(page.outcome(), Some(Outcome::Interrupted), "cut before frame {cut} of {last}");
        assert_eq!(page.banner().as_deref(), Some("The connection ended before the answer was complete."));
        assert_eq!((page.activity(), page.status().as_str(), page.answer()), (None, "interrupted", before));
        let turn = page.turn();
        assert!(turn.answer.head.streaming_error, "the banner belongs to the answer");
        assert_eq!(turn.timeline.entries().last().unwrap().event_type, "interrupted");
        let working = turn.work.iter().find(|m| serde_json::to_value(m.head.status).unwrap() == "started");
        assert!(working.is_none(), "nobody looks as if still at work: {working:?}");
    }
}

#[test]
fn a_stream_of_nothing_but_content_is_complete_with_its_clean_end() {
    let mut page = Page::asked();
    page.event("RunContent", saying(agent(), "Hel")).event("RunContent", saying(agent(), "lo")).end();
    assert_eq!((page.answer().as_str(), page.outcome()), ("Hello", Some(Outcome::Completed)));
}

#[test]
fn an_empty_stream_is_interrupted() {
    for bytes in ["", "\n\n", ": keepalive\n\n"] {
        let mut page = Page::asked();
        page.feed(bytes).end();
        assert_eq!(page.outcome(), Some(Outcome::Interrupted), "{bytes:?}");
        assert!(page.banner().is_some());
    }
}

// ── 6. an event's name ─────────────────────────────────────────────────────────────────────────────────────────

/// All forms in use to send an event.
fn forms(event: &str, data: Value) -> [(&'static str, String); 8] {
    let named = with(data.clone(), json!({"event": event}));
    let (object, text) = (json!({"event": event, "data": data}), json!({"event": event, "data": data.to_string()}));
    [
        ("the name in the event line", nameless(event, data.clone())),
        ("the name in both", frame(event, data.clone())),
        ("the name in the data alone", format!("data: {named}\n\n")),
        ("wrapped", format!("data: {object}\n\n")),
        ("wrapped, under an event line", format!("event: {event}\ndata: {object}\n\n")),
        ("wrapped as a string of JSON", format!("data: {text}\n\n")),
        ("a bare object", format!("{named}")),
        ("a bare object, wrapped", format!("{object}\n")),
    ]
}

#[test]
fn an_event_arrives_in_every_form_in_use() {
    let retry = json!({"attempt": 1, "max_retries": 3, "delay": 5, "message": "Rate limit reached. \"Wait\" {5} s"});
    let error = json!({"error": "Maximum retries exceeded", "type": "rate_limit", "retries": 3});
    for ((form, retry), (_, error)) in forms("retry", retry).into_iter().zip(forms("error", error)) {
        let mut page = Page::asked();
        page.feed(retry);
        assert_eq!(page.activity().as_deref(), Some("Rate limit reached. \"Wait\" {5} s"), "{form}");
        assert_eq!(page.status(), "retrying", "{form}");
        page.feed(error);
        assert_eq!(page.banner().as_deref(), Some("Maximum retries exceeded"), "{form}");
        assert_eq!(page.outcome(), Some(Outcome::Failed), "{form}");
    }
    for (form, content) in forms("RunContent", saying(agent(), "Hi {you} ")) {
        let mut page = Page::asked();
        page.feed(&content).feed(&content);
        assert_eq!(page.answer(), "Hi {you} Hi {you} ", "{form}");
        assert_eq!(page.client.conversation.diagnostics.unknown_events, 0, "{form}");
    }
}

#[test]
fn the_name_in_the_data_wins_over_the_event_line() {
    let mut page = started();
    page.feed(format!("event: error\ndata: {}\n\n", with(saying(agent(), "Hi."), json!({"event": "RunContent"}))));
    assert_eq!((page.answer().as_str(), page.banner()), ("Hi.", None));
}

#[test]
fn a_whole_stream_of_bare_objects_reads_like_the_event_stream_it_came_from() {
    for name in ["agent_plain", "team_nested", "seedroute_later_text_and_tool_then_429_then_ok"] {
        let recording = Recording::load(name);
        for between in ["", "\n"] {
            let objects: Vec<String> = recording
                .frames()
                .into_iter()
                .map(|(name, data)| with(data, json!({"event": name})).to_string())
                .collect();
            let (mut bare, mut framed) = (Page::asked(), Page::asked());
            bare.feed(objects.join(between)).end();
            framed
                .feed(recording.frames().into_iter().map(|(name, data)| frame(&name, data)).collect::<String>())
                .end();
            let [bare, framed] = [bare.view(), framed.view()];
            common::assert_same(&bare["turns"], &framed["turns"], name);
        }
    }
}

#[test]
fn an_event_with_data_among_its_fields_keeps_all_of_them() {
    for event in ["StepProgress", "CustomEvent"] {
        let mut page = started();
        let data = json!({"pct": 5, "event": "RunError", "content": "no event of its own"});
        page.event(event, with(agent(), json!({"data": data, "tool_call_id": "c1"})));
        let turn = page.turn();
        let entry = turn.timeline.entries().last().unwrap();
        assert_eq!((entry.event_type.as_str(), entry.source.as_str()), (event, "Assistant"));
        assert_eq!(entry.details.run_id.as_deref(), Some("run-1"));
        assert_eq!(serde_json::from_str::<Value>(entry.details.data.as_deref().unwrap()).unwrap(), data);
        assert_eq!((turn.outcome, entry.timestamp), (None, common::THEN));
    }
}

#[test]
fn an_error_event_whose_data_is_plain_text_is_an_error_with_that_text() {
    for (data, message) in
        [("Something broke", "Something broke"), ("\"quoted\"", "quoted"), ("two\ndata: lines", "two\nlines")]
    {
        let mut page = Page::asked();
        page.feed(format!("event: error\ndata: {data}\n\n"));
        assert_eq!((page.banner().as_deref(), page.outcome()), (Some(message), Some(Outcome::Failed)));
    }
}

// ── 7. unknown and malformed ───────────────────────────────────────────────────────────────────────────────────

#[test]
fn unknown_events_are_counted_and_listed_and_nothing_else() {
    let mut page = started();
    page.event("RunContent", saying(agent(), "a"));
    let before = page.view();
    page.event("BrandNewEvent", agent())
        .event("Other", json!({}))
        .event("BrandNewEvent", json!({"content": "x"}))
        .feed("data: {\"x\":1}\n\n");
    let after = page.view();
    assert_eq!(after["turns"], before["turns"]);
    let d = &after["diagnostics"];
    assert_eq!((&d["unknownEvents"], &d["malformedFrames"]), (&json!(4), &json!(0)));
    assert_eq!(
        d["unknown"],
        json!([{"name": "BrandNewEvent", "count": 2}, {"name": "Other", "count": 1}, {"name": "(no name)", "count": 1}])
    );
}

#[test]
fn malformed_frames_are_counted_with_their_reason_and_the_text_goes_on() {
    let table = [
        ("{\"event\":\"RunContent\",", "the JSON breaks off"),
        ("not json", "not a JSON object"),
        ("[1]", "not a JSON object"),
        ("{\"a\":1} x", "not JSON"),
        ("{\"a\":'x'}", "not JSON"),
        ("{\"a\":\"\\q\"}", "a broken escape in a JSON string"),
        ("{\"a\":\"\u{1}\"}", "a raw control character in a JSON string"),
    ];
    for (i, (data, reason)) in table.into_iter().enumerate() {
        let mut page = started();
        page.event("RunContent", saying(agent(), "one "))
            .feed(format!("data: {data}\n\n"))
            .event("RunContent", saying(agent(), "two"));
        assert_eq!(page.answer(), "one two", "{i}");
        let d = &page.client.conversation.diagnostics;
        assert_eq!((d.malformed_frames, d.frames_read), (1, 4), "{data}");
        assert_eq!(
            (d.malformed[0].reason.as_str(), d.malformed[0].excerpt.as_str(), d.malformed[0].frame),
            (reason, data, 3)
        );
    }
    // So does one that is too long.
    let mut limits = Limits::default();
    limits.max_event_bytes = 1_000;
    let mut page = Page::limited(limits);
    page.begin("hello").event("RunContent", saying(agent(), "one ")).feed(format!("data: {}\n\n", "x".repeat(2_000)));
    page.event("RunContent", saying(agent(), "two"));
    let d = &page.client.conversation.diagnostics;
    assert_eq!((d.malformed_frames, d.malformed[0].frame, d.frames_read), (1, 2, 3));
    assert_eq!(page.answer(), "one two");
}

#[test]
fn the_end_of_a_stream_whose_run_has_ended_changes_nothing() {
    let ends = [
        ("RunCompleted", saying(agent(), "Hello.")),
        ("RunCancelled", agent()),
        ("RunError", with(agent(), json!({"content": "boom"}))),
        ("RunPaused", with(agent(), json!({"requirements": []}))),
    ];
    for (event, data) in ends {
        let mut page = started();
        page.event(event, data);
        page.read();
        let delta = page.end().read();
        assert_eq!((delta.get("head"), delta.get("turns")), (None, None), "{event}");
    }
}

#[test]
fn fields_that_are_unknown_or_of_another_type_read_as_absent() {
    let odd = json!({"content": 7, "created_at": "yesterday", "run_id": ["x"], "agent_name": {}, "session_id": 5,
        "event_index": -1, "tool": "none", "images": "no", "metrics": [], "new_in_4_0": {"deep": [1]}});
    let mut page = started();
    for event in
        ["RunContent", "ToolCallStarted", "RunPaused", "RunContinued", "ReasoningStep", "MemoryUpdateCompleted"]
    {
        page.event(event, with(odd.clone(), json!({"content": null})));
    }
    page.event("RunContent", saying(with(agent(), json!({"new_in_4_0": {"x": 1}})), "Hi."));
    let turn = page.turn();
    assert!(turn.answer.text.as_str().ends_with("Hi."));
    assert!(turn.timeline.entries().iter().all(|e| e.timestamp == common::THEN || e.timestamp == common::NOW));
    assert_eq!(page.client.conversation.session_id.as_deref(), Some("s-1"));
}

// ── 8. sessions ────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_session_is_listed_with_its_first_frame_and_no_error_removes_it() {
    let mut page = started();
    let listed = |page: &mut Page| page.view()["sessions"].clone();
    assert_eq!(listed(&mut page), json!([{"session_id": "s-1", "session_name": "hello", "created_at": common::THEN}]));
    page.event("RunError", with(agent(), json!({"content": "boom"}))).end();
    assert_eq!(
        (&listed(&mut page)[0]["failed"], &listed(&mut page)[0]["lastOutcome"]),
        (&json!(true), &json!("failed"))
    );

    // Another session comes first; the failed one stays, and is no longer marked once a run succeeds.
    page.handle(ai_stream_handler::client::Input::Clear { session_id: None });
    page.begin("second");
    let other = with(agent(), json!({"session_id": "s-2", "run_id": "run-2"}));
    page.event("RunStarted", other.clone()).event("RunCancelled", other).end();
    let ids = |list: Value| list.as_array().unwrap().iter().map(|s| s["session_id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(listed(&mut page)), ["s-2", "s-1"]);
    page.handle(ai_stream_handler::client::Input::Clear { session_id: Some("s-1") });
    let again = with(agent(), json!({"run_id": "run-3"}));
    page.begin("third").event("RunStarted", again.clone()).event("RunCompleted", saying(again, "ok")).end();
    assert_eq!(ids(listed(&mut page)), ["s-2", "s-1"]);
    assert_eq!(listed(&mut page)[1]["failed"], Value::Null);
    assert_eq!(listed(&mut page)[1]["session_name"], "hello");
}

#[test]
fn a_frame_without_a_session_id_does_not_lose_the_session() {
    let mut page = started();
    page.event("ReasoningStarted", json!({"run_id": "run-1"}))
        .event("ToolCallStarted", calling(json!({"session_id": ""}), "c", "t", json!({})));
    page.feed(nameless("error", json!({"error": "x"})));
    assert_eq!(page.view()["head"]["sessionId"], "s-1");
    assert_eq!(page.view()["sessions"].as_array().unwrap().len(), 1);
}
