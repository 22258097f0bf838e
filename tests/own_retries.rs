//! The client retries by itself where no backend does: HTTP 429 and 503, a run that fails with a rate limit, a request
//! without a response. Policy, texts, timeline and session are the same as with a retrying backend
//! (docs/rate-limit-retries.md).
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod simulation;

use ai_stream_handler::client::{Config, Fallback, Input};
use ai_stream_handler::error::ErrorType;
use ai_stream_handler::monitor::Level;
use ai_stream_handler::retry::Policy;
use ai_stream_handler::state::Outcome;
use common::{called, calling, frame, leader_of, member, nameless, saying, with, NOW};
use serde_json::{json, Value};
use simulation::{config, quota_body, Answer, World};

const WORKING: &str = "Cirkelline is working...";
const RESPONDING: &str = "Cirkelline is responding...";
const EXHAUSTED: &str =
    "Maximum retries exceeded (3 attempts). The service is experiencing high load. Please try again \
                         in a few moments.";

fn retrying(seconds: u32, attempt: u32) -> String {
    format!("Rate limit reached. Retrying in {seconds} seconds... (Attempt {attempt}/3)")
}

fn limit() -> Answer {
    Answer::RunError(quota_body(None))
}

fn named(delay: &str) -> Answer {
    Answer::RunError(quota_body(Some(delay)))
}

fn http(status: u16) -> Answer {
    Answer::Http(status, None, json!({"error": "slow down"}).to_string())
}

#[test]
fn scenario_1_a_retry_that_succeeds_is_seen_and_the_answer_comes() {
    let lead = leader_of("run-1");
    let (tool, args) = ("get_previous_session_messages", json!({"num_sessions": 2}));
    let first = [
        frame("TeamRunStarted", lead.clone()),
        frame("TeamToolCallStarted", calling(lead.clone(), "c1", tool, args.clone())),
        frame("TeamToolCallCompleted", called(lead.clone(), "c1", tool, args, "[]")),
        frame("TeamRunError", with(lead, json!({"content": quota_body(None), "error_type": "model_provider_error"}))),
    ];
    let mut world =
        World::new([Answer::Frames(first.concat()), Answer::Says("You previously asked about the weather.")]);
    assert_eq!(world.ask("What did I ask you before?"), Outcome::Completed);
    assert_eq!(world.times(), [0.0, 5.0]);
    assert_eq!(world.activities, [WORKING, &retrying(5, 1), WORKING, RESPONDING, "-"]);
    assert_eq!(
        world.story(),
        [
            "(void) TeamRunStarted: Cirkelline started",
            "(void) TeamToolCallStarted: Looking through earlier conversations",
            "(void) TeamToolCallCompleted: get_previous_session_messages completed",
            "(void) TeamRunError: You exceeded your current quota...",
            "retry: Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)",
            "TeamRunStarted: Cirkelline started",
            "TeamRunContent: Cirkelline is responding",
            "TeamRunCompleted: Response generation successful",
        ]
    );
    let turn = world.page.turn();
    assert_eq!((turn.answer.text.as_str(), turn.answer.tools.len()), ("You previously asked about the weather.", 0));
    assert_eq!((turn.attempts, turn.run_id.as_deref(), world.page.banner()), (2, Some("run-2"), None));
    let view = world.page.view();
    assert_eq!(view["turns"].as_array().unwrap().len(), 1, "one question, one turn");
    assert_eq!(view["sessions"][0]["lastOutcome"], "completed");
    let field = |at: usize, name: &str| {
        let fields: &Vec<(String, String)> = &world.requests[at].1.fields;
        fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap()
    };
    assert_eq!(field(0, "message"), field(1, "message"));
    assert_eq!((field(0, "session_id"), field(1, "session_id")), (String::new(), "s-1".into()), "the same session");
}

#[test]
fn scenario_2_when_all_retries_fail_the_banner_says_so() {
    let mut world = World::new([limit(), limit(), limit(), limit()]);
    assert_eq!(world.ask("What did I ask you before?"), Outcome::Failed);
    assert_eq!(world.times(), [0.0, 5.0, 15.0, 35.0]);
    let expected = [
        WORKING,
        RESPONDING,
        &retrying(5, 1),
        WORKING,
        RESPONDING,
        &retrying(10, 2),
        WORKING,
        RESPONDING,
        &retrying(20, 3),
        WORKING,
        RESPONDING,
        "-",
    ];
    assert_eq!(world.activities, expected);
    let error = world.page.view()["head"]["error"].clone();
    assert_eq!(
        error,
        json!({"message": EXHAUSTED, "type": "rate_limit", "reason": "rate_limit", "provider": "Google", "retries": 3, "retryable": true})
    );
    let told: Vec<String> = world.story().into_iter().filter(|line| !line.contains("TeamRun")).collect();
    let expected = [
        format!("retry: {}", retrying(5, 1)),
        format!("retry: {}", retrying(10, 2)),
        format!("retry: {}", retrying(20, 3)),
        format!("error: {EXHAUSTED}"),
    ];
    assert_eq!(told, expected);
    let turn = world.page.turn();
    assert_eq!((turn.attempts, turn.answer.head.streaming_error), (4, true));
    assert_eq!(world.page.view()["sessions"][0]["failed"], true, "the session stays, marked");
    assert_eq!(world.page.client.conversation.monitor.total().retries_exhausted, 1);
}

#[test]
fn a_refusal_before_the_stream_is_waited_out_in_the_same_words() {
    let mut world = World::new([http(429), http(429), http(429), Answer::Says("Hi.")]);
    assert_eq!(world.ask("hello"), Outcome::Completed);
    assert_eq!(world.times(), [0.0, 5.0, 15.0, 35.0]);
    let waits: Vec<_> = world.activities.iter().filter(|a| a.contains("Retrying")).cloned().collect();
    assert_eq!(waits, [retrying(5, 1), retrying(10, 2), retrying(20, 3)]);
    let turn = world.page.turn();
    assert_eq!((turn.attempts, turn.answer.text.as_str()), (4, "Hi."));
    let entry = &turn.timeline.entries()[0];
    assert_eq!((entry.event_type.as_str(), entry.source.as_str(), entry.timestamp), ("retry", "Cirkelline", NOW));
    let details = (entry.details.retry_attempt, entry.details.max_retries, entry.details.retry_delay);
    assert_eq!(details, (Some(1), Some(3), Some(5.0)));
    assert_eq!(entry.details.error_message.as_deref(), Some("slow down"), "what the server said");
    assert_eq!(world.settled.len(), 1);
}

#[test]
fn while_it_waits_the_page_has_all_that_a_countdown_needs() {
    let mut world = World::new([http(429), Answer::Silence]);
    world.send("hello");
    let head = world.page.view()["head"].clone();
    assert_eq!((&head["status"], &head["isStreaming"]), (&json!("retrying"), &json!(true)));
    let expected = json!({"attempt": 1, "maxRetries": 3, "delay": 5.0, "message": retrying(5, 1),
        "resumesAt": NOW + 5.0, "cause": "rate_limit", "by": "handler"});
    assert_eq!(head["retry"], expected);
    assert_eq!(world.wake, Some(NOW + 5.0));
    world.pass(5.0);
    let head = world.page.view()["head"].clone();
    assert_eq!((&head["status"], &head["retry"]), (&json!("connecting"), &Value::Null));
    assert_eq!((head["activityStatus"].as_str(), world.requests.len()), (Some(WORKING), 2));
}

#[test]
fn the_delay_is_the_one_that_the_server_names_wherever_it_names_it() {
    let body = |text: &str| json!({"detail": text}).to_string();
    let table = [
        (named("4.843473059s"), 4.843473059),
        (Answer::RunError("429 RESOURCE_EXHAUSTED. Please retry in 23s".into()), 23.0),
        (Answer::Http(429, Some("12"), body("x")), 12.0),
        (Answer::Http(429, Some("12"), body("Please retry in 58s")), 58.0),
        (Answer::Http(503, Some("2"), body("x")), 2.0),
        (Answer::Http(429, Some("3600"), body("x")), 3600.0),
        (Answer::Http(429, Some("-3"), body("x")), 5.0),
        (Answer::Http(429, Some("soon"), body("x")), 5.0),
    ];
    for (answer, delay) in table {
        let mut world = World::new([answer.clone()]);
        assert_eq!(world.ask("hello"), Outcome::Completed);
        let waited = world.requests[1].0 - world.requests[0].0;
        assert!((waited - delay).abs() < 1e-6, "{answer:?} waited {waited}");
    }
    let mut world = World::new([named("4.843473059s"), Answer::Silence]);
    world.send("hello");
    assert_eq!(world.page.activity(), Some(retrying(4, 1)), "as the reference backend rounds");
    let mut world = World::new([named("0.5s"), Answer::Silence]);
    world.send("hello");
    let expected = "Rate limit reached. Retrying in less than a second... (Attempt 1/3)";
    assert_eq!(world.page.activity().as_deref(), Some(expected));
}

#[test]
fn a_service_that_is_away_and_a_network_that_is_down_are_called_by_their_names() {
    let table = [
        (http(503), "The service is not available at the moment. Retrying in 5 seconds... (Attempt 1/3)", EXHAUSTED),
        (
            Answer::Unreachable,
            "The server could not be reached. Retrying in 5 seconds... (Attempt 1/3)",
            "Maximum retries exceeded (3 attempts). The server could not be reached. Check your connection, or the \
             server's address.",
        ),
        (
            Answer::HeadOnly,
            "The server could not be reached. Retrying in 5 seconds... (Attempt 1/3)",
            "Maximum retries exceeded (3 attempts). The server could not be reached. Check your connection, or the \
             server's address.",
        ),
    ];
    for (answer, activity, banner) in table {
        let mut world = World::new([answer.clone(), answer.clone(), answer.clone(), answer.clone()]);
        let ticket = world.send("hello");
        assert_eq!(world.page.activity().as_deref(), Some(activity));
        world.rest();
        assert_eq!(world.times(), [0.0, 5.0, 15.0, 35.0]);
        assert_eq!(world.page.banner().as_deref(), Some(banner));
        assert_ne!(world.outcome_of(ticket), Some(Outcome::Completed));
    }
}

#[test]
fn a_server_that_never_answered_is_not_tried_again_and_the_banner_says_why() {
    let why = "The server at http://localhost:7777 could not be reached. Is it running, and is the address right?";
    let generic = "The server could not be reached. Check your connection, or the server's address.";
    for told in [Some(why), None] {
        let mut world = World::never_reached(config(), [Answer::Silence, Answer::Says("Hi.")]);
        let ticket = world.send("hello");
        let request = world.requests[0].1.id;
        world.input(match told {
            Some(message) => Input::Diagnosed { request, kind: ErrorType::Network, message },
            None => Input::Failed { request },
        });
        assert_eq!((world.outcome_of(ticket), world.wake), (Some(Outcome::Failed), None));
        let url = "http://localhost:7777/teams/cirkelline/runs";
        let error = json!({"message": told.unwrap_or(generic), "type": "network", "retryable": true, "url": url});
        assert_eq!(world.page.view()["head"]["error"], error);
        assert_eq!(world.ask("hello"), Outcome::Completed, "nothing is left of it");
        assert!(world.page.client.is_reached());
    }
}

#[test]
fn once_the_server_has_answered_a_lost_request_is_tried_again_whatever_the_shell_found() {
    let mut world = World::never_reached(config(), [Answer::Says("Hi."), Answer::Silence, Answer::Says("Again.")]);
    assert_eq!(world.ask("hello"), Outcome::Completed);
    let ticket = world.send("and?");
    let request = world.requests[1].1.id;
    world.input(Input::Diagnosed { request, kind: ErrorType::Network, message: "Nobody there." });
    let retrying = "The server could not be reached. Retrying in 5 seconds... (Attempt 1/3)";
    assert_eq!((world.outcome_of(ticket), world.page.activity().as_deref()), (None, Some(retrying)));
    world.rest();
    assert_eq!(world.outcome_of(ticket), Some(Outcome::Completed));
}

#[test]
fn a_gateway_without_its_server_is_no_answer_of_it_and_a_page_without_a_network_waits_for_it() {
    for (status, reached) in [(200, true), (401, true), (500, true), (502, false), (504, false), (522, false)] {
        let mut world = World::never_reached(config(), [http(status)]);
        world.send("hello");
        assert_eq!(world.page.client.is_reached(), reached, "{status}");
    }
    let mut world = World::never_reached(config(), [Answer::Unreachable, Answer::Says("Hi.")]);
    world.input(Input::Offline);
    let ticket = world.send("hello");
    assert_eq!(world.outcome_of(ticket), None);
    world.input(Input::Online);
    assert_eq!(world.outcome_of(ticket), Some(Outcome::Completed));
}

#[test]
fn fallbacks_of_a_server_that_never_answered_are_asked_at_once() {
    let config = Config { fallbacks: vec![Fallback { path: "/agents/b/runs".into(), name: "B".into() }], ..config() };
    let mut world = World::never_reached(config, [Answer::Unreachable, Answer::Says("Hi.")]);
    assert_eq!((world.ask("hello"), world.times()), (Outcome::Completed, vec![0.0, 0.0]));
}

#[test]
fn a_response_that_cannot_be_read_ends_the_answer_and_is_not_asked_for_again() {
    for (kind, outcome) in [(ErrorType::Protocol, Outcome::Failed), (ErrorType::Interrupted, Outcome::Interrupted)] {
        let mut world = World::new([Answer::Silence]);
        let ticket = world.send("hello");
        let request = world.requests[0].1.id;
        world.input(Input::Diagnosed { request, kind, message: "It cannot be read." });
        assert_eq!((world.outcome_of(ticket), world.wake), (Some(outcome), None));
        assert_eq!(world.page.banner().as_deref(), Some("It cannot be read."));
        world.input(Input::Failed { request });
        assert_eq!((world.requests.len(), world.settled.len()), (1, 1), "what follows is stale");
    }
}

#[test]
fn what_no_wait_can_mend_is_not_tried_again() {
    let general = json!({"error": {"code": 500, "message": "An internal error", "status": "INTERNAL"}}).to_string();
    let mention = json!({"error": {"code": 400, "message": "Invalid argument: quota {x}"}}).to_string();
    let answers = [
        http(400),
        http(401),
        http(404),
        http(422),
        http(500),
        Answer::RunError(general),
        Answer::RunError(mention),
        Answer::Cut,
        Answer::Frames(nameless("error", json!({"error": EXHAUSTED, "type": "rate_limit", "retries": 3}))),
    ];
    for answer in answers {
        let mut world = World::new([answer.clone()]);
        let outcome = world.ask("hello");
        assert_eq!((world.requests.len(), world.page.turn().attempts), (1, 1), "{answer:?}");
        let expected = if matches!(answer, Answer::Cut) { Outcome::Interrupted } else { Outcome::Failed };
        assert_eq!(outcome, expected, "{answer:?}");
    }
}

#[test]
fn a_request_that_could_not_be_made_is_not_made_again() {
    let mut world = World::new([Answer::Silence]);
    let ticket = world.send("hello");
    let request = world.requests[0].1.id;
    world.input(Input::NotSent { request });
    assert_eq!((world.outcome_of(ticket), world.requests.len()), (Some(Outcome::Failed), 1));
    let error = world.page.client.conversation.error.as_ref().unwrap();
    assert_eq!((error.kind, error.message.as_str()), (ErrorType::General, "The message could not be sent."));
}

#[test]
fn a_members_rate_limit_is_the_leaders_business() {
    let (lead, ann) = (leader_of("run-1"), member("a", "Ann", "m1", "run-1"));
    let frames = [
        frame("TeamRunStarted", lead.clone()),
        frame("RunStarted", ann.clone()),
        frame("RunError", with(ann, json!({"content": quota_body(None)}))),
        frame("TeamRunCompleted", saying(lead, "Without Ann.")),
    ];
    let mut world = World::new([Answer::Frames(frames.concat())]);
    assert_eq!(world.ask("hello"), Outcome::Completed);
    assert_eq!((world.requests.len(), world.page.answer().as_str()), (1, "Without Ann."));
}

#[test]
fn a_stream_with_retries_of_its_own_is_left_to_its_server() {
    let run = |n: u32| leader_of(&format!("r{n}"));
    let frames = [
        frame("TeamRunStarted", run(1)),
        nameless("retry", json!({"attempt": 1, "max_retries": 3, "delay": 5})),
        frame("TeamRunStarted", run(2)),
        frame("TeamRunError", with(run(2), json!({"content": quota_body(None)}))),
    ];
    let mut world = World::new([Answer::Frames(frames.concat())]);
    assert_eq!(world.ask("hello"), Outcome::Failed);
    assert_eq!(world.requests.len(), 1);
    assert_eq!(world.page.banner().as_deref(), Some("You exceeded your current quota..."));
}

#[test]
fn a_server_that_says_the_run_failed_and_then_that_it_retries_is_heeded() {
    let run = |n: u32| leader_of(&format!("r{n}"));
    let failed =
        [frame("TeamRunStarted", run(1)), frame("TeamRunError", with(run(1), json!({"content": quota_body(None)})))];
    let mut world = World::new([Answer::Open(failed.concat())]);
    let ticket = world.send("hello");
    assert_eq!(world.page.client.conversation.retry.as_ref().unwrap().delay, 5.0, "our own, until it says so");
    let request = world.requests[0].1.id;
    let message = "Rate limit reached. Retrying in 9 seconds... (Attempt 1/3)";
    let says = nameless("retry", json!({"attempt": 1, "max_retries": 3, "delay": 9, "message": message}));
    world.input(Input::Chunk { request, bytes: says.as_bytes() });
    assert_eq!(world.page.activity().as_deref(), Some(message));
    world.pass(60.0);
    assert_eq!(world.requests.len(), 1, "the server starts again, not we");
    let rest = [frame("TeamRunStarted", run(2)), frame("TeamRunCompleted", saying(run(2), "Hi."))].concat();
    world.input(Input::Chunk { request, bytes: rest.as_bytes() });
    world.input(Input::Closed { request });
    assert_eq!((world.outcome_of(ticket), world.page.answer().as_str()), (Some(Outcome::Completed), "Hi."));
    let turn = world.page.turn();
    assert_eq!((turn.attempts, world.page.client.conversation.monitor.total().retries), (2, 1), "one retry");
    let retries: Vec<_> = world.story().into_iter().filter(|line| line.starts_with("retry")).collect();
    assert_eq!(retries, [format!("retry: {message}")]);
}

#[test]
fn a_server_that_goes_on_without_a_word_is_heeded_too() {
    let run = |n: u32| leader_of(&format!("r{n}"));
    let failed =
        frame("TeamRunStarted", run(1)) + &frame("TeamRunError", with(run(1), json!({"content": quota_body(None)})));
    let mut world = World::new([Answer::Open(failed)]);
    let ticket = world.send("hello");
    let request = world.requests[0].1.id;
    let rest = [frame("TeamRunStarted", run(2)), frame("TeamRunCompleted", saying(run(2), "Hi."))].concat();
    world.input(Input::Chunk { request, bytes: rest.as_bytes() });
    world.input(Input::Closed { request });
    world.rest();
    assert_eq!((world.outcome_of(ticket), world.requests.len()), (Some(Outcome::Completed), 1));
}

#[test]
fn a_server_that_fails_twice_in_one_stream_is_still_started_again() {
    let fails = |run: &str| {
        let run = leader_of(run);
        frame("TeamRunStarted", run.clone()) + &frame("TeamRunError", with(run, json!({"content": quota_body(None)})))
    };
    let mut world = World::new([Answer::Frames(fails("r1") + &fails("r2")), Answer::Says("Hi.")]);
    assert_eq!(world.ask("hello"), Outcome::Completed);
    assert_eq!((world.requests.len(), world.settled.len()), (2, 1));
}

#[test]
fn a_failed_stream_that_stays_open_is_hung_up_when_the_next_one_begins() {
    let run = leader_of("r1");
    let failed =
        frame("TeamRunStarted", run.clone()) + &frame("TeamRunError", with(run, json!({"content": quota_body(None)})));
    let mut world = World::new([Answer::Open(failed.clone()), Answer::Says("Hi.")]);
    assert_eq!(world.ask("hello"), Outcome::Completed);
    assert_eq!((world.aborted.clone(), world.times()), (vec![world.requests[0].1.id], vec![0.0, 5.0]));

    // Without retries left it is aborted at once, and what was sent meanwhile goes out.
    let mut config = config();
    config.retry = Policy::new(Some(1.0), None, None, &[1.0], None).unwrap();
    let mut world = World::with(config, [Answer::Open(failed.clone()), Answer::Open(failed.replace("r1", "r2"))]);
    let (one, two) = (world.send("one"), world.send("two"));
    world.rest();
    assert_eq!(world.outcome_of(one), Some(Outcome::Failed));
    assert_eq!((world.outcome_of(two), world.aborted.len()), (Some(Outcome::Completed), 2));
    assert_eq!(world.page.client.conversation.turns[0].error.as_ref().unwrap().retries, Some(1));
}

#[test]
fn a_failed_stream_that_breaks_off_while_its_retry_waits_changes_nothing() {
    let run = leader_of("r1");
    let failed =
        frame("TeamRunStarted", run.clone()) + &frame("TeamRunError", with(run, json!({"content": quota_body(None)})));
    for broken in [true, false] {
        let mut world = World::new([Answer::Open(failed.clone()), Answer::Says("Hi.")]);
        let ticket = world.send("hello");
        let request = world.requests[0].1.id;
        world.input(if broken { Input::Failed { request } } else { Input::Closed { request } });
        assert_eq!((world.page.status().as_str(), world.page.banner()), ("retrying", None));
        assert_eq!((world.outcome_of(ticket), world.page.activity()), (None, Some(retrying(5, 1))));
        world.rest();
        assert_eq!((world.outcome_of(ticket), world.times()), (Some(Outcome::Completed), vec![0.0, 5.0]));
        assert!(world.aborted.is_empty(), "it is over already");
    }
}

#[test]
fn a_wait_can_be_cancelled_and_skipped() {
    for answer in [http(429), limit(), Answer::Unreachable] {
        let mut world = World::new([answer.clone(), Answer::Silence]);
        let ticket = world.send("hello");
        world.pass(2.0);
        world.input(Input::Cancel);
        assert_eq!(world.outcome_of(ticket), Some(Outcome::Cancelled), "{answer:?}");
        assert_eq!((world.page.status().as_str(), world.page.activity(), world.wake), ("cancelled", None, None));
        assert!(world.page.turn().answer.head.cancelled);
        world.pass(60.0);
        assert_eq!(world.requests.len(), 1, "nothing is sent any more");

        let mut world = World::new([answer, Answer::Says("Hi.")]);
        let ticket = world.send("hello");
        world.pass(2.0);
        world.input(Input::RetryNow);
        world.rest();
        assert_eq!((world.outcome_of(ticket), world.times()), (Some(Outcome::Completed), vec![0.0, 2.0]));
    }
    let mut world = World::new([Answer::Silence]);
    world.send("hello");
    assert!(!world.page.client.handle(Input::RetryNow, NOW), "there is nothing to skip");
}

#[test]
fn cancel_reaches_the_request_that_a_retry_made() {
    let mut world = World::new([http(429), Answer::Silence]);
    let ticket = world.send("hello");
    world.pass(5.0);
    world.input(Input::Cancel);
    assert_eq!(
        (world.outcome_of(ticket), world.aborted.clone()),
        (Some(Outcome::Cancelled), vec![world.requests[1].1.id])
    );
}

#[test]
fn retries_can_be_switched_off_and_set() {
    let mut config = config();
    config.retry = Policy::off();
    let mut world = World::with(config.clone(), [http(429)]);
    assert_eq!((world.ask("hello"), world.requests.len()), (Outcome::Failed, 1));
    assert_eq!(world.page.banner().as_deref(), Some("slow down"), "the server's own words");

    config.retry = Policy::new(Some(2.0), Some(1.0), Some(1.5), &[], None).unwrap();
    let mut world = World::with(config.clone(), [http(429), http(429), http(429)]);
    assert_eq!((world.ask("hello"), world.times()), (Outcome::Failed, vec![0.0, 1.0, 2.5]));
    assert!(world.page.banner().unwrap().starts_with("Maximum retries exceeded (2 attempts). "));

    config.retry = Policy::new(None, None, None, &[0.25, 7.0], None).unwrap();
    let mut world = World::with(config.clone(), [http(429), http(429), http(429)]);
    assert_eq!((world.ask("hello"), world.times()), (Outcome::Completed, vec![0.0, 0.25, 7.25, 14.25]));

    config.retry = Policy::new(None, Some(10.0), None, &[], Some(0.5)).unwrap();
    let waits = |seed: u32| {
        let mut world = World::with(Config { seed, ..config.clone() }, [http(429)]);
        world.ask("hello");
        world.requests[1].0
    };
    let waited: Vec<f64> = (1..20).map(|seed| waits(seed * 7919)).collect();
    assert!(waited.iter().all(|w| (10.0..15.0).contains(w)), "{waited:?}");
    assert!(waited.windows(2).any(|pair| pair[0] != pair[1]), "at random: {waited:?}");

    // Each fifth of the range gets its share of one page's waits.
    config.retry = Policy::new(Some(100.0), None, None, &[10.0], Some(0.5)).unwrap();
    let mut world = World::with(config, vec![http(503); 100]);
    world.watches = false;
    world.ask("hello");
    let waited: Vec<f64> = world.requests.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    for from in [10.0, 11.0, 12.0, 13.0, 14.0] {
        let share = waited.iter().filter(|wait| (from..from + 1.0).contains(*wait)).count();
        assert!((8..40).contains(&share), "{share} of {} from {from} seconds on", waited.len());
    }
}

#[test]
fn time_is_compared_and_not_counted() {
    // A timer that fires too early changes nothing, and is set again.
    let mut world = World::new([http(429), Answer::Silence]);
    world.send("hello");
    world.page.now = NOW + 1.0;
    world.input(Input::Tick);
    assert_eq!((world.requests.len(), world.wake), (1, Some(NOW + 5.0)));
    // The machine slept for an hour: the first tick afterwards sends.
    world.page.now = NOW + 3_600.0;
    world.input(Input::Tick);
    assert_eq!(world.requests.len(), 2);
    // The clock was set back by a day: the wait stays as long as it was.
    let mut world = World::new([http(429), Answer::Silence]);
    world.send("hello");
    world.page.now = NOW - 86_400.0;
    world.input(Input::Tick);
    assert_eq!((world.requests.len(), world.wake), (1, Some(NOW - 86_400.0 + 5.0)));
}

#[test]
fn the_network_back_ends_a_wait_for_the_network_and_no_other() {
    let mut world = World::new([Answer::Unreachable, Answer::Says("Hi.")]);
    world.send("hello");
    world.pass(1.0);
    world.input(Input::Online);
    assert_eq!(world.times(), [0.0, 1.0]);
    let mut world = World::new([http(429)]);
    world.send("hello");
    world.input(Input::Online);
    assert_eq!(world.requests.len(), 1);
}

#[test]
fn fallbacks_are_asked_in_turn_and_the_timeline_says_so() {
    let mut config = config();
    config.retry = Policy::new(Some(1.0), Some(2.0), None, &[], None).unwrap();
    config.fallbacks = vec![
        Fallback { path: "/agents/small-model/runs".into(), name: String::new() },
        Fallback { path: "https://backup.example/runs".into(), name: "The backup".into() },
    ];
    let mut world =
        World::with(config.clone(), [limit(), limit(), http(429), http(429), Answer::Says("From the backup.")]);
    assert_eq!(world.ask("hello"), Outcome::Completed);
    let urls: Vec<_> = world.requests.iter().map(|(_, r)| r.url.as_str()).collect();
    let (own, small) = ("http://localhost:7777/teams/cirkelline/runs", "http://localhost:7777/agents/small-model/runs");
    assert_eq!(urls, [own, own, small, small, "https://backup.example/runs"]);
    assert_eq!(world.times(), [0.0, 2.0, 2.0, 4.0, 4.0]);
    let told: Vec<_> =
        world.story().into_iter().filter(|l| l.starts_with("fallback") || l.starts_with("retry")).collect();
    let once = "retry: Rate limit reached. Retrying in 2 seconds... (Attempt 1/1)";
    assert_eq!(told, [once, "fallback: Asking Small Model instead", once, "fallback: Asking The backup instead"]);
    assert!(world.activities.contains(&"Small Model is working...".into()), "{:?}", world.activities);
    let turn = world.page.turn();
    let asked = turn.timeline.entries().iter().filter(|e| e.event_type == "fallback");
    assert!(asked.into_iter().all(|e| e.details.error_message.as_deref().is_some_and(|why| !why.is_empty())));
    assert_eq!((turn.answer.text.as_str(), turn.attempts, world.page.banner()), ("From the backup.", 5, None));
    // The next send starts with the first component again.
    world.ask("and?");
    assert_eq!(world.requests.last().unwrap().1.url, own);

    let mut world = World::with(config.clone(), (0..6).map(|_| limit()).collect::<Vec<_>>());
    assert_eq!((world.ask("hello"), world.requests.len()), (Outcome::Failed, 6));
    assert!(world.page.banner().unwrap().starts_with("Maximum retries exceeded (1 attempt)"));

    config.retry = Policy::off();
    let mut world = World::with(config, [limit(), Answer::Says("At once.")]);
    assert_eq!((world.ask("hello"), world.times()), (Outcome::Completed, vec![0.0, 0.0]));
}

#[test]
fn the_log_has_a_line_for_each_step_in_its_level() {
    let mut world = World::new([http(429), Answer::Says("Hi.")]);
    world.ask("hello");
    let lines: Vec<_> = world.lines.iter().map(|l| (l.level, l.text.as_str())).collect();
    let expected = [
        (Level::Warning, "⚠️ Rate limit hit (attempt 1/3). Retrying in 5s..."),
        (Level::Healthy, "✅ Retry successful on attempt 1"),
        (Level::Healthy, "✅ Session saved after retry"),
    ];
    assert_eq!(lines, expected);
    let mut config = config();
    config.log = false;
    let mut world = World::with(config, [http(429), Answer::Says("Hi.")]);
    world.ask("hello");
    assert_eq!(world.lines, []);
}

/// Every pattern of five responses: requests, their times and the outcome are computed here from the rule in
/// docs/rate-limit-retries.md alone.
#[test]
fn every_pattern_of_five_answers_ends_as_the_rule_says() {
    // The response; the delay it names (NaN: none); whether it is transient.
    type Kind = (fn() -> Answer, Option<f64>, bool);
    let kinds: [Kind; 7] = [
        (|| Answer::Says("Yes."), None, false),
        (limit, Some(f64::NAN), true),
        (|| named("3s"), Some(3.0), true),
        (|| Answer::Http(429, Some("7"), String::new()), Some(7.0), true),
        (|| http(503), Some(f64::NAN), true),
        (|| Answer::RunError("boom".into()), None, false),
        (|| Answer::Cut, None, false),
    ];
    let mut patterns = 0;
    for code in 0..kinds.len().pow(5) {
        let pattern: Vec<usize> = (0..5).map(|at| code / kinds.len().pow(at) % kinds.len()).collect();
        let mut world = World::new(pattern.iter().map(|k| kinds[*k].0()));
        world.watches = false;
        let outcome = world.ask("hello");

        let (mut times, mut waited, mut clock) = (vec![0.0], 0.0, 0.0);
        let mut last = 0;
        for (retries, kind) in pattern.iter().enumerate() {
            last = *kind;
            let (_, delay, may_pass) = kinds[*kind];
            if !may_pass || retries == 3 {
                break;
            }
            let delay = delay.filter(|d| !d.is_nan()).unwrap_or([5.0, 10.0, 20.0][retries]);
            (clock, waited) = (clock + delay, waited + delay);
            times.push(clock);
        }
        let retries = times.len() - 1;
        let expected = match last {
            0 => Outcome::Completed,
            6 => Outcome::Interrupted,
            _ => Outcome::Failed,
        };
        assert_eq!((outcome, world.times()), (expected, times), "{pattern:?}");
        // The state itself: reading the whole page 16,807 times would take a minute.
        let conversation = &world.page.client.conversation;
        let turn = &conversation.turns[0];
        assert_eq!(turn.attempts as usize, retries + 1, "{pattern:?}");
        let banner = conversation.error.as_ref().map(|e| e.message.as_str());
        assert_eq!(banner == Some(EXHAUSTED), kinds[last].2, "{pattern:?}: {banner:?}");
        let said = ["Yes.", "Let me check. ", "Let me check. ", "", "", "Let me check. ", "So f"][last];
        assert_eq!(turn.answer.text.as_str(), said, "{pattern:?}");
        let figures = conversation.monitor.total();
        let average = if retries == 0 { 0.0 } else { waited / retries as f64 };
        assert_eq!((figures.retries as usize, figures.average_delay), (retries, average), "{pattern:?}");
        assert_eq!(figures.success_after_retry, u64::from(last == 0 && retries > 0), "{pattern:?}");
        assert_eq!(figures.retries_exhausted, u64::from(kinds[last].2), "{pattern:?}");
        patterns += 1;
    }
    assert_eq!(patterns, 16_807);
}

fn refused(data: Value) -> Answer {
    Answer::Frames(frame("RunStarted", common::agent()) + "data: " + &data.to_string() + "\n\n")
}

/// What a gateway writes into a stream of status 200, without an event's name.
#[test]
fn an_error_object_without_a_name_is_waited_out_in_any_shape() {
    for (data, wait) in [
        (json!([{"error": {"code": 429, "message": "Slow down", "status": "RESOURCE_EXHAUSTED"}}]), 5.0),
        (json!({"errors": [{"message": "Slow down", "code": 429}]}), 5.0),
        (json!({"code": 429, "msg": "Slow down"}), 5.0),
        (json!({"code": "1302", "msg": "Rate limit exceeded"}), 5.0),
        (json!({"success": false, "message": "Too many requests, please try again in 7s"}), 7.0),
        (json!({"object": "error", "message": "Slow down", "code": 429}), 5.0),
        (json!({"type": "error", "errorText": "Rate limit exceeded. Try again in 8 seconds."}), 8.0),
        (
            json!({"type": "response.failed", "response": {"error": {"code": "rate_limit_exceeded", "message": "Try again in 9s"}}}),
            9.0,
        ),
        (json!({"base_resp": {"status_code": 1002, "status_msg": "rate limit exceeded(RPM)"}}), 5.0),
        (
            json!({"fault": {"faultstring": "Spike arrest violation", "detail": {"errorcode": "policies.ratelimit.SpikeArrestViolation"}}}),
            5.0,
        ),
        (json!({"error": "Rate limited", "retry_after": 11}), 11.0),
    ] {
        let mut world = World::new([refused(data.clone()), Answer::Says("Here it is.")]);
        assert_eq!((world.ask("hello"), world.times()), (Outcome::Completed, vec![0.0, wait]), "{data}");
    }
}

#[test]
fn an_object_that_is_no_error_ends_nothing() {
    for data in [
        json!({"code": 0, "msg": "ok"}),
        json!({"code": 200, "message": "fine"}),
        json!({"success": true, "message": "fine"}),
        json!({"error": null, "message": "fine"}),
        json!({"error": false, "message": "fine"}),
        json!({"errors": [], "message": "fine"}),
        json!({"base_resp": {"status_code": 0, "status_msg": ""}}),
        json!({"code": "PING", "message": "fine"}),
        json!([{"message": "fine"}]),
        json!([1, 2]),
    ] {
        let Answer::Frames(start) = refused(data.clone()) else { unreachable!() };
        let mut page = common::Page::asked();
        page.feed(start)
            .event("RunContent", saying(common::agent(), "Hi"))
            .event("RunCompleted", common::agent())
            .end();
        assert_eq!((page.outcome(), page.answer().as_str()), (Some(Outcome::Completed), "Hi"), "{data}");
    }
}

/// A gateway's own `event: error` is not that of a backend that retries.
#[test]
fn an_error_event_in_a_providers_style_is_retried_and_a_backends_is_not() {
    let answer = |data: Value| {
        Answer::Frames(frame("RunStarted", common::agent()) + "event: error\ndata: " + &data.to_string() + "\n\n")
    };
    let overloaded = json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
    for data in [
        overloaded.clone(),
        json!({"type": "error", "code": "rate_limit_exceeded", "message": "Slow down"}),
        json!({"error": {"code": 429, "message": "Slow down"}}),
    ] {
        let mut world = World::new([answer(data.clone()), Answer::Says("Here it is.")]);
        assert_eq!((world.ask("hello"), world.times()), (Outcome::Completed, vec![0.0, 5.0]), "{data}");
    }
    for data in [
        json!({"error": "An error occurred: 429 Too Many Requests", "type": "rate_limit", "retries": 3}),
        json!({"error": "Overloaded", "type": "general"}),
        json!({"type": "error", "error": {"type": "api_error", "message": "Internal server error"}}),
    ] {
        let mut world = World::new([answer(data.clone())]);
        assert_eq!((world.ask("hello"), world.times().len()), (Outcome::Failed, 1), "{data}");
    }
    // The backend retries by itself, and says so before it gives up.
    let announced = frame("retry", json!({"attempt": 1, "max_retries": 1, "delay": 0.1, "message": "Retrying"}));
    let given_up = ["event: error\ndata: ", &overloaded.to_string(), "\n\n"].concat();
    let mut world = World::new([Answer::Frames(announced + &given_up)]);
    assert_eq!((world.ask("hello"), world.times().len()), (Outcome::Failed, 1));
}

#[test]
fn a_wait_beside_the_text_of_an_error_counts() {
    let lead = leader_of("run-1");
    let failed = with(lead.clone(), json!({"content": "Rate limited", "additional_data": {"retry_after": 17}}));
    let mut world = World::new([
        Answer::Frames([frame("TeamRunStarted", lead), frame("TeamRunError", failed)].concat()),
        Answer::Says("Here it is."),
    ]);
    assert_eq!((world.ask("hello"), world.times()), (Outcome::Completed, vec![0.0, 17.0]));
    let data = json!({"error": "Rate limited", "retry_after": 7200, "type": "rate_limit"});
    let mut page = common::Page::asked();
    page.feed(["event: error\ndata: ", &data.to_string(), "\n\n"].concat());
    let error = page.view()["head"]["error"].clone();
    assert_eq!(error["message"], "Rate limited. Please try again in about 2 hours.");
    assert!(error["retryAt"].as_f64().is_some_and(|at| (at - NOW - 7_200.0).abs() < 5.0), "{error}");
}

#[test]
fn a_long_wait_is_said_once() {
    for (said, banner) in [
        ("Rate limit exceeded. Please try again in 2 hours.", "Rate limit exceeded. Please try again in 2 hours."),
        ("Rate limit exceeded.", "Rate limit exceeded. Please try again in about 2 hours."),
        ("Retry in 2h0m0s", "Retry in 2h0m0s. Please try again in about 2 hours."),
    ] {
        let mut world = World::new([Answer::Http(429, Some("7200"), json!({"detail": said}).to_string())]);
        assert_eq!((world.ask("hello"), world.page.banner().as_deref()), (Outcome::Failed, Some(banner)));
    }
}

/// A dump is not fit for the banner, but it is not lost.
#[test]
fn what_was_said_stays_in_the_details() {
    let body = json!({"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [1, 2]}}).to_string();
    let mut world = World::new([Answer::Http(400, None, body.clone())]);
    assert_eq!(world.ask("hello"), Outcome::Failed);
    let view = world.page.view();
    let entries = view["turns"][0]["timeline"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["eventType"] == "error").unwrap();
    assert_eq!(entry["details"]["errorMessage"], body.as_str());
    assert!(!entry["description"].as_str().unwrap().contains('{'));
}
