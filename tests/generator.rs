//! The backend half: every row of the tables in docs/rate-limit-retries.md, and the generator connected to the handler.
//! In tokio's paused time a wait of 20 seconds takes none, and blocking would be noticed.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;
mod simulation;

use ai_stream_handler::generator::{event_generator, Event, Host, ModelError, Observed, Options};
use ai_stream_handler::monitor::{Ending, Monitor};
use ai_stream_handler::retry::Policy;
use ai_stream_handler::state::Outcome;
use common::{called, calling, leader_of, member, saying, with, NOW};
use futures_util::stream::{self, BoxStream, StreamExt};
use serde_json::{json, Value};
use simulation::{quota_body, Answer, World};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{advance, sleep, Instant, Sleep};

const WORKING: &str = "Cirkelline is working...";
const RESPONDING: &str = "Cirkelline is responding...";
const EXHAUSTED: &str =
    "Maximum retries exceeded (3 attempts). The service is experiencing high load. Please try again in a few moments.";

/// What the model does in one attempt.
#[derive(Debug, Clone)]
enum Attempt {
    Says(&'static str),
    /// An exception at once, as agno 1 and 2 raise it.
    Raises(String),
    /// Some content, then an exception.
    SaysThenRaises(&'static str, String),
    /// Some content, then the run's error event, as agno ≥ 3 sends it.
    RunError(String),
    /// A member fails, and the leader answers.
    MemberFails,
    Http(u16, Option<&'static str>),
    Tool(Box<Attempt>),
    Panics,
    /// It panics before it begins.
    PanicsAtOnce,
    Unexpected,
    Hangs,
    /// Each of its tokens takes this many seconds.
    Slow(u32, f64),
}

type Model = BoxStream<'static, Result<Event, ModelError>>;

fn event(name: &str, mut data: Value) -> Result<Event, ModelError> {
    data["event"] = json!(name);
    Ok(Event::new(name, data.to_string()))
}

fn raises(text: &str) -> Result<Event, ModelError> {
    Err(ModelError::new(text))
}

impl Attempt {
    fn run(self, number: u32) -> Result<Model, ModelError> {
        let run = leader_of(&format!("run-{}", number + 1));
        let started = event("TeamRunStarted", run.clone());
        let said = |text: &str| event("TeamRunContent", saying(run.clone(), text));
        let ended = |text: &str| event("TeamRunCompleted", saying(run.clone(), text));
        let all =
            |events: Vec<Result<Event, ModelError>>| -> Result<Model, ModelError> { Ok(stream::iter(events).boxed()) };
        match self {
            Attempt::Says(text) => all(vec![started, said(text), ended(text)]),
            Attempt::Raises(text) => Err(ModelError::new(text)),
            Attempt::SaysThenRaises(said_, text) => all(vec![started, said(said_), raises(&text)]),
            Attempt::RunError(text) => {
                let error = event("TeamRunError", with(run.clone(), json!({"content": text})));
                all(vec![started, said("Let me check. "), error])
            }
            Attempt::MemberFails => {
                let of_member = member("helper", "Helper", "m-1", "run-1");
                let error = event("RunError", with(of_member, json!({"content": "429 RESOURCE_EXHAUSTED"})));
                all(vec![started, error, said("Without it: yes."), ended("Without it: yes.")])
            }
            Attempt::Http(status, after) => Err(ModelError::http(status, "slow down", after.map(str::to_owned))),
            Attempt::Tool(then) => {
                let (name, args) = ("get_previous_session_messages", json!({"num_sessions": 2}));
                let tool = [
                    started,
                    event("TeamToolCallStarted", calling(run.clone(), "c1", name, args.clone())),
                    event("TeamToolCallCompleted", called(run.clone(), "c1", name, args, "[]")),
                ];
                let rest = then.run(number).unwrap_or_else(|error| stream::iter([Err(error)]).boxed());
                Ok(stream::iter(tool).chain(rest).boxed())
            }
            // Resumed rather than started: it is caught like any other, but does not print 16,807 messages.
            Attempt::Panics => Ok(stream::iter([started])
                .chain(stream::once(async { std::panic::resume_unwind(Box::new("index out of bounds")) }))
                .boxed()),
            Attempt::PanicsAtOnce => std::panic::resume_unwind(Box::new(String::from("no model"))),
            Attempt::Unexpected => Err(ModelError::unexpected("the database is gone")),
            Attempt::Hangs => Ok(stream::iter([started]).chain(stream::pending()).boxed()),
            Attempt::Slow(tokens, seconds) => {
                let text = "word ".repeat(tokens as usize);
                let run = run.clone();
                let words = stream::iter(vec!["word "; tokens as usize]).then(move |word| {
                    let said = event("TeamRunContent", saying(run.clone(), word));
                    async move {
                        sleep(Duration::from_secs_f64(seconds)).await;
                        said
                    }
                });
                Ok(stream::iter([started]).chain(words).chain(stream::iter([ended(&text)])).boxed())
            }
        }
    }
}

/// tokio's clock, and what was observed.
#[derive(Clone)]
struct Clock {
    began: Instant,
    observed: Rc<RefCell<Vec<Observed>>>,
}

impl Clock {
    fn new() -> Clock {
        Clock { began: Instant::now(), observed: Rc::default() }
    }

    fn elapsed(&self) -> f64 {
        (self.began.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
    }
}

impl Host for Clock {
    type Sleep = Sleep;

    fn sleep(&mut self, seconds: f64) -> Sleep {
        sleep(Duration::from_secs_f64(seconds))
    }

    fn now(&self) -> f64 {
        NOW + self.elapsed()
    }

    fn observe(&mut self, observed: Observed) {
        self.observed.borrow_mut().push(observed);
    }
}

/// One complete answer of the generator.
struct Told {
    /// Seconds since the request, and the frame.
    frames: Vec<(f64, String)>,
    /// When each attempt began.
    attempts: Vec<f64>,
    observed: Vec<Observed>,
}

impl Told {
    /// The generator's own frames: name, data, time.
    fn own(&self) -> Vec<(&str, Value, f64)> {
        self.frames.iter().filter_map(|(at, frame)| own(frame).map(|(name, data)| (name, data, *at))).collect()
    }

    fn messages(&self) -> Vec<String> {
        let text = |data: &Value| data["message"].as_str().or(data["error"].as_str()).unwrap_or_default().to_owned();
        self.own().iter().map(|(_, data, _)| text(data)).collect()
    }

    /// The generator's only own frame.
    fn error(&self) -> Value {
        let own = self.own();
        assert_eq!(own.len(), 1, "{own:?}");
        own[0].1.clone()
    }
}

fn own(frame: &str) -> Option<(&str, Value)> {
    let (name, rest) = frame.strip_prefix("event: ")?.split_once("\ndata: ")?;
    let data = rest.strip_suffix("\n\n").expect("a blank line ends a frame");
    assert!(!data.contains('\n'), "{frame}");
    matches!(name, "retry" | "error").then(|| (name, serde_json::from_str(data).unwrap()))
}

async fn answer(script: &[Attempt], options: Options) -> Told {
    let (clock, attempts) = (Clock::new(), Rc::new(RefCell::new(Vec::new())));
    let (script, times, started) = (script.to_vec(), attempts.clone(), clock.clone());
    let run = move |number: u32| {
        times.borrow_mut().push(started.elapsed());
        let attempt = script.get(number as usize).cloned().unwrap_or(Attempt::Says("Fine."));
        if matches!(attempt, Attempt::PanicsAtOnce) {
            std::panic::resume_unwind(Box::new(String::from("no model")));
        }
        async move { attempt.run(number) }
    };
    let frames = event_generator(run, clock.clone(), options);
    let frames: Vec<(f64, String)> = frames.map(|frame| (clock.elapsed(), frame)).collect().await;
    let attempts = attempts.borrow().clone();
    let observed = clock.observed.borrow().clone();
    Told { frames, attempts, observed }
}

fn limit() -> Attempt {
    Attempt::Raises(quota_body(None))
}

fn named(delay: &str) -> Attempt {
    Attempt::Raises(quota_body(Some(delay)))
}

fn in_paused_time<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(test)
}

async fn told_by(script: &[Attempt]) -> Told {
    answer(script, Options::default()).await
}

#[test]
fn the_delays_of_the_contract_are_5_10_and_20_seconds() {
    in_paused_time(async {
        let told = told_by(&[limit(), limit(), limit(), Attempt::Says("Yes.")]).await;
        assert_eq!(told.attempts, [0.0, 5.0, 15.0, 35.0]);
        let rows = [
            (1, 5.0, "Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)", 0.0),
            (2, 10.0, "Rate limit reached. Retrying in 10 seconds... (Attempt 2/3)", 5.0),
            (3, 20.0, "Rate limit reached. Retrying in 20 seconds... (Attempt 3/3)", 15.0),
        ];
        for ((name, data, at), (attempt, delay, message, when)) in told.own().into_iter().zip(rows) {
            let expected =
                json!({"event": "retry", "attempt": attempt, "max_retries": 3, "delay": delay, "message": message});
            assert_eq!((name, data, at), ("retry", expected, when));
        }
        assert_eq!(told.own().len(), 3);
        assert!(told.frames.last().unwrap().1.starts_with("event: TeamRunCompleted\n"));
    });
}

#[test]
fn the_delays_that_google_names_are_kept_to() {
    in_paused_time(async {
        // From docs/rate-limit-retries.md: "retry in 4.8s", "retry in 23s", "retry in 58s".
        let named =
            ["4.8", "23", "58"].map(|s| Attempt::Raises(format!("429 RESOURCE_EXHAUSTED. Please retry in {s}s.")));
        let told = told_by(&named).await;
        assert_eq!(told.attempts, [0.0, 4.8, 27.8, 85.8]);
        assert_eq!(
            told.messages(),
            [4, 23, 58]
                .iter()
                .zip(1..)
                .map(|(s, n)| format!("Rate limit reached. Retrying in {s} seconds... (Attempt {n}/3)"))
                .collect::<Vec<_>>()
        );
        let delays: Vec<Value> = told.own().iter().map(|(_, data, _)| data["delay"].clone()).collect();
        assert_eq!(delays, [4.8, 23.0, 58.0]);
    });
}

#[test]
fn a_delay_may_be_named_in_retry_info_in_a_header_or_be_less_than_a_second() {
    in_paused_time(async {
        let script = [named("4.843473059s"), Attempt::Http(429, Some("7")), named("0.25s")];
        let told = told_by(&script).await;
        // tokio's timers wait for whole milliseconds, rounded up.
        assert_eq!(told.attempts, [0.0, 4.844, 11.844, 12.094]);
        assert_eq!(told.messages()[2], "Rate limit reached. Retrying in less than a second... (Attempt 3/3)");
    });
}

#[test]
fn after_the_last_attempt_the_error_has_type_rate_limit_and_the_retries() {
    in_paused_time(async {
        let told = told_by(&[limit(), limit(), limit(), limit()]).await;
        let (name, data, at) = told.own().pop().unwrap();
        let expected = json!({"event": "error", "error": EXHAUSTED, "type": "rate_limit", "retries": 3});
        assert_eq!((name, data, at), ("error", expected, 35.0));
        assert_eq!(told.attempts.len(), 4);
        assert_eq!(told.frames.len(), 4, "nothing follows");
    });
}

#[test]
fn the_first_form_of_the_payload_leaves_the_event_key_out() {
    in_paused_time(async {
        let options = Options { event_key: false, ..Options::default() };
        let told = answer(&[limit(), limit(), limit(), limit()], options).await;
        let data: Vec<Value> = told.own().into_iter().map(|(_, data, _)| data).collect();
        let message = "Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)";
        assert_eq!(data[0], json!({"attempt": 1, "max_retries": 3, "delay": 5.0, "message": message}));
        assert_eq!(data[3], json!({"error": EXHAUSTED, "type": "rate_limit", "retries": 3}));
        // As Python's json.dumps writes the dict of docs/rate-limit-retries.md, except for spaces.
        let raw = r#"data: {"attempt":1,"max_retries":3,"delay":5.0,"message":"#;
        assert!(told.frames[0].1.contains(raw), "{}", told.frames[0].1);
    });
}

#[test]
fn the_error_types_of_the_contract() {
    in_paused_time(async {
        let internal = r#"{"error":{"code":500,"message":"An internal error has occurred.","status":"INTERNAL"}}"#;
        let general = told_by(&[Attempt::Raises(internal.into())]).await.error();
        let expected = "An error occurred: An internal error has occurred.";
        assert_eq!(general, json!({"event": "error", "error": expected, "type": "general", "retries": 0}));

        for (broken, why) in [
            (Attempt::Panics, "index out of bounds"),
            (Attempt::PanicsAtOnce, "no model"),
            (Attempt::Unexpected, "the database is gone"),
        ] {
            let told = told_by(&[broken]).await;
            let expected = format!("An unexpected error occurred: {why}");
            assert_eq!(told.error(), json!({"event": "error", "error": expected, "type": "unexpected"}));
            assert_eq!(told.attempts.len(), 1);
        }

        let timeout = told_by(&[Attempt::Hangs]).await;
        let text = "Request timed out after 2 minutes. This query may be too complex. Try simplifying your question.";
        let expected = json!({"event": "error", "error": text, "type": "timeout", "timeout_seconds": 120.0});
        assert_eq!((timeout.error(), timeout.own()[0].2), (expected, 120.0));
    });
}

#[test]
fn a_400_that_mentions_a_quota_is_general_and_not_tried_again() {
    in_paused_time(async {
        let text = r#"{"error":{"code":400,"message":"Invalid argument: quota {x}","status":"INVALID_ARGUMENT"}}"#;
        let told = told_by(&[Attempt::Raises(text.into())]).await;
        assert_eq!((told.error()["type"].clone(), told.attempts.len()), (json!("general"), 1));
    });
}

#[test]
fn a_general_error_after_a_retry_stays_general_and_says_what_it_is() {
    in_paused_time(async {
        // The reference code would report the last of four errors as an exhausted rate limit, whatever it was.
        let told = told_by(&[limit(), limit(), limit(), Attempt::Raises("boom".into())]).await;
        let last = told.own().pop().unwrap().1;
        assert_eq!(
            last,
            json!({"event": "error", "error": "An error occurred: boom", "type": "general", "retries": 3})
        );
    });
}

#[test]
fn a_run_that_ends_in_a_run_error_is_retried_and_the_event_not_sent_on() {
    in_paused_time(async {
        let told = told_by(&[Attempt::RunError(quota_body(Some("3s"))), Attempt::Says("Yes.")]).await;
        assert_eq!(told.attempts, [0.0, 3.0]);
        let names: Vec<&str> = told.frames.iter().map(|(_, f)| f.split_once('\n').unwrap().0).collect();
        let expected =
            ["TeamRunStarted", "TeamRunContent", "retry", "TeamRunStarted", "TeamRunContent", "TeamRunCompleted"];
        assert_eq!(names, expected.map(|name| format!("event: {name}")));
    });
}

#[test]
fn a_members_error_is_sent_on_and_ends_nothing() {
    in_paused_time(async {
        let told = told_by(&[Attempt::MemberFails]).await;
        assert_eq!((told.own().len(), told.attempts.len(), told.frames.len()), (0, 1, 4));
        assert!(told.frames[1].1.starts_with("event: RunError\n"));
    });
}

#[test]
fn each_attempt_has_the_bound_for_itself_and_waits_do_not_count() {
    in_paused_time(async {
        // 3 × 100 s of work and 35 s of waiting: no attempt takes 120.
        let slow = Attempt::SaysThenRaises("So far ", quota_body(None));
        let told = told_by(&[slow, Attempt::Slow(10, 10.0)]).await;
        assert!(told.frames.last().unwrap().1.starts_with("event: TeamRunCompleted\n"));
        let told = told_by(&[limit(), Attempt::Slow(13, 10.0)]).await;
        assert_eq!(told.own().pop().unwrap().1["type"], "timeout");
        assert_eq!(told.own().pop().unwrap().2, 125.0, "120 seconds after the second attempt began");
        let unbounded = Options { timeout: None, ..Options::default() };
        let told = answer(&[Attempt::Slow(100, 10.0)], unbounded).await;
        assert_eq!(told.frames.last().unwrap().0, 1000.0);
    });
}

#[test]
fn with_retries_off_the_first_limit_is_the_end_and_in_the_providers_words() {
    in_paused_time(async {
        let told = answer(&[named("3s")], Options { policy: Policy::off(), ..Options::default() }).await;
        let expected = "An error occurred: You exceeded your current quota...";
        assert_eq!(told.error(), json!({"event": "error", "error": expected, "type": "rate_limit", "retries": 0}));
    });
}

#[test]
fn bad_policy_values_are_refused_by_name() {
    for bad in [-1.0, f64::NAN, f64::INFINITY, 1_000_000.0] {
        let policy = |n: usize| {
            let at = |i: usize| (i == n).then_some(bad);
            Policy::new(at(0), at(1), at(2), at(3).as_slice(), at(4)).unwrap_err().to_string()
        };
        let expected = [
            "retry.maxRetries must be a whole number from 0 to 100",
            "retry.baseDelay must be seconds, from 0 to 3600",
            "retry.maxDelay must be seconds, from 0 to 3600",
            "retry.delays must be seconds, from 0 to 3600",
            "retry.jitter must be a number from 0 to 1",
        ];
        for (n, text) in expected.iter().enumerate() {
            assert_eq!(policy(n), *text, "{bad}");
        }
    }
}

/// Counts its living instances.
struct Alive(Rc<Cell<i32>>);

impl Alive {
    fn new(count: &Rc<Cell<i32>>) -> Alive {
        count.set(count.get() + 1);
        Alive(count.clone())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

#[test]
fn a_client_that_goes_away_ends_the_model_and_the_waiting() {
    in_paused_time(async {
        let (attempts, alive) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let make = || {
            let (attempts, alive) = (attempts.clone(), alive.clone());
            let run = move |number: u32| {
                attempts.set(attempts.get() + 1);
                let held = Alive::new(&alive);
                async move {
                    let limited = if number == 0 { vec![Err(ModelError::new("429"))] } else { vec![] };
                    let says = event("RunContent", saying(json!({"run_id": "r"}), "Hi."));
                    Ok(stream::iter([says])
                        .chain(stream::iter(limited))
                        .chain(stream::pending())
                        .inspect(move |_| _ = &held))
                }
            };
            Box::pin(event_generator(run, Clock::new(), Options::default()))
        };
        // While the model streams.
        let mut first = make();
        assert!(first.next().await.unwrap().starts_with("event: RunContent\n"));
        assert_eq!((attempts.get(), alive.get()), (1, 1));
        drop(first);
        assert_eq!(alive.get(), 0);
        // While it waits.
        let mut second = make();
        second.next().await;
        assert!(second.next().await.unwrap().starts_with("event: retry\n"));
        assert!(tokio::time::timeout(Duration::from_secs(3), second.next()).await.is_err(), "still waiting");
        drop(second);
        advance(Duration::from_secs(60)).await;
        tokio::task::yield_now().await;
        assert_eq!((attempts.get(), alive.get()), (2, 0), "nobody calls the model again");
    });
}

#[test]
fn a_wait_blocks_nobody() {
    in_paused_time(async {
        // Paused time stands still while a task runs, and advances when all sleep: a blocking wait would never end, or
        // would starve the others.
        let script = [limit(), limit()];
        let slow = told_by(&script);
        let ticks = async {
            let began = Instant::now();
            let mut ticks = 0;
            while began.elapsed() < Duration::from_secs(15) {
                sleep(Duration::from_secs(1)).await;
                ticks += 1;
            }
            ticks
        };
        let (told, ticks) = tokio::join!(slow, ticks);
        assert_eq!((told.attempts, ticks), (vec![0.0, 5.0, 15.0], 15));
    });
}

/// The generator's answer, read by the handler.
fn connected(script: &[Attempt], told: &Told) -> World {
    let mut world = World::new([Answer::Timed(told.frames.clone())]);
    world.watches = script.iter().any(|a| matches!(a, Attempt::Tool(_)));
    let outcome = world.ask("What did I ask you before?");
    assert_eq!(world.requests.len(), 1, "who retries is the server: {script:?} {outcome:?}");
    world
}

#[test]
fn scenario_1_of_the_contract_from_one_half_to_the_other() {
    let script = [Attempt::Tool(Box::new(limit())), Attempt::Says("You previously asked about the weather.")];
    let told = in_paused_time(told_by(&script));
    let mut world = connected(&script, &told);
    let retrying = "Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)";
    assert_eq!(
        world.activities,
        [WORKING, "Looking through earlier conversations...", WORKING, retrying, WORKING, RESPONDING, "-"]
    );
    assert_eq!(
        world.story(),
        [
            "(void) TeamRunStarted: Cirkelline started",
            "(void) TeamToolCallStarted: Looking through earlier conversations",
            "(void) TeamToolCallCompleted: get_previous_session_messages completed",
            &format!("retry: {retrying}"),
            "TeamRunStarted: Cirkelline started",
            "TeamRunContent: Cirkelline is responding",
            "TeamRunCompleted: Response generation successful",
        ]
    );
    assert_eq!(world.page.answer(), "You previously asked about the weather.");
    assert_eq!((world.page.banner(), world.page.outcome()), (None, Some(Outcome::Completed)));
    let view = world.page.view();
    assert_eq!((&view["sessions"][0]["lastOutcome"], &view["head"]["sessionId"]), (&json!("completed"), &json!("s-1")));
}

#[test]
fn scenario_2_of_the_contract_from_one_half_to_the_other() {
    let script = [Attempt::Tool(Box::new(limit())), limit(), limit(), limit()];
    let told = in_paused_time(told_by(&script));
    let mut world = connected(&script, &told);
    let retrying = |s: u32, n: u32| format!("Rate limit reached. Retrying in {s} seconds... (Attempt {n}/3)");
    let seen: Vec<&String> = world.activities.iter().filter(|a| a.starts_with("Rate")).collect();
    assert_eq!(seen, [&retrying(5, 1), &retrying(10, 2), &retrying(20, 3)]);
    let story: Vec<String> = world.story().into_iter().filter(|l| !l.contains("Started")).collect();
    assert_eq!(
        story,
        [
            "(void) TeamToolCallCompleted: get_previous_session_messages completed".to_owned(),
            format!("retry: {}", retrying(5, 1)),
            format!("retry: {}", retrying(10, 2)),
            format!("retry: {}", retrying(20, 3)),
            format!("error: {EXHAUSTED}"),
        ]
    );
    assert_eq!(world.page.banner().as_deref(), Some(EXHAUSTED));
    assert_eq!(world.page.view()["sessions"][0]["failed"], true, "the session stays, marked");
}

#[test]
fn the_three_test_cases_of_the_contract() {
    // 1: a simple query, no rate limit.
    let script = [Attempt::Says("test received")];
    let told = in_paused_time(told_by(&script));
    assert_eq!((told.own().len(), told.frames.last().unwrap().0), (0, 0.0));
    let mut world = connected(&script, &told);
    assert_eq!((world.page.answer().as_str(), world.page.outcome()), ("test received", Some(Outcome::Completed)));
    assert!(world.story().iter().all(|line| !line.starts_with("retry")));
    assert_eq!(world.page.view()["sessions"].as_array().unwrap().len(), 1);
    // 2: a query that may hit the limit: the tool completes, the limit strikes, the answer arrives.
    let again = Attempt::Tool(Box::new(Attempt::Says("You asked about the weather.")));
    let script = [Attempt::Tool(Box::new(limit())), again];
    let mut world = connected(&script, &in_paused_time(told_by(&script)));
    assert!(world.story().contains(&"TeamToolCallCompleted: get_previous_session_messages completed".into()));
    assert_eq!(world.page.answer(), "You asked about the weather.");
    // 3: forced: `raise ModelProviderError("429 RESOURCE_EXHAUSTED. retry in 2s")` each time.
    let forced = Attempt::Raises("429 RESOURCE_EXHAUSTED. retry in 2s".into());
    let script = vec![forced; 4];
    let told = in_paused_time(told_by(&script));
    assert_eq!(told.attempts, [0.0, 2.0, 4.0, 6.0]);
    let mut world = connected(&script, &told);
    assert_eq!(world.page.banner().as_deref(), Some(EXHAUSTED));
}

/// The countdown that a page shows while the server waits.
#[test]
fn while_the_server_waits_the_page_knows_until_when() {
    let mut world = World::new([]);
    let told = in_paused_time(told_by(&[named("4.8s"), limit()]));
    let until_retry: Vec<_> = told.frames.iter().take(1).cloned().collect();
    world.reply_to_send("hello", Answer::Open(until_retry[0].1.clone()));
    let retry = world.page.view()["head"]["retry"].clone();
    assert_eq!((&retry["attempt"], &retry["maxRetries"], &retry["delay"]), (&json!(1), &json!(3), &json!(4.8)));
    assert_eq!((&retry["by"], retry["resumesAt"].as_f64().unwrap()), (&json!("server"), NOW + 4.8));
}

/// Every pattern of five attempts: when the model is asked, what the frames say, and what the user sees are computed
/// here from the rule in docs/rate-limit-retries.md alone.
#[test]
fn the_two_halves_agree_on_every_pattern_of_five_attempts() {
    // The attempt; the delay that it names (NaN: none); its end.
    type Kind = (fn() -> Attempt, Option<f64>, &'static str);
    const SERVER: &str = r#"{"error":{"code":500,"message":"An internal error has occurred."}}"#;
    let kinds: [Kind; 7] = [
        (|| Attempt::Says("Yes."), None, "completed"),
        (limit, Some(f64::NAN), "rate_limit"),
        (|| Attempt::SaysThenRaises("Let me ", quota_body(Some("3.5s"))), Some(3.5), "rate_limit"),
        (|| Attempt::RunError("429 Too Many Requests".into()), Some(f64::NAN), "rate_limit"),
        (|| Attempt::RunError(SERVER.into()), None, "general"),
        (|| Attempt::Panics, None, "unexpected"),
        (|| Attempt::Hangs, None, "timeout"),
    ];
    let texts = [
        "",
        EXHAUSTED,
        EXHAUSTED,
        EXHAUSTED,
        "An error occurred: An internal error has occurred.",
        "An unexpected error occurred: index out of bounds",
        "Request timed out after 2 minutes. This query may be too complex. Try simplifying your question.",
    ];
    let said = ["Yes.", "", "Let me ", "Let me check. ", "Let me check. ", "", ""];
    let mut patterns = 0;
    for code in 0..kinds.len().pow(5) {
        let pattern: Vec<usize> = (0..5).map(|at| code / kinds.len().pow(at) % kinds.len()).collect();
        let script: Vec<Attempt> = pattern.iter().map(|k| kinds[*k].0()).collect();
        let told = in_paused_time(told_by(&script));

        // The rule.
        let (mut attempts, mut clock, mut last) = (vec![0.0], 0.0, 0);
        let mut delays = vec![];
        for (retries, kind) in pattern.iter().enumerate() {
            last = *kind;
            let Some(delay) = kinds[last].1.filter(|_| retries < 3) else { break };
            let delay = if delay.is_nan() { [5.0, 10.0, 20.0][retries] } else { delay };
            clock += delay;
            delays.push(delay);
            attempts.push(clock);
        }
        let end = clock + if last == 6 { 120.0 } else { 0.0 };

        // The backend's side.
        assert_eq!(told.attempts, attempts, "{pattern:?}");
        let announced: Vec<f64> =
            told.own().iter().filter(|f| f.0 == "retry").map(|f| f.1["delay"].as_f64().unwrap()).collect();
        assert_eq!(announced, delays, "{pattern:?}");
        let error = told.own().into_iter().find(|f| f.0 == "error");
        let (kind, text) = (kinds[last].2, texts[last]);
        let read = error.map(|(_, data, at)| {
            (data["type"].as_str().unwrap().to_owned(), data["error"].as_str().unwrap().to_owned(), at)
        });
        assert_eq!(read, (last != 0).then(|| (kind.to_owned(), text.to_owned(), end)), "{pattern:?}");

        // The user's side.
        let world = connected(&script, &told);
        let conversation = &world.page.client.conversation;
        let turn = &conversation.turns[0];
        assert_eq!(turn.outcome, Some(if last == 0 { Outcome::Completed } else { Outcome::Failed }), "{pattern:?}");
        assert_eq!(conversation.error.as_ref().map_or("", |e| &e.message), text, "{pattern:?}");
        assert_eq!(conversation.error.as_ref().map(|e| json!(e.kind)), (last != 0).then(|| json!(kind)), "{pattern:?}");
        assert_eq!(turn.answer.text.as_str(), said[last], "{pattern:?}");
        assert_eq!(turn.attempts as usize, attempts.len(), "{pattern:?}");
        let shown: Vec<f64> = turn
            .timeline
            .entries()
            .iter()
            .filter(|e| e.event_type == "retry")
            .filter_map(|e| e.details.retry_delay)
            .collect();
        assert_eq!(shown, delays, "{pattern:?}");
        // A run that never began has no session to keep; every other one has.
        let began = pattern.iter().take(attempts.len()).any(|kind| *kind != 1);
        assert_eq!(conversation.sessions.list().len(), usize::from(began), "{pattern:?}");

        // What both count.
        let (mut theirs, ours) = (Monitor::default(), conversation.monitor.total());
        told.observed.iter().for_each(|o| count(&mut theirs, *o));
        let figures = |f: ai_stream_handler::monitor::Figures| {
            (f.answers, f.retries, f.success_after_retry, f.retries_exhausted, f.average_delay)
        };
        assert_eq!(figures(theirs.total()), figures(ours), "{pattern:?}");
        patterns += 1;
    }
    assert_eq!(patterns, 16_807);
}

fn count(monitor: &mut Monitor, observed: Observed) {
    match observed {
        Observed::Retry { attempt, max_retries, delay } => {
            monitor.retried(attempt.into(), max_retries.into(), delay, NOW)
        }
        Observed::Ended { attempts, succeeded, rate_limited } => {
            monitor.ended(Ending { attempts, succeeded, rate_limited, session_kept: true }, NOW);
        }
        _ => {}
    }
}
