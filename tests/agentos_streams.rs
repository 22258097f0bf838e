//! Kinds of streams that a real AgentOS 3.1.10 sends but that are not among the recordings, each as short as possible.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::client::Input;
use ai_stream_handler::state::message::RunStatus;
use ai_stream_handler::state::tool::ToolStatus;
use ai_stream_handler::state::Outcome;
use common::{agent, called, calling, frame, leader, member, nameless, saying, with, Page};
use serde_json::json;

#[test]
fn a_status_in_the_data_does_not_take_the_events_name_from_its_line() {
    let task = with(leader(), json!({"task_id": "1", "title": "Find", "status": "pending"}));
    let replay = json!({"run_id": "lead", "status": "COMPLETED", "total_events": 0});
    let mut page = Page::asked();
    page.feed(nameless("TeamRunStarted", leader())).feed(nameless("TeamTaskCreated", task));
    assert_eq!(page.timeline().last().unwrap(), &("TeamTaskCreated".into(), "Task created: Find".into()));
    assert_eq!(page.outcome(), None);
    page.feed(nameless("replay", replay));
    assert_eq!((page.timeline().len(), page.outcome()), (2, None));
    page.end();
    assert_eq!(page.outcome(), Some(Outcome::Completed));
}

#[test]
fn a_custom_event_keeps_its_own_fields_where_only_the_line_names_it() {
    let custom = with(agent(), json!({"note": "half way"}));
    let mut page = Page::asked();
    page.feed(nameless("RunStarted", agent())).feed(nameless("CustomEvent", custom));
    assert!(page.turn().timeline.entries()[1].details.data.as_deref().unwrap().contains("half way"));
}

#[test]
fn a_paused_workflow_has_not_answered_whatever_stands_behind_its_pause() {
    let flow = json!({"workflow_id": "w", "workflow_name": "Gated", "run_id": "w-1", "session_id": "s-1"});
    let asked = json!({"status": "PAUSED", "step_requirements": [
        {"step_name": "publish", "requires_confirmation": true, "confirmation_message": "Publish it?"}]});
    let mut page = Page::asked();
    page.event("WorkflowStarted", flow.clone()).event("WorkflowPaused", with(flow.clone(), asked.clone()));
    page.feed(nameless("WorkflowRunOutput", with(flow, asked))).end();
    assert_eq!(page.timeline().last().unwrap().1, "Gated waits for your input");
    assert_eq!((page.timeline().len(), page.outcome()), (2, Some(Outcome::Paused)));
    assert_eq!(page.turn().pause.unwrap().message, "Publish it?");
}

#[test]
fn a_workflow_in_the_background_that_waits_at_a_step_is_paused_with_its_stream() {
    let flow = |at: u64| {
        json!({"workflow_id": "w", "workflow_name": "Gated", "run_id": "w-1", "session_id": "s-1", "nested_depth": 0,
            "step_name": "publish", "event_index": at})
    };
    let foreground = |mut data: serde_json::Value| {
        data.as_object_mut().unwrap().remove("event_index");
        data
    };
    for step in ["StepPaused", "StepExecutorPaused", "RouterPaused", "ConditionPaused"] {
        let mut page = Page::asked();
        page.event("WorkflowStarted", flow(0)).event(step, flow(1)).end();
        assert_eq!((page.outcome(), page.banner()), (Some(Outcome::Paused), None), "{step}");
        let mut page = Page::asked();
        page.event("WorkflowStarted", flow(0)).event(step, flow(1)).event("StepContinued", flow(2)).end();
        assert_eq!(page.outcome(), Some(Outcome::Interrupted), "{step}");
        // In the foreground, WorkflowPaused must follow.
        let mut page = Page::asked();
        page.event("WorkflowStarted", foreground(flow(0))).event(step, foreground(flow(1))).end();
        assert_eq!(page.outcome(), Some(Outcome::Interrupted), "{step}");
    }
}

#[test]
fn the_agent_of_a_workflow_in_a_workflow_stands_in_the_inner_one() {
    let flow = |id: &str, run: &str, depth: u32| json!({"workflow_id": id, "workflow_name": id, "run_id": run, "nested_depth": depth});
    // As AgentOS sends it: the inner workflow's id, the outer workflow's run.
    let worker = |run: &str, flow: &str| json!({"agent_id": "a", "agent_name": "Ann", "run_id": run, "workflow_id": flow, "workflow_run_id": "w-1", "nested_depth": 1});
    let mut page = Page::asked();
    page.event("WorkflowStarted", flow("outer", "w-1", 0)).event("WorkflowStarted", flow("inner", "w-2", 1));
    page.event("RunStarted", worker("r-1", "inner"));
    // Runs of the outer workflow, or of a team, stay theirs during and after the inner workflow.
    page.event("RunStarted", worker("r-2", "outer"));
    page.event("RunStarted", with(worker("r-3", "inner"), json!({"parent_run_id": "r-1"})));
    page.event("WorkflowCompleted", flow("inner", "w-2", 1));
    page.event("RunStarted", worker("r-4", "inner"));
    let turn = page.turn();
    let place = |run: &str| {
        let message = turn.work.iter().find(|m| m.head.run_id.as_deref() == Some(run)).unwrap();
        let entries = turn.timeline.entries();
        let entry = entries.iter().find(|e| e.details.run_id.as_deref() == Some(run)).unwrap();
        let parent = entries[entry.parent.unwrap() as usize].details.run_id.clone().unwrap();
        assert_eq!((message.head.depth, message.head.parent_run_id.as_deref()), (entry.depth, Some(parent.as_str())));
        (entry.depth, parent)
    };
    let table = [("r-1", 2, "w-2"), ("r-2", 1, "w-1"), ("r-3", 3, "r-1"), ("r-4", 1, "w-1")];
    for (run, depth, parent) in table {
        assert_eq!(place(run), (depth, parent.to_owned()), "{run}");
    }
}

#[test]
fn a_json_answer_says_in_the_timeline_how_it_ended() {
    let said = |more| {
        let mut page = Page::asked();
        page.feed(with(agent(), more).to_string()).end();
        (page.timeline()[0].1.clone(), page.outcome().unwrap())
    };
    let error = json!({"status": "ERROR", "content": "{\"error\":{\"message\":\"Overloaded\"}}"});
    assert_eq!(said(error), ("Overloaded".into(), Outcome::Failed));
    let paused = json!({"status": "PAUSED", "content": "I need a yes."});
    assert_eq!(said(paused), ("Assistant waits for your input".into(), Outcome::Paused));
}

#[test]
fn without_events_a_clean_end_is_the_end_although_members_and_tools_tell_of_themselves() {
    let of = || member("web", "Web Researcher", "m-1", "lead");
    let mut page = Page::asked();
    page.event("TeamRunContent", saying(leader(), "Asking. ")).event("RunStarted", of());
    page.event("RunContent", saying(of(), "12 degrees.")).event("RunCompleted", saying(of(), "12 degrees."));
    page.event("CustomEvent", with(leader(), json!({"note": "1/1"})));
    page.event("TeamRunContent", saying(leader(), "It is 12 degrees.")).end();
    assert_eq!((page.outcome(), page.banner()), (Some(Outcome::Completed), None));
    assert_eq!(page.answer(), "Asking. It is 12 degrees.");
}

#[test]
fn with_only_a_members_words_the_end_is_none() {
    let mut page = Page::asked();
    page.event("RunContent", saying(member("web", "Web Researcher", "m-1", "lead"), "12 degrees.")).end();
    assert_eq!(page.outcome(), Some(Outcome::Interrupted));
}

#[test]
fn a_tool_whose_end_nobody_heard_does_not_run_for_ever() {
    let one = || member("web", "Web Researcher", "m-1", "lead");
    let statuses = |page: &mut Page| {
        let turn = page.turn();
        let tools = turn.work.iter().chain([&turn.answer]).flat_map(|m| m.tools.iter());
        tools.map(|t| serde_json::to_value(t.status).unwrap().as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let asked = || {
        let mut page = Page::asked();
        page.event("TeamRunStarted", leader())
            .event("TeamToolCallStarted", calling(leader(), "c-1", "get_news", json!({})));
        page.event("RunStarted", one()).event("ToolCallStarted", calling(one(), "c-2", "web_search", json!({})));
        page.event("ToolCallCompleted", called(one(), "c-2", "web_search", json!({}), "ok"));
        page.event("ToolCallStarted", calling(one(), "c-3", "web_search", json!({})));
        assert_eq!(statuses(&mut page), ["completed", "started", "started"]);
        page
    };
    for end in ["TeamRunCancelled", "TeamRunError", "cut", "stopped"] {
        let mut page = asked();
        match end {
            "cut" => {
                page.end();
            }
            "stopped" => page.handle(Input::Cancel),
            event => {
                page.event(event, leader());
            }
        }
        assert_eq!(statuses(&mut page), ["completed", "cancelled", "cancelled"], "{end}");
        if matches!(end, "cut" | "stopped") {
            continue;
        }
        // A late frame starts nothing, but still reports how the run ended.
        page.event("ToolCallStarted", calling(one(), "c-3", "web_search", json!({})));
        assert_eq!(statuses(&mut page), ["completed", "cancelled", "cancelled"], "{end}");
        page.event("ToolCallCompleted", called(one(), "c-3", "web_search", json!({}), "ok"));
        assert_eq!(statuses(&mut page), ["completed", "completed", "cancelled"], "{end}");
    }
    // A failing member ends its own members; a pause ends nothing.
    for (end, members) in [("RunError", "cancelled"), ("RunCancelled", "cancelled"), ("RunPaused", "started")] {
        let mut page = asked();
        page.event(end, with(one(), json!({"content": "no"})));
        assert_eq!(statuses(&mut page), ["completed", members, "started"], "{end}");
    }
}

#[test]
fn a_tool_that_a_lost_connection_stopped_runs_again_with_its_run() {
    let at = |index: u64, data| with(data, json!({"event_index": index}));
    let mut page = Page::asked();
    page.event("RunStarted", at(0, agent()))
        .event("ToolCallStarted", at(1, calling(agent(), "c-1", "get_news", json!({}))));
    page.end();
    assert_eq!(page.turn().answer.tools[0].status, ToolStatus::Cancelled);
    page.begin(None).event("catch_up", json!({"run_id": "run-1"}));
    assert_eq!(page.turn().answer.tools[0].status, ToolStatus::Started);
    page.event("ToolCallCompleted", at(2, called(agent(), "c-1", "get_news", json!({}), "ok")));
    assert_eq!(page.turn().answer.tools[0].status, ToolStatus::Completed);
}

#[test]
fn a_continued_run_that_fails_has_failed_and_one_that_is_not_continued_waits_on() {
    let paused = || {
        let mut page = Page::asked();
        page.event("RunStarted", agent())
            .event("RunPaused", with(agent(), json!({"requirements": [{"id": "q"}]})))
            .end();
        page.begin(None);
        page
    };
    let ends = |page: &mut Page| {
        page.end();
        let turns = page.client.conversation.turns.len();
        (turns, page.outcome().unwrap(), page.turn().pause.is_some(), page.banner())
    };
    let mut page = paused();
    page.event("RunError", with(agent(), json!({"content": "no"})));
    assert_eq!(ends(&mut page), (1, Outcome::Failed, false, Some("no".into())));
    for event in ["RunError", "TeamRunError", "WorkflowError"] {
        let mut page = paused();
        page.event(event, json!({"content": "No runs found for run ID x"}));
        assert_eq!(ends(&mut page), (1, Outcome::Paused, true, Some("No runs found for run ID x".into())), "{event}");
    }
    // A frame without a run that is not an error is handled as usual.
    let mut page = paused();
    page.event("RunStarted", json!({"run_id": "run-2"})).event("RunContent", json!({"content": "Hi"}));
    assert_eq!(ends(&mut page).0, 2);
}

#[test]
fn a_run_that_is_started_again_under_its_name_has_said_nothing_yet() {
    let at = |seconds: u32, data| with(data, json!({"created_at": 1_795_452_000 + seconds}));
    let one = || member("web", "Web Researcher", "m-1", "run-1");
    for of in [agent, one as fn() -> _] {
        let mut page = Page::asked();
        page.event("RunStarted", at(0, agent())).event("RunStarted", at(0, of()));
        page.event("RunContent", at(0, with(saying(of(), "Half an ans"), json!({"reasoning_content": "Hm"}))));
        page.event("ToolCallStarted", at(0, calling(of(), "c-1", "get_news", json!({}))));
        let shown = |page: &mut Page| {
            let turn = page.turn();
            let message = turn.work.first().unwrap_or(&turn.answer).clone();
            (message.text.as_str().to_owned(), message.thoughts.as_str().to_owned(), message.tools[0].status)
        };
        // The same frame, repeated.
        page.event("RunStarted", at(0, of()));
        assert_eq!(shown(&mut page), ("Half an ans".into(), "Hm".into(), ToolStatus::Started));
        page.event("RunStarted", at(1, of()));
        assert_eq!(shown(&mut page), (String::new(), String::new(), ToolStatus::Cancelled));
        let starts = page.timeline().iter().filter(|(event, _)| event == "RunStarted").count();
        page.event("RunContent", at(1, saying(of(), "Half"))).end();
        assert_eq!((shown(&mut page).0.as_str(), page.turn().attempts), ("Half", 1));
        assert_eq!(starts, if page.turn().work.is_empty() { 2 } else { 3 });
    }
}

#[test]
fn a_second_pause_without_a_word_does_not_say_the_first_words_again() {
    let pause = || {
        let tool = calling(agent(), "c-1", "send_mail", json!({}))["tool"].take();
        with(agent(), json!({"content": "I need to mail. ", "tools": [tool]}))
    };
    let mut page = Page::asked();
    page.event("RunStarted", agent()).event("RunContent", saying(agent(), "I need to mail. "));
    page.event("RunPaused", pause()).end().begin(None);
    page.event("RunContinued", agent()).event("RunPaused", pause()).end();
    assert_eq!(page.answer(), "I need to mail. ");
}

#[test]
fn a_member_that_waits_still_waits_where_the_team_pauses_again_at_once() {
    let of = || member("mailer", "Mailer", "m-1", "lead");
    let mut page = Page::asked();
    page.event("TeamRunStarted", leader()).event("RunStarted", of()).event("RunPaused", of());
    page.event("TeamRunPaused", leader()).end().begin(None);
    page.event("TeamRunPaused", leader()).end();
    assert_eq!((page.turn().work[0].head.status, page.outcome()), (RunStatus::Paused, Some(Outcome::Paused)));
    page.begin(None).event("TeamRunContinued", leader()).event("TeamRunCompleted", saying(leader(), "Done.")).end();
    assert_eq!(page.turn().work[0].head.status, RunStatus::Completed);
}

#[test]
fn a_structured_answer_reads_the_same_however_its_letters_are_escaped() {
    let plain = frame("RunCompleted", with(agent(), json!({"content": {"dish": "smørrebrød \u{1f35e} \"\\\n\u{1}"}})));
    let escaped = plain.replace('ø', "\\u00f8").replace('\u{1f35e}', "\\ud83c\\udf5e");
    let shown = |frame: &str| Page::asked().feed(frame).answer();
    assert_eq!(shown(&escaped), shown(&plain));
    assert_eq!(shown(&escaped), "{\n  \"dish\": \"smørrebrød \u{1f35e} \\\"\\\\\\n\\u0001\"\n}");
}

#[test]
fn neither_a_page_of_html_nor_an_objects_name_is_told_as_an_error() {
    for content in ["<html><h1>502 Bad Gateway</h1></html>", "<google.genai.HttpResponse object at 0x7f>"] {
        let mut page = Page::asked();
        page.event("RunStarted", agent()).event("RunError", with(agent(), json!({"content": content}))).end();
        assert_eq!(page.banner().as_deref(), Some("An error occurred"));
        let details = page.turn().timeline.entries().last().unwrap().details.clone();
        assert_eq!(details.error_message.as_deref(), Some(content), "nothing is lost");
    }
}
