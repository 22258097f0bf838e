//! Records attempts as runs, and serializes runs and sessions as AgentOS does.

use super::{run_error, RunRequest};
use ai_stream_handler::generator::{Event, ModelError};
use ai_stream_handler::refusal::Evidence;
use futures_util::stream::{Stream, StreamExt};
use serde_json::{json, Value};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, UNIX_EPOCH};

/// A run: one attempt and its outcome.
#[derive(Debug, Clone, Default)]
pub struct Run {
    pub run_id: String,
    pub session_id: String,
    /// `team` or `agent`.
    pub kind: String,
    pub component_id: String,
    pub user_id: Option<String>,
    /// What `run_input` says.
    pub input: String,
    /// What the model was told: the same unless the message was edited.
    pub said: String,
    /// The message with the model's directive.
    pub script: String,
    pub content: String,
    /// RUNNING, COMPLETED, ERROR, CANCELLED, PAUSED, REGENERATED.
    pub status: String,
    /// A JSON array.
    pub tools: String,
    /// A JSON object.
    pub metadata: Option<String>,
    pub created_at: f64,
    /// How many answers the question had before.
    pub take: u32,
    /// The run whose answer it replaces.
    pub regenerated_from: Option<String>,
    /// The run it was made from, and how many of its messages it kept.
    pub forked_from: Option<String>,
    pub kept: i64,
    /// The session that its own session is a copy of.
    pub copied_from: Option<String>,
}

/// A session.
#[derive(Debug, Clone, Default)]
pub struct Session {
    pub id: String,
    pub name: String,
    pub created_at: f64,
    pub updated_at: f64,
}

/// Stores runs.
pub trait RunStore {
    fn add_run(&self, run: Run);
}

impl Run {
    /// A run that has not started; it counts as cancelled until it ends otherwise.
    pub fn of(request: &RunRequest, now: f64) -> Run {
        let from = &request.continued;
        Run {
            run_id: from.run_id.clone().unwrap_or_default(),
            session_id: request.session_id.clone(),
            kind: if request.is_team { "team" } else { "agent" }.into(),
            component_id: request.id.clone(),
            user_id: request.user_id.clone(),
            metadata: request.metadata.clone(),
            input: from.input.clone().unwrap_or_else(|| request.message.clone()),
            said: request.message.clone(),
            script: request.script.clone(),
            created_at: from.created_at.unwrap_or(now),
            status: "CANCELLED".into(),
            take: from.take,
            regenerated_from: from.regenerated_from.clone(),
            forked_from: from.forked_from.clone(),
            kept: from.kept,
            ..Run::default()
        }
    }

    /// The request that this run answered, without the messages before it.
    pub fn request(&self) -> RunRequest {
        RunRequest {
            is_team: self.kind == "team",
            id: self.component_id.clone(),
            session_id: self.session_id.clone(),
            user_id: self.user_id.clone(),
            message: self.said.clone(),
            script: self.script.clone(),
            metadata: self.metadata.clone(),
            ..RunRequest::default()
        }
    }

    /// The JSON of `GET /sessions/{id}/runs`.
    pub fn to_json(&self) -> Value {
        let tools: Value = serde_json::from_str(&self.tools).unwrap_or_default();
        let mut messages = vec![json!({"role": "user", "content": self.said})];
        if matches!(self.status.as_str(), "COMPLETED" | "REGENERATED") {
            messages.push(json!({"role": "assistant", "content": self.content}));
        }
        let mut run = json!({"run_id": self.run_id, "session_id": self.session_id, "run_input": self.input,
            "content": self.content, "status": self.status, "tools": tools, "messages": messages,
            "created_at": iso(self.created_at)});
        run[format!("{}_id", self.kind)] = json!(self.component_id);
        if let Some(metadata) = self.metadata.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok()) {
            run["metadata"] = metadata;
        }
        let sources = [
            ("regenerated_from", &self.regenerated_from),
            ("forked_from_run_id", &self.forked_from),
            ("forked_from_session_id", &self.copied_from),
        ];
        for (name, source) in sources.into_iter().filter(|(_, source)| source.is_some()) {
            run[name] = json!(source);
        }
        if self.forked_from.is_some() {
            run["forked_from_message_index"] = json!(self.kept);
        }
        run
    }

    /// The JSON of `GET /sessions/{id}/run-previews`: texts cut at 280 characters.
    pub fn to_preview(&self) -> Value {
        let cut = |text: &str| text.chars().take(280).collect::<String>();
        let mut run = json!({"run_id": self.run_id, "parent_run_id": "", "user_id": self.user_id, "status": self.status,
            "run_input": cut(&self.input), "content_preview": cut(&self.content), "created_at": iso(self.created_at)});
        run[format!("{}_id", self.kind)] = json!(self.component_id);
        run
    }
}

impl Session {
    pub fn to_json(&self) -> Value {
        json!({"session_id": self.id, "session_name": self.name, "session_state": {},
            "created_at": iso(self.created_at), "updated_at": iso(self.updated_at)})
    }
}

/// One page of `GET /sessions`.
pub fn listing(sessions: &[Session], total: i64, page: i64, limit: i64) -> Value {
    let data: Vec<Value> = sessions.iter().map(Session::to_json).collect();
    let total_pages = (total + limit - 1) / limit;
    json!({"data": data, "meta": {"page": page, "limit": limit, "total_pages": total_pages, "total_count": total}})
}

/// ISO 8601 in UTC with whole seconds, as in AgentOS's sessions.
fn iso(at: f64) -> String {
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs_f64(at.max(0.0))).to_string()
}

/// An attempt that is stored when it ends: completed, failed, or cancelled if it is dropped before its end.
pub struct Recorded<S, K: RunStore> {
    model: Pin<Box<S>>,
    run: Run,
    tools: Vec<Value>,
    store: K,
}

impl<S, K: RunStore> Recorded<S, K> {
    pub fn new(model: S, run: Run, store: K) -> Self {
        Recorded { model: Box::pin(model), run, tools: Vec::new(), store }
    }

    fn note(&mut self, event: &Event) {
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        if self.run.run_id.is_empty() {
            self.run.run_id = text(&data, "run_id").into();
        }
        match event.name.trim_start_matches("Team") {
            "RunContent" => self.run.content.push_str(text(&data, "content")),
            "ToolCallCompleted" => self.tools.push(data["tool"].clone()),
            "RunPaused" => self.run.status = "PAUSED".into(),
            "RunCompleted" => {
                self.run.status = "COMPLETED".into();
                text(&data, "content").clone_into(&mut self.run.content);
            }
            _ => {}
        }
    }
}

impl<S, K> Stream for Recorded<S, K>
where
    S: Stream<Item = Result<Event, ModelError>>,
    K: RunStore + Unpin,
{
    type Item = Result<Event, ModelError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.model.as_mut().poll_next(context);
        match &next {
            Poll::Ready(Some(Ok(event))) => self.note(event),
            Poll::Ready(Some(Err(error))) => {
                self.run.status = "ERROR".into();
                self.run.content.clone_from(&error.text);
            }
            _ => {}
        }
        next
    }
}

impl<S, K: RunStore> Drop for Recorded<S, K> {
    fn drop(&mut self) {
        let mut run = std::mem::take(&mut self.run);
        if run.run_id.is_empty() {
            return;
        }
        run.tools = Value::from(std::mem::take(&mut self.tools)).to_string();
        self.store.add_run(run);
    }
}

/// The frames of an AgentOS route: as in agno ≥ 3, an error is the run's last event. `ended` is called with whether the
/// run succeeded and, if not, whether a rate limit was the cause.
pub fn without_retries<S, K>(
    attempt: Recorded<S, K>,
    request: RunRequest,
    now: impl Fn() -> f64,
    ended: impl Fn(bool, bool),
) -> impl Stream<Item = String>
where
    S: Stream<Item = Result<Event, ModelError>>,
    K: RunStore + Unpin,
{
    attempt.scan((String::new(), request), move |(run_id, request), next| {
        let event = next.unwrap_or_else(|error| {
            ended(false, Evidence::of_text(&error.text).read(0.0).may_pass());
            run_error(request, run_id, &error, now())
        });
        if run_id.is_empty() {
            let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
            *run_id = text(&data, "run_id").into();
        }
        if event.name.ends_with("RunCompleted") {
            ended(true, false);
        }
        std::future::ready(Some(format!("event: {}\ndata: {}\n\n", event.name, event.data)))
    })
}

fn text<'a>(data: &'a Value, name: &str) -> &'a str {
    data[name].as_str().unwrap_or_default()
}
