//! An edited message: which requests that takes, what is shown meanwhile, and what if it does not come to its end.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod simulation;

use ai_stream_handler::client::{Config, Fallback, Input, PastVersion};
use ai_stream_handler::state::Outcome;
use common::{frame, saying, with};
use serde_json::{json, Value};
use simulation::{agent, config_at, content, Answer, World};

const TICKET: u32 = 77;

fn said(run: &str, text: &str) -> Answer {
    let completed = frame("RunCompleted", saying(agent(run), text));
    Answer::Frames([frame("RunStarted", agent(run)), content(run, text), completed].concat())
}

fn failed(run: &str) -> Answer {
    let error = frame("RunError", with(agent(run), json!({"content": "boom"})));
    Answer::Frames([frame("RunStarted", agent(run)), content(run, "It bre"), error].concat())
}

/// An answer that is begun again, and stopped.
fn stopped(run: &str) -> Answer {
    Answer::Frames(
        [
            frame("RunContinued", agent(run)),
            content(run, "An"),
            frame("RunCancelled", agent(run)),
            frame("RunCompleted", saying(agent(run), "An")),
        ]
        .concat(),
    )
}

/// One that was faster than the request to stop it.
fn completed(run: &str) -> Answer {
    Answer::Frames([frame("RunContinued", agent(run)), frame("RunCompleted", saying(agent(run), "All."))].concat())
}

fn refusal(text: &str) -> Answer {
    Answer::Frames(frame("RunError", json!({"agent_id": "", "agent_name": "", "content": text})))
}

/// A conversation of so many turns, `Q1 A1`, `Q2 A2`, and what the server answers then.
fn conversation(turns: usize, answers: impl IntoIterator<Item = Answer>) -> World {
    let asked = (1..=turns).map(|n| said(&format!("r{n}"), &format!("A{n}"))).collect::<Vec<_>>();
    let mut world = World::with(config_at("/agents/a/runs", false), asked.into_iter().chain(answers));
    for n in 1..=turns {
        assert_eq!(world.ask(&format!("Q{n}")), Outcome::Completed);
    }
    world
}

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

fn edit(world: &mut World, turn: usize, text: &str, hide: &[&str], run: Option<&str>) -> Option<Outcome> {
    world.settled.retain(|(ticket, _)| *ticket != TICKET);
    let turn = world.page.client.conversation.turns[turn].id;
    let mark = [("metadata".to_owned(), "{}".to_owned())];
    let place = [("continue_from".to_owned(), "1".to_owned()), ("input".to_owned(), text.to_owned())];
    let fields: &[_] = if run.is_some() { &place } else { &mark };
    world.input(Input::Edit { ticket: TICKET, turn, text, files: &[], hide: &strings(hide), run, fields });
    world.outcome_of(TICKET)
}

/// Each turn that is shown: question, answer, `2/2`, and, if there is one, the notice.
fn seen(world: &mut World) -> Vec<String> {
    let view = world.page.view();
    let text = |value: &Value| value["text"].as_str().unwrap_or_default().to_owned();
    let turns = view["turns"].as_array().unwrap().iter().filter(|turn| turn["facts"]["hidden"] == false);
    turns
        .map(|turn| {
            let versions = &turn["facts"]["versions"];
            let notice = turn["facts"]["notice"].as_str().map(|notice| format!(" ({notice})")).unwrap_or_default();
            let at = format!("{}/{}", versions["index"].as_u64().unwrap() + 1, versions["count"]);
            format!("{} {} {at}{notice}", text(&turn["user"]), text(&turn["answer"]))
        })
        .collect()
}

fn unsent(world: &mut World) -> Vec<Value> {
    world.page.view()["turns"].as_array().unwrap().iter().map(|turn| turn["facts"]["unsent"].clone()).collect()
}

/// Path and fields of the requests from number `from` on, without those that all have.
fn requests(world: &World, from: usize) -> Vec<(String, Vec<(String, String)>)> {
    let plain = |name: &str| !matches!(name, "stream" | "session_id");
    let shown = |request: &ai_stream_handler::client::Request| {
        let fields = request.fields.iter().filter(|(name, _)| plain(name)).cloned().collect();
        (request.url.trim_start_matches("http://localhost:7777/agents/a").to_owned(), fields)
    };
    world.requests[from..].iter().map(|(_, request)| shown(request)).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn show(world: &mut World, turn: usize, index: usize) {
    let turn = world.page.client.conversation.turns[turn].id;
    world.input(Input::ShowVersion { turn, index });
}

const NOT_EDITED: &str = "The message could not be edited. This is the conversation as it was.";
const EDIT_STOPPED: &str = "The edit was stopped. This is the conversation as it was.";
const FORGOTTEN: &str =
    "The model no longer sees this answer: an edit was not finished. Edit again, or ask for the answer again.";

const UNSURE: &str =
    "The model may no longer see this answer: an edit was not finished. Edit again, or ask for the answer again.";

#[test]
fn what_came_after_is_hidden_from_the_last_answer_on_and_then_the_message_is_sent() {
    let mut world = conversation(3, [stopped("x3"), stopped("x2"), said("r4", "B2")]);
    world.activities.clear();
    assert_eq!(edit(&mut world, 1, "Q2!", &["r3", "r2"], None), Some(Outcome::Completed));
    assert_eq!(
        requests(&world, 3),
        [
            ("/runs/r3/continue".into(), pairs(&[("regenerate", "true")])),
            ("/runs/r2/continue".into(), pairs(&[("regenerate", "true")])),
            ("/runs".into(), pairs(&[("message", "Q2!"), ("metadata", "{}")])),
        ]
    );
    assert_eq!(world.calls, ["x3", "x2"].map(|run| format!("http://localhost:7777/agents/a/runs/{run}/cancel")));
    assert_eq!(seen(&mut world), ["Q1 A1 1/1", "Q2! B2 2/2"]);
    assert_eq!(world.page.client.conversation.turns.len(), 3, "ids and places stay");
    let hidden = "edit: Hid an earlier answer from the model, with one request that was stopped";
    let of_edit = world.page.client.conversation.turns[1].timeline.entries();
    let story: Vec<String> = of_edit.iter().map(|e| format!("{}: {}", e.event_type, e.description)).collect();
    assert_eq!(story[..2], [hidden, hidden]);
    for text in ["Making room for the edited message (1 of 2)...", "Making room for the edited message (2 of 2)..."] {
        assert!(world.activities.iter().any(|line| line == text), "{:?}", world.activities);
    }
    show(&mut world, 1, 0);
    assert_eq!(seen(&mut world), ["Q1 A1 1/1", "Q2 A2 1/2", "Q3 A3 1/1"], "the old conversation");
    assert_eq!(world.ask("Q5"), Outcome::Completed);
    assert_eq!(seen(&mut world), ["Q1 A1 1/1", "Q2! B2 2/2", "Q5 Fine. 1/1"], "the model's conversation goes on");
    show(&mut world, 1, 0);
    assert_eq!(seen(&mut world), ["Q1 A1 1/1", "Q2 A2 1/2", "Q3 A3 1/1"]);
    show(&mut world, 1, 1);
    assert_eq!(seen(&mut world), ["Q1 A1 1/1", "Q2! B2 2/2", "Q5 Fine. 1/1"]);
}

#[test]
fn edits_of_edits_have_branches_of_their_own() {
    let mut world = conversation(
        2,
        [
            stopped("x2"),
            said("r3", "B2"),
            said("r4", "A3"),
            stopped("x3"),
            stopped("x4"),
            stopped("x1"),
            said("r5", "C1"),
            said("r6", "D"),
        ],
    );
    edit(&mut world, 1, "Q2!", &["r2"], None);
    assert_eq!(world.ask("Q3"), Outcome::Completed);
    assert_eq!(edit(&mut world, 0, "Q1!", &["r4", "r3", "r1"], None), Some(Outcome::Completed));
    assert_eq!(seen(&mut world), ["Q1! C1 2/2"]);
    let why =
        |world: &World, t: usize| world.page.client.why_not_again(Some(world.page.client.conversation.turns[t].id));
    let gone = "the turn belongs to an earlier version of the conversation, which the model no longer sees";
    assert_eq!((why(&world, 0), why(&world, 1), why(&world, 2)), (None, Some(gone), Some(gone)));
    show(&mut world, 0, 0);
    assert_eq!(seen(&mut world), ["Q1 A1 1/2", "Q2! B2 2/2", "Q3 A3 1/1"]);
    show(&mut world, 1, 0);
    assert_eq!(seen(&mut world), ["Q1 A1 1/2", "Q2 A2 1/2"]);
    assert_eq!(edit(&mut world, 1, "no", &[], None), Some(Outcome::Completed), "refused: nothing is asked");
    assert_eq!(world.ask("Q6"), Outcome::Completed);
    assert_eq!(seen(&mut world), ["Q1! C1 2/2", "Q6 D 1/1"]);
}

#[test]
fn an_answer_asked_for_again_is_of_the_edited_question() {
    let mut world = conversation(1, [stopped("x1"), said("r2", "B1"), said("r3", "B2"), failed("r4")]);
    edit(&mut world, 0, "Q1!", &["r1"], None);
    let again = |world: &mut World| {
        world.settled.retain(|(ticket, _)| *ticket != TICKET);
        world.input(Input::Regenerate { ticket: TICKET, turn: None, instructions: "", stored: None });
        world.outcome_of(TICKET)
    };
    assert_eq!(again(&mut world), Some(Outcome::Completed));
    assert_eq!(requests(&world, 3), [("/runs/r2/continue".into(), pairs(&[("regenerate", "true")]))]);
    assert_eq!(seen(&mut world), ["Q1! B2 3/3"]);
    assert_eq!(again(&mut world), Some(Outcome::Failed));
    assert_eq!(seen(&mut world), ["Q1! B2 3/4 (The new answer failed. This is the one before it.)"]);
    // The edited message fails: the answer to the old one is no answer to it.
    let mut world = conversation(1, [stopped("x1"), failed("r2"), said("r2", "Again.")]);
    assert_eq!(edit(&mut world, 0, "Q1!", &["r1"], None), Some(Outcome::Failed));
    assert_eq!(seen(&mut world), ["Q1! It bre 2/2"]);
    assert_eq!(again(&mut world), Some(Outcome::Completed));
    assert_eq!(requests(&world, 3), [("/runs/r2/continue".into(), vec![])]);
}

#[test]
fn a_run_that_failed_or_is_paused_takes_the_message_in_place() {
    let paused = frame("RunPaused", with(agent("r2"), json!({"content": "May I?", "tools": []})));
    for (first, background) in [
        (failed("r2"), false),
        (failed("r2"), true),
        (Answer::Frames(frame("RunStarted", agent("r2")) + &paused), false),
    ] {
        let went_on =
            [frame("RunContinued", agent("r2")), content("r2", "B2"), frame("RunCompleted", saying(agent("r2"), "B2"))];
        let mut world = World::with(
            config_at("/agents/a/runs", background),
            [said("r1", "A1"), first, Answer::Frames(went_on.concat()), said("r3", "A3")],
        );
        world.ask("Q1");
        world.ask("Q2");
        assert_eq!(edit(&mut world, 1, "Q2!", &[], Some("r2")), Some(Outcome::Completed));
        let (path, fields) = requests(&world, 2).pop().unwrap();
        let fields: Vec<_> = fields.into_iter().filter(|(name, _)| name != "background").collect();
        assert_eq!((path.as_str(), fields), ("/runs/r2/continue", pairs(&[("continue_from", "1"), ("input", "Q2!")])));
        assert_eq!(seen(&mut world), ["Q1 A1 1/1", "Q2! B2 2/2"]);
        assert_eq!(world.page.turn().run_id.as_deref(), Some("r2"));
        assert_eq!(world.page.view()["head"]["status"], "completed");
    }
}

#[test]
fn an_edit_that_ends_while_answers_are_hidden_leaves_the_conversation_and_returns_its_text() {
    let broken = Answer::Frames(frame("RunContinued", agent("x2")) + &content("x2", "An"));
    let open = Answer::Open(frame("RunContinued", agent("x2")) + &content("x2", "An"));
    let route = |status| Answer::Http(status, None, r#"{"detail":"Not Found"}"#.into());
    let no_route = "The server could not edit the message; AgentOS can from version 3.1.10 on. It says: Not Found";
    for (answer, words, hidden) in [
        (refusal("Run has unresolved HITL requirements."), "Run has unresolved HITL requirements.", false),
        (Answer::Frames(String::new()), "AgentOS refused to edit the message, without saying why.", false),
        (route(404), no_route, false),
        (route(422), no_route, false),
        (
            Answer::Unreachable,
            "The server could not be reached. Check your connection, or the server's address.",
            false,
        ),
        (broken, "The connection was lost before the message was edited.", true),
        (open, "", true),
        (Answer::Silence, "", true),
    ] {
        for step in 0..2 {
            let ends_first = step == 0;
            let stops = matches!(answer, Answer::Open(_) | Answer::Silence);
            let answers = if ends_first { vec![answer.clone()] } else { vec![stopped("x3"), answer.clone()] };
            let mut world = conversation(3, answers.into_iter().chain([said("r9", "B2")]));
            let settled = edit(&mut world, 1, "Q2!", &["r3", "r2"], None);
            if stops {
                assert_eq!(
                    (settled, world.page.status().as_str()),
                    (None, if hidden && matches!(answer, Answer::Open(_)) { "streaming" } else { "connecting" })
                );
                world.input(Input::Cancel);
            }
            let outcome = if stops { Outcome::Cancelled } else { Outcome::Failed };
            assert_eq!(world.outcome_of(TICKET), Some(outcome), "{answer:?}");
            assert_eq!(world.page.banner().unwrap_or_default(), words, "{answer:?}");
            let note = if stops { EDIT_STOPPED } else { NOT_EDITED };
            let is_hidden = |at: usize| if ends_first { at == 3 && hidden } else { at == 3 || hidden };
            let forgotten =
                |at| if matches!(answer, Answer::Silence) && (at == 3) == ends_first { UNSURE } else { FORGOTTEN };
            let edited = if is_hidden(2) { forgotten(2) } else { note };
            let last = if is_hidden(3) { format!(" ({})", forgotten(3)) } else { String::new() };
            assert_eq!(
                seen(&mut world),
                ["Q1 A1 1/1".into(), format!("Q2 A2 1/1 ({edited})"), format!("Q3 A3 1/1{last}")],
                "{answer:?} {step}"
            );
            assert_eq!(unsent(&mut world), [Value::Null, json!("Q2!"), Value::Null]);
            // Again: the rest is hidden, and all that was returned is gone.
            world.requests.clear();
            let rest: &[&str] = if is_hidden(3) { &["r2"] } else { &["r3", "r2"] };
            let mut again = world;
            for run in rest.iter().rev() {
                again.answer_next(stopped(&format!("y{run}")));
            }
            assert_eq!(edit(&mut again, 1, "Q2!", rest, None), Some(Outcome::Completed), "{answer:?}");
            assert_eq!(
                (seen(&mut again), unsent(&mut again)),
                (strings(&["Q1 A1 1/1", "Q2! B2 2/2"]), vec![Value::Null; 3])
            );
        }
    }
}

#[test]
fn an_answer_that_is_faster_than_its_stop_is_hidden_in_its_turn() {
    let mut world = conversation(1, [completed("x1"), completed("x2"), stopped("x3"), said("r2", "B1")]);
    assert_eq!(edit(&mut world, 0, "Q1!", &["r1"], None), Some(Outcome::Completed));
    let paths: Vec<String> = requests(&world, 1).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["/runs/r1/continue", "/runs/x1/continue", "/runs/x2/continue", "/runs"]);
    let mut world = conversation(1, ["x1", "x2", "x3", "x4"].map(completed));
    assert_eq!(edit(&mut world, 0, "Q1!", &["r1"], None), Some(Outcome::Failed));
    assert_eq!(
        world.page.banner().as_deref(),
        Some("The message could not be edited: the model answered before it could be stopped.")
    );
    assert_eq!(seen(&mut world), [format!("Q1 A1 1/1 ({FORGOTTEN})")]);
}

#[test]
fn an_answer_whose_first_frame_is_its_end_is_hidden() {
    for kind in ["RunCancelled", "RunError"] {
        let end = Answer::Frames(frame(kind, with(agent("r1b"), json!({"content": ""}))));
        let mut world = conversation(1, [end, said("r2", "B1")]);
        assert_eq!(edit(&mut world, 0, "Q1b", &["r1"], None), Some(Outcome::Completed), "{kind}");
        assert_eq!(seen(&mut world), ["Q1b B1 2/2"]);
        assert_eq!(world.calls, [] as [String; 0], "there is nothing to stop");
    }
    // It is the run itself that answers: nothing was hidden.
    let refused = Answer::Frames(frame("RunError", with(agent("r1"), json!({"content": "No."}))));
    let mut world = conversation(1, [refused]);
    assert_eq!(edit(&mut world, 0, "Q1b", &["r1"], None), Some(Outcome::Failed));
    assert_eq!(seen(&mut world), [format!("Q1 A1 1/1 ({NOT_EDITED})")]);
    assert_eq!(world.page.view()["head"]["error"]["message"], "No.");
}

#[test]
fn once_all_is_hidden_the_message_is_one_like_any_other() {
    for (answer, outcome, is_unsent) in [
        (Answer::Unreachable, Outcome::Failed, true),
        (Answer::Http(401, None, String::new()), Outcome::Failed, true),
        (Answer::Cut, Outcome::Interrupted, false),
        (failed("r4"), Outcome::Failed, false),
    ] {
        let mut world = conversation(2, [stopped("x2"), answer.clone()]);
        assert_eq!(edit(&mut world, 1, "Q2!", &["r2"], None), Some(outcome), "{answer:?}");
        let shown = seen(&mut world);
        assert!(shown[1].starts_with("Q2! ") && shown[1].ends_with(" 2/2"), "{shown:?}");
        assert_eq!(unsent(&mut world)[1], if is_unsent { json!("Q2!") } else { Value::Null });
        show(&mut world, 1, 0);
        assert_eq!(seen(&mut world)[1], "Q2 A2 1/2");
    }
}

#[test]
fn a_message_that_cannot_be_replaced_in_place_leaves_the_pause_open() {
    let paused = frame("RunPaused", with(agent("r1"), json!({"content": "May I?", "tools": []})));
    for answer in [refusal("no"), Answer::Http(500, None, String::new()), Answer::Unreachable, Answer::Silence] {
        let first = Answer::Frames(frame("RunStarted", agent("r1")) + &paused);
        let mut world = World::with(config_at("/agents/a/runs", false), [first, answer.clone(), said("r1", "Done.")]);
        assert_eq!(world.ask("Q1"), Outcome::Paused);
        if edit(&mut world, 0, "Q1!", &[], Some("r1")).is_none() {
            world.input(Input::Cancel);
        }
        let outcome = if matches!(answer, Answer::Silence) { Outcome::Cancelled } else { Outcome::Failed };
        assert_eq!(world.outcome_of(TICKET), Some(outcome), "{answer:?}");
        assert_eq!((unsent(&mut world), world.page.status().as_str()), (vec![json!("Q1!")], "paused"), "{answer:?}");
        world.input(Input::Continue { ticket: 90, answers: &[] });
        assert_eq!(world.outcome_of(90), Some(Outcome::Completed), "{answer:?}");
        assert_eq!(seen(&mut world).len(), 1);
        assert_eq!(world.page.turn().notice, None, "the answer has gone on");
        assert_eq!(unsent(&mut world), [Value::Null]);
    }
}

#[test]
fn an_answer_that_took_an_edit_in_place_says_too_that_it_is_hidden() {
    let went_on = frame("RunContinued", agent("r1")) + &frame("RunCompleted", saying(agent("r1"), "B1"));
    let answers = [said("r0", "A0"), failed("r1"), Answer::Frames(went_on), said("r2", "A2")];
    let mut world = World::with(config_at("/agents/a/runs", false), answers);
    world.ask("Q0");
    world.ask("Q1");
    assert_eq!(edit(&mut world, 1, "Q1!", &[], Some("r1")), Some(Outcome::Completed));
    world.ask("Q2");
    for answer in [refusal("no"), stopped("x1"), stopped("x2")] {
        world.answer_next(answer);
    }
    assert_eq!(edit(&mut world, 0, "Q0!", &["r2", "r1", "r0"], None), Some(Outcome::Failed));
    let gone = format!("({FORGOTTEN})");
    assert_eq!(
        seen(&mut world),
        [format!("Q0 A0 1/1 ({NOT_EDITED})"), format!("Q1! B1 2/2 {gone}"), format!("Q2 A2 1/1 {gone}")]
    );
}

#[test]
fn a_refused_edit_leaves_the_same_state_whether_a_status_or_an_event_says_so() {
    let paused = frame("RunStarted", agent("r1")) + &frame("RunPaused", with(agent("r1"), json!({"tools": []})));
    for answer in [Answer::Http(500, None, String::new()), refusal("no")] {
        let answers = [Answer::Frames(paused.clone()), Answer::Unreachable, answer.clone()];
        let mut world = World::with(config_at("/agents/a/runs", false), answers);
        assert_eq!((world.ask("Q1"), world.ask("Q2")), (Outcome::Paused, Outcome::Failed));
        assert_eq!(edit(&mut world, 0, "Q1!", &[], Some("r1")), Some(Outcome::Failed));
        assert_eq!(world.page.status(), "failed", "{answer:?}");
        world.input(Input::Cancel);
        let outcomes: Vec<_> = world.page.client.conversation.turns.iter().map(|turn| turn.outcome).collect();
        assert_eq!(outcomes, [Some(Outcome::Paused), Some(Outcome::Failed)], "{answer:?}");
    }
}

#[test]
fn the_end_of_an_edit_that_names_no_run_leaves_the_answer_before_it() {
    for end in ["RunCancelled", "RunError", "RunOutput", "error"] {
        let told = json!({"agent_id": "a", "content": "Gone.", "status": "CANCELLED", "error": "Gone."});
        let answers = [failed("r1"), Answer::Frames(frame(end, told))];
        let mut world = World::with(config_at("/agents/a/runs", false), answers);
        world.ask("Q1");
        // A version of which nothing came has no run.
        let version = PastVersion { turn: 0, text: None, edits: false, keeps_work: false, at: 1.0 };
        world.input(Input::LoadVersion { version, frames: b"" });
        assert_eq!(seen(&mut world), ["Q1  2/2"]);
        assert!(edit(&mut world, 0, "Q1!", &[], Some("r1")).is_some(), "{end}");
        assert!(seen(&mut world)[0].starts_with("Q1  2/2 ("), "{end}: {:?}", seen(&mut world));
        show(&mut world, 0, 0);
        assert_eq!(seen(&mut world), ["Q1 It bre 1/1"], "{end}");
    }
}

#[test]
fn a_failed_answer_that_goes_on_in_place_no_longer_speaks_of_a_refused_edit() {
    let mut world = World::with(config_at("/agents/a/runs", false), [failed("r1"), refusal("no"), said("r1", "A1")]);
    world.ask("Q1");
    assert_eq!(edit(&mut world, 0, "Q1!", &[], Some("r1")), Some(Outcome::Failed));
    assert_eq!((world.page.turn().notice, unsent(&mut world)), (Some(NOT_EDITED), vec![json!("Q1!")]));
    world.input(Input::Regenerate { ticket: 90, turn: None, instructions: "", stored: None });
    assert_eq!(world.outcome_of(90), Some(Outcome::Completed));
    assert_eq!((world.page.turn().notice, unsent(&mut world)), (None, vec![Value::Null]));
}

#[test]
fn cancel_ends_the_pause_of_an_edited_message_as_of_any_other() {
    let paused = frame("RunStarted", agent("r2")) + &frame("RunPaused", with(agent("r2"), json!({"tools": []})));
    let mut world = conversation(1, [stopped("x1"), Answer::Open(paused)]);
    edit(&mut world, 0, "Q1!", &["r1"], None);
    assert_eq!(world.page.status(), "paused");
    world.input(Input::Cancel);
    assert_eq!((world.page.status().as_str(), world.page.turn().outcome), ("cancelled", Some(Outcome::Cancelled)));
    assert!(world.calls.last().unwrap().ends_with("/runs/r2/cancel"));
}

#[test]
fn an_edit_without_a_route_for_runs_is_settled_and_changes_nothing() {
    let mut world =
        World::with(Config { runs: String::new(), ..config_at("/agents/a/runs", false) }, [said("r1", "A1")]);
    world.ask("Q1");
    assert_eq!(edit(&mut world, 0, "Q1!", &[], None), Some(Outcome::Completed));
    assert_eq!((seen(&mut world), world.page.status().as_str()), (strings(&["Q1 A1 1/1"]), "completed"));
}

#[test]
fn a_run_of_a_fallback_that_takes_an_edit_is_resumed_at_the_fallback() {
    let numbered = |event: &str, index: u64| frame(event, with(agent("r1"), json!({"event_index": index})));
    let began = Answer::Frames(numbered("RunContinued", 0) + &numbered("RunContent", 1));
    let mut config = config_at("/agents/a/runs", true);
    config.fallbacks = vec![Fallback { path: "/agents/b/runs".into(), name: "B".into() }];
    let limited = Answer::Http(429, None, String::new());
    let mut world = World::with(config, [limited, failed("r1"), began, said("r1", "B1")]);
    assert_eq!(world.ask("Q1"), Outcome::Failed);
    edit(&mut world, 0, "Q1!", &[], Some("r1"));
    let urls: Vec<&str> = world.requests.iter().map(|(_, request)| request.url.as_str()).collect();
    assert_eq!(
        urls.iter().map(|url| url.trim_start_matches("http://localhost:7777")).collect::<Vec<_>>(),
        ["/agents/a/runs", "/agents/b/runs", "/agents/b/runs/r1/continue", "/agents/b/runs/r1/resume"]
    );
}

#[test]
fn a_send_that_goes_back_to_the_queue_leaves_the_conversation_that_the_model_sees() {
    let paused = frame("RunStarted", agent("r2")) + &frame("RunPaused", with(agent("r2"), json!({"tools": []})));
    let answers = [said("r1", "A1"), Answer::Frames(paused), stopped("x1"), said("r3", "B1")];
    let mut world = World::with(config_at("/agents/a/runs", false), answers);
    assert_eq!((world.ask("Q1"), world.ask("Q2")), (Outcome::Completed, Outcome::Paused));
    assert_eq!(edit(&mut world, 0, "Q1!", &["r1"], None), Some(Outcome::Completed));
    let until = world.page.now + 60.0;
    world.input(Input::LimitElsewhere { until });
    let held = world.send("Q3");
    assert_eq!(seen(&mut world), ["Q1! B1 2/2", "Q3  1/1"]);
    world.send_in_background("Q4");
    world.input(Input::MoveQueued { ticket: held, index: 1 });
    assert_eq!((seen(&mut world), world.page.status().as_str()), (strings(&["Q1! B1 2/2"]), "completed"));
}

#[test]
fn what_is_stored_of_edits_is_loaded_as_branches() {
    let mut world = World::with(config_at("/agents/a/runs", false), []);
    let frames = |answer: Answer| match answer {
        Answer::Frames(frames) => frames,
        _ => String::new(),
    };
    for (n, run) in ["r1", "r2"].into_iter().enumerate() {
        let (text, frames) = (format!("Q{}", n + 1), frames(said(run, &format!("A{}", n + 1))));
        world.input(Input::LoadTurn { text: Some(&text), at: 1.0, frames: frames.as_bytes() });
    }
    let mut load = |turn, text, edits, keeps_work, frames: String| {
        let version = PastVersion { turn, text, edits, keeps_work, at: 1.0 };
        world.input(Input::LoadVersion { version, frames: frames.as_bytes() });
    };
    load(0, Some("Q1!"), true, false, frames(said("r3", "B1")));
    load(0, None, false, true, frames(said("r4", "B2")));
    world.input(Input::LoadTurn { text: Some("Q3"), at: 1.0, frames: frames(said("r6", "A3")).as_bytes() });
    assert_eq!(seen(&mut world), ["Q1! B2 3/3", "Q3 A3 1/1"]);
    show(&mut world, 0, 1);
    assert_eq!(seen(&mut world), ["Q1! B1 2/3", "Q3 A3 1/1"]);
    show(&mut world, 0, 0);
    assert_eq!(seen(&mut world), ["Q1 A1 1/3", "Q2 A2 1/1"]);
    assert_eq!(world.page.client.runs_from(world.page.client.conversation.turns[0].id), "+r1\t+r3\t+r4\t\n+r6\t\n");
}
