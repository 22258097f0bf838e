//! Sends that wait: for the running answer, for a limit hit here or in another tab, for the quota.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod simulation;

use ai_stream_handler::client::{Config, Input, Priority, WaitsFor};
use ai_stream_handler::retry::Policy;
use ai_stream_handler::state::{Outcome, PacingCause};
use common::{frame, leader_of, nameless, saying, with, Recording, NOW};
use serde_json::{json, Value};
use simulation::{config, quota_body, Answer, World};

const MODEL: &str = "gemini-2.5-flash";

/// A run whose one model request uses this many input tokens, and 10 output tokens.
fn costing(run: &str, input: u64) -> Answer {
    let run = leader_of(run);
    let request = json!({"model": MODEL, "input_tokens": input, "output_tokens": 10, "total_tokens": input + 10});
    let metrics = json!({"metrics": {"input_tokens": input, "output_tokens": 10, "total_tokens": input + 10}});
    let frames = [
        frame("TeamRunStarted", run.clone()),
        frame("TeamModelRequestStarted", with(run.clone(), json!({"model": MODEL}))),
        frame("TeamRunContent", saying(run.clone(), "Yes.")),
        frame("TeamModelRequestCompleted", with(run.clone(), request)),
        frame("MetricsUpdate", with(run.clone(), metrics.clone())),
        frame("TeamRunCompleted", with(saying(run, "Yes."), metrics)),
    ];
    Answer::Frames(frames.concat())
}

fn with_quota(limit: u64, script: impl IntoIterator<Item = Answer>) -> World {
    let mut world = World::new(script);
    world.page.client.conversation.quota.set(None, limit);
    world
}

fn queue(world: &World) -> Vec<(String, WaitsFor)> {
    world.page.client.queue().map(|send| (send.text.to_owned(), send.waits_for)).collect()
}

fn said(world: &World) -> Vec<String> {
    let message = |fields: &Vec<(String, String)>| fields.iter().find(|(n, _)| n == "message").unwrap().1.clone();
    world.requests.iter().map(|(_, request)| message(&request.fields)).collect()
}

fn pacing(world: &mut World) -> Value {
    world.page.view()["head"]["pacing"].clone()
}

#[test]
fn the_users_own_go_before_background_ones_and_each_kind_in_its_order() {
    let mut world = World::new([Answer::Silence]);
    let first = world.send("first");
    world.send_in_background("background 1");
    world.send("user 1");
    world.send_in_background("background 2");
    world.send("user 2");
    let expected = ["user 1", "user 2", "background 1", "background 2"];
    assert_eq!(queue(&world), expected.map(|text| (text.to_owned(), WaitsFor::Run)));
    let view = world.page.view()["head"]["queue"].clone();
    let entry = json!({"id": 3, "text": "user 1", "priority": "user", "since": NOW, "waitsFor": "run"});
    assert_eq!((&view[0], &view[2]["priority"]), (&entry, &json!("background")));
    let request = world.requests[0].1.id;
    world.reply(request, Answer::Says("Hi."));
    world.rest();
    assert_eq!(
        (said(&world).as_slice(), world.outcome_of(first)),
        (
            ["first", "user 1", "user 2", "background 1", "background 2"].map(str::to_owned).as_slice(),
            Some(Outcome::Completed),
        )
    );
    assert_eq!(queue(&world), []);
}

#[test]
fn each_waiting_send_can_be_cancelled_and_the_others_stay() {
    let mut world = World::new([Answer::Silence]);
    world.send("first");
    let (two, three) = (world.send("two"), world.send("three"));
    world.input(Input::CancelQueued { ticket: two });
    assert_eq!((world.outcome_of(two), world.outcome_of(three)), (Some(Outcome::Cancelled), None));
    assert_eq!(queue(&world), [("three".to_owned(), WaitsFor::Run)]);
    assert!(!world.page.client.handle(Input::CancelQueued { ticket: two }, NOW), "it does not wait any more");
    assert!(!world.page.client.handle(Input::CancelQueued { ticket: 1 }, NOW), "it runs");
    world.input(Input::CancelAll);
    assert_eq!((world.outcome_of(three), queue(&world)), (Some(Outcome::Cancelled), vec![]));
}

#[test]
fn what_is_sent_while_a_retry_waits_goes_out_behind_it() {
    let mut world = World::new([Answer::Http(429, None, String::new())]);
    let (one, two) = (world.send("one"), world.send("two"));
    assert_eq!(queue(&world), [("two".to_owned(), WaitsFor::Run)]);
    world.rest();
    assert_eq!((world.outcome_of(one), world.outcome_of(two)), (Some(Outcome::Completed), Some(Outcome::Completed)));
    assert_eq!((said(&world), world.times()), (vec!["one".into(), "one".into(), "two".into()], vec![0.0, 5.0, 5.0]));
}

#[test]
fn while_a_limit_cools_down_a_new_send_is_held_back_in_sight_and_then_goes() {
    let mut world = World::new([Answer::Http(429, Some("12"), String::new())]);
    world.send("one");
    world.input(Input::Cancel);
    let two = world.send("two");
    assert_eq!(world.requests.len(), 1);
    assert_eq!(world.page.activity().as_deref(), Some("Waiting 12 seconds to stay under the rate limit..."));
    let expected = json!({"delay": 12.0, "resumesAt": NOW + 12.0, "cause": "limit",
        "message": "Waiting 12 seconds to stay under the rate limit..."});
    assert_eq!(pacing(&mut world), expected);
    assert_eq!(world.page.status(), "connecting");
    assert_eq!(world.page.turn().user.unwrap().text.as_str(), "two", "the user sees what they said");
    assert_eq!(queue(&world), [("two".to_owned(), WaitsFor::Limit)]);
    let three = world.send("three");
    assert_eq!(queue(&world), [("two".to_owned(), WaitsFor::Limit), ("three".to_owned(), WaitsFor::Limit)]);
    world.rest();
    assert_eq!((world.times(), pacing(&mut world)), (vec![0.0, 12.0, 12.0], Value::Null));
    assert_eq!((world.outcome_of(two), world.outcome_of(three)), (Some(Outcome::Completed), Some(Outcome::Completed)));
}

#[test]
fn a_held_back_send_can_be_sent_now_or_cancelled_like_any_other() {
    let held = || {
        let mut world = World::new([Answer::Http(429, Some("12"), String::new())]);
        world.send("one");
        world.input(Input::Cancel);
        let ticket = world.send("two");
        (world, ticket)
    };
    let (mut world, ticket) = held();
    world.pass(2.0);
    world.input(Input::RetryNow);
    world.rest();
    assert_eq!((world.times(), world.outcome_of(ticket)), (vec![0.0, 2.0], Some(Outcome::Completed)));

    let (mut world, ticket) = held();
    world.input(Input::CancelQueued { ticket });
    assert_eq!((world.outcome_of(ticket), world.page.outcome()), (Some(Outcome::Cancelled), Some(Outcome::Cancelled)));
    world.rest();
    assert_eq!((world.requests.len(), world.page.activity(), pacing(&mut world)), (1, None, Value::Null));

    let (mut world, ticket) = held();
    world.input(Input::Cancel);
    assert_eq!(world.outcome_of(ticket), Some(Outcome::Cancelled));

    // Setting the clock back by an hour does not extend the wait.
    let (mut world, _) = held();
    world.page.now = NOW - 3_600.0;
    world.input(Input::Tick);
    assert_eq!(world.wake, Some(NOW - 3_600.0 + 12.0));
}

#[test]
fn a_background_send_waits_for_the_limit_in_the_queue_and_lets_the_user_go_first() {
    let mut world = World::new([Answer::Http(429, Some("12"), String::new())]);
    world.send("one");
    world.input(Input::Cancel);
    let background = world.send_in_background("background");
    assert_eq!(queue(&world), [("background".to_owned(), WaitsFor::Limit)]);
    assert_eq!(
        (world.page.client.conversation.turns.len(), pacing(&mut world)),
        (1, Value::Null),
        "nobody asked for it"
    );
    assert_eq!(world.wake, Some(NOW + 12.0));
    world.pass(1.0);
    world.send("user");
    assert_eq!(queue(&world)[0].0, "user");
    world.rest();
    assert_eq!(
        (said(&world), world.outcome_of(background)),
        (vec!["one".into(), "user".into(), "background".into()], Some(Outcome::Completed),)
    );
    assert_eq!(Priority::default(), Priority::User);
}

#[test]
fn what_waits_in_the_queue_alone_is_cancelled_too_and_takes_no_place_from_the_user() {
    let waiting = || {
        let mut config = config();
        config.limits.max_queued = 1;
        let mut world = World::with(config, [Answer::Http(429, Some("12"), String::new())]);
        world.send("one");
        world.input(Input::Cancel);
        let first = world.send_in_background("background");
        assert_eq!((world.outcome_of(first), queue(&world).len()), (None, 1));
        (world, first)
    };
    let (mut world, first) = waiting();
    world.input(Input::CancelAll);
    assert_eq!((world.outcome_of(first), queue(&world).len()), (Some(Outcome::Cancelled), 0));

    let (mut world, first) = waiting();
    let second = world.send_in_background("one more");
    assert_eq!(world.outcome_of(second), Some(Outcome::Cancelled), "the queue is full");
    let user = world.send("user");
    assert_eq!(world.outcome_of(user), None, "nothing runs: the user's own need not queue");
    world.rest();
    assert_eq!((world.outcome_of(user), world.outcome_of(first)), (Some(Outcome::Completed), Some(Outcome::Completed)));
}

#[test]
fn other_tabs_are_told_once_of_a_limit_and_once_that_it_is_over() {
    let mut world = World::new([Answer::Http(429, Some("12"), String::new())]);
    world.ask("hello");
    assert_eq!(world.limits, [Some(12.0), None]);
    world.ask("again");
    assert_eq!(world.limits.len(), 2, "no news");

    let run = |n: u32| leader_of(&format!("r{n}"));
    let by_server =
        frame("TeamRunStarted", run(1)) + &nameless("retry", json!({"attempt": 1, "max_retries": 3, "delay": 9}));
    let mut world = World::new([Answer::Open(by_server)]);
    world.send("hello");
    let request = world.requests[0].1.id;
    assert_eq!(world.limits, [Some(9.0)], "a limit that the server waits out is one too");
    world.input(Input::Chunk { request, bytes: frame("TeamRunCompleted", saying(run(2), "Hi.")).as_bytes() });
    assert_eq!(world.limits, [Some(9.0), None]);
    // Also if everything arrives in one chunk.
    let in_one_piece = [
        frame("TeamRunStarted", run(1)),
        nameless("retry", json!({"attempt": 1, "max_retries": 3, "delay": 9})),
        frame("TeamRunStarted", run(2)),
        frame("TeamRunContent", saying(run(2), "Hi.")),
    ];
    let mut world = World::new([Answer::Open(in_one_piece.concat())]);
    world.send("hello");
    assert_eq!(world.limits, [Some(9.0)]);

    let mut world = World::new([Answer::Http(503, Some("12"), String::new()), Answer::Unreachable]);
    world.ask("hello");
    assert_eq!(world.limits, [], "neither is a limit of a key that others use");
}

#[test]
fn another_tabs_limit_holds_back_a_little_longer_than_it_lasts_and_until_it_is_over() {
    let delays: Vec<f64> = (0..20u32)
        .map(|n| {
            let mut world = World::with(Config { seed: n * 104_729, ..config() }, []);
            world.input(Input::LimitElsewhere { until: NOW + 10.0 });
            world.ask("hello");
            world.times()[0]
        })
        .collect();
    assert!(delays.iter().all(|d| (11.0..15.0).contains(d)), "behind the tab that hit it: {delays:?}");
    assert!(delays.windows(2).any(|pair| (pair[0] - pair[1]).abs() > 0.5), "not all at once: {delays:?}");

    let mut world = World::new([]);
    world.input(Input::LimitElsewhere { until: NOW + 10.0 });
    let ticket = world.send("hello");
    assert_eq!((world.requests.len(), world.limits.len()), (0, 0), "it is not told again");
    world.pass(3.0);
    world.input(Input::LimitOver);
    world.rest();
    assert_eq!((world.times(), world.outcome_of(ticket)), (vec![3.0], Some(Outcome::Completed)));

    // Of a tab whose own answers succeeded, too.
    let mut world = World::new([]);
    world.ask("before");
    world.input(Input::LimitElsewhere { until: NOW + 10.0 });
    world.input(Input::Tick);
    world.ask("hello");
    assert!(world.times()[1] >= 11.0, "{:?}", world.times());

    // It lasts longer than first reported.
    let mut world = World::new([]);
    world.input(Input::LimitElsewhere { until: NOW + 5.0 });
    world.send("hello");
    world.input(Input::LimitElsewhere { until: NOW + 20.0 });
    world.rest();
    assert!(world.times()[0] >= 21.0, "{:?}", world.times());

    for nonsense in [f64::NAN, f64::INFINITY, -5.0, NOW - 1.0, NOW + 1e9] {
        let mut world = World::new([]);
        world.input(Input::LimitElsewhere { until: nonsense });
        world.ask("hello");
        assert_eq!(world.times(), [0.0], "{nonsense} is no limit");
    }
}

#[test]
fn a_send_that_would_exceed_the_quota_is_told_and_delayed() {
    let mut world = with_quota(1_000, [costing("r1", 600), costing("r2", 700)]);
    assert_eq!(world.ask("hello"), Outcome::Completed);
    world.pass(10.0);
    let ticket = world.send("and?");
    assert_eq!(world.requests.len(), 1);
    assert_eq!(world.page.activity().as_deref(), Some("Waiting 51 seconds to stay under the rate limit..."));
    let held = world.page.client.conversation.pacing.clone().unwrap();
    assert_eq!((held.cause, held.resumes_at), (PacingCause::Quota, NOW + 61.0));
    let hint =
        "This conversation is long: each message sends about 611 tokens, and the limit is 1,000 per minute. A new \
                chat would send far fewer.";
    assert_eq!(held.hint.as_deref(), Some(hint), "a large history is named as the cause");
    world.rest();
    assert_eq!((world.times(), world.outcome_of(ticket)), (vec![0.0, 61.0], Some(Outcome::Completed)));
    let quota = world.page.view()["head"]["quota"][0].clone();
    assert_eq!((&quota["model"], &quota["inputTokens"], &quota["limit"]), (&json!(MODEL), &json!(700), &json!(1_000)));
}

#[test]
fn of_a_limit_and_a_quota_the_one_that_lasts_longer_is_waited_for() {
    for (limit_until, cause) in [(NOW + 20.0, PacingCause::Quota), (NOW + 100.0, PacingCause::Limit)] {
        let mut world = with_quota(1_000, [costing("r1", 600), costing("r2", 700)]);
        world.ask("hello");
        world.pass(10.0);
        world.input(Input::LimitElsewhere { until: limit_until });
        world.send("and?");
        let held = world.page.client.conversation.pacing.clone().unwrap();
        assert_eq!((held.cause, held.resumes_at >= limit_until.max(NOW + 61.0)), (cause, true), "{held:?}");
    }
}

#[test]
fn what_was_held_back_is_looked_at_again_when_its_time_comes() {
    let mut world = World::new([costing("r1", 600), costing("r2", 700)]);
    world.ask("hello");
    world.input(Input::LimitElsewhere { until: NOW + 10.0 });
    world.send("and?");
    world.page.client.conversation.quota.set(None, 1_000);
    world.rest();
    assert_eq!(world.times(), [0.0, 61.0]);
}

#[test]
fn a_send_that_stays_under_the_quota_is_not_delayed() {
    let mut world = with_quota(10_000, [costing("r1", 600), costing("r2", 700)]);
    world.ask("hello");
    world.ask("and?");
    assert_eq!(world.times(), [0.0, 0.0]);
    let mut world = with_quota(1_000, [costing("r1", 900)]);
    world.ask("hello");
    world.input(Input::Clear { session_id: None });
    world.ask("a new chat has no history");
    assert_eq!(world.times(), [0.0, 0.0]);
    let mut world = with_quota(1_000, [costing("r1", 900)]);
    world.page.client.conversation.quota.switch_off();
    world.ask("hello");
    world.ask("and?");
    assert_eq!(world.times(), [0.0, 0.0]);
}

#[test]
fn a_quota_is_learned_from_the_429_that_was_waited_out_and_kept_to_from_then_on() {
    for limit in [Answer::RunError(quota_body(Some("2s"))), Answer::Http(429, Some("2"), quota_body(None))] {
        let mut world = World::new([limit, costing("r2", 800_000), costing("r3", 800_000)]);
        world.ask("hello");
        let quota = world.page.view()["head"]["quota"][0].clone();
        assert_eq!((&quota["limit"], &quota["source"]), (&json!(1_000_000), &json!("learned")));
        world.ask("and?");
        assert_eq!(world.times(), [0.0, 2.0, 63.0]);
    }
}

#[test]
fn retries_that_are_used_up_by_a_long_conversation_say_so() {
    let limit = || Answer::RunError(quota_body(Some("1s")));
    let mut world = World::new([costing("r1", 908_600), limit(), limit(), limit(), limit()]);
    world.ask("hello");
    world.pass(100.0);
    assert_eq!(world.ask("What did I ask you before?"), Outcome::Failed);
    let error = world.page.view()["head"]["error"].clone();
    assert!(error["message"].as_str().unwrap().starts_with("Maximum retries exceeded (3 attempts). "));
    assert!(error["hint"].as_str().unwrap().contains("each message sends about 909,000 tokens"), "{error}");
}

#[test]
fn a_long_conversation_is_named_as_the_cause_where_nothing_is_retried_too() {
    let mut config = config();
    config.retry = Policy::new(Some(0.0), None, None, &[], None).unwrap();
    let mut world = World::with(config, [costing("r1", 908_600), Answer::Http(429, None, quota_body(Some("1s")))]);
    world.ask("hello");
    world.pass(100.0);
    assert_eq!(world.ask("What did I ask you before?"), Outcome::Failed);
    let error = world.page.view()["head"]["error"].clone();
    assert!(!error["message"].as_str().unwrap().starts_with("Maximum retries exceeded"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("each message sends about 909,000 tokens"), "{error}");
}

#[test]
fn a_long_conversation_is_named_as_the_cause_where_the_backend_gave_up() {
    let over = json!({"error": "Maximum retries exceeded (3 attempts). Please try again in a few moments.",
        "type": "rate_limit", "retries": 3});
    let other = json!({"error": "An error occurred", "type": "general"});
    for (end, long) in [(over, true), (other, false)] {
        let stream = [frame("TeamRunStarted", leader_of("r2")), nameless("error", end)].concat();
        let mut world = with_quota(1_000_000, [costing("r1", 908_600), Answer::Frames(stream)]);
        world.ask("hello");
        world.pass(100.0);
        assert_eq!(world.ask("What did I ask you before?"), Outcome::Failed);
        let view = world.page.view();
        for error in [&view["head"]["error"], &view["turns"][1]["facts"]["error"]] {
            let hint = error["hint"].as_str().unwrap_or_default();
            assert_eq!(hint.contains("each message sends about 909,000 tokens"), long, "{error}");
        }
    }
}

#[test]
fn a_background_send_whose_turn_comes_while_the_quota_is_used_up_waits_on_in_the_queue() {
    let mut world = with_quota(1_000, [costing("r1", 600), costing("r2", 700)]);
    world.send("hello");
    let background = world.send_in_background("background");
    world.pass(1.0);
    // A timer that fires early starts nothing.
    world.input(Input::Tick);
    assert_eq!(world.page.client.conversation.turns.len(), 1, "nobody asked for it");
    assert_eq!(queue(&world), [("background".to_owned(), WaitsFor::Limit)]);
    world.rest();
    assert_eq!((world.times(), world.outcome_of(background)), (vec![0.0, 61.0], Some(Outcome::Completed)));
}

#[test]
fn tokens_count_once_however_often_they_are_told() {
    for recording in Recording::all() {
        if !recording.is_stream() {
            continue;
        }
        let parts = [&recording];
        let mut page = common::replay(&parts, 1, |r| r.chunks());
        let head = page.view()["head"].clone();
        let sum: u64 = head["quota"].as_array().unwrap().iter().map(|m| m["inputTokens"].as_u64().unwrap()).sum();
        assert_eq!(sum, head["usage"]["inputTokens"].as_u64().unwrap(), "{}", recording.name);
    }
}
