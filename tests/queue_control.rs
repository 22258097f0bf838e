//! The queue in the user's hands: stop keeps what waits, and each waiting send can be edited, moved and sent now.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod simulation;

use ai_stream_handler::client::{Input, Output, WaitsFor};
use ai_stream_handler::state::Outcome;
use common::{frame, leader_of, NOW};
use serde_json::json;
use simulation::{config, Answer, World};

/// The queue as the page sees it, held-back sends included.
fn queue(world: &World) -> Vec<&str> {
    world.page.client.queue().map(|send| send.text).collect()
}

fn said(world: &World) -> Vec<String> {
    let message = |fields: &Vec<(String, String)>| fields.iter().find(|(n, _)| n == "message").unwrap().1.clone();
    world.requests.iter().map(|(_, request)| message(&request.fields)).collect()
}

fn head(world: &mut World, field: &str) -> serde_json::Value {
    world.page.view()["head"][field].clone()
}

/// `first` streams, `two` and `three` wait.
fn busy() -> World {
    let mut world = World::new([Answer::Open(frame("TeamRunStarted", leader_of("run-1")))]);
    for text in ["first", "two", "three"] {
        world.send(text);
    }
    world
}

/// `two` is held back for a limit that lasts 12 seconds, `three` waits behind it.
fn held() -> World {
    let mut world = World::new([Answer::Http(429, Some("12"), String::new())]);
    world.send("one");
    world.input(Input::Cancel);
    for text in ["two", "three"] {
        world.send(text);
    }
    assert_eq!(queue(&world), ["two", "three"]);
    world
}

#[test]
fn cancel_stops_the_answer_and_pauses_the_queue_until_it_is_resumed() {
    let mut world = busy();
    world.input(Input::Cancel);
    assert_eq!(
        (world.outcome_of(1), world.outcome_of(2), queue(&world)),
        (Some(Outcome::Cancelled), None, vec!["two", "three"])
    );
    assert_eq!((head(&mut world, "queuePaused"), head(&mut world, "status")), (json!(true), json!("cancelled")));
    assert!(world.page.client.queue().all(|send| send.waits_for == WaitsFor::Resume));
    world.rest();
    world.pass(1_000.0);
    assert_eq!(world.requests.len(), 1, "nothing leaves a paused queue");
    world.input(Input::ResumeQueue);
    assert_eq!(head(&mut world, "queuePaused"), json!(false));
    world.rest();
    assert_eq!(said(&world), ["first", "two", "three"]);
    assert!(!world.page.client.handle(Input::ResumeQueue, NOW), "it is not paused");
}

#[test]
fn the_users_next_message_goes_out_at_once_and_resumes_the_queue() {
    let mut world = busy();
    world.input(Input::Cancel);
    world.send_in_background("later");
    assert_eq!((head(&mut world, "queuePaused"), world.requests.len()), (json!(true), 1), "the page's own does not");
    world.send("instead");
    world.rest();
    assert_eq!(said(&world), ["first", "instead", "two", "three", "later"]);
}

#[test]
fn without_anything_that_waits_cancel_pauses_nothing() {
    let mut world = World::new([Answer::Silence]);
    world.send("one");
    world.input(Input::Cancel);
    assert_eq!(head(&mut world, "queuePaused"), json!(false));
    assert!(!world.page.client.handle(Input::Cancel, NOW));
}

#[test]
fn a_paused_queue_that_becomes_empty_is_not_paused() {
    for drop_all in [true, false] {
        let mut world = busy();
        world.input(Input::Cancel);
        assert!(!world.page.client.handle(Input::Cancel, NOW), "a second time");
        if drop_all {
            world.input(Input::CancelAll);
        } else {
            world.input(Input::CancelQueued { ticket: 2 });
            assert_eq!(head(&mut world, "queuePaused"), json!(true));
            world.input(Input::CancelQueued { ticket: 3 });
        }
        assert_eq!((world.outcome_of(2), world.outcome_of(3)), (Some(Outcome::Cancelled), Some(Outcome::Cancelled)));
        assert_eq!(head(&mut world, "queuePaused"), json!(false));
    }
}

#[test]
fn dropping_the_queue_with_the_answer_is_cancel_all() {
    let mut world = busy();
    world.input(Input::CancelAll);
    assert_eq!([1, 2, 3].map(|ticket| world.outcome_of(ticket)), [Some(Outcome::Cancelled); 3]);
    assert_eq!((queue(&world), world.requests.len()), (vec![], 1));
}

#[test]
fn a_send_now_stops_the_answer_here_and_on_the_server_and_the_queue_follows_it() {
    let mut config = config();
    config.runs = config.path.clone();
    let mut world = World::with(config, [Answer::Open(frame("TeamRunStarted", leader_of("run-1")))]);
    world.send("first");
    world.send("two");
    world.page.handle(Input::SendNow { ticket: 9, text: "now", files: &[] });
    let outputs = world.page.outputs();
    let stops = |o: &Output| matches!(o, Output::Call(call) if call.url.ends_with("/run-1/cancel"));
    assert_eq!(outputs.iter().filter(|o| stops(o)).count(), 1, "{outputs:?}");
    assert!(outputs.iter().any(|o| matches!(o, Output::Settled { ticket: 1, outcome: Outcome::Cancelled })));
    let fetched: Vec<_> =
        outputs.iter().filter_map(|o| if let Output::Fetch(r) = o { Some(r) } else { None }).collect();
    assert_eq!((fetched.len(), fetched[0].ticket, queue(&world)), (1, 9, vec!["two"]));
    let request = fetched[0].id;
    world.reply(request, Answer::Says("Now."));
    world.rest();
    assert_eq!(said(&world), ["first", "two"]);
    assert_eq!((world.outcome_of(9), world.outcome_of(2)), (Some(Outcome::Completed), Some(Outcome::Completed)));
}

#[test]
fn a_send_now_when_nothing_runs_is_a_send_and_a_finished_answer_stays_finished() {
    let mut world = World::new([]);
    world.input(Input::SendNow { ticket: 1, text: "now", files: &[] });
    world.rest();
    world.input(Input::SendNow { ticket: 2, text: "again", files: &[] });
    world.rest();
    assert_eq!([1, 2].map(|t| world.outcome_of(t)), [Some(Outcome::Completed); 2]);
}

#[test]
fn a_send_now_waits_for_a_rate_limit_and_overtakes_what_is_held_back() {
    let mut world = held();
    world.input(Input::SendNow { ticket: 9, text: "now", files: &[] });
    assert_eq!(queue(&world), ["now", "two", "three"]);
    assert_eq!(world.page.turn().user.unwrap().text.as_str(), "now");
    world.rest();
    assert_eq!(said(&world), ["one", "now", "two", "three"]);
    assert_eq!(world.times()[1], 12.0);
}

#[test]
fn a_queued_send_can_be_edited() {
    let mut world = busy();
    world.input(Input::EditQueued { ticket: 3, text: "drei" });
    assert_eq!(queue(&world), ["two", "drei"]);
    assert!(!world.page.client.handle(Input::EditQueued { ticket: 1, text: "x" }, NOW), "it runs");
    assert!(!world.page.client.handle(Input::EditQueued { ticket: 99, text: "x" }, NOW));

    let mut world = held();
    world.input(Input::EditQueued { ticket: 2, text: "zwei" });
    assert_eq!(world.page.turn().user.unwrap().text.as_str(), "zwei", "the user sees what will be sent");
    assert_eq!(world.page.client.conversation.turns.len(), 2);
    world.rest();
    assert_eq!(said(&world), ["one", "zwei", "three"]);
}

#[test]
fn a_queued_send_can_be_moved() {
    let mut world = busy();
    world.send("four");
    for (ticket, index, expected) in [
        (4, 0, ["four", "two", "three"]),
        (4, 1, ["two", "four", "three"]),
        (2, usize::MAX, ["four", "three", "two"]),
        (3, 1, ["four", "three", "two"]),
    ] {
        assert!(world.page.client.handle(Input::MoveQueued { ticket, index }, NOW));
        assert_eq!(queue(&world), expected);
    }
    assert!(!world.page.client.handle(Input::MoveQueued { ticket: 1, index: 0 }, NOW), "it runs");

    // The held-back send gives up its place, and its turn is the other's.
    let mut world = held();
    world.input(Input::MoveQueued { ticket: 2, index: 1 });
    assert_eq!(queue(&world), ["three", "two"]);
    assert_eq!(world.page.turn().user.unwrap().text.as_str(), "three");
    world.rest();
    assert_eq!(said(&world), ["one", "three", "two"]);
}

#[test]
fn a_message_moved_to_the_front_stays_there() {
    let mut world = busy();
    let later = world.send_in_background("later");
    world.input(Input::MoveQueued { ticket: later, index: 0 });
    world.send("four");
    assert_eq!(queue(&world), ["later", "two", "three", "four"]);
}

#[test]
fn a_queued_send_can_be_sent_now() {
    let mut world = busy();
    world.input(Input::SendQueuedNow { ticket: 3 });
    assert_eq!((world.outcome_of(1), queue(&world)), (Some(Outcome::Cancelled), vec![]));
    world.rest();
    assert_eq!(said(&world), ["first", "three", "two"]);

    // Not even a limit is waited for.
    let mut world = held();
    world.input(Input::SendQueuedNow { ticket: 3 });
    world.rest();
    assert_eq!(
        (said(&world), &world.times()[1..]),
        (vec!["one".into(), "three".into(), "two".into()], &[0.0, 0.0][..])
    );
    let mut world = held();
    world.input(Input::SendQueuedNow { ticket: 2 });
    assert_eq!((said(&world)[1].as_str(), world.times()[1]), ("two", 0.0));

    // Out of a paused queue: this one alone.
    let mut world = busy();
    world.input(Input::Cancel);
    world.input(Input::SendQueuedNow { ticket: 3 });
    world.rest();
    assert_eq!((said(&world), queue(&world)), (vec!["first".into(), "three".into()], vec!["two"]));
    assert_eq!(head(&mut world, "queuePaused"), json!(true));
}

#[test]
fn what_never_reached_the_server_is_given_back() {
    let unsent = |world: &mut World| {
        let turns = world.page.view()["turns"].clone();
        turns.as_array().unwrap().last().unwrap()["facts"]["unsent"].clone()
    };
    for (answer, expected) in [
        (Answer::Unreachable, Some("hello")),
        (Answer::Http(401, None, String::new()), Some("hello")),
        (Answer::Http(422, None, String::new()), Some("hello")),
        (Answer::Http(500, None, String::new()), None),
        (Answer::RunError("no".into()), None),
        (Answer::Cut, None),
        (Answer::Says("Fine."), None),
    ] {
        let mut config = config();
        config.retry.max_retries = 0;
        let mut world = World::with(config, [answer.clone()]);
        world.ask("hello");
        assert_eq!(unsent(&mut world), json!(expected), "{answer:?}");
    }
    let mut world = World::new([Answer::Silence]);
    world.send("one");
    world.input(Input::NotSent { request: 1 });
    assert_eq!((world.outcome_of(1), unsent(&mut world)), (Some(Outcome::Failed), json!("one")));
    let mut world = held();
    world.input(Input::Cancel);
    assert_eq!((world.outcome_of(2), unsent(&mut world)), (Some(Outcome::Cancelled), json!("two")));
}

const BUSY_409: &str =
    r#"{"detail":"Session s already has run r in flight.","error_id":"session_busy","error_type":"session_busy"}"#;

fn busy_200() -> Answer {
    Answer::Frames(frame(
        "RunError",
        json!({"agent_id": "", "error_type": "session_busy", "error_id": "session_busy",
        "content": "Session s already has run r in flight."}),
    ))
}

#[test]
fn a_busy_session_queues_the_message_until_it_is_free() {
    let http = || Answer::Http(409, None, BUSY_409.into());
    for answers in [[http(), http()], [busy_200(), busy_200()]] {
        let mut world = World::new(answers);
        let ticket = world.send("one");
        assert_eq!((world.outcome_of(ticket), queue(&world)), (None, vec!["one"]));
        assert_eq!(world.page.client.queue().next().unwrap().waits_for, WaitsFor::Run);
        assert_eq!(head(&mut world, "pacing")["cause"], "session");
        assert_eq!((head(&mut world, "error"), world.page.turn().timeline.entries().len()), (json!(null), 0));
        world.rest();
        assert_eq!((world.outcome_of(ticket), world.times()), (Some(Outcome::Completed), vec![0.0, 1.0, 3.0]));
        assert_eq!(head(&mut world, "pacing"), json!(null));
        assert!(queue(&world).is_empty());
        assert_eq!(world.page.turn().attempts, 1);
    }
}

#[test]
fn any_other_conflict_and_a_stream_that_the_page_feeds_fail_as_they_did() {
    let mut world = World::new([Answer::Http(409, None, r#"{"detail":"run is cancelled"}"#.into())]);
    assert_eq!(world.ask("one"), Outcome::Failed);
    let mut world = World::new([]);
    world.input(Input::Begin { text: Some("one") });
    let Answer::Frames(frames) = busy_200() else { unreachable!() };
    world.input(Input::Feed(frames.as_bytes()));
    world.input(Input::End);
    assert_eq!(world.page.outcome(), Some(Outcome::Failed));
}

#[test]
fn a_busy_session_can_be_asked_again_at_once_or_given_up() {
    let mut world = World::new([busy_200()]);
    let ticket = world.send("one");
    world.input(Input::RetryNow);
    world.rest();
    assert_eq!((world.outcome_of(ticket), world.times()), (Some(Outcome::Completed), vec![0.0, 0.0]));
    let mut world = World::new([busy_200()]);
    let ticket = world.send("one");
    world.input(Input::Cancel);
    assert_eq!((world.outcome_of(ticket), world.page.status()), (Some(Outcome::Cancelled), "cancelled".into()));
    world.rest();
}
