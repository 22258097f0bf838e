//! Every recorded stream of a real AgentOS: the split of its bytes must not matter, and the page must show what the
//! backend stored afterwards (`NAME.truth.json`).
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::state::message::{Message, Role};
use ai_stream_handler::state::tool::{ToolCall, ToolStatus};
use ai_stream_handler::state::{Outcome, Status, Turn};
use common::{assert_same, replay, Page, Recording};
use serde_json::Value;
use std::panic::{catch_unwind, AssertUnwindSafe};

/// Streams that continue another one; every other recording is played alone.
const CHAINS: [&[&str]; 10] = [
    &["hitl_agent_confirm.1_pause", "hitl_agent_confirm.2_continue"],
    &["hitl_agent_input.1_pause", "hitl_agent_input.2_continue"],
    &["hitl_agent_get_user_input.1_pause", "hitl_agent_get_user_input.2_continue"],
    &["hitl_team_confirm.1_pause", "hitl_team_confirm.2_continue"],
    &["bg_agent.0_full_or_dropped", "bg_agent.1_resume_active"],
    &["bg_agent.0_full_or_dropped", "bg_agent.2_resume_finished_buffer"],
    &["bg_agent.0_full_or_dropped", "bg_agent.3_resume_from_start"],
    &["bg_agent.0_full_or_dropped", "bg_agent.1_resume_active", "bg_agent.4_resume_beyond_end"],
    &["bg_keepalive.0_original", "bg_keepalive.1_resume"],
    &["bg_resume_db_path.0_foreground", "bg_resume_db_path.1_resume", "bg_resume_db_path.2_resume_from_5"],
];

/// What the backend's record does not say, and why.
fn special(name: &str) -> Option<Outcome> {
    Some(match name {
        // `stream_events=false`: only content, so the clean end of the stream is the end of the run.
        "agent_stream_omitted" => Outcome::Completed,
        // The recorder disconnected, so the stream has no end. The backend stored a cancelled run, or continued.
        "disconnect_agent_foreground" | "bg_agent.0_full_or_dropped" => Outcome::Interrupted,
        // After `paused` the route disconnected from the run, which cancelled it. For the user it is paused.
        "seedroute_later_paused_confirm" | "seedroute_later_paused_input" => Outcome::Paused,
        // A new subscriber is told that the run is complete, and nothing else.
        "bg_agent.4_resume_beyond_end" => Outcome::Completed,
        _ => return None,
    })
}

fn cases() -> Vec<Vec<Recording>> {
    let alone =
        Recording::all().into_iter().filter(|r| r.status() == 200 && r.is_stream() && !r.name.contains(".2_cont"));
    let chains = CHAINS.iter().map(|names| names.iter().map(|name| Recording::load(name)).collect());
    alone.map(|recording| vec![recording]).chain(chains).collect()
}

/// Runs every case, then names those that failed.
fn each(check: impl Fn(&[&Recording])) {
    let failed: Vec<String> = cases()
        .iter()
        .filter_map(|parts| {
            let parts: Vec<&Recording> = parts.iter().collect();
            let name = parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join(" + ");
            let verdict = catch_unwind(AssertUnwindSafe(|| check(&parts)));
            verdict.is_err().then(|| eprintln!("^ {name}\n")).map(|()| name)
        })
        .collect();
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

fn whole(recording: &Recording) -> Vec<&[u8]> {
    vec![&recording.bytes]
}

/// Chunks of 1 to 4,000 bytes, different for each seed.
fn random(recording: &Recording, seed: u64) -> Vec<&[u8]> {
    let (mut rest, mut state, mut pieces) = (&recording.bytes[..], seed, Vec::new());
    while !rest.is_empty() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let most = if state & 1 << 40 == 0 { 40 } else { 4_000 };
        let (piece, behind) = rest.split_at(rest.len().min(1 + (state >> 33) as usize % most));
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

#[test]
fn the_split_of_the_bytes_never_matters() {
    each(|parts| {
        let expected = replay(parts, usize::MAX, whole).view();
        let same = |mut page: Page, how: &str| assert_same(&page.view(), &expected, how);
        same(replay(parts, 1, Recording::chunks), "in the network's chunks");
        same(replay(parts, 1, |r| random(r, 1)), "split at random");
        same(replay(parts, 3, |r| random(r, 2)), "split at random, read now and then");
        let fine = if cfg!(debug_assertions) && parts.iter().any(|r| r.bytes.len() > 200_000) { 7 } else { 1 };
        same(replay(parts, 61, |r| r.bytes.chunks(fine).collect()), "byte by byte");
    });
}

#[test]
fn a_recording_of_a_json_answer_is_shown_like_a_streamed_one() {
    let answer = Recording::load("agent_nostream_json");
    for pieces in [whole(&answer), answer.bytes.chunks(1).collect()] {
        let mut page = Page::asked();
        for piece in pieces {
            page.feed(piece);
        }
        page.end();
        assert_eq!(page.answer(), "Hello! This is a plain streamed answer from the model.");
        assert_eq!(page.outcome(), Some(Outcome::Completed));
        assert_eq!(page.client.conversation.session_id.as_deref(), Some("545e9755-2ec3-4511-ad2a-f96a55efd503"));
        assert_eq!(page.turn().usage.total_tokens, 60);
        assert_eq!(page.turn().answer.head.agent_name.as_deref(), Some("Assistant"));
    }
}

#[test]
fn a_run_that_was_accepted_in_the_background_is_no_answer_yet_but_its_run_and_session_are_known() {
    let accepted = r#"{"run_id":"8dcc629c","session_id":"5a541b4f","status":"PENDING"}"#;
    let mut page = Page::asked();
    page.feed(accepted).end();
    assert_eq!(page.outcome(), Some(Outcome::Interrupted));
    assert_eq!(page.client.conversation.run_id(), Some("8dcc629c"));
    assert_eq!(page.client.conversation.session_id.as_deref(), Some("5a541b4f"));
    for (status, told) in [("PENDING", true), ("RUNNING", true), ("COMPLETED", false)] {
        let mut page = Page::asked();
        page.feed(accepted.replace("PENDING", status)).end();
        let waits = page.timeline().iter().any(|(_, entry)| entry.ends_with("runs in the background"));
        let outcome = if told { Outcome::Interrupted } else { Outcome::Completed };
        assert_eq!((waits, page.outcome()), (told, Some(outcome)), "{status}");
    }
}

// ── against the backend's record ───────────────────────────────────────────────────────────────────────────────

/// The top-level run as the frames of one recording tell it; of several attempts, the last.
#[derive(Default)]
struct Story {
    streamed: String,
    retries: Vec<Value>,
    error: Option<Value>,
    /// Name and data of the first frame that ended the run.
    end: Option<(String, Value)>,
    frames: u64,
}

fn story(recording: &Recording) -> Story {
    let mut story = Story::default();
    for (name, data) in recording.frames() {
        story.frames += 1;
        let of_member =
            data["parent_run_id"].is_string() || (data["workflow_id"].is_string() && !name.starts_with("Workflow"));
        match name.trim_start_matches("Team") {
            _ if of_member => {}
            "retry" => {
                story.streamed.clear();
                story.retries.push(data);
            }
            "error" => story.error = Some(data),
            "RunContent" => story.streamed += data["content"].as_str().unwrap_or(""),
            "RunCompleted" | "RunError" | "RunPaused" | "paused" | "RunCancelled" | "WorkflowCompleted"
                if story.end.is_none() =>
            {
                story.end = Some((name, data));
            }
            _ => {}
        }
    }
    story
}

fn expected_outcome(recording: &Recording, story: &Story) -> Outcome {
    if let Some(outcome) = special(&recording.name) {
        return outcome;
    }
    let stored = recording.truth.as_ref().and_then(|t| t["run"]["body"]["status"].as_str());
    let ended = story.end.as_ref().map(|(name, _)| name.trim_start_matches("Team"));
    match (stored, ended) {
        (Some("COMPLETED"), _) | (None, Some("RunCompleted" | "WorkflowCompleted")) => Outcome::Completed,
        (Some("PAUSED"), _) | (None, Some("RunPaused" | "paused")) => Outcome::Paused,
        (Some("CANCELLED"), _) => Outcome::Cancelled,
        (Some("ERROR"), _) | (None, Some("RunError")) => Outcome::Failed,
        (None, None) if story.error.is_some() => Outcome::Failed,
        other => panic!("{other:?}?"),
    }
}

#[test]
fn what_is_shown_is_what_the_backend_stored() {
    each(|parts| {
        let mut page = replay(parts, 1, Recording::chunks);
        let turn = page.turn();
        let last = parts[parts.len() - 1];
        let story = story(last);
        let outcome = expected_outcome(last, &story);
        assert_eq!(turn.outcome, Some(outcome));
        assert_eq!(page.client.conversation.status, Status::Ended(outcome));
        assert_eq!(page.client.conversation.turns.len(), 1, "all parts belong to one turn");
        check_answer(parts, &turn, &story);
        check_error(&page, &story);
        check_timeline(&turn, &story);
        if let Some(truth) = &last.truth {
            check_run(&page, &turn, truth, &story);
            check_members(&turn, truth, &story);
        }
        let d = &page.client.conversation.diagnostics;
        assert_eq!((d.malformed_frames, d.unknown_events, d.dropped_entries), (0, 0, 0));
        assert_eq!(d.bytes_read, parts.iter().map(|r| r.bytes.len() as u64).sum::<u64>());
        assert_eq!(d.frames_read, parts.iter().map(|r| self::story(r).frames).sum::<u64>());
    });
}

fn check_answer(parts: &[&Recording], turn: &Turn, story: &Story) {
    let last = parts[parts.len() - 1];
    let answer = turn.answer.text.as_str();
    let stored = last.truth.as_ref().map_or(&Value::Null, |t| &t["run"]["body"]["content"]);
    let ended = story.end.as_ref().map_or(&Value::Null, |(_, data)| &data["content"]);
    let full = if stored.is_null() { ended } else { stored };
    // The backend stores only what follows a pause; here the text before it stays in front.
    let before = match parts[0].name.contains("1_pause") && parts.len() > 1 {
        true => self::story(parts[0]).streamed,
        false => String::new(),
    };
    match turn.outcome.unwrap() {
        _ if last.name == "bg_agent.4_resume_beyond_end" && parts.len() == 1 => assert_eq!(answer, ""),
        Outcome::Completed if full.is_object() => {
            assert!(answer.starts_with("{\n  \""), "laid out in lines: {answer}");
            let structured = turn.answer.head.structured.as_deref().unwrap();
            assert_same(&serde_json::from_str(answer).unwrap(), full, "the answer");
            assert_same(&serde_json::from_str(structured).unwrap(), full, "its value");
        }
        Outcome::Completed => assert_eq!(answer, before + full.as_str().unwrap_or("")),
        // The backend stores the provider's error; the page keeps the text of the last attempt.
        Outcome::Failed => assert_eq!(answer, story.streamed),
        // Where the model said nothing, the framework's notice is shown.
        Outcome::Paused if story.streamed.is_empty() => assert_eq!(answer, ended.as_str().unwrap_or("")),
        Outcome::Paused => assert_eq!(answer, story.streamed),
        // Only this event carries the last token.
        Outcome::Cancelled => assert_eq!(answer, ended.as_str().unwrap()),
        Outcome::Interrupted => {
            assert_eq!(answer, story.streamed);
            assert!(full.as_str().unwrap().starts_with(answer));
        }
    }
    assert_eq!(turn.answer.head.streaming_error, turn.error.is_some());
    assert_eq!(turn.answer.head.cancelled, turn.outcome == Some(Outcome::Cancelled));
}

fn check_error(page: &Page, story: &Story) {
    let error = page.client.conversation.error.as_ref();
    let Status::Ended(Outcome::Failed | Outcome::Interrupted) = page.client.conversation.status else {
        return assert_eq!(error, None);
    };
    let message = &error.unwrap().message;
    assert!(!message.is_empty() && !message.starts_with(['{', '[', '<']), "to be read by people: {message}");
    if let Some(sent) = &story.error {
        assert_eq!(message, sent["error"].as_str().unwrap(), "the server's words, letter for letter");
        let kind = serde_json::to_value(error.unwrap().kind).unwrap();
        assert_eq!(kind, *sent.get("type").unwrap_or(&"general".into()));
        assert_eq!(error.unwrap().retries, sent["retries"].as_u64());
    }
}

fn check_run(page: &Page, turn: &Turn, truth: &Value, story: &Story) {
    let run = &truth["run"]["body"];
    // `bg_agent.4_resume_beyond_end` alone has no frame of a run.
    if turn.timeline.entries().is_empty() {
        return;
    }
    assert_eq!(turn.run_id.as_deref(), run["run_id"].as_str(), "the run that cancel would aim at");
    let session = truth["session_id"].as_str();
    assert_eq!(page.client.conversation.session_id.as_deref(), session);
    let sessions = page.client.conversation.sessions.list();
    assert_eq!(sessions.iter().map(|s| Some(s.session_id.as_str())).collect::<Vec<_>>(), [session]);
    assert_eq!(sessions[0].failed, turn.outcome == Some(Outcome::Failed));
    if !story.retries.is_empty() {
        let tops = truth["runs"]["body"].as_array().unwrap().iter().filter(|r| is_top(r)).count();
        assert_eq!(turn.attempts as usize, tops, "AgentOS stores each attempt");
    }
    // AgentOS stores the tool calls of a workflow with its steps. A custom backend's `paused` has requirements instead
    // of tool calls.
    let by_cirkelline = story.end.as_ref().is_some_and(|(name, _)| name == "paused");
    if by_cirkelline {
        assert_eq!(turn.pause.as_ref().unwrap().requirements.len(), run["tools"].as_array().unwrap().len());
    } else if run["workflow_id"].is_null() {
        check_tools(&turn.answer, run);
    }
}

fn is_top(run: &Value) -> bool {
    run["parent_run_id"].as_str().unwrap_or("").is_empty()
}

fn check_tools(message: &Message, run: &Value) {
    let none = Vec::new();
    let stored = run["tools"].as_array().unwrap_or(&none);
    assert_eq!(message.tools.len(), stored.len(), "tool calls: {:?}", message.tools);
    for tool in stored {
        let is_it = |t: &&ToolCall| tool["tool_call_id"].as_str() == Some(&t.id);
        let call = message.tools.iter().find(is_it).unwrap_or_else(|| panic!("no tool call {tool}"));
        assert_eq!(Some(call.name.as_str()), tool["tool_name"].as_str());
        assert_same(&serde_json::from_str(call.args.as_deref().unwrap()).unwrap(), &tool["tool_args"], "arguments");
        assert_eq!(call.status == ToolStatus::Error, tool["tool_call_error"] == true, "{call:?}");
        if let Some(result) = tool["result"].as_str() {
            assert_eq!(call.result.as_deref(), Some(result));
        }
        if let Some(duration) = tool["metrics"]["duration"].as_f64() {
            let rounding = 1e-12; // serde_json reads the last digit less exactly
            assert!((call.duration.unwrap() - duration).abs() < rounding);
        }
    }
}

/// Members as the list of stored runs has them; members' members, which the list leaves out, from the last frame.
fn check_members(turn: &Turn, truth: &Value, story: &Story) {
    let stored = truth["runs"]["body"].as_array().unwrap().iter().filter(|r| !is_top(r));
    let mut members: Vec<&Value> = stored.collect();
    let mut nested: Vec<&Value> = story.end.iter().map(|(_, data)| data).collect();
    while let Some(run) = nested.pop() {
        let responses = run["member_responses"].as_array().into_iter().flatten();
        nested.extend(responses.clone());
        members.extend(responses);
    }
    for member in members {
        let is_it = |m: &&Message| m.head.run_id.as_deref() == member["run_id"].as_str() && m.head.role == Role::Agent;
        let messages: Vec<_> = turn.work.iter().filter(is_it).collect();
        assert_eq!(messages.len(), 1, "each member has one message");
        if member["status"].as_str().unwrap_or("COMPLETED") == "COMPLETED" {
            assert_eq!(Some(messages[0].text.as_str()), member["content"].as_str());
        }
        if let Some(parent) = member["parent_run_id"].as_str() {
            assert_eq!(messages[0].head.parent_run_id.as_deref(), Some(parent));
        }
        check_tools(messages[0], member);
    }
}

fn check_timeline(turn: &Turn, story: &Story) {
    for (i, entry) in turn.timeline.entries().iter().enumerate() {
        assert_eq!(entry.id as usize, i);
        assert!(entry.timestamp > 1.7e9 && entry.timestamp < 1.9e9, "{} is no time in seconds", entry.timestamp);
        assert!(!entry.description.is_empty() && !entry.description.contains("[object"), "{}", entry.description);
        assert!(entry.parent.is_none_or(|p| p < entry.id), "what an entry is part of comes before it");
    }
    let retries = turn.timeline.entries().iter().filter(|e| e.event_type == "retry");
    let attempts: Vec<u64> = retries.map(|e| e.details.retry_attempt.unwrap()).collect();
    assert_eq!(attempts, (1..=story.retries.len() as u64).collect::<Vec<_>>());
    assert_eq!(turn.attempts as usize, 1 + story.retries.len());
    for entry in turn.timeline.entries().iter().filter(|e| e.event_type != "retry") {
        assert_eq!(entry.details.voided, entry.details.attempt < turn.attempts, "{entry:?}");
    }
}

// ── on the way ─────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn frame_by_frame_the_answer_only_grows_except_where_a_retry_voids_it() {
    each(|parts| {
        let mut page = Page::default();
        let mut before = String::new();
        for part in parts {
            page.begin(None);
            for block in part.blocks() {
                let notice = page.client.conversation.current().is_some_and(|t| t.outcome == Some(Outcome::Paused));
                let retries = block.starts_with(b"event: retry");
                page.feed(block);
                if page.client.conversation.turns.is_empty() {
                    continue;
                }
                let answer = page.answer();
                match retries {
                    true => assert_eq!(answer, "", "a retry starts anew"),
                    // If only a resumed stream arrived, the missed beginning comes with the end.
                    false if part.name.contains("resume") && answer.ends_with(&before) => {}
                    false => assert!(notice || answer.starts_with(&before), "{before:?} became {answer:?}"),
                }
                before = answer;
            }
            page.end();
        }
    });
}

#[test]
fn a_retry_says_how_long_letter_for_letter_and_no_longer_than_until_the_next_sign_of_life() {
    let mut seen = 0;
    for recording in Recording::all().iter().filter(|r| r.name.starts_with("seedroute")) {
        let mut page = Page::asked();
        let mut waiting: Option<String> = None;
        for block in recording.blocks() {
            page.feed(block);
            let (activity, status) = (page.activity(), page.client.conversation.status);
            if let Some(message) = waiting.take() {
                assert_ne!(activity.as_deref(), Some(&message[..]), "{}", recording.name);
                assert_ne!(status, Status::Retrying);
                assert_eq!(page.client.conversation.retry, None);
            }
            if block.starts_with(b"event: retry") {
                let text = std::str::from_utf8(block).unwrap();
                let data: Value =
                    serde_json::from_str(text.lines().nth(1).unwrap().strip_prefix("data: ").unwrap()).unwrap();
                let message = data["message"].as_str().unwrap().to_owned();
                assert_eq!(activity.as_deref(), Some(&message[..]), "{}", recording.name);
                assert_eq!(status, Status::Retrying);
                let retry = page.client.conversation.retry.clone().unwrap();
                assert_eq!(Some(retry.attempt), data["attempt"].as_u64());
                assert_eq!(Some(retry.max_retries), data["max_retries"].as_u64());
                assert_eq!(Some(retry.delay), data["delay"].as_f64());
                assert_eq!(retry.resumes_at, page.now + retry.delay);
                assert_eq!(page.timeline().last(), Some(&("retry".into(), message.clone())));
                waiting = Some(message);
                seen += 1;
            }
        }
        page.end();
        assert!(page.activity().is_none() || page.outcome() == Some(Outcome::Paused), "{}", recording.name);
    }
    assert!(seen > 20, "only {seen} retries");
}

#[test]
fn two_runs_of_one_session_are_two_turns_of_one_conversation() {
    let parts = ["agent_same_session.1", "agent_same_session.2"].map(Recording::load);
    let mut page = replay(&[&parts[0], &parts[1]], 1, Recording::chunks);
    let last = page.turn();
    let c = &page.client.conversation;
    assert_eq!(c.turns.len(), 2);
    assert_eq!(c.turns[0].answer.text.as_str(), "Hello! This is a plain streamed answer from the model.");
    assert!(last.answer.text.as_str().starts_with("According to the search it is 12 degrees"));
    assert_eq!(c.sessions.list().len(), 1);
    assert_eq!(c.usage().total_tokens, c.turns[0].usage.total_tokens + last.usage.total_tokens);
}
