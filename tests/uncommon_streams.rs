//! What real backends send although no specification foresees it. `fixtures/agno` are streams of agno 3.1.10.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::state::Outcome;
use common::{agent, agno, frame, saying, with, Page};
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
