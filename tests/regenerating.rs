//! An answer asked for again: which request that is, what stays in sight, and what is shown when it comes to nothing.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod simulation;

use ai_stream_handler::client::{Config, Input};
use ai_stream_handler::state::{Outcome, Turn, Versions};
use common::{frame, saying, with};
use serde_json::json;
use simulation::{agent, config_at, content, Answer, World};

/// A run with one tool, `Let me look. ` before and `text` behind it.
fn looked_up(run: &str, text: &str) -> Answer {
    let tool =
        json!({"tool": {"tool_call_id": "c1", "tool_name": "search", "tool_args": {"q": "x"}, "result": "found"}});
    let frames = [
        frame("RunStarted", agent(run)),
        frame("ModelRequestStarted", agent(run)),
        frame("RunContent", saying(agent(run), "Let me look. ")),
        frame(
            "ToolCallStarted",
            with(agent(run), json!({"tool": {"tool_call_id": "c1", "tool_name": "search", "tool_args": {"q": "x"}}})),
        ),
        frame("ToolCallCompleted", with(agent(run), tool)),
        frame("ModelRequestStarted", agent(run)),
        frame("RunContent", saying(agent(run), text)),
        frame("RunCompleted", saying(agent(run), &format!("Let me look. {text}"))),
    ];
    Answer::Frames(frames.concat())
}

fn said(run: &str, text: &str) -> Answer {
    Answer::Frames([continued(run), content(run, text), frame("RunCompleted", saying(agent(run), text))].concat())
}

fn continued(run: &str) -> String {
    frame("RunContinued", agent(run)) + &frame("ModelRequestStarted", agent(run))
}

fn error(run: &str, text: &str) -> String {
    frame("RunError", with(agent(run), json!({"content": text})))
}

/// AgentOS refuses: one RunError without a run.
fn refusal(text: &str) -> Answer {
    Answer::Frames(frame("RunError", json!({"agent_id": "", "agent_name": "", "content": text})))
}

fn world(answers: impl IntoIterator<Item = Answer>) -> World {
    World::with(config_at("/agents/a/runs", false), answers)
}

const TICKET: u32 = 77;

fn again(world: &mut World, instructions: &str, stored: Option<&str>) -> Option<Outcome> {
    world.settled.retain(|(ticket, _)| *ticket != TICKET);
    world.input(Input::Regenerate { ticket: TICKET, turn: None, instructions, stored });
    world.outcome_of(TICKET)
}

/// The path and the fields of the last request that matter.
fn last(world: &World) -> (String, Vec<(String, String)>) {
    let request = &world.requests.last().unwrap().1;
    let plain = |name: &str| !matches!(name, "stream" | "session_id");
    let fields = request.fields.iter().filter(|(name, _)| plain(name)).cloned().collect();
    (request.url.trim_start_matches("http://localhost:7777").to_owned(), fields)
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The last turn as the page sees it: its answer, its versions and its notice.
fn seen(world: &mut World) -> (String, (u64, u64), Option<String>) {
    let view = world.page.view();
    let turn = view["turns"].as_array().unwrap().last().unwrap().clone();
    let versions = &turn["facts"]["versions"];
    let text = turn["answer"]["text"].as_str().unwrap().to_owned();
    let notice = turn["facts"]["notice"].as_str().map(str::to_owned);
    (text, (versions["index"].as_u64().unwrap(), versions["count"].as_u64().unwrap()), notice)
}

/// The version that the model sees, as the page is told.
fn in_use(world: &mut World) -> Option<u64> {
    world.page.view()["turns"].as_array().unwrap().last().unwrap()["facts"]["versionInUse"].as_u64()
}

fn live(world: &mut World) -> Turn {
    world.page.turn()
}

#[test]
fn a_completed_answer_is_regenerated_and_the_old_one_is_the_version_before() {
    let mut world = world([looked_up("r1", "Old."), said("r2", "New.")]);
    world.ask("hello");
    let id = live(&mut world).id;
    assert_eq!(again(&mut world, "", None), Some(Outcome::Completed));
    assert_eq!(last(&world), ("/agents/a/runs/r1/continue".into(), fields(&[("regenerate", "true")])));
    assert_eq!(seen(&mut world), ("Let me look. New.".into(), (1, 2), None));
    let turn = live(&mut world);
    assert_eq!(
        (turn.id, turn.run_id.as_deref(), turn.answer.tools.len()),
        (id, Some("r2"), 1),
        "the tool has not run again"
    );
    assert_eq!(turn.user.unwrap().text.as_str(), "hello");
    world.input(Input::ShowVersion { turn: id, index: 0 });
    assert_eq!(seen(&mut world), ("Let me look. Old.".into(), (0, 2), None));
    assert_eq!(in_use(&mut world), Some(1), "whichever is shown");
    world.input(Input::ShowVersion { turn: id, index: 1 });
    assert_eq!(seen(&mut world), ("Let me look. New.".into(), (1, 2), None));
    for (turn, index) in [(id, 2), (id + 1, 0)] {
        assert!(!world.page.client.conversation.has_version(turn, index));
        world.input(Input::ShowVersion { turn, index });
    }
    assert_eq!(seen(&mut world).1, (1, 2));
}

#[test]
fn instructions_go_along() {
    let mut world = world([looked_up("r1", "Old."), said("r2", "New.")]);
    world.ask("hello");
    again(&mut world, "Shorter, please.", None);
    assert_eq!(last(&world).1, fields(&[("regenerate", "true"), ("additional_instructions", "Shorter, please.")]));
}

#[test]
fn while_it_runs_the_old_answer_can_be_shown_and_the_new_one_goes_on_behind_it() {
    let mut world = world([looked_up("r1", "Old."), Answer::Open(continued("r2") + &content("r2", "Ne"))]);
    world.ask("hello");
    again(&mut world, "", None);
    assert_eq!((seen(&mut world), world.page.status()), (("Let me look. Ne".into(), (1, 2), None), "streaming".into()));
    let (turn, request) = (live(&mut world).id, world.requests.last().unwrap().1.id);
    world.input(Input::ShowVersion { turn, index: 0 });
    assert_eq!(seen(&mut world).0, "Let me look. Old.");
    let rest = content("r2", "w.") + &frame("RunCompleted", saying(agent("r2"), "New."));
    world.input(Input::Chunk { request, bytes: rest.as_bytes() });
    assert_eq!(seen(&mut world), ("Let me look. Old.".into(), (0, 2), None), "what is shown is the user's choice");
    world.input(Input::ShowVersion { turn, index: 1 });
    assert_eq!(seen(&mut world).0, "Let me look. New.");
}

#[test]
fn a_version_that_fails_or_is_stopped_gives_way_to_the_one_before_which_is_asked_again() {
    for (answer, outcome, notice) in [
        (Answer::Frames(continued("r2") + &content("r2", "Ne") + &error("r2", "boom")), Outcome::Failed, "failed"),
        (Answer::Frames(continued("r2") + &content("r2", "Ne")), Outcome::Interrupted, "failed"),
        (Answer::Open(continued("r2") + &content("r2", "Ne")), Outcome::Cancelled, "was stopped"),
    ] {
        let mut world = world([looked_up("r1", "Old."), answer, said("r3", "Third.")]);
        world.ask("hello");
        world.settled.clear();
        let settled = again(&mut world, "", None);
        if outcome == Outcome::Cancelled {
            world.input(Input::Cancel);
            assert_eq!(world.outcome_of(TICKET), Some(outcome));
        } else {
            assert_eq!(settled, Some(outcome));
        }
        let words = format!("The new answer {notice}. This is the one before it.");
        assert_eq!(seen(&mut world), ("Let me look. Old.".into(), (0, 2), Some(words)));
        assert_eq!(in_use(&mut world), None, "AgentOS hides the source when it begins the new one");
        let turn = live(&mut world).id;
        world.input(Input::ShowVersion { turn, index: 1 });
        assert_eq!(seen(&mut world).0, "Let me look. Ne", "what had come is not lost");
        assert_eq!(again(&mut world, "", None), Some(Outcome::Completed));
        assert_eq!(
            last(&world),
            ("/agents/a/runs/r1/continue".into(), fields(&[("regenerate", "true")])),
            "the source"
        );
        assert_eq!(seen(&mut world), ("Let me look. Third.".into(), (2, 3), None));
        assert_eq!(in_use(&mut world), Some(2));
    }
}

#[test]
fn a_refusal_leaves_one_version_and_says_why() {
    for (answer, words) in [
        (refusal("Cannot continue run r1: run is cancelled"), "Cannot continue run r1: run is cancelled"),
        (Answer::Frames(String::new()), "AgentOS refused to answer again, without saying why."),
        (
            Answer::Http(404, None, r#"{"detail":"Not Found"}"#.into()),
            "The server could not answer again; AgentOS can from version 3.1.10 on. It says: Not Found",
        ),
        (Answer::Unreachable, "The server could not be reached. Check your connection, or the server's address."),
    ] {
        for background in [false, true] {
            let mut world = World::with(
                config_at("/agents/a/runs", background),
                [looked_up("r1", "Old."), answer.clone(), said("r2", "New.")],
            );
            world.ask("hello");
            assert_eq!(again(&mut world, "", None), Some(Outcome::Failed), "{answer:?}");
            assert_eq!(world.page.banner().as_deref(), Some(words));
            let (text, versions, notice) = seen(&mut world);
            assert_eq!((text.as_str(), versions, notice.is_some()), ("Let me look. Old.", (0, 1), true));
            assert_eq!(again(&mut world, "", None), Some(Outcome::Completed));
            assert_eq!(last(&world).0, "/agents/a/runs/r1/continue");
            assert_eq!(seen(&mut world), ("Let me look. New.".into(), (1, 2), None));
        }
    }
}

#[test]
fn the_model_sees_the_source_of_a_refused_answer_unless_an_earlier_attempt_has_hidden_it() {
    let not_found = || Answer::Http(404, None, r#"{"detail":"Not Found"}"#.into());
    for (answers, expected) in [
        (vec![refusal("Cannot continue run r1: run is cancelled")], Some(0)),
        (vec![not_found()], Some(0)),
        (vec![not_found(), not_found()], Some(0)),
        (vec![Answer::Http(502, None, "Bad gateway".into())], None),
        (vec![Answer::Frames(String::new())], None),
        (vec![Answer::Unreachable], None),
        (vec![Answer::Unreachable, not_found()], None),
        (vec![Answer::Frames(continued("r2") + &error("r2", "boom")), not_found()], None),
    ] {
        let (what, count) = (format!("{answers:?}"), answers.len());
        let mut world = world([looked_up("r1", "Old.")].into_iter().chain(answers));
        world.ask("hello");
        assert_eq!(in_use(&mut world), Some(0));
        for _ in 0..count {
            again(&mut world, "", None);
        }
        assert_eq!(in_use(&mut world), expected, "{what}");
    }
}

#[test]
fn an_answer_that_failed_goes_on_in_place() {
    let failed = || {
        let tool = json!({"tool": {"tool_call_id": "c1", "tool_name": "search", "tool_args": {}, "result": "found"}});
        Answer::Frames(
            [
                frame("RunStarted", agent("r1")),
                frame("ModelRequestStarted", agent("r1")),
                content("r1", "Let me look. "),
                frame("ToolCallCompleted", with(agent("r1"), tool)),
                frame("ModelRequestStarted", agent("r1")),
                content("r1", "It bre"),
                error("r1", "boom"),
            ]
            .concat(),
        )
    };
    let mut world = world([failed(), said("r1", "It is here.")]);
    assert_eq!(world.ask("hello"), Outcome::Failed);
    assert_eq!(again(&mut world, "", None), Some(Outcome::Completed));
    assert_eq!(last(&world), ("/agents/a/runs/r1/continue".into(), vec![]));
    assert_eq!(seen(&mut world), ("Let me look. It is here.".into(), (0, 1), None));
    let turn = live(&mut world);
    assert_eq!((turn.attempts, turn.answer.tools.len(), turn.error), (2, 1, None));

    // Refused: what had come stays.
    let mut world = self::world([failed(), refusal("no"), said("r1", "It is here.")]);
    world.ask("hello");
    assert_eq!(again(&mut world, "", None), Some(Outcome::Failed));
    assert_eq!((seen(&mut world).0.as_str(), world.page.banner().as_deref()), ("Let me look. It bre", Some("no")));
    assert_eq!(again(&mut world, "More.", None), Some(Outcome::Completed));
    assert_eq!(last(&world), ("/agents/a/runs/r1/continue".into(), fields(&[("input", "More.")])));
}

#[test]
fn a_stopped_answer_is_asked_for_with_a_new_message() {
    let started = frame("RunStarted", agent("r1")) + &content("r1", "So f");
    let mut world = world([Answer::Open(started), looked_up("r2", "New.")]);
    world.send("hello");
    world.input(Input::Cancel);
    assert_eq!(again(&mut world, "Shorter.", Some("CANCELLED")), Some(Outcome::Completed));
    assert_eq!(last(&world), ("/agents/a/runs".into(), fields(&[("message", "hello\n\nShorter.")])));
    assert_eq!(seen(&mut world), ("Let me look. New.".into(), (1, 2), None));
    assert_eq!(world.page.client.conversation.turns.len(), 1);
}

#[test]
fn what_the_server_has_stored_decides() {
    let started = frame("RunStarted", agent("r1")) + &content("r1", "So f");
    for (stored, path) in [
        ("COMPLETED", "/agents/a/runs/r1/continue"),
        ("error", "/agents/a/runs/r1/continue"),
        ("CANCELLED", "/agents/a/runs"),
        ("PAUSED", "/agents/a/runs"),
    ] {
        let mut world = world([Answer::Open(started.clone())]);
        world.send("hello");
        world.input(Input::Cancel);
        again(&mut world, "", Some(stored));
        assert_eq!(last(&world).0, path, "{stored}");
    }
    let mut world = world([Answer::Open(started)]);
    world.send("hello");
    world.input(Input::Cancel);
    assert_eq!(again(&mut world, "", Some("RUNNING")), Some(Outcome::Failed));
    assert_eq!(world.requests.len(), 1);
    assert_eq!(
        world.page.banner().as_deref(),
        Some("This answer is still running on the server. Try again when it has ended.")
    );
}

#[test]
fn a_message_that_never_arrived_is_sent_again_in_its_turn() {
    let mut world = world([Answer::Unreachable, looked_up("r1", "Here.")]);
    assert_eq!(world.ask("hello"), Outcome::Failed);
    assert!(live(&mut world).unsent);
    assert_eq!(again(&mut world, "", None), Some(Outcome::Completed));
    assert_eq!((seen(&mut world), live(&mut world).unsent), (("Let me look. Here.".into(), (0, 1), None), false));
}

#[test]
fn a_turn_in_the_middle_keeps_its_place() {
    let mut world = world([looked_up("r1", "One."), looked_up("r2", "Two."), said("r3", "Again.")]);
    world.ask("first");
    let first = live(&mut world).id;
    world.ask("second");
    world.input(Input::Regenerate { ticket: TICKET, turn: Some(first), instructions: "", stored: None });
    world.rest();
    let view = world.page.view();
    let texts: Vec<_> =
        view["turns"].as_array().unwrap().iter().map(|turn| turn["answer"]["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["Let me look. Again.", "Let me look. Two."]);
    assert_eq!(world.outcome_of(TICKET), Some(Outcome::Completed));
    assert_eq!(world.ask("third"), Outcome::Completed);
    assert_eq!(world.page.client.conversation.turns.len(), 3);
}

#[test]
fn a_pause_waits_until_an_earlier_turn_has_been_answered_again() {
    let tool = json!({"tool_call_id": "c1", "tool_name": "send_email", "tool_args": {"to": "a"}, "requires_confirmation": true});
    let asks = frame("RunStarted", agent("r2")) + &frame("RunPaused", with(agent("r2"), json!({"tools": [tool]})));
    for (answer, outcome) in [
        (said("r3", "Again."), Outcome::Completed),
        (refusal("boom"), Outcome::Failed),
        (Answer::Open(continued("r3") + &content("r3", "Ag")), Outcome::Cancelled),
    ] {
        let mut world = world([looked_up("r1", "One."), Answer::Frames(asks.clone()), answer, said("r2", "Sent.")]);
        world.ask("first");
        let first = live(&mut world).id;
        assert_eq!(world.ask("second"), Outcome::Paused);
        world.input(Input::Regenerate { ticket: TICKET, turn: Some(first), instructions: "", stored: None });
        if outcome == Outcome::Cancelled {
            world.input(Input::Cancel);
        }
        assert_eq!(world.outcome_of(TICKET), Some(outcome));
        assert_eq!(world.page.status(), "paused", "after {outcome:?}");
        assert_eq!(world.page.view()["turns"][1]["facts"]["pause"]["runId"], json!("r2"));
        assert_eq!(world.page.banner().is_some(), outcome == Outcome::Failed);
        world.input(Input::Continue { ticket: 78, answers: &[] });
        world.rest();
        assert_eq!(world.outcome_of(78), Some(Outcome::Completed));
        assert_eq!(last(&world).0, "/agents/a/runs/r2/continue");
        assert_eq!(world.page.view()["turns"][1]["answer"]["text"], json!("Sent."));
    }
}

#[test]
fn what_cannot_be_asked_again_says_why_and_changes_nothing() {
    let why = |world: &World, turn| world.page.client.why_not_again(turn);
    let mut empty = world([]);
    assert_eq!(why(&empty, None), Some("there is no turn yet"));
    assert_eq!(again(&mut empty, "", None), Some(Outcome::Interrupted));
    let mut busy = world([Answer::Silence]);
    busy.send("hello");
    assert_eq!(why(&busy, None), Some("an answer is running; wait for its end, or cancel() it first"));
    let mut done = world([looked_up("r1", "Old.")]);
    done.ask("hello");
    assert_eq!((why(&done, None), why(&done, Some(9))), (None, Some("there is no such turn in this conversation")));
    let workflow = World::with(config_at("/workflows/w/runs", false), []);
    assert_eq!(why(&workflow, None), Some("AgentOS has no such route for workflows"));
    let url = World::with(Config { runs: String::new(), ..config_at("/ask", false) }, []);
    assert_eq!(why(&url, None), Some("it needs one of the options agent and team"));
    assert_eq!(done.requests.len(), 1);
}

#[test]
fn a_regeneration_in_the_background_is_resumed_under_the_sources_id() {
    let numbered = |name: &str, run: &str, index: u32, text: &str| {
        frame(name, with(saying(agent(run), text), json!({"event_index": index})))
    };
    let source = [
        numbered("RunStarted", "r1", 0, ""),
        numbered("RunContent", "r1", 1, "Old."),
        numbered("RunCompleted", "r1", 2, "Old."),
    ]
    .concat();
    let new = |first: u32, from: usize| {
        let all = [
            numbered("RunContinued", "r2", first, ""),
            numbered("RunContent", "r2", first + 1, "Ne"),
            numbered("RunContent", "r2", first + 2, "w."),
            numbered("RunCompleted", "r2", first + 3, "New."),
        ];
        all[from..].concat()
    };
    // Before its first frame nothing tells whether its numbers go on from the source's: all frames are asked for.
    let begun = new(3, 0)[..new(3, 0).len() - new(3, 2).len()].to_owned();
    for (dropped, asked, resumed) in [
        (begun, Some("4"), new(3, 2)),
        (String::new(), None, source.clone() + &new(3, 0)),
        (String::new(), None, new(0, 0)),
    ] {
        let mut world = World::with(
            config_at("/agents/a/runs", true),
            [Answer::Frames(source.clone()), Answer::Open(dropped), Answer::Frames(resumed)],
        );
        world.ask("hello");
        world.input(Input::Regenerate { ticket: TICKET, turn: None, instructions: "", stored: None });
        let request = world.requests.last().unwrap().1.id;
        world.input(Input::Failed { request });
        world.rest();
        let (path, fields) = last(&world);
        assert_eq!(path, "/agents/a/runs/r1/resume");
        assert_eq!(fields.iter().find(|(name, _)| name == "last_event_index").map(|(_, value)| value.as_str()), asked);
        assert_eq!(world.outcome_of(TICKET), Some(Outcome::Completed));
        assert_eq!(seen(&mut world), ("New.".into(), (1, 2), None));
        assert_eq!(live(&mut world).run_id.as_deref(), Some("r2"));
    }
    // The source was not read here: /resume sends all of it first, which belongs to no version of this turn.
    let restored =
        [frame("RunStarted", agent("r1")), content("r1", "Old."), frame("RunCompleted", saying(agent("r1"), "Old."))]
            .concat();
    let mut world = World::with(
        config_at("/agents/a/runs", true),
        [Answer::Open(String::new()), Answer::Frames(source + &new(3, 0))],
    );
    world.input(Input::LoadTurn { text: Some("hello"), at: 1.0, frames: restored.as_bytes() });
    world.input(Input::Regenerate { ticket: TICKET, turn: None, instructions: "", stored: None });
    world.input(Input::Failed { request: world.requests.last().unwrap().1.id });
    world.rest();
    assert!(last(&world).1.iter().all(|(name, _)| name != "last_event_index"));
    assert_eq!(seen(&mut world), ("New.".into(), (1, 2), None));
    let Versions { count, .. } = live(&mut world).versions();
    assert_eq!((count, live(&mut world).run_id.as_deref()), (2, Some("r2")));
}

#[test]
fn a_regeneration_in_the_background_survives_a_reload() {
    let numbered = |name: &str, run: &str, index: u32, text: &str| {
        frame(name, with(saying(agent(run), text), json!({"event_index": index})))
    };
    let first = numbered("RunContinued", "r2", 3, "") + &numbered("RunContent", "r2", 4, "Ne");
    let mut world = World::with(config_at("/agents/a/runs", true), [looked_up("r1", "Old."), Answer::Open(first)]);
    world.ask("hello");
    again(&mut world, "", None);
    let point = world.page.client.resume_point().unwrap();
    assert_eq!((point.run_id.as_str(), point.stream_id.as_deref(), point.last_index), ("r2", Some("r1"), 4));
    let rest = numbered("RunContent", "r2", 5, "w.") + &numbered("RunCompleted", "r2", 6, "New.");
    let mut world = World::with(config_at("/agents/a/runs", true), [Answer::Frames(rest)]);
    world.page.client.conversation.restore(point);
    world.input(Input::Resume { ticket: TICKET });
    world.rest();
    let (path, fields) = last(&world);
    assert_eq!((path.as_str(), fields), ("/agents/a/runs/r1/resume", self::fields(&[("last_event_index", "4")])));
    assert_eq!((world.outcome_of(TICKET), seen(&mut world).0.as_str()), (Some(Outcome::Completed), "New."));
}

#[test]
fn the_sources_id_is_encoded_once_whatever_it_contains() {
    let mut world = World::with(
        config_at("/agents/a/runs", true),
        [looked_up("r 1", "Old."), Answer::Open(frame("RunContinued", with(agent("r2"), json!({"event_index": 3}))))],
    );
    world.ask("hello");
    again(&mut world, "", None);
    assert_eq!(last(&world).0, "/agents/a/runs/r%201/continue");
    assert_eq!(world.page.client.resume_point().unwrap().stream_id.as_deref(), Some("r 1"));
    world.input(Input::Failed { request: world.requests.last().unwrap().1.id });
    assert_eq!(last(&world).0, "/agents/a/runs/r%201/resume");
}

#[test]
fn the_status_of_the_source_is_not_that_of_its_regeneration_whose_frames_are_asked_for_until_it_ends() {
    let numbered = |name: &str, index: u32, text: &str| {
        frame(name, with(saying(agent("r2"), text), json!({"event_index": index})))
    };
    let replayed = |total: usize, frames: String| {
        let of_source = json!({"run_id": "r1", "status": "COMPLETED", "total_events": total});
        Answer::Frames(frame("replay", of_source) + &frames)
    };
    // The rest comes in pieces; in between there is nothing new.
    let pieces = [
        replayed(1, numbered("RunContent", 4, "Ne")),
        replayed(0, String::new()),
        replayed(2, numbered("RunContent", 5, "w.") + &numbered("RunCompleted", 6, "New.")),
    ];
    let first = [looked_up("r1", "Old."), Answer::Open(numbered("RunContinued", 3, ""))];
    let mut world = World::with(config_at("/agents/a/runs", true), first.into_iter().chain(pieces));
    world.ask("hello");
    again(&mut world, "", None);
    let begun = world.time();
    world.input(Input::Failed { request: world.requests.last().unwrap().1.id });
    world.rest();
    assert_eq!(
        (world.outcome_of(TICKET), seen(&mut world).0.as_str()),
        (Some(Outcome::Completed), "Let me look. New.")
    );
    let times: Vec<f64> = world.times().into_iter().skip(2).map(|at| at - begun).collect();
    assert!(times[0] == 0.0 && times[1] > 0.0 && times[2] > times[1], "not all at once: {times:?}");
    // Nothing more comes of it.
    let nothing = std::iter::repeat_with(|| replayed(0, String::new())).take(50);
    let first = [looked_up("r1", "Old."), Answer::Open(numbered("RunContinued", 3, ""))];
    let mut world = World::with(config_at("/agents/a/runs", true), first.into_iter().chain(nothing));
    world.ask("hello");
    again(&mut world, "", None);
    world.input(Input::Failed { request: world.requests.last().unwrap().1.id });
    world.rest();
    assert_eq!(world.outcome_of(TICKET), Some(Outcome::Interrupted));
}

#[test]
fn an_answer_that_was_stopped_too_late_is_the_source_also_after_a_refusal() {
    let stopped = Answer::Open(continued("r2") + &content("r2", "Ne"));
    let mut world = world([looked_up("r1", "Old."), stopped, Answer::Frames(String::new()), said("r3", "Third.")]);
    world.ask("hello");
    again(&mut world, "", None);
    world.input(Input::Cancel);
    for outcome in [Outcome::Failed, Outcome::Completed] {
        assert_eq!(again(&mut world, "", Some("COMPLETED")), Some(outcome));
        assert_eq!(last(&world).0, "/agents/a/runs/r2/continue");
    }
    assert_eq!(seen(&mut world), ("Let me look. Third.".into(), (2, 3), None));
}
