//! The recordings of answers asked for again (docs/agentos-protocol.md §15), replayed as a page would have caused them,
//! against what AgentOS stored and what its model was sent. Every file of `fixtures/again` is used, except the answers of
//! routes that only the package asks (`package/again-recordings`).
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod simulation;

use ai_stream_handler::client::{Config, Input, PastVersion, Ticket};
use ai_stream_handler::state::message::Role;
use ai_stream_handler::state::Outcome;
use serde_json::Value;
use simulation::{Answer, World};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

thread_local! {
    /// The files that this test has read.
    static READ: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/again")
}

fn read(name: &str) -> String {
    READ.with_borrow_mut(|read| read.insert(name.to_owned()));
    std::fs::read_to_string(folder().join(name)).unwrap()
}

fn stream(name: &str) -> String {
    read(&format!("{name}.sse"))
}

fn json(name: &str) -> Value {
    serde_json::from_str(&read(name)).unwrap()
}

/// The recorded answer: a stream, or an HTTP error.
fn answer(name: &str) -> Answer {
    match json(&format!("{name}.json"))["status"].as_u64() {
        Some(200) => Answer::Frames(stream(name)),
        status => Answer::Http(status.unwrap() as u16, None, stream(name)),
    }
}

/// A world that answers with these recordings, in their order.
fn world(component: &str, background: bool, names: &[&str]) -> World {
    let path = format!("/{component}/runs");
    let mut config = Config { runs: path.clone(), path, background, ..Config::default() };
    config.retry.max_retries = 0;
    World::with(config, names.iter().map(|name| answer(name)))
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

const NOT_KEPT: &str = "The connection was lost, and the server does not have the rest of this answer any more.";
/// In the background, a refusal makes the source's status an error.
const BACKGROUND: &str = "regen_refused.8_with_fork_background";
const WITH_FORK: &str = "`regenerate=True` derives the destructive/preserving choice from `replace_original`; do not pass `fork=True` directly.";
const UNKNOWN: &str = "The server could not answer again; AgentOS can from version 3.1.10 on. It says: No runs found for run ID 00000000-0000-0000-0000-000000000000";
const BAD_PLACE: &str = "Invalid continue_from. Use 'end', 'last_user', or a numeric message index.";
const CANCELLED: &str = "Cannot continue run c240d013-82cd-4fc8-8b19-6a408d670185: run is cancelled";

#[test]
fn what_agentos_refuses_is_a_failure_with_its_words_and_one_version() {
    for (name, background, words) in [
        ("regen_refused.1_with_fork", false, WITH_FORK),
        ("regen_refused.2_with_fork_json", false, WITH_FORK),
        ("regen_refused.4_cancelled_json", false, CANCELLED),
        ("regen_refused.5_unknown_run_json", false, UNKNOWN),
        ("regen_refused.7_bad_continue_from", false, BAD_PLACE),
        ("regen_refused.3_cancelled", false, CANCELLED),
        ("regen_refused.6_unknown_run_background", true, "AgentOS refused to answer again, without saying why."),
        (BACKGROUND, true, "AgentOS refused to answer again, without saying why."),
    ] {
        let mut world = world("agents/historian", background, &["regen_refused.0_run", name]);
        world.ask("X [[take key=rf]]");
        let after = if name == BACKGROUND { BACKGROUND } else { "regen_refused.7_bad_continue_from" };
        let shown = world.page.answer();
        assert_eq!(regenerate(&mut world, ""), Outcome::Failed, "{name}");
        assert_eq!(world.page.banner().as_deref(), Some(words), "{name}");
        let view = world.page.view()["turns"][0].clone();
        assert_eq!(
            (view["answer"]["text"].as_str(), view["facts"]["versions"]["count"].as_u64()),
            (Some(shown.as_str()), Some(1)),
            "{name}"
        );
        let (status, content) = stored(after).swap_remove(0);
        assert_eq!(
            (status.as_str(), content),
            (if after == BACKGROUND { "ERROR" } else { "COMPLETED" }, shown),
            "{name}"
        );
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
    assert_shown_as_the_model_saw(&mut world, &steps[1]);
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

/// What the page shows is what the model was sent last: each message and each answer, without tools.
fn assert_shown_as_the_model_saw(world: &mut World, name: &str) {
    let truth = json(&format!("{name}.truth.json"));
    let saw = truth["model_saw"].as_array().unwrap().last().unwrap()["saw"].as_array().unwrap().clone();
    let saw = saw.iter().map(|line| line.as_str().unwrap());
    let words: Vec<&str> =
        saw.filter(|line| !line.starts_with("model: call ") && !line.starts_with("user: result of ")).collect();
    let view = world.page.view();
    let shown = view["turns"].as_array().unwrap().iter().flat_map(|turn| {
        let of = |who: &str| turn[who]["text"].as_str().unwrap();
        [format!("user: {}", of("user")), format!("model: {}", of("answer"))]
    });
    let mut shown: Vec<String> = shown.collect();
    shown.pop();
    assert_eq!(words, shown, "{name}");
}

fn asked(scenario: &str) -> String {
    json(&format!("{scenario}.json"))["request"]["form"]["message"].as_str().unwrap().to_owned()
}

/// The stored members of the last run at the top level: their contents.
fn stored_members(name: &str) -> Vec<String> {
    let truth = json(&format!("{name}.truth.json"));
    let runs = truth["runs"]["body"].as_array().unwrap();
    let of_last = runs.iter().filter(|run| run["parent_run_id"] == truth["run_id"]);
    of_last.map(|run| run["content"].as_str().unwrap().to_owned()).collect()
}

fn members(world: &mut World) -> Vec<String> {
    let turn = world.page.turn();
    let written = turn.work.iter().filter(|message| message.head.role == Role::Agent);
    written.map(|message| message.text.as_str().to_owned()).collect()
}

#[test]
fn the_stream_of_every_first_message_is_shown_as_it_is_stored() {
    for (name, component) in [
        ("edit_agent_fork.1_run", "agents/historian"),
        ("edit_agent_hidden.1_run", "agents/historian"),
        ("regen_agent_background.1_run", "agents/historian"),
        ("regen_agent_error.1_run", "agents/historian"),
        ("regen_agent_instructions.1_run", "agents/historian"),
        ("regen_agent_keep.1_run", "agents/historian"),
        ("regen_agent_replace.1_run", "agents/historian"),
        ("regen_agent_tool.1_run", "agents/historian"),
        ("regen_team_member.1_run", "teams/panel"),
        ("rerun_team_member.1_run", "teams/panel"),
        ("retry_agent_error.1_run", "agents/historian"),
        ("session_fork_agent.1_run", "agents/historian"),
        ("session_routes.1_run", "agents/keeper"),
    ] {
        let mut world = world(component, false, &[name]);
        let outcome = world.ask(&asked(name));
        let (status, content) = stored(name).pop().unwrap();
        assert_eq!(outcome, if status == "ERROR" { Outcome::Failed } else { Outcome::Completed }, "{name}");
        if outcome == Outcome::Completed {
            assert_eq!(versions(&mut world), [content], "{name}");
        }
        assert_eq!(members(&mut world), stored_members(name), "{name}");
    }
}

#[test]
fn streams_of_other_requests_than_a_regeneration_that_replaces_are_versions_too() {
    for (scenario, again, component, statuses) in [
        ("regen_agent_keep", "2_regenerate", "agents/historian", ["COMPLETED", "COMPLETED"]),
        ("regen_agent_error", "2_regenerate", "agents/historian", ["REGENERATED", "COMPLETED"]),
        ("rerun_team_member", "2_last_user", "teams/panel", ["COMPLETED", "COMPLETED"]),
    ] {
        let [first, again] = [String::from("1_run"), again.to_owned()].map(|step| format!("{scenario}.{step}"));
        let mut world = world(component, false, &[&first, &again]);
        world.ask(&asked(&first));
        assert_eq!(regenerate(&mut world, ""), Outcome::Completed, "{scenario}");
        let stored = stored(&again);
        assert_eq!(stored.iter().map(|(status, _)| status.as_str()).collect::<Vec<_>>(), statuses, "{scenario}");
        assert_eq!(versions(&mut world).pop().as_ref(), Some(&stored[1].1), "{scenario}");
        assert_eq!(world.page.client.conversation.turns.len(), 1, "{scenario}");
        // Members that were asked again stand behind those of the answer before, as AgentOS lists them.
        let kept = stored_members(&first).into_iter().chain(stored_members(&again));
        assert_eq!(members(&mut world), kept.collect::<Vec<_>>(), "{scenario}");
        let turn = world.page.turn();
        assert_eq!(turn.run_id.as_deref(), json(&format!("{again}.truth.json"))["run_id"].as_str(), "{scenario}");
    }
}

#[test]
fn a_fork_that_another_client_made_of_an_edited_message_is_a_version_of_its_turn() {
    let [one, two, fork] = ["1_run", "2_run", "3_edit"].map(|step| format!("edit_agent_fork.{step}"));
    let mut world = world("agents/historian", false, &[&one, &two]);
    world.ask(&asked(&one));
    world.ask(&asked(&two));
    assert_shown_as_the_model_saw(&mut world, &two);
    let edited = json(&format!("{fork}.json"))["request"]["form"]["input"].as_str().unwrap().to_owned();
    let turn = 1;
    let version = PastVersion { turn, text: Some(&edited), edits: true, keeps_work: false, at: 1.0 };
    world.input(Input::LoadVersion { version, frames: stream(&fork).as_bytes() });
    let stored: Vec<String> = stored(&fork).into_iter().map(|(_, content)| content).collect();
    assert_eq!(versions(&mut world), stored[1..]);
    assert_eq!(world.page.turn().user.unwrap().text.as_str(), edited);
}

#[test]
fn the_copy_of_a_session_goes_on_with_the_versions_of_the_original() {
    let [first, again, next] =
        ["1_run", "2_regenerate", "4_run_in_fork"].map(|step| format!("session_fork_agent.{step}"));
    let mut world = world("agents/historian", false, &[&first, &again, &next]);
    world.ask(&asked(&first));
    assert_eq!(regenerate(&mut world, ""), Outcome::Completed);
    assert_asked_as_recorded(&world, &again);
    let copied: Vec<String> = stored("session_fork_agent.3_fork").into_iter().map(|(_, content)| content).collect();
    assert_eq!(versions(&mut world), copied);
    let session_of = |name: &str| json(&format!("{name}.truth.json"))["session_id"].as_str().unwrap().to_owned();
    let session = session_of(&next);
    // The events of the copy name the original session; the package puts that right.
    let copied_events = |name: &str| stream(name).replace(&session_of(&first), &session);
    world.input(Input::Clear { session_id: Some(&session) });
    world.input(Input::LoadTurn { text: Some(&asked(&first)), at: 1.0, frames: copied_events(&first).as_bytes() });
    let version = PastVersion { turn: 0, text: None, edits: false, keeps_work: true, at: 2.0 };
    world.input(Input::LoadVersion { version, frames: copied_events(&again).as_bytes() });
    assert_eq!(versions(&mut world), copied);
    assert_eq!(world.ask(&asked(&next)), Outcome::Completed);
    assert_asked_as_recorded(&world, &next);
    assert_shown_as_the_model_saw(&mut world, &next);
    assert_eq!(versions(&mut world), [stored(&next)[2].1.clone()]);
}

#[test]
fn what_a_second_tab_gets_of_a_running_answer_is_what_is_stored_in_the_end() {
    let [begun, rest] = ["1_run", "3_resume"].map(|step| format!("follow_second_tab.{step}"));
    let content = stored(&rest)[0].1.clone();
    // The tab that asked, whose connection breaks, and a second one that has loaded what was stored by then.
    let mut first = world("teams/panel", true, &[&begun, &rest]);
    assert_eq!(first.ask(&asked(&begun)), Outcome::Completed);
    let mut second = world("teams/panel", true, &[&rest]);
    second.input(Input::LoadTurn { text: Some(&asked(&begun)), at: 1.0, frames: stream(&begun).as_bytes() });
    let turn = second.page.turn().id;
    second.input(Input::Follow { ticket: AGAIN, turn, stream: None });
    second.rest();
    assert_eq!(second.outcome_of(AGAIN), Some(Outcome::Completed));
    assert_asked_as_recorded(&second, &rest);
    for mut world in [first, second] {
        assert_eq!(versions(&mut world), std::slice::from_ref(&content));
        assert_eq!(members(&mut world), stored_members(&rest));
    }
}

#[test]
fn under_the_new_id_a_regeneration_in_the_background_is_not_found_and_both_answers_stay() {
    let names = ["1_run", "2_regenerate_dropped", "4_resume_new"].map(|step| format!("regen_agent_background.{step}"));
    let mut world = world("agents/historian", true, &names.each_ref().map(String::as_str));
    assert_eq!(world.ask(&asked(&names[0])), Outcome::Completed);
    let before = world.page.answer();
    assert_eq!(regenerate(&mut world, ""), Outcome::Interrupted);
    assert_eq!(world.page.banner().as_deref(), Some(NOT_KEPT));
    assert_eq!(versions(&mut world)[0], before);
}

#[test]
fn a_run_in_the_background_whose_connection_broke_off_is_interrupted_with_what_it_said() {
    let name = "session_rename_lost.1_run";
    let mut world = world("agents/historian", true, &[]);
    world.answer_next(Answer::Open(stream(name)));
    world.send(&asked(name));
    world.input(Input::Detach);
    let said = world.page.answer();
    let whole = stored("session_rename_lost.3_rename")[0].1.clone();
    assert!(!said.is_empty() && whole.starts_with(&said), "{said}");
}

/// Routes of which the core knows nothing: the package asks for their answers.
fn is_of_the_package(name: &str) -> bool {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    let url = serde_json::from_str::<Value>(&text).unwrap()["request"]["url"].as_str().unwrap().to_owned();
    url.contains("/sessions/") || url.ends_with("/checkpoints")
}

#[test]
fn every_recording_is_replayed() {
    let scenarios: [fn(); 14] = [
        a_regenerated_answer_is_a_version_beside_the_one_it_replaces,
        the_next_message_goes_on_from_the_new_answer,
        an_answer_that_failed_goes_on_in_its_own_run,
        a_regeneration_in_the_background_is_found_under_the_sources_id,
        what_agentos_refuses_is_a_failure_with_its_words_and_one_version,
        a_stopped_answer_that_agentos_would_refuse_to_regenerate_is_asked_with_a_new_message,
        an_edited_message_leaves_the_model_what_stood_before_it,
        the_stream_of_every_first_message_is_shown_as_it_is_stored,
        streams_of_other_requests_than_a_regeneration_that_replaces_are_versions_too,
        a_fork_that_another_client_made_of_an_edited_message_is_a_version_of_its_turn,
        the_copy_of_a_session_goes_on_with_the_versions_of_the_original,
        what_a_second_tab_gets_of_a_running_answer_is_what_is_stored_in_the_end,
        under_the_new_id_a_regeneration_in_the_background_is_not_found_and_both_answers_stay,
        a_run_in_the_background_whose_connection_broke_off_is_interrupted_with_what_it_said,
    ];
    for scenario in scenarios {
        scenario();
    }
    let mut unused = vec![];
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_judge = name.ends_with(".truth.json");
        let is_recording = name.ends_with(".sse") && !is_of_the_package(&name.replace(".sse", ".json"));
        if (is_judge || is_recording) && !READ.with_borrow(|read| read.contains(&name)) {
            unused.push(name);
        }
    }
    assert_eq!(unused, Vec::<String>::new());
}
