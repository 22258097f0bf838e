//! Records attempts as runs, and serializes runs and sessions as AgentOS does.

use super::{run_error, RunRequest};
use ai_stream_handler::generator::{Event, ModelError};
use ai_stream_handler::retry::Refusal;
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
    pub input: String,
    pub content: String,
    /// COMPLETED, ERROR, CANCELLED.
    pub status: String,
    /// A JSON array.
    pub tools: String,
    pub created_at: f64,
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
        Run {
            session_id: request.session_id.clone(),
            kind: if request.is_team { "team" } else { "agent" }.into(),
            component_id: request.id.clone(),
            user_id: request.user_id.clone(),
            input: request.message.clone(),
            created_at: now,
            status: "CANCELLED".into(),
            ..Run::default()
        }
    }

    /// The JSON of `GET /sessions/{id}/runs`.
    pub fn to_json(&self) -> Value {
        let tools: Value = serde_json::from_str(&self.tools).unwrap_or_default();
        let mut run = json!({"run_id": self.run_id, "session_id": self.session_id, "run_input": self.input,
            "content": self.content, "status": self.status, "tools": tools, "created_at": iso(self.created_at)});
        run[format!("{}_id", self.kind)] = json!(self.component_id);
        run
    }
}

impl Session {
    fn to_json(&self) -> Value {
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
            ended(false, Refusal::of_text(&error.text).is_rate_limit());
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
