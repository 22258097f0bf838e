//! Workflows with an agent of their own, which answers by itself or runs the workflow (fixtures/agno, agno 3.1.10).
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::state::message::RunStatus;
use ai_stream_handler::state::Outcome;
use common::{agno, frame, Page};
use serde_json::json;

fn read(stream: impl AsRef<[u8]>) -> Page {
    let mut page = Page::asked();
    page.feed(stream).end();
    page
}

/// The frames of a stream, from the one with this name on.
fn from(name: &str, frame: &str) -> Vec<u8> {
    let stream = String::from_utf8(agno(name)).unwrap();
    stream.as_bytes()[stream.find(frame).unwrap()..].to_vec()
}

#[test]
fn what_the_agent_says_by_itself_is_the_workflows_one_answer() {
    for stream in [agno("wf_agent_direct"), from("wf_agent_direct", "event: RunContent")] {
        let mut page = read(stream);
        assert_eq!(
            (page.outcome(), page.answer()),
            (Some(Outcome::Completed), "I can answer that directly. ".to_owned())
        );
        let turn = page.turn();
        assert_eq!((turn.work.len(), turn.answer.head.status), (0, RunStatus::Completed));
        assert_eq!(turn.answer.head.agent_name.as_deref(), Some("Flow"));
        assert_eq!(
            turn.run_id.as_deref(),
            Some("09c9aa7a-d05d-459d-a82a-c1cbf2ea14ca"),
            "the workflow's, not the agent's"
        );
        assert_eq!(page.client.conversation.diagnostics.unknown_events, 0);
    }
}

#[test]
fn it_streams_as_the_answer_and_the_workflow_is_at_work() {
    let mut page = Page::asked();
    let stream = String::from_utf8(agno("wf_agent_direct")).unwrap();
    page.feed(&stream[..stream.find("event: WorkflowAgentCompleted").unwrap()]);
    assert_eq!((page.answer(), page.outcome()), ("I can answer that directly. ".to_owned(), None));
    assert_eq!(page.activity().as_deref(), Some("Flow is responding..."));
}

#[test]
fn where_it_runs_the_workflow_the_steps_answer_and_nothing_is_left_started() {
    let mut page = read(agno("wf_agent_runs"));
    assert_eq!((page.outcome(), page.answer()), (Some(Outcome::Completed), "Step text. ".to_owned()));
    let turn = page.turn();
    let work: Vec<_> = turn.work.iter().map(|m| (m.text.as_str(), m.head.status)).collect();
    assert_eq!(work, [("Step text. ", RunStatus::Completed)]);
    let last = turn.timeline.entries().last().unwrap();
    assert_eq!(last.event_type, "WorkflowAgentCompleted");
    assert_eq!(last.details.data.as_deref(), Some("\"The workflow said: Step text. \""), "its own last words");
}

#[test]
fn what_it_says_before_it_runs_the_workflow_gives_way_to_the_workflows_content() {
    let ids = json!({"workflow_id": "flow", "workflow_name": "Flow", "session_id": "s"});
    let mut page = Page::asked();
    page.event("WorkflowAgentStarted", ids.clone())
        .feed(frame(
            "RunContent",
            json!({"agent_id": "x", "run_id": "a", "workflow_agent": true, "content": "Let me see. "}),
        ))
        .event("WorkflowStarted", common::with(ids.clone(), json!({"run_id": "w"})));
    assert_eq!(page.answer(), "Let me see. ");
    page.event("WorkflowCompleted", common::with(ids, json!({"run_id": "w", "content": "42"})));
    assert_eq!((page.answer(), page.turn().attempts), ("42".to_owned(), 1));
}
