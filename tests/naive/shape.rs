//! What the page shows, and what the reference computed, in one shape.

use super::{Naive, Run};
use ai_stream_handler::state::message::{Message, Role};
use ai_stream_handler::state::Turn;
use serde_json::{json, Value};

/// An answer, its members, and how it ended, as the page shows it.
pub fn shown(turn: &Turn) -> Value {
    let members = turn.work.iter().filter(|m| m.head.role == Role::Agent);
    let members = members.map(message).collect::<Vec<_>>();
    json!({"answer": message(&turn.answer), "members": members, "outcome": turn.outcome, "attempts": turn.attempts})
}

fn message(message: &Message) -> Value {
    let tools = message.tools.iter().map(|t| {
        let args = t.args.as_deref().map(|args| serde_json::from_str::<Value>(args).unwrap());
        json!({"id": t.id, "name": t.name, "args": args, "status": t.status, "result": t.result, "error": t.error})
    });
    json!({"id": message.head.run_id.as_deref().unwrap_or_default(), "parent": message.head.parent_run_id, "text": message.text.as_str(), "thoughts": message.thoughts.as_str(), "tools": tools.collect::<Vec<_>>(), "status": message.head.status})
}

/// What the reference computed, in the same shape.
pub fn expected(naive: &Naive) -> Value {
    let (members, answer): (Vec<&Run>, _) = naive.runs.iter().partition(|run| !run.parent.is_null());
    // What did not end by itself ended with the turn.
    let turn_end = naive.outcome.filter(|outcome| *outcome != "paused");
    let end = |run: &Run| run.end.or(run.end_above).or(turn_end);
    let members = members.iter().map(|run| expected_message(naive, run, end(run))).collect::<Vec<_>>();
    let (none, first) = (Run::default(), answer.first());
    let answer = first.copied().unwrap_or(&none);
    // A run that failed is one until it goes on.
    let answer = expected_message(naive, answer, naive.outcome.or(answer.end));
    json!({"answer": answer, "members": members, "outcome": naive.outcome, "attempts": naive.attempts()})
}

fn expected_message(naive: &Naive, run: &Run, end: Option<&str>) -> Value {
    let status = match end.unwrap_or("started") {
        "failed" | "interrupted" => "error",
        end => end,
    };
    let mut tools = run.tools.clone();
    tools.iter_mut().for_each(|tool| drop(tool.as_object_mut().unwrap().remove("round")));
    // The pause has been answered.
    let answered = |tool: &&mut Value| tool["status"] == "paused" && naive.outcome == Some("completed");
    tools.iter_mut().filter(answered).for_each(|tool| tool["status"] = json!("completed"));
    // No event reports the end of what was running when its run ended.
    let left = match end {
        Some("completed") => "completed",
        Some("failed" | "interrupted" | "cancelled") => "cancelled",
        _ => "started",
    };
    tools.iter_mut().filter(|tool| tool["status"] == "started").for_each(|tool| tool["status"] = json!(left));
    let text = [&run.before[..], &run.text, &run.notice].concat();
    json!({"id": run.id, "parent": run.parent, "text": text, "thoughts": run.thoughts, "tools": tools, "status": status})
}
