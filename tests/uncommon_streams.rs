//! What real backends send although no specification foresees it. `fixtures/agno` are streams of agno 3.1.10.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::state::Outcome;
use common::{agent, agno, called, calling, frame, leader, member, saying, with, Page};
use serde_json::json;

/// A page that has read `stream` to its end.
fn read(stream: impl AsRef<[u8]>) -> Page {
    let mut page = Page::asked();
    page.feed(stream).end();
    page
}

// ── NaN and Infinity, as Python's json.dumps writes them ───────────────────────────────────────────────────────

#[test]
fn a_run_whose_session_state_holds_nan_completes() {
    let mut page = read(agno("nan"));
    assert_eq!((page.outcome(), page.banner()), (Some(Outcome::Completed), None));
    assert_eq!(page.answer(), "It is rated. ");
    assert_eq!(page.client.conversation.diagnostics.malformed_frames, 0);
}

#[test]
fn nan_and_infinity_are_passed_over_wherever_they_stand() {
    let tool = r#"{"tool_call_id":"c1","tool_name":"plot","tool_args":{"max":Infinity,"min":-Infinity,"q":[NaN]},"metrics":{"duration":NaN}}"#;
    let stream = format!(
        "{}data: {{\"event\":\"ToolCallStarted\",\"run_id\":\"run-1\",\"created_at\":NaN,\"tool\":{tool}}}\n\n\
         data: {{\"event\":\"RunContent\",\"run_id\":\"run-1\",\"content\":NaN}}\n\n\
         data: {{\"event\":\"RunContent\",\"run_id\":\"run-1\",\"content\":\"NaN x\"}}\n\n\
         {{\"event\":\"RunCompleted\",\"run_id\":\"run-1\",\"metrics\":{{\"input_tokens\":Infinity}}}}",
        frame("RunStarted", agent())
    );
    let mut page = read(stream);
    assert_eq!((page.outcome(), page.answer()), (Some(Outcome::Completed), "NaN x".to_owned()));
    let call = page.turn().answer.tools[0].clone();
    assert_eq!((call.name.as_str(), call.duration), ("plot", None));
    assert_eq!(call.args.as_deref(), Some(r#"{"max":Infinity,"min":-Infinity,"q":[NaN]}"#));
}

#[test]
fn a_structured_answer_with_nan_is_laid_out_with_null() {
    let stream = r#"data: {"event":"RunCompleted","run_id":"run-1","content":{"score":NaN,"x":[-Infinity]}}"#;
    let mut page = read(format!("{}{stream}\n\n", frame("RunStarted", agent())));
    assert_eq!(page.answer(), "{\n  \"score\": null,\n  \"x\": [\n    null\n  ]\n}");
}

// ── surrogate pairs cut in two ─────────────────────────────────────────────────────────────────────────────────

/// A content frame whose content is JSON text as it stands.
fn escaped(fields: &str, content: &str) -> String {
    format!("data: {{\"event\":\"RunContent\",\"run_id\":\"run-1\",{fields}\"content\":\"{content}\"}}\n\n")
}

#[test]
fn the_halves_of_a_pair_in_two_deltas_are_one_character() {
    let stream: String =
        ["Hi ", r"\ud83d", r"\ude00", "!", r"x\ud83d", "", r"\ude00y"].map(|t| escaped("", t)).concat();
    let mut page = Page::asked();
    page.feed(frame("RunStarted", agent())).feed(&stream);
    assert_eq!(page.answer(), "Hi 😀!x😀y");
    page.event("RunCompleted", agent()).end();
    assert_eq!(page.answer(), "Hi 😀!x😀y");
}

#[test]
fn a_half_is_held_back_until_the_next_delta_or_the_end() {
    let mut page = Page::asked();
    page.feed(frame("RunStarted", agent())).feed(escaped("", r"Hi \ud83d"));
    assert_eq!(page.answer(), "Hi ");
    page.feed(escaped("", "x"));
    assert_eq!(page.answer(), "Hi \u{FFFD}x");
    page.feed(escaped("", r"\ude00 \\ud83d \ud83d\ud83d"));
    assert_eq!(page.answer(), "Hi \u{FFFD}x\u{FFFD} \\ud83d \u{FFFD}", "neither a first half nor an escaped escape");
    page.event("RunCompleted", agent());
    assert_eq!(page.answer(), "Hi \u{FFFD}x\u{FFFD} \\ud83d \u{FFFD}\u{FFFD}");
}

#[test]
fn halves_find_each_other_past_other_frames_and_in_thoughts_and_members() {
    let mut page = Page::asked();
    let member = common::member("ann", "Ann", "m-1", "run-1");
    page.feed(frame("RunStarted", agent()))
        .feed(escaped("", r"\ud83d"))
        .feed(
            escaped("\"agent_id\":\"ann\",\"parent_run_id\":\"run-1\",\"x\":0,", "")
                .replace("run-1\",\"agent", "m-1\",\"agent"),
        )
        .event("RunContent", saying(member.clone(), "member"))
        .feed(": comment\n\n")
        .event("CustomEvent", agent())
        .feed(escaped("", r"\ude00"));
    for half in [r"\ud83d", r"\ude00"] {
        page.feed(format!(
            "data: {{\"event\":\"RunContent\",\"run_id\":\"run-1\",\"reasoning_content\":\"{half}\"}}\n\n"
        ));
        page.feed(frame("RunContent", saying(member.clone(), "HALF")).replace("HALF", half));
    }
    assert_eq!(page.answer(), "😀");
    assert_eq!(page.turn().answer.thoughts.as_str(), "😀");
    assert_eq!(page.work_of("m-1"), ["member😀"]);
}

// ── the last frame without its blank line ──────────────────────────────────────────────────────────────────────

#[test]
fn a_last_frame_that_is_whole_but_for_its_blank_line_is_read_at_the_end() {
    let start = frame("RunStarted", agent()) + &frame("RunContent", saying(agent(), "Hi"));
    let end = frame("RunCompleted", saying(agent(), "Hi"));
    let end = end.trim_end();
    let over_lines =
        end.replace(",\"created_at\"", ",\ndata: \"created_at\"").replace("{\"agent_id\"", "{\r\ndata:\"agent_id\"");
    assert_eq!(over_lines.matches("data:").count(), 3);
    for last in [end.to_owned(), format!("{end}\n"), format!("{end}\r"), format!("{end}\r\n"), over_lines] {
        let mut page = read(format!("{start}{last}"));
        assert_eq!((page.outcome(), page.answer()), (Some(Outcome::Completed), "Hi".to_owned()), "{last:?}");
        assert_eq!(page.client.conversation.diagnostics.frames_read, 3);
    }
    let mut page =
        read(format!("{start}data: {{\"event\":\"RunContent\",\"run_id\":\"run-1\",\"content\":\" there\"}}"));
    assert_eq!((page.outcome(), page.answer()), (Some(Outcome::Interrupted), "Hi there".to_owned()));
    let mut page = read(format!("{start}event: error\ndata: {{\"error\":\"gone\"}}"));
    assert_eq!((page.outcome(), page.banner()), (Some(Outcome::Failed), Some("gone".to_owned())));
}

#[test]
fn a_last_frame_that_is_cut_stays_a_cut_wherever_it_is_cut() {
    let start = frame("RunStarted", agent()) + &frame("RunContent", saying(agent(), "Hi"));
    let end = frame("RunCompleted", saying(agent(), "Hi"));
    for cut in 0..end.trim_end().len() {
        let mut page = read(format!("{start}{}", &end[..cut]));
        assert_eq!(page.outcome(), Some(Outcome::Interrupted), "{:?}", &end[..cut]);
        let diagnostics = &page.client.conversation.diagnostics;
        assert_eq!((diagnostics.frames_read, diagnostics.malformed_frames, diagnostics.unknown_events), (2, 0, 0));
    }
}

// ── empty final content ────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn an_empty_final_content_never_deletes_what_was_streamed() {
    for empty in [json!(""), json!(" \n"), json!({}), json!([]), json!(null), json!(0), json!(false)] {
        for event in ["RunCompleted", "RunCancelled", "RunContent"] {
            let mut page = Page::asked();
            page.event("RunStarted", agent()).event("RunContent", saying(agent(), "Hello"));
            page.event(event, with(agent(), json!({ "content": empty })));
            assert_eq!(page.answer().trim_end(), "Hello", "{event} {empty}");
        }
    }
}

#[test]
fn an_empty_value_is_the_answer_where_nothing_else_was_said() {
    let mut page = read(frame("RunCompleted", with(agent(), json!({"content": {}, "content_type": "Report"}))));
    assert_eq!(page.answer(), "{}");
}

// ── retry frames ───────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn the_numbers_of_a_retry_may_be_strings_or_stand_in_its_message_alone() {
    let message = "Rate limit reached. Retrying in 5 seconds... (Attempt 2/4)";
    for data in [
        json!({"attempt": 2, "max_retries": 4, "delay": 5}),
        json!({"attempt": "2", "max_retries": " 4 ", "delay": "5"}),
        json!({"attempt": "2", "max_retries": "4", "delay": "5.0s"}),
        json!({"attempt": 2, "max_retries": 4, "delay": "5000 ms"}),
        json!({"attempt": 2, "max_retries": 4}),
        json!({"attempt": null, "max_retries": null, "delay": null}),
        json!({"delay": "soon"}),
        json!({"delay": 0}),
        json!({"delay": -1, "attempt": "NaN"}),
    ] {
        let mut page = Page::asked();
        page.feed(common::nameless("retry", with(data.clone(), json!({ "message": message }))));
        let retry = page.client.conversation.retry.clone().unwrap();
        assert_eq!((retry.attempt, retry.max_retries, retry.delay), (2, 4, 5.0), "{data}");
    }
    let mut page = Page::asked();
    page.feed(format!("event: retry\ndata: {{\"attempt\":2,\"delay\":NaN,\"message\":\"{message}\"}}\n\n"));
    assert_eq!(page.client.conversation.retry.clone().unwrap().delay, 5.0);
    let mut page = Page::asked();
    page.feed(common::nameless("error", json!({"error": "x", "type": "rate_limit", "retries": "3"})));
    assert_eq!(page.client.conversation.error.clone().unwrap().retries, Some(3));
}

// ── what no event ended ────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_tool_and_a_delegation_without_an_end_end_with_their_run() {
    use ai_stream_handler::state::message::{Role, RunStatus};
    use ai_stream_handler::state::tool::ToolStatus;
    let delegate =
        |base, call, to: &str| calling(base, call, "delegate_task_to_member", json!({"member_id": to, "task": "look"}));
    let inner = json!({"team_id": "t", "team_name": "T", "run_id": "t1", "parent_run_id": "lead"});
    let web = member("web", "Web", "m1", "t1");
    for (end, run, tool) in [
        ("Completed", RunStatus::Completed, ToolStatus::Completed),
        ("Error", RunStatus::Error, ToolStatus::Cancelled),
        ("Cancelled", RunStatus::Cancelled, ToolStatus::Cancelled),
    ] {
        let mut page = Page::asked();
        page.event("TeamRunStarted", leader())
            .event("TeamToolCallStarted", delegate(leader(), "d1", "t"))
            .event("TeamRunStarted", inner.clone())
            .event("TeamToolCallStarted", delegate(inner.clone(), "d2", "web"))
            .event("RunStarted", web.clone())
            .event("ToolCallStarted", calling(web.clone(), "c1", "search", json!({"q": "x"})))
            .event(&format!("TeamRun{end}"), with(inner.clone(), json!({"content": "x"})));
        let turn = page.turn();
        let of = |role: Role| turn.work.iter().filter(move |m| m.head.role == role).map(|m| m.head.status);
        assert_eq!(
            of(Role::Delegation).collect::<Vec<_>>(),
            [RunStatus::Started, run],
            "{end}: the leader's and the team's"
        );
        assert_eq!(of(Role::Agent).collect::<Vec<_>>(), [run, run], "{end}");
        assert!(turn.work.iter().flat_map(|m| &m.tools).all(|t| t.status == tool), "{end}");
        page.event("TeamRunCompleted", saying(leader(), "Done"));
        let turn = page.turn();
        assert_eq!(turn.answer.tools[0].status, ToolStatus::Completed);
        assert!(turn.work.iter().all(|m| m.head.status != RunStatus::Started));
    }
}

#[test]
fn an_end_that_comes_late_still_counts() {
    use ai_stream_handler::state::tool::ToolStatus;
    let mut page = Page::asked();
    let mut failed = called(agent(), "c1", "search", json!({}), "no");
    failed["tool"]["tool_call_error"] = json!(true);
    page.event("RunStarted", agent())
        .event("ToolCallStarted", calling(agent(), "c1", "search", json!({})))
        .event("RunCompleted", saying(agent(), "Done"));
    assert_eq!(page.turn().answer.tools[0].status, ToolStatus::Completed);
    page.event("ToolCallCompleted", failed);
    let call = page.turn().answer.tools[0].clone();
    assert_eq!((call.status, call.result.as_deref()), (ToolStatus::Error, Some("no")));
}

// ── the notice of a routed team ────────────────────────────────────────────────────────────────────────────────

#[test]
fn the_notice_that_a_routed_team_streams_goes_when_the_run_continues() {
    const NOTICE: &str = "Member 'Mailer' requires human input before continuing.";
    let mut page = Page::asked();
    page.feed(agno("hitl_route.1")).end();
    assert_eq!((page.outcome(), page.answer()), (Some(Outcome::Paused), format!("I need to mail. {NOTICE}")));
    let point = page.client.conversation.resume_point().unwrap();
    let mut reloaded = Page::default();
    reloaded.client.conversation.restore(point);
    assert!(reloaded.answer().ends_with(NOTICE));
    for mut page in [page, reloaded] {
        page.begin(None).feed(agno("hitl_route.2")).end();
        assert_eq!(page.outcome(), Some(Outcome::Completed));
        assert_eq!(page.answer(), "I need to mail. All done, says the leader. ");
        assert_eq!(page.client.conversation.turns.len(), 1);
    }
}

#[test]
fn every_such_notice_goes_and_nothing_that_the_model_said() {
    for (said, left) in [
        ("Member 'A' requires human input before continuing.Member 'B' requires human input before continuing.", ""),
        ("Hm. Member 'O'Neil' requires human input before continuing. Task [t-1] paused.\n", "Hm. "),
        (
            "Member 'A' requires human input before continuing. Or not.",
            "Member 'A' requires human input before continuing. Or not.",
        ),
        ("Someone requires human input before continuing.", "Someone requires human input before continuing."),
    ] {
        let mut page = Page::asked();
        page.event("TeamRunStarted", leader())
            .event("TeamRunContent", saying(leader(), said))
            .event("TeamRunPaused", saying(leader(), said))
            .end();
        assert_eq!(page.answer(), said);
        page.begin(None).event("TeamRunContinued", leader()).event("TeamRunContent", saying(leader(), "Done."));
        assert_eq!(page.answer(), format!("{left}Done."));
    }
}

// ── streams of another protocol ────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_stream_of_another_protocol_fails_and_the_banner_says_what_it_is() {
    let chunk = r#"{"id":"1","object":"chat.completion.chunk","choices":[{"delta":{"content":"Hi"}}]}"#;
    for (stream, what) in [
        (format!("data: {chunk}\n\ndata: [DONE]\n\n"), "in the format of OpenAI's API"),
        (chunk.to_owned(), "in the format of OpenAI's API"),
        ("event: response.created\ndata: {\"type\":\"response.created\"}\n\n".into(), "in the format of OpenAI's API"),
        ("data: [DONE]\n\n".into(), "in the format of OpenAI's API"),
        (
            "data: {\"type\": \"text-delta\",\"id\":\"0\",\"delta\":\"Hi\"}\n\ndata: [DONE]\n\n".into(),
            "in the format of the AI SDK",
        ),
        ("data: {\"type\":\"start\"}\n\n".into(), "in the format of the AI SDK"),
        ("f:{\"messageId\":\"1\"}\n0:\"Hi\"\nd:{\"finishReason\":\"stop\"}\n".into(), "in the format of the AI SDK"),
        ("0:\"Hi\"\n".into(), "in the format of the AI SDK"),
        ("event: message_start\ndata: {\"type\":\"message_start\"}\n\n".into(), "in the format of Anthropic's API"),
        ("data: {\"candidates\":[]}\n\n".into(), "in the format of Google's API"),
        ("data: {\"type\":\"RUN_STARTED\"}\n\n".into(), "in the format of AG-UI"),
        ("{\"model\":\"m\",\"response\":\"Hi\",\"done\":false}\n".into(), "in the format of Ollama"),
        ("data: {\"jsonrpc\":\"2.0\",\"id\":1}\n\n".into(), "in JSON-RPC"),
        ("Hello, I am a model.\nHow are you?\n".into(), "with plain text"),
        ("Hello".into(), "with plain text"),
        ("data: Hello\n\ndata: there\n\n".into(), "with a stream of another kind"),
        ("data: {\"foo\":1}\n\n".into(), "with a stream of another kind"),
    ] {
        let mut page = read(&stream);
        let banner = format!("The server answered {what}, not with a stream of AgentOS. Is the address right?");
        assert_eq!((page.outcome(), page.banner()), (Some(Outcome::Failed), Some(banner)), "{stream}");
        let error = page.client.conversation.error.clone().unwrap();
        assert_eq!(serde_json::to_value(error).unwrap()["type"], "protocol");
    }
}

#[test]
fn a_stream_of_agentos_stays_one_whatever_else_it_carries_and_an_empty_one_is_interrupted() {
    let strange = "data: {\"choices\":[]}\n\nstrange line\n\n";
    let started = frame("RunStarted", agent());
    for stream in
        [format!("{strange}{started}"), format!("{started}{strange}"), ": keepalive\n\n".into(), String::new()]
    {
        assert_eq!(read(&stream).outcome(), Some(Outcome::Interrupted), "{stream}");
    }
}
