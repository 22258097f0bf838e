//! The run routes: a multipart form in, a stream of events out; every attempt stored as it ended.

use super::metrics::{self, now};
use super::scripted::{self, Asked, Directive, World};
use super::store::{Run, Store};
use super::App;
use ai_stream_handler::generator::{event_generator, Event, Host, ModelError, Observed, Options};
use ai_stream_handler::monitor::{Ending, Monitor};
use ai_stream_handler::retry::{Policy, Refusal};
use axum::body::Body;
use axum::extract::{Multipart, Path, State};
use axum::http::{header, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::Json;
use futures_util::stream::{Stream, StreamExt};
use serde_json::{json, Value};
use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

/// The mission's route: retries, and says so.
pub async fn with_retries(State(app): State<App>, Path(id): Path<String>, form: Multipart) -> Response {
    let (asked, user) = match read(&app, id, true, form).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let policy = Policy::new(Some(app.args.max_retries), Some(app.args.base_delay), None, &[], None);
    let timeout = Some(app.args.timeout);
    let options = Options { policy: policy.unwrap_or_default(), timeout, event_key: !app.args.seed_form };
    let host = Tokio { monitor: app.monitor.clone() };
    let world = Server { pace: app.args.pace / 1000.0 };
    let run = move |_attempt| {
        let recorded = Recorded::new(&asked, &user, &app.store, scripted::run(&asked, &app.counters, world.clone()));
        async { Ok(recorded) }
    };
    stream(event_generator(run, host, options))
}

/// AgentOS's route of a team.
pub async fn of_team(State(app): State<App>, Path(id): Path<String>, form: Multipart) -> Response {
    without_retries(app, id, true, form).await
}

/// AgentOS's route of an agent.
pub async fn of_agent(State(app): State<App>, Path(id): Path<String>, form: Multipart) -> Response {
    without_retries(app, id, false, form).await
}

/// Accepted always, as by AgentOS. Who wants a foreground run to end hangs up.
pub async fn cancel() -> Json<Value> {
    Json(json!({}))
}

/// As agno ≥ 3 does it: an error is the run's last event.
async fn without_retries(app: App, id: String, is_team: bool, form: Multipart) -> Response {
    let (asked, user) = match read(&app, id, is_team, form).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let world = Server { pace: app.args.pace / 1000.0 };
    let model = scripted::run(&asked, &app.counters, world);
    let recorded = Recorded::new(&asked, &user, &app.store, model);
    let monitor = app.monitor.clone();
    let frames = recorded.scan((String::new(), asked), move |(run_id, asked), next| {
        let event = next.unwrap_or_else(|error| {
            let rate_limited = Refusal::of_text(&error.text).is_rate_limit();
            count(&monitor, Ending { attempts: 1, succeeded: false, rate_limited, session_kept: true });
            scripted::run_error(asked, run_id, &error, now())
        });
        if run_id.is_empty() {
            *run_id = field(&event, "run_id");
        }
        if event.name.ends_with("RunCompleted") {
            count(&monitor, Ending { attempts: 1, succeeded: true, rate_limited: false, session_kept: true });
        }
        let frame = format!("event: {}\ndata: {}\n\n", event.name, event.data);
        std::future::ready(Some(frame))
    });
    stream(frames)
}

fn count(monitor: &Mutex<Monitor>, ending: Ending) {
    metrics::ended(monitor, ending);
}

fn stream(frames: impl Stream<Item = String> + Send + 'static) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/event-stream; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, Body::from_stream(frames.map(Ok::<_, Infallible>))).into_response()
}

/// The form's fields → what is asked, in which session; or the refusal that the form or the script asks for.
async fn read(app: &App, id: String, is_team: bool, mut form: Multipart) -> Result<(Asked, Option<String>), Response> {
    let mut fields = HashMap::new();
    while let Some(field) = form.next_field().await.map_err(IntoResponse::into_response)? {
        let name = field.name().unwrap_or_default().to_owned();
        // Files are read and not looked at: the script has no eyes.
        let is_file = field.file_name().is_some();
        let bytes = field.bytes().await.map_err(IntoResponse::into_response)?;
        if !is_file {
            fields.insert(name, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    let Some(message) = fields.remove("message").filter(|m| !m.is_empty()) else {
        let detail = json!({"detail": [{"type": "missing", "loc": ["body", "message"], "msg": "Field required", "input": null}]});
        return Err((StatusCode::UNPROCESSABLE_ENTITY, Json(detail)).into_response());
    };
    if let Some(refusal) = Directive::of(&message).refusal(&message, &app.counters) {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::TOO_MANY_REQUESTS);
        let kind = if refusal.body.starts_with('<') { "text/html" } else { "application/json" };
        let mut response = (status, [(header::CONTENT_TYPE, kind)], refusal.body).into_response();
        if let Some(after) = refusal.retry_after.and_then(|after| after.parse().ok()) {
            response.headers_mut().insert(header::RETRY_AFTER, after);
        }
        return Err(response);
    }
    let session_id =
        fields.remove("session_id").filter(|s| !s.is_empty()).unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    let user = fields.remove("user_id");
    let before = app.store.before(&session_id, user.as_deref()).await;
    let asked = Asked { is_team, id, session_id, message, before };
    app.store.open_session(&record(&asked, &user), &asked.said());
    Ok((asked, user))
}

fn record(asked: &Asked, user: &Option<String>) -> Run {
    Run {
        session_id: asked.session_id.clone(),
        kind: if asked.is_team { "team" } else { "agent" },
        component_id: asked.id.clone(),
        user_id: user.clone(),
        input: asked.message.clone(),
        created_at: now(),
        status: "CANCELLED",
        tools: "[]".into(),
        ..Run::default()
    }
}

/// An attempt that is stored when it ends: completed, failed, or, if nobody reads it to its end, cancelled.
struct Recorded<S> {
    model: Pin<Box<S>>,
    run: Run,
    tools: Vec<Value>,
    store: Store,
}

impl<S> Recorded<S> {
    fn new(asked: &Asked, user: &Option<String>, store: &Store, model: S) -> Self {
        Recorded { model: Box::pin(model), run: record(asked, user), tools: Vec::new(), store: store.clone() }
    }

    fn note(&mut self, event: &Event) {
        let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
        if self.run.run_id.is_empty() {
            self.run.run_id = field(event, "run_id");
        }
        match event.name.trim_start_matches("Team") {
            "RunContent" => self.run.content.push_str(data["content"].as_str().unwrap_or_default()),
            "ToolCallCompleted" => self.tools.push(data["tool"].clone()),
            "RunCompleted" => {
                self.run.status = "COMPLETED";
                data["content"].as_str().unwrap_or_default().clone_into(&mut self.run.content);
            }
            _ => {}
        }
    }
}

impl<S: Stream<Item = Result<Event, ModelError>>> Stream for Recorded<S> {
    type Item = Result<Event, ModelError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.model.as_mut().poll_next(context);
        match &next {
            Poll::Ready(Some(Ok(event))) => self.note(event),
            Poll::Ready(Some(Err(error))) => {
                self.run.status = "ERROR";
                self.run.content.clone_from(&error.text);
            }
            _ => {}
        }
        next
    }
}

impl<S> Drop for Recorded<S> {
    fn drop(&mut self) {
        let mut run = std::mem::take(&mut self.run);
        if run.run_id.is_empty() {
            return;
        }
        run.tools = Value::from(std::mem::take(&mut self.tools)).to_string();
        self.store.add_run(run);
    }
}

fn field(event: &Event, name: &str) -> String {
    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
    data[name].as_str().unwrap_or_default().to_owned()
}

/// Where the model runs.
#[derive(Clone)]
struct Server {
    pace: f64,
}

impl World for Server {
    type Sleep = tokio::time::Sleep;

    fn sleep(&self, seconds: f64) -> Self::Sleep {
        tokio::time::sleep(Duration::from_secs_f64(seconds))
    }

    fn now(&self) -> f64 {
        now()
    }

    fn id(&self) -> String {
        uuid::Uuid::new_v4().to_string()
    }

    fn pace(&self) -> f64 {
        self.pace
    }
}

/// Where the generator runs.
struct Tokio {
    monitor: Arc<Mutex<Monitor>>,
}

impl Host for Tokio {
    type Sleep = tokio::time::Sleep;

    fn sleep(&mut self, seconds: f64) -> Self::Sleep {
        tokio::time::sleep(Duration::from_secs_f64(seconds))
    }

    fn now(&self) -> f64 {
        now()
    }

    fn observe(&mut self, observed: Observed) {
        match observed {
            Observed::Retry { attempt, max_retries, delay } => {
                metrics::retried(&self.monitor, attempt, max_retries, delay)
            }
            Observed::Ended { attempts, succeeded, rate_limited } => {
                count(&self.monitor, Ending { attempts, succeeded, rate_limited, session_kept: true });
            }
            _ => {}
        }
    }
}
