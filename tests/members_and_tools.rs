//! What happens behind the answer: members and delegations, tools, reasoning, pauses, and the activity line (texts of
//! docs/rate-limit-retries.md, letter for letter).
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::client::{Client, Config, Input};
use ai_stream_handler::state::message::{Message, Role, RunStatus};
use ai_stream_handler::state::pause::RequirementKind;
use ai_stream_handler::state::tool::ToolStatus;
use ai_stream_handler::state::Outcome;
use ai_stream_handler::view::Packed;
use common::{agent, called, calling, leader, member, nameless, saying, with, Page, THEN};
use serde_json::{json, Value};

const DELEGATE: &str = "delegate_task_to_member";

fn asked_team() -> Page {
    let mut page = Page::asked();
    page.event("TeamRunStarted", leader());
    page
}

fn task(member: &str, task: &str) -> Value {
    json!({"member_id": member, "task": task})
}

fn delegation<'a>(work: &'a [Message], id: &str) -> &'a Message {
    let is_it = |m: &&Message| m.head.role == Role::Delegation && m.head.delegated_to_id.as_deref() == Some(id);
    work.iter().find(is_it).expect("a delegation")
}

// ── members ────────────────────────────────────────────────────────────────────────────────────────────────────

/// Cirkelline → Research Team → Web Researcher, up to the last one's content.
fn nested() -> Page {
    let team = json!({"team_id": "research-team", "team_name": "Research Team", "run_id": "t1", "parent_run_id": "lead", "session_id": "s-1"});
    let one = member("web-researcher", "Web Researcher", "m1", "t1");
    let mut page = asked_team();
    page.event("TeamRunContent", saying(leader(), "Delegating. "))
        .event("TeamToolCallStarted", calling(leader(), "c1", DELEGATE, task("research-team", "Research X")))
        .event("TeamRunStarted", team.clone())
        .event("TeamToolCallStarted", calling(team.clone(), "c2", DELEGATE, task("web-researcher", "Search X")))
        .event("RunStarted", one.clone())
        .event("ToolCallStarted", calling(one.clone(), "c3", "tavily_search", json!({"query": "X"})))
        .event("ToolCallCompleted", called(one.clone(), "c3", "tavily_search", json!({"query": "X"}), "X is fine"))
        .event("RunContent", saying(one.clone(), "X is fine."))
        .event("RunCompleted", saying(one, "X is fine."))
        .event("TeamRunContent", saying(team, "Report: X is fine."));
    page
}

#[test]
fn depth_follows_the_chain_of_parents_and_each_entry_is_part_of_what_led_to_it() {
    let mut page = nested();
    let turn = page.turn();
    let depths: Vec<u32> = turn.work.iter().map(|m| m.head.depth).collect();
    assert_eq!(depths, [1, 1, 2, 2], "task, team, task, researcher");
    assert_eq!(turn.answer.head.depth, 0);
    let entries = turn.timeline.entries();
    let chain = |event: &str, source: &str| -> Vec<String> {
        let mut at = entries.iter().find(|e| e.event_type == event && e.source == source);
        let mut names = Vec::new();
        while let Some(entry) = at {
            names.push(entry.description.clone());
            at = entry.parent.and_then(|p| entries.get(p as usize));
        }
        names
    };
    let expected = [
        "Searching the web for \"X\"",
        "Web Researcher started",
        "Delegating to Web Researcher",
        "Research Team started",
        "Delegating to Research Team",
        "Cirkelline started",
    ];
    assert_eq!(chain("ToolCallStarted", "Web Researcher"), expected);
    let depth =
        |event: &str, source: &str| entries.iter().find(|e| e.event_type == event && e.source == source).unwrap().depth;
    assert_eq!(
        [
            depth("TeamRunStarted", "Cirkelline"),
            depth("TeamRunStarted", "Research Team"),
            depth("RunStarted", "Web Researcher")
        ],
        [0, 1, 2]
    );
}

#[test]
fn everything_of_a_member_is_in_its_own_message() {
    let mut page = nested();
    let turn = page.turn();
    let tools = |m: &Message| m.tools.iter().map(|t| t.id.clone()).collect::<Vec<_>>();
    assert_eq!((turn.answer.text.as_str(), tools(&turn.answer)), ("Delegating. ", vec!["c1".to_owned()]));
    let of = |run: &str| turn.work.iter().find(|m| m.head.run_id.as_deref() == Some(run)).unwrap();
    assert_eq!((of("t1").text.as_str(), tools(of("t1"))), ("Report: X is fine.", vec!["c2".to_owned()]));
    assert_eq!((of("m1").text.as_str(), tools(of("m1"))), ("X is fine.", vec!["c3".to_owned()]));
    assert_eq!(of("m1").head.parent_run_id.as_deref(), Some("t1"));
    assert_eq!(
        (of("t1").head.team_name.as_deref(), of("t1").head.agent_name.as_deref()),
        (Some("Research Team"), None)
    );
    let status = |run: &str| serde_json::to_value(of(run).head.status).unwrap();
    assert_eq!((status("m1"), status("t1")), (json!("completed"), json!("started")));
}

#[test]
fn a_delegation_names_the_member_as_its_run_calls_itself() {
    let mut page = asked_team();
    page.event("TeamToolCallStarted", calling(leader(), "c1", DELEGATE, task("web-researcher", "Search X")));
    let head = delegation(&page.turn().work, "web-researcher").head.clone();
    assert_eq!(head.delegated_to.as_deref(), Some("Web Researcher"), "made from the id, until its run says more");
    assert_eq!((head.delegated_by.as_deref(), head.child_run_id), (Some("Cirkelline"), None));

    page.event("RunStarted", member("web-researcher", "The Web Researcher", "m1", "lead"));
    let mut done = called(leader(), "c1", DELEGATE, task("web-researcher", "Search X"), "X");
    done["tool"]["child_run_id"] = json!("m1");
    page.event("TeamToolCallCompleted", done);
    let work = page.turn().work;
    let message = delegation(&work, "web-researcher");
    assert_eq!(message.text.as_str(), "Search X");
    assert_eq!(
        (message.head.delegated_to.as_deref(), message.head.child_run_id.as_deref()),
        (Some("The Web Researcher"), Some("m1"))
    );
    assert_eq!(serde_json::to_value(message.head.status).unwrap(), "completed");
    assert_eq!(page.turn().answer.tools[0].child_run_id.as_deref(), Some("m1"));
}

#[test]
fn two_members_of_the_same_name_are_told_apart_by_their_runs() {
    let mut page = asked_team();
    for (call, about) in [("c1", "A"), ("c2", "B")] {
        page.event("TeamToolCallStarted", calling(leader(), call, DELEGATE, task("researcher", about)));
    }
    for run in ["m1", "m2"] {
        let one = member("researcher", "Researcher", run, "lead");
        page.event("RunStarted", one.clone()).event("RunContent", saying(one, run));
    }
    let work = page.turn().work;
    let tasks: Vec<_> = work
        .iter()
        .filter(|m| m.head.role == Role::Delegation)
        .map(|m| (m.text.as_str(), m.head.child_run_id.as_deref()))
        .collect();
    assert_eq!(tasks, [("A", Some("m1")), ("B", Some("m2"))]);
    assert_eq!((page.work_of("m1"), page.work_of("m2")), (vec!["m1".to_owned()], vec!["m2".to_owned()]));
}

#[test]
fn the_older_names_of_delegation_and_its_arguments_are_known() {
    let table = [
        (DELEGATE, json!({"member_id": "web-researcher", "task": "t"})),
        (
            "transfer_task_to_member",
            json!({"member_id": "web-researcher", "task_description": "t", "expected_output": "o"}),
        ),
        ("forward_task_to_member", json!({"member_name": "web-researcher", "task_description": "t"})),
    ];
    for (tool, args) in table {
        let mut page = asked_team();
        page.event("TeamToolCallStarted", calling(leader(), "c1", tool, args));
        assert_eq!(page.activity().as_deref(), Some("Consulting Web Researcher..."), "{tool}");
        assert_eq!(delegation(&page.turn().work, "web-researcher").text.as_str(), "t", "{tool}");
    }
}

#[test]
fn a_task_for_all_members_is_one_delegation_to_all() {
    let mut page = asked_team();
    page.event("TeamToolCallStarted", calling(leader(), "c1", "delegate_task_to_members", json!({"task": "look"})));
    for run in ["m1", "m2"] {
        page.event("RunStarted", member(run, run, run, "lead"));
    }
    let work = page.turn().work;
    assert_eq!(work.iter().filter(|m| m.head.role == Role::Delegation).count(), 1);
    assert_eq!(work[0].head.delegated_to.as_deref(), Some("all members"));
    assert_eq!(page.activity().as_deref(), Some("m1 is working..."));
}

/// Some models number their calls from one in each run.
#[test]
fn a_delegation_is_known_by_its_run_and_its_call_for_two_leaders_may_call_theirs_alike() {
    let team = json!({"team_id": "research-team", "team_name": "Research Team", "run_id": "t1", "parent_run_id": "lead", "session_id": "s-1"});
    let (outer, inner) = (task("research-team", "Research X"), task("analyst", "Analyze X"));
    let mut page = asked_team();
    page.event("TeamToolCallStarted", calling(leader(), "call_1", DELEGATE, outer.clone()))
        .event("TeamRunStarted", team.clone())
        .event("TeamToolCallStarted", calling(team.clone(), "call_1", DELEGATE, inner.clone()))
        .event("RunStarted", member("analyst", "Analyst", "m1", "t1"))
        .event("TeamToolCallCompleted", called(team, "call_1", DELEGATE, inner, "fine"));
    let work = page.turn().work;
    let (to_team, to_analyst) = (delegation(&work, "research-team"), delegation(&work, "analyst"));
    assert_eq!((to_team.text.as_str(), to_analyst.text.as_str()), ("Research X", "Analyze X"));
    assert_eq!((to_team.head.status, to_analyst.head.status), (RunStatus::Started, RunStatus::Completed));
    assert_eq!(to_analyst.head.child_run_id.as_deref(), Some("m1"));
}

// ── tools ──────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_tool_call_begins_and_ends_once_whatever_the_order_of_ending() {
    let args = json!({"query": "x", "n": 3, "deep": {"list": [true, null]}});
    let mut page = Page::asked();
    page.event("RunStarted", agent());
    for id in ["c1", "c2"] {
        page.event("ToolCallStarted", calling(agent(), id, "search", args.clone()));
    }
    for id in ["c2", "c1"] {
        page.event("ToolCallCompleted", called(agent(), id, "search", args.clone(), &format!("result of {id}")));
    }
    let tools = page.turn().answer.tools;
    assert_eq!(tools.iter().map(|t| t.id.as_str()).collect::<Vec<_>>(), ["c1", "c2"]);
    for tool in &tools {
        assert_eq!((tool.name.as_str(), tool.status, tool.created_at), ("search", ToolStatus::Completed, THEN));
        assert_eq!((tool.result.clone(), tool.duration), (Some(format!("result of {}", tool.id)), Some(0.25)));
        assert_eq!(serde_json::from_str::<Value>(tool.args.as_deref().unwrap()).unwrap(), args);
    }
    assert_eq!(page.answer(), "", "the completion's log line is no text");
}

#[test]
fn a_failing_tool_is_an_error_though_it_completes_first() {
    let mut failed = called(agent(), "c1", "bad_tool", json!({}), "boom");
    failed["tool"]["tool_call_error"] = json!(true);
    let mut page = Page::asked();
    page.event("RunStarted", agent())
        .event("ToolCallStarted", calling(agent(), "c1", "bad_tool", json!({})))
        .event("ToolCallCompleted", failed.clone());
    assert_eq!(page.turn().answer.tools[0].status, ToolStatus::Error);
    page.event("ToolCallError", with(failed, json!({"error": "bad_tool exploded: boom", "content": null})));
    let turn = page.turn();
    assert_eq!((turn.answer.tools.len(), turn.answer.tools[0].status), (1, ToolStatus::Error));
    assert_eq!(
        (turn.answer.tools[0].error.as_deref(), turn.answer.tools[0].result.as_deref()),
        (Some("bad_tool exploded: boom"), Some("boom"))
    );
    let last_two: Vec<_> =
        turn.timeline.entries().iter().rev().take(2).map(|e| (e.event_type.as_str(), e.description.as_str())).collect();
    assert_eq!(
        last_two,
        [("ToolCallCompleted", "bad_tool failed: bad_tool exploded: boom"), ("ToolCallStarted", "Using bad tool")]
    );
    assert!(turn.timeline.entries()[2..].iter().all(|e| serde_json::to_value(e.status).unwrap() == "error"));
    assert_eq!((turn.outcome, page.banner()), (None, None));
}

#[test]
fn a_tool_call_of_which_only_the_end_was_heard_is_shown_all_the_same() {
    let mut page = Page::asked();
    page.event("RunStarted", agent()).event("ToolCallCompleted", called(agent(), "c1", "search", json!({}), "r"));
    assert_eq!(page.turn().answer.tools[0].result.as_deref(), Some("r"));
    let tools = json!([
        called(agent(), "c1", "search", json!({}), "r")["tool"],
        called(agent(), "c2", "other", json!({}), "s")["tool"]
    ]);
    page.event("RunCompleted", with(saying(agent(), "ok"), json!({"tools": tools})));
    assert_eq!(page.turn().answer.tools.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["search", "other"]);
}

// ── reasoning, memory, follow-ups ──────────────────────────────────────────────────────────────────────────────

#[test]
fn reasoning_steps_are_listed_once_however_often_they_are_told() {
    let step = |title: &str| json!({"title": title, "reasoning": "because", "confidence": 0.9});
    let steps = json!([step("Plan"), step("Compare")]);
    let mut page = Page::asked();
    page.event("RunStarted", agent()).event("ReasoningStarted", agent());
    for (at, title) in ["Plan", "Compare"].into_iter().enumerate() {
        page.event(
            "ReasoningStep",
            with(
                agent(),
                json!({"content": step(title), "content_type": "ReasoningStep", "reasoning_content": "## …"}),
            ),
        );
        assert_eq!(page.turn().answer.head.reasoning_steps.len(), at + 1);
    }
    page.event("RunContent", with(saying(agent(), "B."), json!({"reasoning_steps": steps})))
        .event(
            "ReasoningCompleted",
            with(agent(), json!({"content": {"reasoning_steps": steps}, "content_type": "ReasoningSteps"})),
        )
        .event(
            "RunCompleted",
            with(saying(agent(), "B."), json!({"reasoning_steps": steps, "reasoning_content": "## Plan"})),
        );
    let answer = page.turn().answer;
    let shown: Vec<Value> = answer.head.reasoning_steps.iter().map(|s| serde_json::from_str(s).unwrap()).collect();
    assert_eq!((json!(shown), answer.text.as_str(), answer.thoughts.as_str()), (steps, "B.", ""));
    let told = page
        .turn()
        .timeline
        .entries()
        .iter()
        .filter(|e| e.event_type == "ReasoningStep")
        .map(|e| e.description.clone())
        .collect::<Vec<_>>();
    assert_eq!(told, ["Plan", "Compare"]);
}

#[test]
fn memories_summary_and_follow_ups_belong_to_the_turn() {
    let (memories, followups) = (json!([{"memory": "Ann 🏠"}]), json!(["And then?", "Why?"]));
    let summary = json!({"summary": "greeting", "topics": ["a"]});
    let mut page = Page::asked();
    page.event("RunStarted", agent())
        .event("MemoryUpdateCompleted", with(agent(), json!({"memories": memories})))
        .event("SessionSummaryCompleted", with(agent(), json!({"session_summary": summary})))
        .event("FollowupsCompleted", with(agent(), json!({"followups": followups})));
    let turn = page.turn();
    let read = |json: Option<String>| serde_json::from_str::<Value>(&json.unwrap()).unwrap();
    assert_eq!((read(turn.memories), read(turn.session_summary)), (memories, summary));
    assert_eq!((read(turn.followups), read(turn.answer.head.followups)), (followups.clone(), followups));
    assert_eq!(turn.answer.text.as_str(), "");
}

// ── pauses ─────────────────────────────────────────────────────────────────────────────────────────────────────

fn paused_tool(more: Value) -> Value {
    with(
        json!({"tool_call_id": "c1", "tool_name": "send_email", "tool_args": {"to": "ann"}, "result": null, "created_at": THEN}),
        more,
    )
}

#[test]
fn a_pause_tells_what_it_waits_for_in_every_kind_and_form() {
    use RequirementKind::{Confirmation, External, Input};
    let schema = json!([{"name": "guests", "field_type": "int", "description": null, "value": null}]);
    let cirkelline = json!({"needs_user_input": false, "needs_confirmation": false, "is_external_tool_execution": false, "user_input_schema": []});
    let agentos = |more: Value| json!({"id": "q1", "tool_execution": paused_tool(more), "member_agent_name": null});
    let table = [
        (agentos(json!({"requires_confirmation": true})), Confirmation, true),
        (agentos(json!({"requires_user_input": true, "user_input_schema": schema})), Input, true),
        (agentos(json!({"external_execution_required": true})), External, true),
        (
            with(
                cirkelline.clone(),
                json!({"needs_confirmation": true, "tool_name": "send_email", "tool_args": {"to": "ann"}}),
            ),
            Confirmation,
            true,
        ),
        (with(cirkelline.clone(), json!({"needs_user_input": true, "user_input_schema": schema})), Input, false),
        (
            with(
                cirkelline,
                json!({"is_external_tool_execution": true, "tool_name": "send_email", "tool_args": {"to": "ann"}}),
            ),
            External,
            true,
        ),
    ];
    for (requirement, kind, has_tool) in table {
        for (event, base) in [("TeamRunPaused", leader()), ("paused", json!({"run_id": "lead", "session_id": "s-1"}))] {
            let mut page = asked_team();
            page.event(event, with(base, json!({"requirements": [requirement]}))).end();
            assert_eq!((page.outcome(), page.banner()), (Some(Outcome::Paused), None));
            assert_eq!(page.activity().as_deref(), Some("Waiting for your input..."));
            assert_eq!((page.status().as_str(), page.client.conversation.run_id()), ("paused", Some("lead")));
            let pause = page.turn().pause.unwrap();
            assert_eq!((pause.run_id.as_deref(), pause.requirements.len()), (Some("lead"), 1));
            let asked = &pause.requirements[0];
            assert_eq!(
                (asked.kind, asked.tool_name.as_deref()),
                (kind, has_tool.then_some("send_email")),
                "{requirement}"
            );
            assert_eq!(asked.tool_args.as_deref(), has_tool.then_some("{\"to\":\"ann\"}"));
            assert_eq!(serde_json::from_str::<Value>(&asked.raw).unwrap(), requirement, "to be resolved and sent back");
            if kind == Input {
                assert_eq!(serde_json::from_str::<Value>(asked.fields.as_deref().unwrap()).unwrap(), schema);
            }
        }
    }
}

#[test]
fn the_message_of_a_pause_is_never_what_the_answer_says() {
    let message = |streamed: &str, said: &str, asked: Option<&str>| {
        let mut page = Page::asked();
        page.event("RunStarted", agent());
        if !streamed.is_empty() {
            page.event("RunContent", saying(agent(), streamed));
        }
        let requirement = json!({"id": "r1", "tool_execution": paused_tool(json!({})), "confirmation_message": asked});
        page.event("RunPaused", with(agent(), json!({"content": said, "requirements": [requirement]}))).end();
        (page.answer(), page.turn().pause.unwrap().message)
    };
    let waits = "The run waits for your input.";
    let is = |answer: &str, message: &str| (answer.to_owned(), message.to_owned());
    // AgentOS repeats the model's words, or adds its own.
    assert_eq!(message("I write it. ", "I write it.", None), is("I write it. ", waits));
    assert_eq!(message("I write it.", "I write it. I need to ask.", None), is("I write it.", "I need to ask."));
    assert_eq!(message("One. Two. Three.", "Two.", Some("Send it?")), is("One. Two. Three.", "Send it?"));
    assert_eq!(message("Send it?", "", Some("Send it?")), is("Send it?", waits));
    assert_eq!(message("I write it.", "May I?", None), is("I write it.", "May I?"));
    // Where the model is silent, the notice is the answer.
    assert_eq!(message("", "I need to ask.", Some("Send it?")), is("I need to ask.", "Send it?"));
}

#[test]
fn the_tool_that_a_pause_waits_for_is_shown_as_paused_and_then_as_done() {
    let tool = paused_tool(json!({"requires_confirmation": true}));
    let mut page = Page::asked();
    page.event("RunStarted", agent()).event("RunContent", saying(agent(), "I need to send a mail. "));
    page.event(
        "RunPaused",
        with(
            saying(agent(), "I need to send a mail. "),
            json!({"tools": [tool], "requirements": [{"tool_execution": tool}]}),
        ),
    )
    .end();
    assert_eq!(page.turn().answer.tools[0].status, ToolStatus::Paused);
    page.begin(None).event("RunContinued", agent());
    let turn = page.turn();
    assert_eq!((turn.outcome, turn.pause, page.status().as_str()), (None, None, "streaming"));
    page.event("ToolCallCompleted", called(agent(), "c1", "send_email", json!({"to": "ann"}), "sent"))
        .event("RunContent", saying(agent(), "Mail "))
        .event("RunContent", saying(agent(), "handled."))
        .event("RunCompleted", saying(agent(), "Mail handled."))
        .end();
    assert_eq!(
        (page.answer().as_str(), page.outcome()),
        ("I need to send a mail. Mail handled.", Some(Outcome::Completed))
    );
    assert_eq!(page.turn().answer.tools.iter().map(|t| t.status).collect::<Vec<_>>(), [ToolStatus::Completed]);
    assert_eq!((page.client.conversation.turns.len(), page.turn().attempts), (1, 1));
}

#[test]
fn the_frameworks_notice_stands_in_for_a_silent_model_until_the_run_goes_on() {
    let mut page = Page::asked();
    page.event("RunStarted", agent())
        .event("RunPaused", with(agent(), json!({"content": "I have tools to execute.", "requirements": []})))
        .end();
    assert_eq!(page.answer(), "I have tools to execute.");
    page.begin(None).event("RunContinued", agent()).event("RunContent", saying(agent(), "Booked."));
    assert_eq!(page.answer(), "Booked.");
    page.event("RunCompleted", saying(agent(), "Booked.")).end();
    assert_eq!(page.answer(), "Booked.");
}

#[test]
fn a_silent_leg_behind_a_spoken_one_leaves_what_was_said() {
    let pause = || with(agent(), json!({"content": "I have tools to execute.", "requirements": []}));
    let mut page = Page::asked();
    page.event("RunStarted", agent())
        .event("RunContent", saying(agent(), "I look. "))
        .event("RunPaused", with(pause(), json!({"content": "I look. "})))
        .end();
    page.begin(None).event("RunContinued", agent()).event("RunPaused", pause()).end();
    assert_eq!(page.answer(), "I look. I have tools to execute.");
    page.begin(None).event("RunContinued", agent()).event("RunContent", saying(agent(), "Booked."));
    assert_eq!(page.answer(), "I look. Booked.");
    page.event("RunCompleted", saying(agent(), "Booked.")).end();
    assert_eq!(page.answer(), "I look. Booked.");
}

#[test]
fn what_a_member_said_before_its_pause_stays_and_its_notice_goes() {
    let one = member("a", "Ann", "m1", "lead");
    // A member that reports its continuation, and one that does not.
    for told in [true, false] {
        for (said, shown) in [("I look. ", "I look. Booked."), ("", "Booked.")] {
            let mut page = asked_team();
            page.event("RunStarted", one.clone()).event("RunContent", saying(one.clone(), said));
            page.event("RunPaused", with(one.clone(), json!({"content": "I have tools to execute."})))
                .event("TeamRunPaused", with(leader(), json!({"requirements": []})))
                .end();
            page.read();
            page.begin(None).event("TeamRunContinued", leader());
            if told {
                page.event("RunContinued", one.clone());
            }
            page.event("RunContent", saying(one.clone(), "Booked."));
            assert_eq!(page.work_of("m1"), [shown]);
            page.event("RunCompleted", saying(one.clone(), "Booked."));
            assert_eq!(page.work_of("m1"), [shown]);
        }
    }
}

#[test]
fn a_pause_asks_nothing_twice_when_a_members_pause_comes_before_the_teams() {
    let tool = paused_tool(json!({"requires_confirmation": true}));
    let one = member("a", "Ann", "m1", "lead");
    let asked = json!({"id": "q1", "tool_execution": tool, "member_agent_name": "Ann", "member_run_id": "m1"});
    let mut page = asked_team();
    page.event("RunStarted", one.clone())
        .event("RunPaused", with(one, json!({"tools": [tool], "requirements": [asked]})));
    assert_eq!((page.outcome(), page.turn().pause), (None, None));
    page.event("TeamRunPaused", with(leader(), json!({"requirements": [asked]}))).end();
    let pause = page.turn().pause.unwrap();
    assert_eq!((pause.requirements.len(), pause.requirements[0].member_name.as_deref()), (1, Some("Ann")));
    assert_eq!(pause.requirements[0].member_run_id.as_deref(), Some("m1"));
}

// ── the activity line ──────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn the_activity_line_tells_what_goes_on_letter_for_letter() {
    let one = member("web-researcher", "Web Researcher", "m1", "lead");
    let call = |name: &str, args: Value| calling(leader(), &format!("{name}-id"), name, args);
    let scene: Vec<(&str, Value, Option<&str>)> = vec![
        ("TeamRunStarted", leader(), Some("Cirkelline is working...")),
        ("TeamModelRequestStarted", leader(), Some("Cirkelline is working...")),
        ("TeamReasoningStarted", leader(), Some("Cirkelline is thinking...")),
        ("TeamReasoningCompleted", leader(), Some("Cirkelline is working...")),
        ("TeamRunContent", with(leader(), json!({"reasoning_content": "Hm"})), Some("Cirkelline is thinking...")),
        ("TeamRunContent", saying(leader(), "Let me see. "), Some("Cirkelline is responding...")),
        (
            "TeamToolCallStarted",
            call("tavily_search", json!({"query": "weather in Copenhagen"})),
            Some("Searching the web for \"weather in Copenhagen\""),
        ),
        ("TeamToolCallCompleted", call("tavily_search", json!({})), Some("Cirkelline is working...")),
        ("TeamToolCallStarted", call("think", json!({"title": "Plan"})), Some("Thinking...")),
        (
            "TeamToolCallStarted",
            call("get_previous_session_messages", json!({"n": 2})),
            Some("Looking through earlier conversations..."),
        ),
        ("TeamToolCallStarted", call("book_table", json!({"guests": 2})), Some("Booking table \"2\"")),
        ("TeamToolCallStarted", call(DELEGATE, task("web-researcher", "look")), Some("Consulting Web Researcher...")),
        ("RunStarted", one.clone(), Some("Web Researcher is working...")),
        ("RunContent", saying(one.clone(), "Look"), Some("Web Researcher is responding...")),
        ("RunCompleted", saying(one, "Look"), Some("Cirkelline is working...")),
        ("TeamRunContent", saying(leader(), "Done."), Some("Cirkelline is responding...")),
        ("TeamMemoryUpdateStarted", leader(), Some("Updating memory...")),
        ("TeamSessionSummaryStarted", leader(), Some("Summarizing the session...")),
        ("TeamFollowupsStarted", leader(), Some("Preparing follow-up questions...")),
        ("TeamRunCompleted", saying(leader(), "Let me see. Done."), None),
        ("TeamMemoryUpdateStarted", leader(), None),
    ];
    let mut page = Page::asked();
    for (event, data, activity) in scene {
        page.event(event, data.clone());
        assert_eq!(page.activity().as_deref(), activity, "{event} {data}");
    }
    page.end();
    assert_eq!(page.activity(), None);
}

#[test]
fn before_its_first_event_the_answering_party_is_called_by_its_id() {
    for (path, activity) in [
        ("/teams/cirkelline/runs", "Cirkelline is working..."),
        ("/agents/web-researcher/runs?x=1", "Web Researcher is working..."),
        ("https://example.com/api/teams/cirkelline/runs", "Cirkelline is working..."),
        ("", "Working..."),
    ] {
        let mut client = Client::new(Config { path: path.into(), ..Config::default() });
        client.handle(Input::Send { ticket: 1, text: "hello", files: &[] }, 0.0);
        assert_eq!(client.conversation.activity.as_deref(), Some(activity), "{path}");
    }
}

#[test]
fn an_error_or_a_retry_in_words_of_the_server_is_not_touched_by_the_callers_texts() {
    let mut page = Page::default();
    page.client.conversation.texts.0 =
        vec![("working".into(), "{name} arbejder …".into()), ("paused".into(), "{name} venter på dig".into())];
    page.begin("hello").event("TeamRunStarted", leader());
    assert_eq!(page.activity().as_deref(), Some("Cirkelline arbejder …"));
    page.feed(nameless("retry", json!({"attempt": 1, "max_retries": 3, "delay": 1, "message": "{name} Wait"})));
    assert_eq!(page.activity().as_deref(), Some("{name} Wait"));
    page.event("TeamRunPaused", with(leader(), json!({"run_id": "lead-2", "requirements": []})));
    assert_eq!(page.activity().as_deref(), Some("Cirkelline venter på dig"));
}

#[test]
fn a_token_does_not_write_the_activity_line_anew() {
    let mut page = asked_team();
    page.event("TeamRunContent", saying(leader(), "a "));
    page.read();
    page.event("TeamRunContent", saying(leader(), "b "));
    let delta = page.read();
    assert_eq!(
        (delta.get("head"), delta["turns"][0].get("facts"), delta["turns"][0].get("timeline")),
        (None, None, None)
    );
    assert_eq!(delta["turns"][0]["answer"], json!({"text": {"append": "b "}}), "a token costs a token");
}

#[test]
fn a_long_text_is_handed_over_in_pieces_that_join_to_the_whole() {
    let text = "æøå ".repeat(30_000);
    let mut page = Page::asked();
    page.event("RunStarted", agent()).read();
    page.event("RunContent", with(agent(), json!({"content": text})));
    let packed = page.client.read(|delta| {
        let mut packed = Packed::default();
        packed.pack(delta);
        packed
    });
    assert!(packed.pieces.len() > 2 && packed.pieces.iter().all(|piece| piece.len() <= 32 << 10));
    assert_eq!(packed.pieces.concat(), text);
}

// ── the activity line while members run in parallel ────────────────────────────────────────────────────────────

#[test]
fn members_that_stream_in_parallel_do_not_take_the_line_from_each_other() {
    let (ann, bob) = (member("ann", "Ann", "m1", "lead"), member("bob", "Bob", "m2", "lead"));
    let mut page = asked_team();
    page.event("TeamToolCallStarted", calling(leader(), "c1", DELEGATE, task("ann", "A")))
        .event("TeamToolCallStarted", calling(leader(), "c2", DELEGATE, task("bob", "B")))
        .event("RunStarted", ann.clone())
        .event("RunStarted", bob.clone());
    assert_eq!(page.activity().as_deref(), Some("Ann is working..."));
    for _ in 0..3 {
        page.event("RunContent", saying(ann.clone(), "a")).event("RunContent", saying(bob.clone(), "b"));
        assert_eq!(page.activity().as_deref(), Some("Ann is responding..."));
    }
    page.event("ToolCallStarted", calling(bob.clone(), "t1", "web_search", json!({"query": "x"})));
    page.event("ToolCallCompleted", called(bob.clone(), "t1", "web_search", json!({"query": "x"}), "y"));
    page.event("RunContent", with(bob.clone(), json!({"reasoning_content": "hm"})));
    assert_eq!(page.activity().as_deref(), Some("Ann is responding..."));
    page.event("ToolCallStarted", calling(ann.clone(), "t1", "web_search", json!({"query": "x"})));
    page.event("RunContent", saying(bob.clone(), "b"));
    assert_eq!(page.activity().as_deref(), Some("Searching the web for \"x\""), "what the first one does is shown");
    page.event("RunCompleted", saying(ann, "aaa"));
    assert_eq!(page.activity().as_deref(), Some("Cirkelline is working..."));
    page.event("RunContent", saying(bob.clone(), "b"));
    assert_eq!(page.activity().as_deref(), Some("Bob is responding..."));
    page.event("RunStarted", member("eve", "Eve", "m3", "lead"));
    page.event("RunCompleted", saying(member("eve", "Eve", "m3", "lead"), ""));
    assert_eq!(page.activity().as_deref(), Some("Bob is responding..."), "the end of another one changes nothing");
    page.event("RunCompleted", saying(bob, "bbb"));
    page.event("TeamRunContent", saying(leader(), "Done"));
    assert_eq!(page.activity().as_deref(), Some("Cirkelline is responding..."));
}

#[test]
fn a_leader_that_speaks_while_its_member_does_keeps_the_line_until_it_does_something_else() {
    let ann = member("ann", "Ann", "m1", "lead");
    let mut page = asked_team();
    page.event("RunStarted", ann.clone()).event("RunContent", saying(ann.clone(), "a"));
    assert_eq!(page.activity().as_deref(), Some("Ann is responding..."));
    for _ in 0..3 {
        page.event("TeamRunContent", saying(leader(), "l")).event("RunContent", saying(ann.clone(), "a"));
        assert_eq!(page.activity().as_deref(), Some("Cirkelline is responding..."));
    }
    page.event("TeamToolCallStarted", calling(leader(), "c2", DELEGATE, task("ann", "B")));
    page.event("RunContent", saying(ann, "a"));
    assert_eq!(page.activity().as_deref(), Some("Ann is responding..."));
}
