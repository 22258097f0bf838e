//! An answer of another client of the session: which frames are asked for, and what is shown of what comes.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::client::{Client, Config, Input, Output, PastVersion, Request};
use ai_stream_handler::retry::Headers;
use ai_stream_handler::state::{Outcome, Versions};
use common::{frame, saying, with};
use serde_json::{json, Value};

const SESSION: &str = "s";

fn agent(index: u64) -> Value {
    json!({"agent_id": "a", "agent_name": "Agent", "run_id": "r", "session_id": SESSION, "event_index": index})
}

/// A client that has loaded a turn whose stored run has these frames.
fn opened(frames: &str) -> Client {
    opened_with(Config::default(), frames)
}

fn opened_with(config: Config, frames: &str) -> Client {
    let path = "/agents/a/runs".to_owned();
    let mut client = Client::new(Config { runs: path.clone(), path, background: true, ..config });
    client.handle(Input::Clear { session_id: Some(SESSION) }, 1.0);
    client.handle(Input::LoadTurn { text: Some("Why?"), at: 1.0, frames: frames.as_bytes() }, 1.0);
    client
}

fn follow(client: &mut Client, stream: Option<&str>) -> Request {
    let turn = client.conversation.turns[0].id;
    client.handle(Input::Follow { ticket: 1, turn, stream }, 2.0);
    let requests = std::iter::from_fn(|| client.poll_output()).filter_map(|output| match output {
        Output::Fetch(request) => Some(request),
        _ => None,
    });
    requests.last().expect("a request")
}

fn answer(client: &mut Client, request: &Request, frames: &str) -> Option<Outcome> {
    let opened =
        Input::Opened { request: request.id, status: 200, content_type: "text/event-stream", headers: Headers("") };
    client.handle(opened, 3.0);
    client.handle(Input::Chunk { request: request.id, bytes: frames.as_bytes() }, 3.0);
    client.handle(Input::Closed { request: request.id }, 4.0);
    client.conversation.turns[0].outcome
}

fn text_of(client: &Client) -> &str {
    client.conversation.turns[0].answer.text.as_str()
}

#[test]
fn a_run_that_is_stored_as_running_is_asked_for_from_its_beginning_and_shown_once() {
    let begun = frame("RunStarted", agent(0)) + &frame("RunContent", saying(agent(1), "One "));
    let mut client = opened(&begun);
    assert_eq!(client.conversation.turns[0].outcome, Some(Outcome::Interrupted));
    let request = follow(&mut client, None);
    assert_eq!(
        (request.url.as_str(), request.fields.clone()),
        ("/agents/a/runs/r/resume", vec![field("session_id", SESSION)])
    );
    let rest = begun + &frame("RunContent", saying(agent(2), "two.")) + &completed(3, "One two.");
    assert_eq!(answer(&mut client, &request, &rest), Some(Outcome::Completed));
    assert_eq!(text_of(&client), "One two.");
    assert_eq!(client.conversation.turns.len(), 1);
}

#[test]
fn a_stream_that_contains_a_pause_contains_what_followed_it() {
    let paused = frame("RunStarted", agent(0))
        + &frame("RunContent", saying(agent(1), "May I? "))
        + &frame("RunPaused", with(agent(2), json!({"tools": [{"tool_call_id": "c", "tool_name": "send_mail"}]})));
    let mut client = opened(&paused);
    assert_eq!(client.conversation.turns[0].outcome, Some(Outcome::Paused));
    let request = follow(&mut client, None);
    let rest = paused
        + &frame("RunContinued", agent(3))
        + &frame("RunContent", saying(agent(4), "Sent."))
        + &completed(5, "Sent.");
    assert_eq!(answer(&mut client, &request, &rest), Some(Outcome::Completed));
    assert_eq!(text_of(&client), "May I? Sent.");
    assert!(client.conversation.turns[0].pause.is_none());
}

#[test]
fn a_stream_that_contains_a_failure_contains_what_followed_it_in_the_same_run() {
    let failed = frame("RunStarted", agent(0))
        + &frame("ModelRequestStarted", agent(1))
        + &frame("RunContent", saying(agent(2), "So f"))
        + &frame("RunError", with(agent(3), json!({"content": "overloaded"})));
    let rest = failed.clone()
        + &frame("RunContinued", agent(4))
        + &frame("ModelRequestStarted", agent(5))
        + &frame("RunContent", saying(agent(6), "So far."))
        + &completed(7, "So far.");
    let mut client = opened(&failed);
    assert_eq!(client.conversation.turns[0].outcome, Some(Outcome::Failed));
    let request = follow(&mut client, None);
    assert_eq!(answer(&mut client, &request, &rest), Some(Outcome::Completed));
    // Stored as a whole, it is the same.
    for client in [client, opened(&rest)] {
        let turn = &client.conversation.turns[0];
        assert_eq!((text_of(&client), turn.outcome, turn.attempts), ("So far.", Some(Outcome::Completed), 2));
        assert!(turn.error.is_none() && client.conversation.error.is_none());
    }
}

#[test]
fn behind_a_pause_in_the_foreground_the_numbers_begin_again() {
    let unnumbered = |event: &str, more: Value| {
        frame(event, with(json!({"agent_id": "a", "run_id": "r", "session_id": SESSION}), more))
    };
    let paused = unnumbered("RunStarted", json!({}))
        + &unnumbered("RunContent", json!({"content": "May I? "}))
        + &unnumbered("RunPaused", json!({"tools": [{"tool_call_id": "c", "tool_name": "send_mail"}]}));
    let mut client = opened(&paused);
    let request = follow(&mut client, None);
    let rest =
        frame("RunContinued", agent(0)) + &frame("RunContent", saying(agent(1), "Sent.")) + &completed(2, "Sent.");
    assert_eq!(answer(&mut client, &request, &rest), Some(Outcome::Completed));
    assert_eq!(text_of(&client), "May I? Sent.");
}

#[test]
fn a_regeneration_is_a_version_and_the_frames_of_its_source_are_not_shown_again() {
    let source = frame("RunStarted", agent(0)) + &frame("RunContent", saying(agent(1), "One.")) + &completed(2, "One.");
    let mut client = opened(&source);
    let request = follow(&mut client, Some("r"));
    assert_eq!(request.url, "/agents/a/runs/r/resume");
    let new = |index: u64, more: Value| with(agent(index), with(json!({"run_id": "r2"}), more));
    let rest = source
        + &frame("RunContinued", new(3, json!({})))
        + &frame("RunContent", new(4, json!({"content": "Two."})))
        + &frame("RunCompleted", new(5, json!({"content": "Two."})));
    assert_eq!(answer(&mut client, &request, &rest), Some(Outcome::Completed));
    assert_eq!((text_of(&client), client.conversation.turns[0].versions()), ("Two.", Versions { index: 1, count: 2 }));
}

#[test]
fn a_run_that_is_sent_from_its_beginning_and_breaks_off_is_not_complete() {
    let begun = frame("RunStarted", agent(0)) + &frame("RunContent", saying(agent(1), "One "));
    let mut config = Config::default();
    config.resume.max_retries = 0;
    let mut client = opened_with(config, &begun);
    let request = follow(&mut client, None);
    assert_eq!(answer(&mut client, &request, &begun), Some(Outcome::Interrupted));
}

#[test]
fn a_version_that_the_user_looks_at_stays_when_the_frames_of_the_live_one_begin() {
    let mut client = opened(&(frame("RunStarted", agent(0)) + &completed(1, "One.")));
    let version = PastVersion { turn: 0, text: None, edits: false, keeps_work: false, at: 1.0 };
    let begun = frame("RunStarted", with(agent(0), json!({"run_id": "r2"})));
    client.handle(Input::LoadVersion { version, frames: begun.as_bytes() }, 1.0);
    let request = follow(&mut client, None);
    let turn = client.conversation.turns[0].id;
    client.handle(Input::ShowVersion { turn, index: 0 }, 2.0);
    let rest = begun + &frame("RunContent", with(agent(1), json!({"run_id": "r2", "content": "Two."})));
    answer(&mut client, &request, &rest);
    assert_eq!((text_of(&client), client.conversation.turns[0].versions()), ("Two.", Versions { index: 0, count: 2 }));
}

#[test]
fn a_turn_that_an_edit_took_from_the_model_is_not_followed() {
    let mut client = opened(&(frame("RunStarted", agent(0)) + &completed(1, "One.")));
    let begun = frame("RunStarted", with(agent(0), json!({"run_id": "r2"})));
    client.handle(Input::LoadTurn { text: Some("And?"), at: 1.0, frames: begun.as_bytes() }, 1.0);
    let version = PastVersion { turn: 0, text: Some("Why not?"), edits: true, keeps_work: false, at: 1.0 };
    client.handle(Input::LoadVersion { version, frames: completed(0, "Because.").as_bytes() }, 1.0);
    let turn = client.conversation.turns[1].id;
    while client.poll_output().is_some() {}
    client.handle(Input::Follow { ticket: 7, turn, stream: None }, 2.0);
    let outputs: Vec<Output> = std::iter::from_fn(|| client.poll_output()).collect();
    assert!(!outputs.iter().any(|output| matches!(output, Output::Fetch(_))), "{outputs:?}");
    assert!(outputs.iter().any(|output| matches!(output, Output::Settled { ticket: 7, .. })), "{outputs:?}");
}

#[test]
fn what_cannot_be_followed_settles_at_once_and_changes_nothing() {
    let mut client = opened(&(frame("RunStarted", agent(0)) + &completed(1, "One.")));
    while client.poll_output().is_some() {}
    client.handle(Input::Follow { ticket: 7, turn: 99, stream: None }, 2.0);
    let outputs: Vec<Output> = std::iter::from_fn(|| client.poll_output()).collect();
    assert!(outputs.contains(&Output::Settled { ticket: 7, outcome: Outcome::Completed }), "{outputs:?}");
    assert!(!outputs.iter().any(|output| matches!(output, Output::Fetch(_))));
    assert_eq!(text_of(&client), "One.");
}

fn completed(index: u64, text: &str) -> String {
    frame("RunCompleted", saying(agent(index), text))
}

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
