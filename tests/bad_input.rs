//! Hostile input (docs/guarantees.md 7 to 9): whatever a server sends, nothing panics, earlier content stays,
//! unreadable frames are counted, and memory stays within `limits.rs`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::limits::Limits;
use ai_stream_handler::state::tool::ToolStatus;
use ai_stream_handler::state::{Outcome, Turn};
use common::{agent, assert_same, called, calling, frame, leader, member, nameless, saying, with, Page, Recording};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{json, Value};

fn started() -> Page {
    let mut page = Page::asked();
    page.event("RunStarted", agent()).event("RunContent", saying(agent(), "Before. "));
    page
}

/// The stream continues after whatever happened.
fn goes_on(page: &mut Page, malformed: u64) {
    page.event("RunContent", saying(agent(), "After."));
    assert_eq!(page.answer(), "Before. After.");
    assert_eq!(page.client.conversation.diagnostics.malformed_frames, malformed);
    page.event("RunCompleted", saying(agent(), "Before. After.")).end();
    assert_eq!((page.outcome(), page.banner()), (Some(Outcome::Completed), None));
}

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

// ── hostile JSON ───────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn json_of_any_depth_is_refused_and_overflows_no_stack() {
    for depth in [200, 100_000] {
        for (open, close) in [("[", "]"), ("{\"event\":", "}")] {
            let (deep, half) = (open.repeat(depth) + "1" + &close.repeat(depth), open.repeat(depth));
            for data in
                [&deep, &half, &format!("{{\"event\":\"RunContent\",\"content\":{deep}}}"), &format!("{{\"x\":{half}")]
            {
                let mut page = started();
                page.feed(format!("data: {data}\n\n"));
                goes_on(&mut page, 1);
                let listed = &page.client.conversation.diagnostics.malformed[0];
                assert!(listed.excerpt.len() <= 160 && data.starts_with(&listed.excerpt), "{listed:?}");
            }
        }
    }
}

#[test]
fn deep_json_up_to_the_limit_is_a_value_like_any_other() {
    let deep: Value = serde_json::from_str(&format!("{}{}", "[".repeat(120), "]".repeat(120))).unwrap();
    let mut page = started();
    page.event("ToolCallStarted", calling(agent(), "c1", "t", json!({"deep": deep})))
        .event("CustomEvent", with(agent(), json!({"data": deep})));
    assert!(page.turn().answer.tools[0].args.as_deref().unwrap().contains("[[["));
    goes_on(&mut page, 0);
}

#[test]
fn a_hundred_megabytes_without_a_line_end_are_one_malformed_frame() {
    for max_event in [1 << 20, Limits::default().max_event_bytes] {
        let mut page = Page::limited(limits(|l| l.max_event_bytes = max_event));
        page.begin("hello").event("RunStarted", agent()).event("RunContent", saying(agent(), "Before. "));
        page.feed("event: RunContent\ndata: {\"event\":\"RunContent\",\"content\":\"");
        let piece = vec![b'x'; 64 << 10];
        for _ in 0..1_600 {
            page.feed(&piece);
        }
        page.feed("\"}\n\n");
        goes_on(&mut page, 1);
    }
}

#[test]
fn a_nul_is_a_character_in_a_text_and_in_an_id() {
    let ids = with(agent(), json!({"run_id": "r\u{0}1", "session_id": "s\u{0}", "agent_name": "A\u{0}"}));
    let mut page = Page::asked();
    page.event("RunStarted", ids.clone())
        .event("RunContent", saying(ids.clone(), "a\u{0}b"))
        .event("RunCompleted", saying(ids, "a\u{0}b"))
        .end();
    assert_eq!((page.answer().as_str(), page.outcome()), ("a\u{0}b", Some(Outcome::Completed)));
    assert_eq!(page.client.conversation.run_id(), Some("r\u{0}1"));
    // A raw control character is not valid JSON.
    let mut page = started();
    page.feed(b"data: {\"event\":\"RunContent\",\"content\":\"a\0b\"}\n\n");
    goes_on(&mut page, 1);
}

#[test]
fn half_a_surrogate_pair_is_a_replacement_character_unless_the_next_delta_has_the_other_half() {
    let mut page = Page::asked();
    page.event("RunStarted", agent());
    for content in [r"a\ud83c", r"\udfe0b", r"\ud83c\udfe0", r"\udead\ud83d", r"\uD83D\uD83D\uDE00"] {
        page.feed(format!("data: {{\"event\":\"RunContent\",\"run_id\":\"run-1\",\"content\":\"{content}\"}}\n\n"));
    }
    assert_eq!(page.answer(), "a🏠b🏠\u{FFFD}\u{FFFD}\u{FFFD}😀");
    page.feed("data: {\"event\":\"\\ud800\",\"run_id\":\"\\ud800\"}\n\n");
    assert_eq!(page.client.conversation.diagnostics.unknown[0].name, "\u{FFFD}");
}

#[test]
fn invalid_utf_8_is_replaced_and_the_frame_is_read() {
    let mut page = started();
    page.feed(b"data: {\"event\":\"RunContent\",\"run_id\":\"run-1\",\"content\":\"\xFF\xE2\x82\"}\n\n");
    assert_eq!(page.answer(), "Before. \u{FFFD}\u{FFFD}");
}

#[test]
fn the_names_of_javascripts_prototypes_are_keys_and_ids_like_any_other() {
    for name in ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"] {
        let data = json!({(name): {"polluted": true}, "x": {(name): 1}});
        let mut page = started();
        page.event("CustomEvent", with(agent(), json!({(name): {"polluted": true}, "data": data})))
            .event("ToolCallStarted", calling(agent(), name, name, data.clone()))
            .event(name, agent());
        let tool = page.turn().answer.tools[0].clone();
        assert_eq!((tool.id.as_str(), tool.name.as_str()), (name, name));
        assert_eq!(serde_json::from_str::<Value>(&tool.args.unwrap()).unwrap(), data);
        assert_eq!(page.client.conversation.diagnostics.unknown[0].name, name);
        goes_on(&mut page, 0);
    }
}

#[test]
fn of_duplicate_keys_the_last_one_counts() {
    let mut page = started();
    page.feed("data: {\"event\":\"RunError\",\"content\":\"no\",\"run_id\":\"x\",\"run_id\":\"run-1\",\"content\":\"yes. \",\"event\":\"RunContent\"}\n\n");
    assert_eq!((page.answer().as_str(), page.outcome()), ("Before. yes. ", None));
}

#[test]
fn json_that_breaks_off_anywhere_is_malformed() {
    let data = with(saying(agent(), "never \"said\" 🏠"), json!({"event": "RunContent"})).to_string();
    for end in (1..data.len()).filter(|&at| data.is_char_boundary(at)) {
        let mut page = started();
        page.feed(format!("data: {}\n\n", &data[..end]));
        goes_on(&mut page, 1);
    }
}

// ── frames out of place ────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_run_of_which_nothing_was_heard_before_is_shown_from_where_it_is_heard() {
    // A member of an unknown run belongs to the active one.
    let mut page = started();
    page.event("RunContent", saying(member("a", "Ann", "m1", "who?"), "Here I am."));
    assert_eq!((page.work_of("m1"), page.turn().work[0].head.depth), (vec!["Here I am.".to_owned()], 1));
    goes_on(&mut page, 0);

    // A member before its leader.
    let mut page = Page::asked();
    page.event("RunContent", saying(member("a", "Ann", "m1", "lead"), "First. "))
        .event("TeamRunStarted", leader())
        .event("TeamRunContent", saying(leader(), "Then."))
        .event("TeamRunCompleted", saying(leader(), "Then."))
        .end();
    assert_eq!((page.answer().as_str(), page.outcome()), ("Then.", Some(Outcome::Completed)));
    assert_eq!(page.work_of("m1"), ["First. "]);
}

#[test]
fn an_end_without_a_beginning_is_an_end() {
    let table = [
        ("RunCompleted", saying(agent(), "All of it."), Outcome::Completed, "All of it."),
        ("RunCancelled", saying(agent(), "Some."), Outcome::Cancelled, "Some."),
        ("RunError", with(agent(), json!({"content": "boom"})), Outcome::Failed, ""),
        ("RunPaused", with(agent(), json!({"requirements": []})), Outcome::Paused, ""),
        ("RunCompleted", json!({"content": "No ids at all."}), Outcome::Completed, "No ids at all."),
        ("RunCompleted", json!({}), Outcome::Completed, ""),
    ];
    for (event, data, outcome, answer) in table {
        let mut page = Page::asked();
        page.event(event, data).end();
        assert_eq!((page.outcome(), page.answer().as_str()), (Some(outcome), answer), "{event}");
    }
}

#[test]
fn content_behind_the_end_is_counted_and_left_out() {
    let ends = [
        frame("RunCompleted", saying(agent(), "Before. ")),
        frame("RunError", with(agent(), json!({"content": "boom"}))),
        nameless("error", json!({"error": "boom"})),
    ];
    for end in ends {
        let mut page = started();
        page.feed(end).event("RunContent", saying(agent(), "Too late."));
        assert_eq!((page.answer().as_str(), page.client.conversation.diagnostics.stale_frames), ("Before. ", 1));
    }
}

#[test]
fn a_continued_run_told_of_again_from_its_beginning_doubles_nothing() {
    let at = |index: u64, data: Value| with(data, json!({"event_index": index}));
    let part = [
        frame("RunContinued", at(0, agent())),
        frame("RunContent", at(1, saying(agent(), "After."))),
        frame("RunCompleted", at(2, saying(agent(), "After."))),
    ];
    let mut page = started();
    page.event("RunPaused", with(agent(), json!({"requirements": []}))).end();
    page.begin(None).feed(&part[0]).feed(&part[1]).end();
    page.begin(None).feed(&part[0]).feed(&part[1]);
    assert_eq!((page.answer().as_str(), page.client.conversation.diagnostics.stale_frames), ("Before. After.", 2));
    page.feed(&part[2]).end();
    assert_eq!((page.answer().as_str(), page.outcome()), ("Before. After.", Some(Outcome::Completed)));
}

#[test]
fn a_start_told_again_starts_nothing_again() {
    let mut page = started();
    page.event("RunStarted", agent()).event("RunStarted", agent());
    assert_eq!((page.turn().attempts, page.timeline().iter().filter(|(e, _)| e == "RunStarted").count()), (1, 1));
    goes_on(&mut page, 0);
}

#[test]
fn every_frame_sent_twice_ends_the_same_and_doubles_no_tool_call() {
    for recording in Recording::all().iter().filter(|r| r.status() == 200 && r.is_stream() && r.bytes.len() < 200_000) {
        let (mut once, mut twice) = (Page::asked(), Page::asked());
        for block in recording.blocks() {
            once.feed(block);
            twice.feed(block).feed(block);
        }
        let (once, twice) = (once.end().turn(), twice.end().turn());
        let name = &recording.name;
        assert_eq!(
            (once.outcome, &once.run_id, once.attempts),
            (twice.outcome, &twice.run_id, twice.attempts),
            "{name}"
        );
        assert_eq!(once.error, twice.error, "{name}");
        let tools = |turn: &Turn| -> Vec<(String, ToolStatus)> {
            let messages = turn.work.iter().chain([&turn.answer]);
            messages.flat_map(|m| &m.tools).map(|t| (t.id.clone(), t.status)).collect()
        };
        assert_eq!(tools(&once), tools(&twice), "{name}");
        // The final content corrects repeated deltas; without it, nothing can.
        if once.outcome == Some(Outcome::Completed) && name != "agent_stream_omitted" {
            assert_eq!(once.answer.text.as_str(), twice.answer.text.as_str(), "{name}");
        }
    }
}

#[test]
fn of_a_background_run_no_frame_counts_twice() {
    for name in [
        "bg_agent_full.0_full_or_dropped",
        "bg_team_error.0_full_or_dropped",
        "cancel_background",
        "bg_keepalive.0_original",
    ] {
        let recording = Recording::load(name);
        let (mut once, mut twice) = (Page::asked(), Page::asked());
        for block in recording.blocks() {
            once.feed(block);
            twice.feed(block).feed(block);
        }
        let (once, twice) = (once.end().view(), twice.end().view());
        assert_same(&once["turns"], &twice["turns"], name);
        assert_eq!(twice["diagnostics"]["staleFrames"].as_u64().unwrap(), recording.frames().len() as u64, "{name}");
    }
}

// ── any input ──────────────────────────────────────────────────────────────────────────────────────────────────

const EVENTS: [&str; 40] = [
    "RunStarted",
    "TeamRunStarted",
    "RunContent",
    "TeamRunContent",
    "RunContentCompleted",
    "RunIntermediateContent",
    "RunCompleted",
    "TeamRunCompleted",
    "RunError",
    "TeamRunError",
    "RunCancelled",
    "TeamRunCancelled",
    "RunPaused",
    "TeamRunPaused",
    "RunContinued",
    "ToolCallStarted",
    "TeamToolCallStarted",
    "ToolCallCompleted",
    "TeamToolCallCompleted",
    "ToolCallError",
    "ReasoningStarted",
    "ReasoningStep",
    "ReasoningCompleted",
    "MemoryUpdateCompleted",
    "FollowupsCompleted",
    "ModelRequestCompleted",
    "CustomEvent",
    "WorkflowStarted",
    "StepStarted",
    "StepCompleted",
    "WorkflowCompleted",
    "WorkflowError",
    "MetricsUpdate",
    "retry",
    "error",
    "paused",
    "catch_up",
    "replay",
    "subscribed",
    "Nonsense",
];

/// Known events and fields, with values that are mostly plausible, in an implausible order.
fn any_frame() -> impl Strategy<Value = String> {
    let id = || {
        prop_oneof![Just(Value::Null), (0..4u8).prop_map(|n| json!(format!("r{n}"))), Just(json!("")), Just(json!(7))]
    };
    let tool = (0..4u8, 0..3usize).prop_map(|(id, name)| {
        let name = ["search", "delegate_task_to_member", "think"][name];
        match id {
            0 => Value::Null,
            1 => json!("odd"),
            _ => called(json!({}), &format!("c{id}"), name, json!({"member_id": "a", "task": "t"}), "r")["tool"].take(),
        }
    });
    let content = prop_oneof![
        Just(Value::Null),
        "[a-c ]{0,4}".prop_map(Value::from),
        Just(json!({"title": "T", "x": [1]})),
        Just(json!(5))
    ];
    let list = prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!([{"id": "i", "tool_name": "t"}, 1, null, "x"])),
        Just(json!("no"))
    ];
    (0..EVENTS.len(), id(), id(), content, tool, list, any::<u8>(), 0..12u64).prop_map(
        |(event, run, parent, content, tool, list, bits, number)| {
            let mut data =
                json!({"run_id": run, "content": content, "tool": tool, "agent_id": "a", "agent_name": "Ann"});
            let more = [
                ("parent_run_id", parent),
                ("tools", list.clone()),
                ("requirements", list.clone()),
                ("images", list.clone()),
                ("reasoning_steps", list),
                ("event_index", json!(number)),
                ("reasoning_content", json!("hm")),
                ("status", json!("COMPLETED")),
            ];
            for (bit, (key, value)) in more.into_iter().enumerate() {
                if bits & 1 << bit != 0 {
                    data[key] = value;
                }
            }
            data["attempt"] = json!(number);
            frame(EVENTS[event], data)
        },
    )
}

fn mutate(bytes: &mut Vec<u8>, damage: &[(prop::sample::Index, u8, u8)]) {
    for (place, action, byte) in damage {
        if bytes.is_empty() {
            return;
        }
        let at = place.index(bytes.len());
        match action {
            0 => bytes.insert(at, *byte),
            1 => bytes[at] = *byte,
            2 => drop(bytes.remove(at)),
            3 => bytes.truncate(at.max(1)),
            _ => {
                let end = (at + usize::from(*byte)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_leave_what_was_said_and_end_somehow(pieces in vec(vec(any::<u8>(), 0..80), 0..8)) {
        let mut page = started();
        for piece in &pieces {
            page.feed(piece);
        }
        prop_assert_eq!(page.answer(), "Before. ");
        page.end();
        prop_assert_eq!(page.outcome(), Some(Outcome::Interrupted));
    }

    #[test]
    fn any_frames_in_any_order_are_read_the_same_in_any_pieces(frames in vec(any_frame(), 0..40), size in 1..200usize) {
        let stream = frames.concat();
        let (mut whole, mut pieces) = (Page::asked(), Page::asked());
        whole.feed(&stream).end();
        for (i, piece) in stream.as_bytes().chunks(size).enumerate() {
            pieces.feed(piece);
            match i % 64 {
                0 => drop(pieces.view()),
                _ => drop(pieces.read()),
            }
        }
        pieces.end();
        assert_same(&whole.view(), &pieces.view(), "in pieces");
        prop_assert!(whole.outcome().is_some());
        prop_assert_eq!(whole.client.conversation.diagnostics.malformed_frames, 0);
        prop_assert_eq!(whole.client.conversation.diagnostics.frames_read, frames.len() as u64);
    }

    #[test]
    fn a_damaged_recording_is_read_to_its_end(
        which in 0..4usize, size in 1..5_000usize,
        damage in vec((any::<prop::sample::Index>(), 0..5u8, prop_oneof![any::<u8>(), Just(b'\n'), Just(b'"'), Just(b'{'), Just(b'}'), Just(b'\\')]), 1..8),
    ) {
        let names = ["team_delegate_member", "seedroute_seed_tool_then_429_then_ok", "hitl_team_confirm.1_pause", "workflow_run"];
        let mut bytes = Recording::load(names[which]).bytes;
        mutate(&mut bytes, &damage);
        let (mut whole, mut pieces) = (Page::asked(), Page::asked());
        whole.feed(&bytes).end();
        for piece in bytes.chunks(size) {
            pieces.feed(piece).read();
        }
        pieces.end();
        assert_same(&whole.view(), &pieces.view(), "in pieces");
        prop_assert!(whole.outcome().is_some());
    }
}

// ── the limits ─────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_text_stops_growing_at_its_limit_between_two_characters() {
    let mut page = Page::limited(limits(|l| l.max_text_bytes = 10));
    page.begin("hello").event("RunStarted", agent());
    for token in ["12345", "678æø", "more", ""] {
        page.event("RunContent", with(saying(agent(), token), json!({"reasoning_content": "hmm "})));
    }
    let turn = page.turn();
    assert_eq!((turn.answer.text.as_str(), turn.answer.thoughts.as_str()), ("12345678æ", "hmm hmm hm"));
    assert_eq!(page.client.conversation.diagnostics.dropped_entries, 3);
    page.event("RunCompleted", saying(agent(), "12345678æømore")).end();
    assert_eq!((page.answer().as_str(), page.outcome()), ("12345678æ", Some(Outcome::Completed)));

    page.begin("what the user says is bounded too").event("RunStarted", with(agent(), json!({"run_id": "r2"})));
    page.event("RunContent", with(agent(), json!({"run_id": "r2", "content": {"title": "a long structured answer"}})));
    let turn = page.turn();
    assert_eq!((turn.user.unwrap().text.as_str().len(), turn.answer.text.as_str().len()), (10, 10));
}

#[test]
fn beyond_its_limit_the_timeline_keeps_errors_retries_and_ends() {
    let mut page = Page::limited(limits(|l| l.max_timeline_entries = 5));
    page.begin("hello").event("RunStarted", agent());
    for i in 0..20 {
        page.event("ToolCallStarted", calling(agent(), &format!("c{i}"), "t", json!({})));
    }
    assert_eq!((page.timeline().len(), page.turn().answer.tools.len()), (5, 20));
    assert_eq!(page.client.conversation.diagnostics.dropped_entries, 16);
    page.feed(nameless("retry", json!({"attempt": 1}))).event("RunStarted", with(agent(), json!({"run_id": "r2"})));
    let ends = |page: &mut Page| page.timeline()[5..].iter().map(|(event, _)| event.clone()).collect::<Vec<_>>();
    let mut completed = Page::limited(limits(|l| l.max_timeline_entries = 5));
    completed.begin("hello").event("RunStarted", agent());
    for event in ["ModelRequestStarted"].repeat(9) {
        completed.event(event, agent());
    }
    completed.event("RunCompleted", saying(agent(), "Hi"));
    assert_eq!(ends(&mut completed), ["RunCompleted"]);
    page.feed(nameless("error", json!({"error": "boom"}))).end();
    assert_eq!(ends(&mut page), ["retry", "error"]);
}

#[test]
fn even_retries_and_errors_do_not_grow_the_timeline_for_ever() {
    let mut page = Page::limited(limits(|l| l.max_timeline_entries = 5));
    page.begin("hello");
    for attempt in 1..100 {
        page.feed(nameless("retry", json!({"attempt": attempt})));
    }
    assert_eq!(page.timeline().len(), 10);
}

#[test]
fn beyond_their_limit_members_are_read_and_not_shown() {
    let mut page = Page::limited(limits(|l| l.max_messages = 3));
    page.begin("hello").event("TeamRunStarted", leader());
    for i in 0..5 {
        let id = format!("m{i}");
        let task = json!({"member_id": id, "task": "t"});
        let one = member(&id, &id, &id, "lead");
        page.event("TeamToolCallStarted", calling(leader(), &id, "delegate_task_to_member", task.clone()))
            .event("RunStarted", one.clone())
            .event("RunContent", saying(one.clone(), "x"))
            .event("RunCompleted", saying(one, "x"))
            .event("TeamToolCallCompleted", called(leader(), &id, "delegate_task_to_member", task, "x"));
    }
    page.event("TeamRunCompleted", saying(leader(), "ok")).end();
    assert_eq!(
        (page.turn().work.len(), page.turn().answer.tools.len(), page.outcome()),
        (3, 5, Some(Outcome::Completed))
    );
    assert!(page.client.conversation.diagnostics.dropped_entries > 0);
}

#[test]
fn beyond_their_limit_tool_calls_are_in_the_timeline_only() {
    let mut page = Page::limited(limits(|l| l.max_tool_calls = 2));
    page.begin("hello").event("RunStarted", agent());
    for id in ["c1", "c2", "c3"] {
        page.event("ToolCallStarted", calling(agent(), id, "t", json!({})));
    }
    for id in ["c1", "c2", "c3"] {
        page.event("ToolCallCompleted", called(agent(), id, "t", json!({}), "r"));
    }
    assert_eq!((page.turn().answer.tools.len(), page.timeline().len()), (2, 7));
    assert_eq!(page.client.conversation.diagnostics.dropped_entries, 2);
}

#[test]
fn what_could_not_be_read_is_counted_for_ever_and_listed_up_to_the_limit() {
    let mut page = Page::limited(limits(|l| (l.max_listed, l.max_excerpt_bytes) = (3, 7)));
    page.begin("hello");
    for i in 0..10 {
        page.feed(format!("data: no JSON: æ{i}\n\n"))
            .event(&format!("Unknown{i}"), json!({}))
            .event("Unknowæ", json!({}));
    }
    let d = &page.client.conversation.diagnostics;
    assert_eq!((d.malformed_frames, d.unknown_events), (10, 20));
    assert_eq!(
        d.malformed.iter().map(|m| (m.excerpt.as_str(), m.frame)).collect::<Vec<_>>(),
        [("no JSON", 22), ("no JSON", 25), ("no JSON", 28)]
    );
    assert!(d.unknown.len() <= 3 && d.unknown.iter().all(|u| u.name.len() <= 7), "{:?}", d.unknown);

    let mut page = Page::limited(limits(|l| l.max_listed = 0));
    page.begin("hello").feed("data: x\n\n").event("Unknown", json!({}));
    let d = &page.client.conversation.diagnostics;
    assert_eq!((d.malformed_frames, d.malformed.len(), d.unknown_events, d.unknown.len()), (1, 0, 1, 0));
}

#[test]
fn sessions_steps_and_media_that_a_server_makes_up_are_bounded() {
    let mut page = Page::limited(limits(|l| (l.max_sessions, l.max_items) = (3, 4)));
    page.begin("hello").event("RunStarted", agent());
    for i in 0..10 {
        page.event("ReasoningStep", with(agent(), json!({"session_id": format!("s{i}"), "content": {"title": i}})));
        page.event("RunContent", with(agent(), json!({"image": {"id": format!("i{i}")}})));
    }
    let many: Vec<Value> = (0..10).map(|i| json!({"id": format!("v{i}")})).collect();
    page.event("RunCompleted", with(saying(agent(), "ok"), json!({"videos": many, "reasoning_steps": many}))).end();
    let head = page.turn().answer.head;
    assert_eq!((head.reasoning_steps.len(), head.images.len(), head.videos.len()), (4, 4, 4));
    assert_eq!(page.view()["sessions"].as_array().unwrap().len(), 3);
    assert_eq!(page.outcome(), Some(Outcome::Completed));
    assert!(page.client.conversation.diagnostics.dropped_entries > 0);
}

#[test]
fn the_timeline_keeps_long_details_up_to_their_limit_and_the_tool_call_keeps_all() {
    let (long, short) = ("æ".repeat(100), "x".repeat(10));
    let mut page = Page::limited(limits(|l| l.max_detail_bytes = 51));
    page.begin("hello").event("RunStarted", agent());
    page.event("ToolCallCompleted", called(agent(), "c1", "t", json!({"a": long}), &long))
        .event("ToolCallCompleted", called(agent(), "c2", "t", json!({"a": short}), &short))
        .event("CustomEvent", with(agent(), json!({"data": {"a": long}})));
    let turn = page.turn();
    assert_eq!(turn.answer.tools[0].result.as_deref(), Some(&long[..]));
    assert!(turn.answer.tools[0].args.as_deref().unwrap().contains(&long));
    let details: Vec<_> = turn.timeline.entries()[1..].iter().map(|e| &e.details).collect();
    assert_eq!((details[0].tool_result.as_deref(), &details[0].tool_args), (Some(&long[..50]), &None));
    assert_eq!(
        (details[1].tool_result.as_deref(), details[1].tool_args.as_deref()),
        (Some(&short[..]), Some("{\"a\":\"xxxxxxxxxx\"}"))
    );
    assert_eq!(details[2].data, None);
}

#[test]
fn runs_that_a_server_makes_up_are_bounded() {
    let mut page = Page::limited(limits(|l| l.max_messages = 2));
    page.begin("hello").event("RunStarted", agent());
    for i in 0..2_000 {
        page.event("RunContent", saying(member("a", "Ann", &format!("m{i}"), "run-1"), "x"));
    }
    assert_eq!((page.turn().work.len(), page.turn().work[1].text.as_str()), (2, "x"));
    page.event("RunCompleted", saying(agent(), "ok")).end();
    assert_eq!((page.outcome(), page.answer().as_str()), (Some(Outcome::Completed), "ok"));
}
