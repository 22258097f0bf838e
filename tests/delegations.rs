//! Delegations: names of members, the task of each run, and runs that arrive in an unexpected order or with an
//! unexpected id.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::limits::Limits;
use ai_stream_handler::state::message::{Message, Role, RunStatus};
use ai_stream_handler::state::Outcome;
use common::{agent, called, calling, frame, leader, leader_of, member, nameless, saying, with, Page};
use serde_json::{json, Value};

const DELEGATE: &str = "delegate_task_to_member";

fn asked_team() -> Page {
    let mut page = Page::asked();
    page.event("TeamRunStarted", leader());
    page
}

/// A team inside the team.
fn inner() -> Value {
    json!({"team_id": "research", "team_name": "Research Team", "run_id": "t1", "parent_run_id": "lead"})
}

fn task(page: &mut Page, base: Value, call: &str, member: &str, task: &str) {
    page.event("TeamToolCallStarted", calling(base, call, DELEGATE, json!({"member_id": member, "task": task})));
}

/// `(task, member, resulting run)` of each delegation.
fn delegations(page: &mut Page) -> Vec<(String, String, Option<String>)> {
    let told = |m: &Message| {
        let to = m.head.delegated_to.clone().unwrap_or_default();
        (m.text.as_str().to_owned(), to, m.head.child_run_id.clone())
    };
    page.turn().work.iter().filter(|m| m.head.role == Role::Delegation).map(told).collect()
}

fn told(task: &str, to: &str, run: Option<&str>) -> (String, String, Option<String>) {
    (task.into(), to.into(), run.map(str::to_owned))
}

// ── tasks ──────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_task_told_twice_is_one_and_two_tasks_without_an_id_are_two() {
    let mut page = asked_team();
    for _ in 0..2 {
        task(&mut page, leader(), "c1", "web", "Look");
    }
    assert_eq!(delegations(&mut page), [told("Look", "Web", None)]);
    for about in ["A", "B"] {
        task(&mut page, leader(), "", "web", about);
    }
    assert_eq!(delegations(&mut page)[1..], [told("A", "Web", None), told("B", "Web", None)]);
}

#[test]
fn the_next_task_names_a_member_or_a_team_as_it_called_itself() {
    let mut page = asked_team();
    page.event("TeamRunStarted", with(inner(), json!({"team_name": "The Researchers"})));
    page.event("RunStarted", member("web", "Webster", "m1", "lead"));
    for (id, name) in [("web", "Webster"), ("research", "The Researchers"), ("nobody-yet", "Nobody Yet")] {
        task(&mut page, leader(), id, id, "Go on");
        assert_eq!(page.activity(), Some(format!("Consulting {name}...")));
        assert_eq!(delegations(&mut page).last().unwrap().1, name);
        assert_eq!(page.timeline().last().unwrap().1, format!("Delegating to {name}"));
    }
}

#[test]
fn the_entry_of_a_task_takes_the_members_own_name_and_is_left_alone_where_it_has_it() {
    for (name, entries) in [("Webster", vec![1, 2]), ("Web", vec![2])] {
        let mut page = asked_team();
        task(&mut page, leader(), "c1", "web", "Look");
        page.read();
        page.event("RunStarted", member("web", name, "m1", "lead"));
        let delta = page.read();
        let changed = delta["turns"][0]["timeline"].as_array().unwrap();
        let mut ids: Vec<_> = changed.iter().map(|entry| entry["id"].as_u64().unwrap()).collect();
        ids.sort_unstable();
        assert_eq!(ids, entries, "{name}");
        let entry = page.turn().timeline.entries()[1].clone();
        assert_eq!(
            (entry.description, entry.details.member_name),
            (format!("Delegating to {name}"), Some(name.to_owned()))
        );
        assert_eq!(delegations(&mut page), [told("Look", name, Some("m1"))]);
    }
}

#[test]
fn of_two_leaders_tasks_a_member_takes_its_own_leaders() {
    // Whether or not the member names itself.
    let named = member("web", "Webster", "m1", "t1");
    let unnamed = json!({"run_id": "m1", "parent_run_id": "t1"});
    for (one, name) in [(named, "Webster"), (unnamed, "Web")] {
        let mut page = asked_team();
        task(&mut page, leader(), "c1", "web", "of the leader");
        page.event("TeamRunStarted", inner());
        // The inner team took the leader's first task; this is another.
        task(&mut page, leader(), "c2", "web", "of the leader, too");
        task(&mut page, inner(), "c1", "web", "of the team");
        page.event("RunStarted", one);
        let of_team = delegations(&mut page).into_iter().find(|(task, ..)| task == "of the team");
        assert_eq!(of_team, Some(told("of the team", name, Some("m1"))));
        assert_eq!(delegations(&mut page)[1], told("of the leader, too", "Web", None));
    }
}

#[test]
fn members_that_say_who_they_are_take_the_task_that_names_them_in_whatever_order_they_begin() {
    let mut page = asked_team();
    for id in ["ann", "ben"] {
        task(&mut page, leader(), id, id, id);
    }
    page.event("RunStarted", member("ben", "Ben", "m1", "lead"));
    page.event("RunStarted", member("ann", "Ann", "m2", "lead"));
    assert_eq!(delegations(&mut page), [told("ann", "Ann", Some("m2")), told("ben", "Ben", Some("m1"))]);
}

#[test]
fn a_member_that_does_not_say_who_it_is_takes_the_first_task_that_is_open() {
    let mut page = asked_team();
    for id in ["ann", "ben"] {
        task(&mut page, leader(), id, id, id);
    }
    for run in ["m1", "m2"] {
        page.event("RunStarted", json!({"run_id": run, "parent_run_id": "lead"}));
    }
    assert_eq!(delegations(&mut page), [told("ann", "Ann", Some("m1")), told("ben", "Ben", Some("m2"))]);
}

#[test]
fn a_task_fails_with_the_tool_that_gave_it() {
    let status = |event: &str, failed: Value| {
        let mut page = asked_team();
        task(&mut page, leader(), "c1", "web", "Look");
        let mut done = called(leader(), "c1", DELEGATE, json!({"member_id": "web"}), "no");
        done["tool"]["tool_call_error"] = failed;
        page.event(event, done);
        page.turn().work[0].head.status
    };
    assert_eq!(status("TeamToolCallCompleted", json!(false)), RunStatus::Completed);
    assert_eq!(status("TeamToolCallCompleted", json!(true)), RunStatus::Error);
    assert_eq!(status("TeamToolCallError", json!(null)), RunStatus::Error);
}

// ── runs ───────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_member_that_is_heard_before_its_leader_is_one_member() {
    let one = member("web", "Web", "m1", "lead");
    let mut page = Page::asked();
    for word in ["a", "b", "c"] {
        page.event("RunContent", saying(one.clone(), word));
    }
    page.event("RunStarted", one).event("TeamRunStarted", leader());
    assert_eq!((page.work_of("m1"), page.turn().work.len(), page.turn().attempts), (vec!["abc".to_owned()], 1, 1));
}

#[test]
fn a_run_that_does_not_start_starts_no_attempt() {
    let mut page = Page::asked();
    page.event("RunStarted", agent()).event("RunContent", saying(agent(), "Hi"));
    let stranger = json!({"agent_id": "other", "agent_name": "Other", "run_id": "run-9"});
    page.event("RunContent", saying(stranger.clone(), "Psst"));
    assert_eq!((page.turn().attempts, page.answer().as_str(), page.work_of("run-9")), (1, "Hi", vec!["Psst".into()]));
    // A run that does is another attempt, unannounced.
    page.event("RunStarted", json!({"agent_id": "assistant", "run_id": "run-2"}));
    assert_eq!((page.turn().attempts, page.answer().as_str()), (2, ""));
}

#[test]
fn a_workflow_inside_of_a_workflow_is_a_part_of_it() {
    let flow =
        |run: &str, depth: u64| json!({"workflow_id": run, "workflow_name": run, "run_id": run, "nested_depth": depth});
    let mut page = Page::asked();
    page.event("WorkflowStarted", flow("outer", 0)).event("WorkflowStarted", flow("inner", 1));
    page.event("WorkflowCompleted", saying(flow("inner", 1), "of the inner"));
    assert_eq!((page.outcome(), page.turn().attempts), (None, 1));
    page.event("WorkflowCompleted", saying(flow("outer", 0), "of the outer")).end();
    assert_eq!((page.answer().as_str(), page.work_of("inner")), ("of the outer", vec!["of the inner".to_owned()]));
    assert_eq!((page.outcome(), page.turn().work[0].head.depth), (Some(Outcome::Completed), 1));
}

#[test]
fn an_attempt_without_any_id_begins_with_whatever_comes_first_of_it() {
    let nobody = json!({"agent_name": "Assistant"});
    let mut page = Page::asked();
    page.event("RunContent", saying(nobody.clone(), "old"));
    page.feed(nameless("retry", json!({"attempt": 1, "max_retries": 3, "delay": 5})));
    page.event("RunContent", saying(nobody.clone(), "new")).event("RunCompleted", saying(nobody, "new")).end();
    assert_eq!((page.answer().as_str(), page.outcome()), ("new", Some(Outcome::Completed)));
}

#[test]
fn a_void_attempt_says_nothing_more_before_the_next_one_nor_behind_it() {
    let mut page = asked_team();
    page.event("TeamRunContent", saying(leader(), "old")).event("TeamRunContent", saying(leader(), "old"));
    page.feed(nameless("retry", json!({"attempt": 1, "max_retries": 3, "delay": 5})));
    let stale = |page: &Page| page.client.conversation.diagnostics.stale_frames;
    page.event("TeamRunContent", saying(leader(), "old"));
    assert_eq!((page.answer().as_str(), page.status().as_str(), stale(&page)), ("", "retrying", 1));
    page.event("TeamRunStarted", leader_of("next")).event("TeamRunContent", saying(leader(), "old"));
    assert_eq!((page.answer().as_str(), stale(&page), page.turn().work.len()), ("", 2, 0));
}

#[test]
fn runs_without_end_are_left_out_from_a_thousand_on_and_counted_one_by_one() {
    let mut limits = Limits::default();
    limits.max_messages = 2;
    let mut page = Page::limited(limits);
    page.begin("hello").event("TeamRunStarted", leader());
    let of = |n: u32| frame("ModelRequestStarted", member("web", "Web", &format!("m{n}"), "lead"));
    let frames: String = (1..1_002).map(of).collect();
    page.feed(frames);
    let counted = |page: &Page| page.client.conversation.diagnostics.dropped_entries;
    let (before, entries) = (counted(&page), page.timeline().len());
    page.feed(of(2_000)).feed(of(2_001));
    assert_eq!((counted(&page) - before, page.timeline().len() - entries), (2, 0));
}

// ── pauses, and what goes on behind them ───────────────────────────────────────────────────────────────────────

#[test]
fn a_paused_turn_goes_on_with_its_own_run_and_another_run_is_another_turn() {
    let paused = |id: &str, session: &str| with(agent(), json!({"run_id": id, "session_id": session}));
    let mut page = Page::default();
    for (id, session) in [("run-1", "s-1"), ("run-2", "s-2")] {
        let base = paused(id, session);
        page.begin("hello").event("RunStarted", base.clone()).event("RunContent", saying(base.clone(), id));
        page.event("RunPaused", with(base, json!({"requirements": []}))).end();
    }
    page.begin(None).event("RunStarted", with(agent(), json!({"run_id": "run-3", "session_id": "s-2"})));
    assert_eq!(page.client.conversation.turns.len(), 3);
    page.end();
    // The first run continues, so the next send goes to its session.
    page.begin(None).event("RunContent", saying(paused("run-1", "s-1"), "!"));
    page.event("RunCompleted", saying(paused("run-1", "s-1"), "!")).end();
    let texts: Vec<_> = page.client.conversation.turns.iter().map(|t| t.answer.text.as_str().to_owned()).collect();
    assert_eq!(texts, ["run-1!", "run-2", ""]);
    assert_eq!(page.view()["head"]["sessionId"], "s-1");
}

#[test]
fn a_member_that_was_done_before_a_pause_says_nothing_behind_it() {
    let one = member("web", "Web", "m1", "lead");
    let mut page = asked_team();
    page.event("RunStarted", one.clone()).event("RunContent", saying(one.clone(), "done"));
    page.event("RunCompleted", saying(one.clone(), "done"));
    page.event("TeamRunPaused", with(leader(), json!({"requirements": []}))).end();
    page.begin(None).event("TeamRunContinued", leader()).event("RunContent", saying(one, "done"));
    assert_eq!((page.work_of("m1"), page.client.conversation.diagnostics.stale_frames), (vec!["done".to_owned()], 1));
}

#[test]
fn a_run_that_says_that_it_goes_on_though_it_did_not_pause_repeats_nothing() {
    let mut page = asked_team();
    page.event("TeamRunContent", saying(leader(), "So far. ")).event("TeamRunContinued", leader());
    page.event("TeamRunContent", saying(leader(), "And on."));
    let told = page.timeline().iter().filter(|(event, _)| event == "TeamRunContent").count();
    assert_eq!(told, 2, "what is said behind it has an entry of its own");
    page.event("TeamRunCompleted", saying(leader(), "So far. And on.")).end();
    assert_eq!(page.answer(), "So far. And on.");
}

/// A continued run counts from 0; cut and repeated, it is repeated.
#[test]
fn the_beginning_of_a_continued_run_told_twice_is_told_once() {
    let at = |index: u64, base: Value| with(base, json!({"event_index": index}));
    let mut page = Page::asked();
    page.event("RunStarted", agent()).event("RunPaused", with(agent(), json!({"requirements": []}))).end();
    let beginning = |page: &mut Page| {
        page.event("RunContinued", at(0, agent())).event("RunContent", at(1, saying(agent(), "Se")));
    };
    page.begin(None);
    beginning(&mut page);
    page.end();
    assert_eq!(page.outcome(), Some(Outcome::Interrupted));
    page.begin(None).feed(frame("catch_up", json!({"run_id": "run-1", "status": "running"})));
    beginning(&mut page);
    page.event("RunContent", at(2, saying(agent(), "nt.")))
        .event("RunCompleted", at(3, saying(agent(), "Sent.")))
        .end();
    assert_eq!((page.answer().as_str(), page.outcome()), ("Sent.", Some(Outcome::Completed)));
}
