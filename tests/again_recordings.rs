//! The recordings of answers asked for again (docs/agentos-protocol.md §15), replayed as a page would have caused them,
//! against what AgentOS stored and what its model was sent.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod simulation;

use ai_stream_handler::client::{Config, Input, Ticket};
use ai_stream_handler::state::Outcome;
use serde_json::Value;
use simulation::{Answer, World};
use std::path::PathBuf;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/again").join(name)
}

fn stream(name: &str) -> String {
    std::fs::read_to_string(file(&format!("{name}.sse"))).unwrap()
}

fn json(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file(name)).unwrap()).unwrap()
}

/// A world that answers with these recordings, in their order.
fn world(component: &str, background: bool, names: &[&str]) -> World {
    let path = format!("/{component}/runs");
    let mut config = Config { runs: path.clone(), path, background, ..Config::default() };
    config.retry.max_retries = 0;
    World::with(config, names.iter().map(|name| Answer::Frames(stream(name))))
}

const AGAIN: Ticket = 99;

fn regenerate(world: &mut World, instructions: &str) -> Outcome {
    world.settled.retain(|(ticket, _)| *ticket != AGAIN);
    world.input(Input::Regenerate { ticket: AGAIN, turn: None, instructions, stored: None });
    world.rest();
    world.outcome_of(AGAIN).unwrap()
}

/// The form of the last request is the one that was recorded.
fn assert_asked_as_recorded(world: &World, name: &str) {
    let recorded = json(&format!("{name}.json"));
    let (_, request) = world.requests.last().unwrap();
    assert_eq!(request.url, recorded["request"]["url"].as_str().unwrap(), "{name}");
    let mut form: Vec<(String, String)> = recorded["request"]["form"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(field, value)| (field.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .filter(|(field, _)| field != "user_id")
        .collect();
    let mut asked = request.fields.clone();
    form.sort();
    asked.sort();
    assert_eq!(asked, form, "{name}");
}

/// The stored runs at the top level: status, content.
fn stored(name: &str) -> Vec<(String, String)> {
    let truth = json(&format!("{name}.truth.json"));
    let runs = truth["runs"]["body"].as_array().unwrap().clone();
    let of = |run: &Value, field: &str| run[field].as_str().unwrap_or_default().to_owned();
    let top = runs.iter().filter(|run| run["parent_run_id"].as_str().is_none_or(str::is_empty));
    top.map(|run| (of(run, "status"), of(run, "content"))).collect()
}

/// The answers of all versions of the last turn, oldest first.
fn versions(world: &mut World) -> Vec<String> {
    let turn = world.page.turn();
    let mut texts: Vec<String> = turn.older.iter().map(|version| version.answer.text.as_str().to_owned()).collect();
    texts.push(turn.answer.text.as_str().to_owned());
    texts
}

#[test]
fn a_regenerated_answer_is_a_version_beside_the_one_it_replaces() {
    for (scenario, component, said, instructions, kept) in [
        ("regen_agent_replace", "agents/historian", "What is a fjord? [[take key=ra]]", "", ""),
        ("regen_agent_tool", "agents/historian", "Look it up [[taketool key=rt]]", "", "Let me look. "),
        ("regen_agent_instructions", "agents/historian", "Tell me about tides [[take key=ri]]", "Shorter, please.", ""),
        ("regen_team_member", "teams/panel", "Write a line [[takemember key=tm]]", "", ""),
    ] {
        let [first, again] = ["1_run", "2_regenerate"].map(|step| format!("{scenario}.{step}"));
        let mut world = world(component, false, &[&first, &again]);
        assert_eq!(world.ask(said), Outcome::Completed, "{scenario}");
        let (tools, work) = (world.page.turn().answer.tools.len(), world.page.turn().work.len());
        assert_eq!(regenerate(&mut world, instructions), Outcome::Completed, "{scenario}");
        assert_asked_as_recorded(&world, &again);
        let stored = stored(&again);
        let statuses: Vec<&str> = stored.iter().map(|(status, _)| status.as_str()).collect();
        assert_eq!(statuses, ["REGENERATED", "COMPLETED"], "{scenario}");
        // What AgentOS drops of the text before a tool is kept.
        assert_eq!(versions(&mut world), [stored[0].1.clone(), format!("{kept}{}", stored[1].1)], "{scenario}");
        let turn = world.page.turn();
        assert_eq!(
            (turn.answer.tools.len(), turn.work.len()),
            (tools, work),
            "{scenario}: neither tools nor members ran again"
        );
        assert_eq!(turn.run_id.as_deref(), json(&format!("{again}.truth.json"))["run_id"].as_str(), "{scenario}");
        assert_eq!(turn.user.unwrap().text.as_str(), said);
    }
}

#[test]
fn the_next_message_goes_on_from_the_new_answer() {
    let names = ["1_run", "2_regenerate", "3_next_message"].map(|step| format!("regen_agent_replace.{step}"));
    let mut world = world("agents/historian", false, &names.each_ref().map(String::as_str));
    world.ask("What is a fjord? [[take key=ra]]");
    regenerate(&mut world, "");
    let shown = versions(&mut world).pop().unwrap();
    assert_eq!(world.ask("And a lake? [[take key=ra]]"), Outcome::Completed);
    let saw = json("regen_agent_replace.3_next_message.truth.json")["model_saw"][0]["saw"].clone();
    let saw: Vec<&str> = saw.as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert_eq!(
        saw,
        ["user: What is a fjord? [[take key=ra]]", &format!("model: {shown}"), "user: And a lake? [[take key=ra]]"]
    );
    assert_eq!(world.page.client.conversation.turns.len(), 2);
}

#[test]
fn an_answer_that_failed_goes_on_in_its_own_run() {
    let mut world = world("agents/historian", false, &["retry_agent_error.1_run", "retry_agent_error.2_continue"]);
    assert_eq!(world.ask("Try that [[take key=rr fail=1 mid=1]]"), Outcome::Failed);
    assert_eq!(regenerate(&mut world, ""), Outcome::Completed);
    assert_asked_as_recorded(&world, "retry_agent_error.2_continue");
    assert_eq!(versions(&mut world), [stored("retry_agent_error.2_continue")[0].1.clone()]);
}

#[test]
fn a_regeneration_in_the_background_is_found_under_the_sources_id() {
    let [first, cut, rest] =
        ["1_run", "2_regenerate_dropped", "5_resume_source"].map(|step| format!("regen_agent_background.{step}"));
    let mut world = world("agents/historian", true, &[&first, &cut, &rest]);
    assert_eq!(world.ask("A long one [[take key=rb w=24 d=0.05]]"), Outcome::Completed);
    assert_eq!(regenerate(&mut world, ""), Outcome::Completed);
    assert_asked_as_recorded(&world, &rest);
    let stored: Vec<String> = stored(&rest).into_iter().map(|(_, content)| content).collect();
    assert_eq!(versions(&mut world), stored);

    // From its beginning: the source's whole run comes first, and is not the new version's.
    let all = stream("regen_agent_background.6_resume_source_from_start");
    let opened = stream(&first);
    let mut world = self::world("agents/historian", true, &[]);
    world.input(Input::LoadTurn {
        text: Some("A long one"),
        at: 1.0,
        frames: opened.replace("\"event_index\"", "\"other\"").as_bytes(),
    });
    world.answer_next(Answer::Open(String::new()));
    world.input(Input::Regenerate { ticket: AGAIN, turn: None, instructions: "", stored: None });
    world.answer_next(Answer::Frames(all));
    world.input(Input::Failed { request: world.requests.last().unwrap().1.id });
    world.rest();
    assert_eq!((world.outcome_of(AGAIN), versions(&mut world)), (Some(Outcome::Completed), stored));
}

#[test]
fn what_agentos_refuses_is_a_failure_with_its_words_and_one_version() {
    for (name, background, words) in [
        ("regen_refused.1_with_fork", false, "`regenerate=True` derives the destructive/preserving choice from `replace_original`; do not pass `fork=True` directly."),
        ("regen_refused.3_cancelled", false, "Cannot continue run c240d013-82cd-4fc8-8b19-6a408d670185: run is cancelled"),
        ("regen_refused.6_unknown_run_background", true, "AgentOS refused to answer again, without saying why."),
        ("regen_refused.8_with_fork_background", true, "AgentOS refused to answer again, without saying why."),
    ] {
        let mut world = world("agents/historian", background, &["regen_refused.0_run", name]);
        world.ask("X [[take key=rf]]");
        let shown = world.page.answer();
        assert_eq!(regenerate(&mut world, ""), Outcome::Failed, "{name}");
        assert_eq!(world.page.banner().as_deref(), Some(words), "{name}");
        let view = world.page.view()["turns"][0].clone();
        assert_eq!((view["answer"]["text"].as_str(), view["facts"]["versions"]["count"].as_u64()), (Some(shown.as_str()), Some(1)), "{name}");
    }
}

#[test]
fn a_stopped_answer_that_agentos_would_refuse_to_regenerate_is_asked_with_a_new_message() {
    let mut world = world("agents/historian", false, &["regen_refused.0_cancelled", "regen_agent_replace.1_run"]);
    assert_eq!(world.ask("Y [[take key=rf w=40 d=0.05]]"), Outcome::Cancelled);
    world.input(Input::Regenerate { ticket: AGAIN, turn: None, instructions: "", stored: Some("CANCELLED") });
    assert_eq!(world.requests.last().unwrap().1.url, "/agents/historian/runs");
    assert_eq!((world.outcome_of(AGAIN), versions(&mut world).len()), (Some(Outcome::Completed), 2));
}

#[test]
fn an_edited_message_leaves_the_model_what_stood_before_it() {
    let steps =
        ["1_run", "2_run", "3_regenerate_cancelled", "4_resend"].map(|step| format!("edit_agent_hidden.{step}"));
    let mut world = world("agents/historian", false, &steps.each_ref().map(String::as_str));
    assert_eq!(world.ask("First question [[take key=eh]]"), Outcome::Completed);
    assert_eq!(world.ask("Secnod question [[take key=eh w=40 d=0.05]]"), Outcome::Completed);
    let turn = world.page.turn();
    let hide = [turn.run_id.clone().unwrap()];
    let text = "Second question [[take key=eh]]";
    world.input(Input::Edit { ticket: AGAIN, turn: turn.id, text, files: &[], hide: &hide, run: None, fields: &[] });
    world.rest();
    assert_eq!(world.outcome_of(AGAIN), Some(Outcome::Completed));
    assert_asked_as_recorded(&world, &steps[3]);
    let (_, resend) = world.requests.pop().unwrap();
    assert_asked_as_recorded(&world, &steps[2]);
    let successor = json(&format!("{}.truth.json", steps[2]))["run_id"].as_str().unwrap().to_owned();
    assert_eq!(world.calls, [format!("/agents/historian/runs/{successor}/cancel")]);
    assert!(!resend.url.contains("continue"));
    // What is shown is what the model was sent.
    let saw = json(&format!("{}.truth.json", steps[3]))["model_saw"][0]["saw"].clone();
    let saw: Vec<&str> = saw.as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let view = world.page.view();
    let said = |turn: usize, who: &str| view["turns"][turn][who]["text"].as_str().unwrap().to_owned();
    let shown = [
        format!("user: {}", said(0, "user")),
        format!("model: {}", said(0, "answer")),
        format!("user: {}", said(1, "user")),
    ];
    assert_eq!(saw, shown);
    let stored = stored(&steps[3]);
    let statuses: Vec<&str> = stored.iter().map(|(status, _)| status.as_str()).collect();
    assert_eq!(statuses, ["COMPLETED", "REGENERATED", "CANCELLED", "COMPLETED"]);
    assert_eq!(versions(&mut world), [stored[1].1.clone(), stored[3].1.clone()]);
}
