//! The timeline entry of an event: description, status, details.

use super::activity::{format_all, key_argument};
use super::timeline::{Details, EntryStatus, Split};
use super::timeline_entries::type_name;
use super::tool::is_delegation;
use super::{Conversation, Turn};
use crate::error::StreamError;
use crate::event::{Kind, RunEvent, Tool};
use crate::json::{Raw, Str};
use crate::text::trim_end_matches;

impl Conversation {
    /// Describes an event; further data goes into `details`.
    ///
    /// `details` is filled in place: returning it by value would copy 400 bytes in every match arm.
    pub(super) fn describe(
        &self,
        t: usize,
        run: usize,
        event: &RunEvent<'_>,
        error: Option<&StreamError>,
        tool: Option<&Tool<'_>>,
        details: &mut Details,
    ) -> Option<(EntryStatus, String)> {
        use EntryStatus::{Completed, InProgress, Started};
        let turn = &self.turns[t];
        let run = turn.runs.get(run);
        let name = if run.name.is_empty() { "The run" } else { &run.name };
        let model = event.model.map(String::from);
        let model_name = model.as_deref().unwrap_or("the model");
        if let Some(error) = error {
            return Some(describe_failure(event, error, if run.top { "" } else { name }, details));
        }
        let (status, parts): (EntryStatus, [&str; 2]) = match event.kind {
            Kind::RunContentCompleted
            | Kind::RunIntermediateContent
            | Kind::ReasoningContentDelta
            | Kind::StepOutput => return None,
            Kind::ToolCallStarted | Kind::ToolCallCompleted | Kind::ToolCallError => {
                return Some(self.describe_tool(turn, &run.name, event, tool?, details));
            }
            Kind::StepStarted | Kind::StepCompleted | Kind::StepError => return Some(describe_step(event, details)),
            Kind::ReasoningStep => return Some(describe_thought(event, details)),
            Kind::TaskCreated | Kind::TaskUpdated => return Some(describe_task(event)),
            Kind::RunStarted | Kind::WorkflowStarted => (Started, [name, " started"]),
            Kind::RunContent => (InProgress, [name, " is responding"]),
            Kind::RunCompleted | Kind::WorkflowCompleted if run.top => {
                (Completed, ["Response generation", " successful"])
            }
            Kind::RunCompleted | Kind::WorkflowCompleted => (Completed, [name, " completed"]),
            Kind::RunCancelled | Kind::WorkflowCancelled => (Completed, [name, " was cancelled"]),
            Kind::RunPaused | Kind::Paused | Kind::WorkflowPaused | Kind::StepPaused | Kind::RouterPaused => {
                (InProgress, [name, " waits for your input"])
            }
            Kind::RunContinued => (Started, [name, " goes on"]),
            Kind::RunOutput if event.is_accepted() => (Started, [name, " runs in the background"]),
            Kind::RunOutput => match event.status.map(Str::decode).unwrap_or_default().as_ref() {
                "PAUSED" => (InProgress, [name, " waits for your input"]),
                "CANCELLED" => (Completed, [name, " was cancelled"]),
                _ => (Completed, [name, " answered in one piece"]),
            },
            Kind::ModelRequestStarted => (Started, ["Asking ", model_name]),
            Kind::ModelRequestCompleted => (Completed, [model_name, " answered"]),
            Kind::ReasoningStarted => (Started, [name, " is thinking"]),
            Kind::ReasoningCompleted => (Completed, [name, " finished thinking"]),
            Kind::MemoryUpdateStarted => (Started, ["Updating", " memory"]),
            Kind::MemoryUpdateCompleted => (Completed, ["Memory", " updated"]),
            Kind::SessionSummaryStarted => (Started, ["Summarizing", " the session"]),
            Kind::SessionSummaryCompleted => (Completed, ["Session", " summarized"]),
            Kind::FollowupsStarted => (Started, ["Preparing", " follow-up questions"]),
            Kind::FollowupsCompleted => (Completed, ["Follow-up", " questions ready"]),
            Kind::MetricsUpdate => (Completed, ["Tokens", " and costs"]),
            _ => {
                // A custom event without `data` carries its fields beside the known ones: keep the whole event.
                // What a workflow's agent says after the workflow's end is not its answer, and stands here alone.
                let words = event.content.filter(|_| event.kind == Kind::WorkflowAgentCompleted);
                details.data = event.data.or(words).map(Raw::text).or(event.json).map(str::to_owned);
                let text = spaced(&event.name.decode());
                let custom = matches!(event.kind, Kind::CustomEvent | Kind::StepProgress);
                let status = match (custom, text.ends_with("started")) {
                    (true, _) => InProgress,
                    (_, true) => Started,
                    _ => Completed,
                };
                return Some((status, text));
            }
        };
        let description = format_all(&parts);
        details.model = model;
        if event.kind == Kind::ModelRequestCompleted {
            let tokens = event.tokens;
            let [input, output, total] = [tokens.input, tokens.output, tokens.total].map(|n| n as f64);
            details.token_usage = Some(Split { input, output, total });
        }
        add_metrics(event.metrics, details);
        Some((status, description))
    }

    fn describe_tool(
        &self,
        turn: &Turn,
        leader: &str,
        event: &RunEvent<'_>,
        tool: &Tool<'_>,
        details: &mut Details,
    ) -> (EntryStatus, String) {
        let name: String = tool.tool_name.map_or_else(|| "tool".into(), String::from);
        let delegates = tool.tool_name.is_some_and(is_delegation);
        let member = delegates.then(|| turn.members_of(tool));
        let started = event.kind == Kind::ToolCallStarted;
        let result = tool.result.filter(|_| !started).map(Raw::to_text);
        let error = event.error.map(String::from);
        let failed = event.kind == Kind::ToolCallError || tool.tool_call_error == Some(true);
        let said = match (started, &member) {
            (true, Some(member)) => (EntryStatus::Started, format_all(&["Delegating to ", member])),
            (true, None) => {
                let text = self.texts.tool(leader, &name, tool.tool_args);
                (EntryStatus::Started, trim_end_matches(&text, "...").to_owned())
            }
            _ if failed => {
                let because = error.as_deref().or(result.as_deref()).unwrap_or_default();
                let link = if because.is_empty() { " failed" } else { " failed: " };
                (EntryStatus::Error, format_all(&[&name, link, because]))
            }
            (_, Some(member)) => (EntryStatus::Completed, format_all(&[member, " reported back"])),
            (_, None) => (EntryStatus::Completed, format_all(&[&name, " completed"])),
        };
        details.tool_name = Some(name);
        details.tool_args = tool.tool_args.map(|a| a.text().into());
        details.tool_call_id = tool.tool_call_id.map(String::from);
        details.tool_result = result;
        details.execution_time = tool.metrics.and_then(|m| m.member("duration")).and_then(Raw::as_f64);
        details.error_message = error;
        let listed = || turn.assignments(tool).into_iter().find(|a| a.task_id.is_some()).map(|a| a.task);
        details.task = delegates.then(|| listed().or_else(|| tool.tool_args.and_then(key_argument))).flatten();
        details.member_name = member;
        said
    }
}

fn add_metrics(metrics: Option<Raw<'_>>, details: &mut Details) {
    let Some(metrics) = metrics else { return };
    let [input, output, total, input_cost, output_cost, total_cost, duration, model] = metrics.members([
        "input_tokens",
        "output_tokens",
        "total_tokens",
        "input_cost",
        "output_cost",
        "total_cost",
        "duration",
        "model",
    ]);
    details.token_usage = split([input, output, total]);
    details.costs = split([input_cost, output_cost, total_cost]);
    details.execution_time = duration.and_then(Raw::as_f64);
    details.model = model.and_then(Raw::as_str).map(String::from);
    details.metrics = Some(metrics.text().into());
}

fn split(parts: [Option<Raw<'_>>; 3]) -> Option<Split> {
    let [input, output, total] = parts.map(|part| part.and_then(Raw::as_f64));
    let split = Split {
        input: input.unwrap_or_default(),
        output: output.unwrap_or_default(),
        total: total.unwrap_or_default(),
    };
    (total.is_some() || input.is_some()).then_some(split)
}

/// `of`: the name of the run; empty if it is the answer's own.
fn describe_failure(
    event: &RunEvent<'_>,
    error: &StreamError,
    of: &str,
    details: &mut Details,
) -> (EntryStatus, String) {
    details.error_type = Some(event.error_type.map_or_else(|| type_name(error.kind).into(), String::from));
    details.error_message = Some(error.as_sent().to_owned());
    let failed = if of.is_empty() { "" } else { " failed: " };
    (EntryStatus::Error, format_all(&[of, failed, &error.message]))
}

fn describe_thought(event: &RunEvent<'_>, details: &mut Details) -> (EntryStatus, String) {
    let text = |key: &str| event.content.and_then(|c| c.member(key)).and_then(Raw::as_str).map(String::from);
    let title = text("title").filter(|t| !t.is_empty());
    details.reasoning_content = text("reasoning").or_else(|| event.reasoning_content.map(String::from));
    details.data = event.content.map(|c| c.text().into());
    (EntryStatus::InProgress, title.unwrap_or_else(|| "Reasoning step".into()))
}

fn describe_task(event: &RunEvent<'_>) -> (EntryStatus, String) {
    let done = event.status.is_some_and(|s| s.is("completed"));
    let what = if event.kind == Kind::TaskCreated { "Task created" } else { "Task updated" };
    let title = event.title.map(|t| [": ", &t.decode()].concat()).unwrap_or_default();
    (if done { EntryStatus::Completed } else { EntryStatus::InProgress }, [what, &title].concat())
}

fn describe_step(event: &RunEvent<'_>, details: &mut Details) -> (EntryStatus, String) {
    let step: String = event.step_name.map_or_else(|| "Step".into(), |s| ["Step ", &s.decode()].concat());
    match event.kind {
        Kind::StepStarted => (EntryStatus::Started, step + " started"),
        Kind::StepCompleted => (EntryStatus::Completed, step + " completed"),
        _ => {
            let because = event.error.map(Str::decode).unwrap_or_default();
            details.error_message = Some(because.clone().into_owned());
            (EntryStatus::Error, [&step, " failed: ", &because].concat())
        }
    }
}

/// `LoopIterationStarted` → `Loop iteration started`.
fn spaced(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 8);
    for c in name.strip_prefix("Team").filter(|n| n.starts_with(char::is_uppercase)).unwrap_or(name).chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push(' ');
            out.push(c.to_ascii_lowercase());
        } else {
            out.push(c);
        }
    }
    out
}
