//! Teams in tasks mode, and members whose runs are not on the stream (fixtures/agno, agno 3.1.10).
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::limits::Limits;
use ai_stream_handler::state::message::{Message, Role, RunStatus};
use ai_stream_handler::state::Outcome;
use common::{agno, called, calling, leader, member, saying, with, Page};
use serde_json::{json, Value};

fn read(name: &str) -> Page {
    let mut page = Page::asked();
    page.feed(agno(name)).end();
    page
}

/// Text, member and status of each delegation.
fn tasks(page: &mut Page) -> Vec<(String, String, RunStatus)> {
    let of = |m: &Message| (m.text.as_str().to_owned(), m.head.delegated_to.clone().unwrap(), m.head.status);
    page.turn().work.iter().filter(|m| m.head.role == Role::Delegation).map(of).collect()
}

/// Name, text and status of each member's message.
fn members(page: &mut Page) -> Vec<(String, String, RunStatus)> {
    let name = |m: &Message| m.head.agent_name.clone().or(m.head.team_name.clone()).unwrap_or_default();
    let of = |m: &Message| (name(m), m.text.as_str().to_owned(), m.head.status);
    page.turn().work.iter().filter(|m| m.head.role == Role::Agent).map(of).collect()
}

fn done(a: &str, b: &str) -> (String, String, RunStatus) {
    (a.into(), b.into(), RunStatus::Completed)
}

// ── tasks mode ─────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn tasks_of_the_list_are_delegations_with_their_words() {
    let mut page = read("team_tasks");
    assert_eq!((page.outcome(), page.answer()), (Some(Outcome::Completed), "All tasks are done. ".to_owned()));
    let given = [
        done("Search the web for X", "Web Researcher"),
        done("Rate X", "Analyst"),
        done("Check it again", "Web Researcher"),
    ];
    assert_eq!(tasks(&mut page), given);
    let said = [
        done("Web Researcher", "Found it online. "),
        done("Analyst", "It is fine."),
        done("Web Researcher", "Found it online."),
    ];
    assert_eq!(members(&mut page), said, "the parallel ones come in member_responses alone");
    let turn = page.turn();
    let children: Vec<_> =
        turn.work.iter().filter(|m| m.head.role == Role::Delegation).map(|m| m.head.child_run_id.clone()).collect();
    let runs: Vec<_> = turn.work.iter().filter(|m| m.head.role == Role::Agent).map(|m| m.head.run_id.clone()).collect();
    assert_eq!(children, runs);
    let entries: Vec<String> =
        page.timeline().into_iter().map(|(_, text)| text).filter(|t| t.starts_with("Delegating")).collect();
    assert_eq!(entries[0], "Delegating to Web Researcher");
    assert_eq!(entries.len(), 2);
}

#[test]
fn a_task_is_told_with_its_words_and_the_activity_with_its_members() {
    let created = |id: &str, title: &str, to: &str| {
        with(leader(), json!({"task_id": id, "title": title, "assignee": to, "status": "pending"}))
    };
    let mut page = Page::asked();
    page.event("TeamRunStarted", leader())
        .event("TeamTaskCreated", created("1", "Look", "web"))
        .event("TeamTaskCreated", created("2", "Rate", "analyst"))
        .event(
            "TeamToolCallStarted",
            calling(leader(), "c1", "execute_task", json!({"task_id": "1", "member_id": "web"})),
        );
    assert_eq!(page.activity().as_deref(), Some("Consulting Web..."));
    let entry = page.turn().timeline.entries().last().unwrap().clone();
    assert_eq!((entry.description.as_str(), entry.details.task.as_deref()), ("Delegating to Web", Some("Look")));
    page.event(
        "TeamToolCallStarted",
        calling(leader(), "c2", "execute_tasks_parallel", json!({"task_ids": ["1", "2", "9"]})),
    );
    assert_eq!(page.activity().as_deref(), Some("Consulting Web, Analyst, all members..."));
    let updated = |id: &str, status: &str| with(leader(), json!({"task_id": id, "title": "x", "status": status}));
    page.event("TeamTaskUpdated", updated("2", "failed")).event(
        "TeamToolCallCompleted",
        called(leader(), "c2", "execute_tasks_parallel", json!({"task_ids": ["1", "2", "9"]}), "x"),
    );
    let status: Vec<_> = tasks(&mut page).into_iter().map(|(task, _, status)| (task, status)).collect();
    let of = |task: &str, status| (task.to_owned(), status);
    use RunStatus::{Completed, Error, Started};
    assert_eq!(status, [of("Look", Started), of("Look", Completed), of("Rate", Error), of("9", Completed)]);
}

// ── members that do not stream ─────────────────────────────────────────────────────────────────────────────────

#[test]
fn members_that_come_in_the_completion_alone_have_their_messages() {
    let mut page = read("team_quiet_members");
    assert_eq!(page.outcome(), Some(Outcome::Completed));
    assert_eq!(tasks(&mut page), [done("Search X", "Web Researcher"), done("Rate X", "Analyst")]);
    assert_eq!(members(&mut page), [done("Web Researcher", "Found it online. "), done("Analyst", "It is fine. ")]);
    let turn = page.turn();
    assert!(turn.work.iter().all(|m| m.head.depth == 1));
    let answered = page.timeline().into_iter().filter(|(event, _)| event == "RunOutput").count();
    assert_eq!(answered, 2);
}

fn response(run: &str, parent: &str, status: &str, more: Value) -> Value {
    with(
        json!({"run_id": run, "agent_id": "a", "agent_name": "Ann", "parent_run_id": parent, "status": status, "content": format!("{run} said")}),
        more,
    )
}

fn completed_with(members: Value) -> Page {
    let mut page = Page::asked();
    page.event("TeamRunStarted", leader())
        .event("RunStarted", member("bob", "Bob", "m1", "lead"))
        .event("RunContent", saying(member("bob", "Bob", "m1", "lead"), "streamed"))
        .event("TeamRunCompleted", with(saying(leader(), "Done"), json!({ "member_responses": members })))
        .end();
    page
}

#[test]
fn members_of_members_come_too_and_none_comes_twice_or_from_another_run() {
    let inner = response(
        "t1",
        "lead",
        "COMPLETED",
        json!({"agent_id": null, "agent_name": null, "team_id": "t", "team_name": "Inner",
        "member_responses": [response("m2", "t1", "ERROR", json!({})), response("m2", "t1", "ERROR", json!({}))]}),
    );
    let mut page = completed_with(json!([
        response("m1", "lead", "COMPLETED", json!({})),
        inner,
        response("m9", "another", "COMPLETED", json!({})),
        response(
            "m3",
            "lead",
            "COMPLETED",
            json!({"parent_run_id": null, "tools": [{"tool_call_id": "c", "tool_name": "look", "result": "x"}]})
        ),
        "m4",
        {},
        null,
    ]));
    let shown = members(&mut page);
    assert_eq!(shown[0], done("Bob", "streamed"), "what streamed is as it streamed");
    assert_eq!(shown[1..3], [done("Inner", "t1 said"), ("Ann".into(), String::new(), RunStatus::Error)]);
    assert_eq!(shown[3..], [done("Ann", "m3 said")]);
    let turn = page.turn();
    assert_eq!(turn.work.iter().map(|m| m.head.depth).collect::<Vec<_>>(), [1, 1, 2, 1]);
    assert_eq!(turn.work[3].tools[0].name, "look");
    assert_eq!((page.outcome(), page.banner()), (Some(Outcome::Completed), None), "a member's error is not the run's");
}

#[test]
fn they_stay_within_the_limits() {
    let mut limits = Limits::default();
    limits.max_messages = 3;
    let mut page = Page::limited(limits);
    let many: Vec<Value> = (0..50).map(|n| response(&format!("m{n}"), "lead", "COMPLETED", json!({}))).collect();
    page.begin("hello");
    page.event("TeamRunStarted", leader())
        .event("TeamRunCompleted", with(saying(leader(), "Done"), json!({ "member_responses": many })));
    assert_eq!((page.turn().work.len(), page.answer()), (3, "Done".to_owned()));
}
