//! What the timeline says of each event: its words, its status, its details.

use super::activity::{format_all, telling};
use super::delegation::member_id;
use super::timeline::{Details, Entry, EntryStatus, Split};
use super::tool::{is_delegation, text_of};
use super::{Conversation, Turn};
use crate::error::{ErrorType, StreamError};
use crate::event::{Kind, RunEvent, Scope, Tool};
use crate::json::{Raw, Str};
use crate::time::Seconds;

impl Conversation {
    /// Adds the entry of a run's event. `None` where the event has none of its own, or beyond the limit.
    pub(super) fn note(&mut self, t: usize, run: usize, event: &RunEvent<'_>, now: Seconds) -> Option<u32> {
        let (status, description, details) = self.describe(t, run, event)?;
        let turn = &mut self.turns[t];
        let of = turn.runs.get(run);
        let parent = of.entry.or_else(|| of.parent.and_then(|p| turn.runs.get(p).entry));
        let depth = of.depth;
        let source = event.source().map_or_else(|| of.name.clone(), String::from);
        let details = Details {
            attempt: turn.attempts,
            run_id: Some(of.id.clone()).filter(|id| !id.is_empty()),
            step_name: event.step_name.map(String::from),
            step_index: event.step_index,
            ..details
        };
        if details.tool_call_id.as_deref().is_some_and(|id| turn.timeline.has_tool_entry(&event.name.decode(), id)) {
            return None;
        }
        let matters = of.top && is_end(event.kind);
        let entry = Entry {
            id: 0,
            timestamp: event.created_at.unwrap_or(now),
            event_type: event.name.into(),
            source,
            source_type: event.scope,
            description,
            status,
            depth,
            parent,
            details,
        };
        let added = turn.timeline.add(entry, matters, &self.limits);
        self.diagnostics.dropped_entries += u64::from(added.is_none());
        added
    }

    /// The entry of a frame of no run: `retry`, `error`.
    fn note_system(&mut self, t: usize, entry: SystemEntry<'_>, now: Seconds) {
        let turn = &mut self.turns[t];
        let entry = Entry {
            id: 0,
            timestamp: entry.at.unwrap_or(now),
            event_type: entry.event_type.into(),
            source: turn.answering_name().unwrap_or(&self.name).to_owned(),
            source_type: Scope::System,
            description: entry.description,
            status: entry.status,
            depth: 0,
            parent: None,
            details: Details { attempt: turn.attempts, ..entry.details },
        };
        let added = turn.timeline.add(entry, true, &self.limits);
        self.diagnostics.dropped_entries += u64::from(added.is_none());
    }

    pub(super) fn note_retry(
        &mut self,
        t: usize,
        event: &RunEvent<'_>,
        text: String,
        attempt: u64,
        max: u64,
        now: Seconds,
    ) {
        let details = Details {
            retry_attempt: Some(attempt),
            max_retries: Some(max),
            retry_delay: event.delay,
            ..Details::default()
        };
        let status = EntryStatus::InProgress;
        let entry = SystemEntry { event_type: "retry", at: event.created_at, description: text, status, details };
        self.note_system(t, entry, now);
    }

    pub(super) fn note_error(&mut self, t: usize, event: &RunEvent<'_>, error: &StreamError, now: Seconds) {
        let details = Details {
            error_type: Some(event.error_type.map_or_else(|| type_name(error.kind).into(), String::from)),
            error_message: Some(error.message.clone()),
            retry_attempts: error.retries,
            ..Details::default()
        };
        let (description, status) = (error.message.clone(), EntryStatus::Error);
        self.note_system(
            t,
            SystemEntry { event_type: "error", at: event.created_at, description, status, details },
            now,
        );
    }

    /// The entry of something that happened here and not on the wire: `cancelled`, `interrupted`, `error`.
    pub(super) fn note_local(&mut self, t: usize, event_type: &str, error: Option<&StreamError>, now: Seconds) {
        let details = Details {
            error_type: error.map(|e| type_name(e.kind).into()),
            error_message: error.map(|e| e.message.clone()),
            ..Details::default()
        };
        let description = error.map_or_else(|| "Stopped by you".into(), |e| e.message.clone());
        let status = if error.is_some() { EntryStatus::Error } else { EntryStatus::Completed };
        self.note_system(t, SystemEntry { event_type, at: None, description, status, details }, now);
    }

    /// The words of an event.
    fn describe(&self, t: usize, run: usize, event: &RunEvent<'_>) -> Option<(EntryStatus, String, Details)> {
        use EntryStatus::{Completed, Error, InProgress, Started};
        let turn = &self.turns[t];
        let run = turn.runs.get(run);
        let name = if run.name.is_empty() { "The run" } else { &run.name };
        let model = || event.model.map(String::from);
        let model_name = || model().unwrap_or_else(|| "the model".into());
        let plain = |status, text: &str| Some((status, text.to_owned(), Details::default()));
        let said = |status, verb: &str| Some((status, format_all(&[name, " ", verb]), Details::default()));
        match event.kind {
            Kind::RunStarted | Kind::WorkflowStarted => {
                Some((Started, format_all(&[name, " started"]), Details { model: model(), ..Details::default() }))
            }
            Kind::RunContent => said(InProgress, "is responding"),
            Kind::RunCompleted | Kind::WorkflowCompleted => {
                let description = match run.top {
                    true => "Response generation successful".to_owned(),
                    false => format_all(&[name, " completed"]),
                };
                let details = metrics_details(event.metrics);
                Some((Completed, description, details))
            }
            Kind::RunError | Kind::WorkflowError => {
                let error = provider_error(event);
                let description = match run.top {
                    true => error.message.clone(),
                    false => format_all(&[name, " failed: ", &error.message]),
                };
                let details = Details {
                    error_type: Some(event.error_type.map_or_else(|| type_name(error.kind).into(), String::from)),
                    error_message: Some(error.message),
                    ..Details::default()
                };
                Some((Error, description, details))
            }
            Kind::RunCancelled | Kind::WorkflowCancelled => said(Completed, "was cancelled"),
            Kind::RunPaused | Kind::Paused | Kind::WorkflowPaused | Kind::StepPaused | Kind::RouterPaused => {
                said(InProgress, "waits for your input")
            }
            Kind::RunContinued => said(Started, "goes on"),
            Kind::RunOutput => said(Completed, "answered in one piece"),
            Kind::ToolCallStarted | Kind::ToolCallCompleted | Kind::ToolCallError => {
                self.describe_tool(turn, &run.name, event)
            }
            Kind::ModelRequestStarted => {
                let details = Details { model: model(), ..Details::default() };
                Some((Started, format_all(&["Asking ", &model_name()]), details))
            }
            Kind::ModelRequestCompleted => {
                let tokens = event.tokens;
                let usage =
                    Split { input: tokens.input as f64, output: tokens.output as f64, total: tokens.total as f64 };
                let details = Details { model: model(), token_usage: Some(usage), ..Details::default() };
                Some((Completed, format_all(&[&model_name(), " answered"]), details))
            }
            Kind::ReasoningStarted => said(Started, "is thinking"),
            Kind::ReasoningStep => {
                let text =
                    |key: &str| event.content.and_then(|c| c.member(key)).and_then(Raw::as_str).map(String::from);
                let title = text("title").filter(|t| !t.is_empty());
                let details = Details {
                    reasoning_content: text("reasoning").or_else(|| event.reasoning_content.map(String::from)),
                    data: event.content.map(|c| c.text().into()),
                    ..Details::default()
                };
                Some((InProgress, title.unwrap_or_else(|| "Reasoning step".into()), details))
            }
            Kind::ReasoningCompleted => said(Completed, "finished thinking"),
            Kind::MemoryUpdateStarted => plain(Started, "Updating memory"),
            Kind::MemoryUpdateCompleted => plain(Completed, "Memory updated"),
            Kind::SessionSummaryStarted => plain(Started, "Summarizing the session"),
            Kind::SessionSummaryCompleted => plain(Completed, "Session summarized"),
            Kind::FollowupsStarted => plain(Started, "Preparing follow-up questions"),
            Kind::FollowupsCompleted => plain(Completed, "Follow-up questions ready"),
            Kind::MetricsUpdate => Some((Completed, "Tokens and costs".into(), metrics_details(event.metrics))),
            Kind::StepStarted | Kind::StepCompleted | Kind::StepError => Some(describe_step(event)),
            Kind::CustomEvent | Kind::StepProgress => {
                let details = Details { data: event.data.map(|d| d.text().into()), ..Details::default() };
                Some((InProgress, spaced(&event.name.decode()), details))
            }
            Kind::TaskCreated | Kind::TaskUpdated => {
                let title = event.title.map(|t| [": ", &t.decode()].concat()).unwrap_or_default();
                let status = if event.status.is_some_and(|s| s.is("completed")) { Completed } else { InProgress };
                let what = if event.kind == Kind::TaskCreated { "Task created" } else { "Task updated" };
                Some((status, [what, &title].concat(), Details::default()))
            }
            Kind::RunContentCompleted
            | Kind::RunIntermediateContent
            | Kind::ReasoningContentDelta
            | Kind::StepOutput => None,
            _ => {
                let text = spaced(&event.name.decode());
                let status = if text.ends_with("started") { Started } else { Completed };
                let details = Details { data: event.data.map(|d| d.text().into()), ..Details::default() };
                Some((status, text, details))
            }
        }
    }

    fn describe_tool(&self, turn: &Turn, leader: &str, event: &RunEvent<'_>) -> Option<(EntryStatus, String, Details)> {
        let tool = event.tool.and_then(Tool::read)?;
        let name: String = tool.tool_name.map_or_else(|| "tool".into(), String::from);
        let delegates = tool.tool_name.is_some_and(is_delegation);
        let member = delegates.then(|| turn.member_name(&member_id(&tool)));
        let error = event.error.map(String::from);
        let details = Details {
            tool_name: Some(name.clone()),
            tool_args: tool.tool_args.map(|a| a.text().into()),
            tool_call_id: tool.tool_call_id.map(String::from),
            tool_result: tool.result.filter(|_| event.kind != Kind::ToolCallStarted).map(text_of),
            execution_time: tool.metrics.and_then(|m| m.member("duration")).and_then(Raw::as_f64),
            error_message: error.clone(),
            task: delegates.then(|| tool.tool_args.and_then(telling)).flatten(),
            member_name: member.clone(),
            ..Details::default()
        };
        let failed = event.kind == Kind::ToolCallError || tool.tool_call_error == Some(true);
        Some(match (event.kind, member) {
            (Kind::ToolCallStarted, Some(member)) => {
                (EntryStatus::Started, format_all(&["Delegating to ", &member]), details)
            }
            (Kind::ToolCallStarted, None) => {
                let text = self.texts.tool(leader, &name, tool.tool_args);
                (EntryStatus::Started, text.trim_end_matches("...").to_owned(), details)
            }
            _ if failed => {
                let because = error.or_else(|| tool.result.map(text_of)).unwrap_or_default();
                let text = if because.is_empty() {
                    [&name, " failed"].concat()
                } else {
                    [&name, " failed: ", &because].concat()
                };
                (EntryStatus::Error, text, details)
            }
            (_, Some(member)) => (EntryStatus::Completed, format_all(&[&member, " reported back"]), details),
            (_, None) => (EntryStatus::Completed, format_all(&[&name, " completed"]), details),
        })
    }
}

struct SystemEntry<'a> {
    event_type: &'a str,
    at: Option<Seconds>,
    description: String,
    status: EntryStatus,
    details: Details,
}

/// What a RunError, TeamRunError or WorkflowError says.
pub(super) fn provider_error(event: &RunEvent<'_>) -> StreamError {
    let text = event.error.map(String::from).or_else(|| event.content.map(text_of)).unwrap_or_default();
    StreamError::from_provider(&text)
}

/// The name that goes over the wire.
fn type_name(kind: ErrorType) -> &'static str {
    match kind {
        ErrorType::RateLimit => "rate_limit",
        ErrorType::General => "general",
        ErrorType::Unexpected => "unexpected",
        ErrorType::Timeout => "timeout",
        ErrorType::Network => "network",
        ErrorType::Http => "http",
        ErrorType::Interrupted => "interrupted",
        ErrorType::Protocol => "protocol",
    }
}

fn metrics_details(metrics: Option<Raw<'_>>) -> Details {
    let Some(metrics) = metrics else { return Details::default() };
    let number = |key: &str| metrics.member(key).and_then(Raw::as_f64);
    let split = |keys: [&str; 3]| {
        let [input, output, total] = keys.map(number);
        (total.is_some() || input.is_some()).then(|| Split {
            input: input.unwrap_or(0.0),
            output: output.unwrap_or(0.0),
            total: total.unwrap_or(0.0),
        })
    };
    Details {
        token_usage: split(["input_tokens", "output_tokens", "total_tokens"]),
        costs: split(["input_cost", "output_cost", "total_cost"]),
        execution_time: number("duration"),
        model: metrics.member("model").and_then(Raw::as_str).map(String::from),
        metrics: Some(metrics.text().into()),
        ..Details::default()
    }
}

fn describe_step(event: &RunEvent<'_>) -> (EntryStatus, String, Details) {
    let step: String = event.step_name.map_or_else(|| "Step".into(), |s| ["Step ", &s.decode()].concat());
    let error = event.error.map(Str::decode);
    match event.kind {
        Kind::StepStarted => (EntryStatus::Started, step + " started", Details::default()),
        Kind::StepCompleted => (EntryStatus::Completed, step + " completed", Details::default()),
        _ => {
            let because = error.unwrap_or_default();
            let details = Details { error_message: Some(because.clone().into_owned()), ..Details::default() };
            (EntryStatus::Error, [&step, " failed: ", &because].concat(), details)
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

fn is_end(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::RunCompleted
            | Kind::RunError
            | Kind::RunCancelled
            | Kind::RunPaused
            | Kind::Paused
            | Kind::WorkflowCompleted
            | Kind::WorkflowError
            | Kind::WorkflowCancelled
            | Kind::WorkflowPaused
    )
}
