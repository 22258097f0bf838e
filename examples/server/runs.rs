//! The run routes: a multipart form in, a stream of events out.

use super::args::Args;
use super::metrics::{self, now};
use super::scripted::again::{answers_pause, Again};
use super::scripted::record::{self, Recorded, Run, RunStore};
use super::scripted::{self, Directive, RunRequest, World};
use super::store::Store;
use super::App;
use ai_stream_handler::generator::{event_generator, Event, Host, ModelError, Observed, Options};
use ai_stream_handler::monitor::{Ending, Monitor};
use axum::body::Body;
use axum::extract::{Multipart, Path, State};
use axum::http::{header, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::Json;
use futures_util::stream::{Stream, StreamExt};
use serde_json::{json, Value};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The retrying route (docs/rate-limit-retries.md).
pub async fn with_retries(State(app): State<App>, Path(id): Path<String>, form: Multipart) -> Response {
    let request = match read(&app, id, true, form).await {
        Ok(request) => request,
        Err(refused) => return refused,
    };
    let Args { policy, timeout, no_event_key, .. } = &*app.args;
    let options = Options { policy: policy.clone(), timeout: Some(*timeout), event_key: !no_event_key };
    let host = Tokio { monitor: app.monitor.clone() };
    let run = move |_attempt| {
        let attempt = app.attempt(&request, &app.world().id());
        async { Ok(attempt) }
    };
    stream(event_generator(run, host, options))
}

/// AgentOS's route for teams.
pub async fn of_team(State(app): State<App>, Path(id): Path<String>, form: Multipart) -> Response {
    without_retries(app, id, true, form).await
}

/// AgentOS's route for agents.
pub async fn of_agent(State(app): State<App>, Path(id): Path<String>, form: Multipart) -> Response {
    without_retries(app, id, false, form).await
}

/// Always succeeds, as in AgentOS. A foreground run ends when its client disconnects.
pub async fn cancel(State(app): State<App>, Path((kind, _id, run_id)): Path<(String, String, String)>) -> Json<Value> {
    app.background.stop(&run_id, &scripted::cancelled(kind == "teams", &run_id, now()));
    Json(json!({}))
}

/// Resumes a background run.
pub async fn resume(
    State(app): State<App>,
    Path((_kind, _id, run_id)): Path<(String, String, String)>,
    form: Multipart,
) -> Result<Response, Response> {
    let fields = fields(form).await?;
    Ok(match app.background.resume(&run_id, fields.get("last_event_index").and_then(|n| n.parse().ok())) {
        Some(rest) => stream(rest),
        None => {
            let data = json!({"event": "error", "error": format!("Run {run_id} not found in buffer or database")});
            stream(futures_util::stream::iter([format!("event: error\ndata: {data}\n\n")]))
        }
    })
}

/// A run as stored, or that it is running.
pub async fn one(State(app): State<App>, Path((_kind, _id, run_id)): Path<(String, String, String)>) -> Response {
    match app.store.run(&run_id).await {
        Some(run) => Json(run.to_json()).into_response(),
        None if app.background.is_running(&run_id) => {
            Json(json!({"run_id": run_id, "status": "RUNNING"})).into_response()
        }
        None => (StatusCode::NOT_FOUND, Json(json!({"detail": "Run not found"}))).into_response(),
    }
}

/// Continues a paused run with the user's answers, or one that has ended: answers it again.
pub async fn continue_run(
    State(app): State<App>,
    Path((kind, _id, run_id)): Path<(String, String, String)>,
    form: Multipart,
) -> Result<Response, Response> {
    let fields = fields(form).await?;
    let paused = app.background.take_paused(&run_id);
    if let Some(request) = paused.filter(|_| answers_pause(&fields)) {
        let answers = fields.get("requirements").or(fields.get("tools")).cloned().unwrap_or_default();
        let model = scripted::continue_run(&request, &answers, app.world(), &run_id);
        let attempt = Recorded::new(model, Run::of(&request, now()), app.store.clone());
        return Ok(app.answer(attempt, request, &run_id, &run_id));
    }
    // AgentOS would run the tool a second time.
    if fields.contains_key("requirements") || fields.contains_key("tools") {
        return Err((StatusCode::CONFLICT, Json(json!({"detail": "The run is not paused"}))).into_response());
    }
    if fields.get("session_id").is_none_or(String::is_empty) {
        let detail = json!({"detail": "session_id is required for this action"});
        return Err((StatusCode::BAD_REQUEST, Json(detail)).into_response());
    }
    let source = app.store.run(&run_id).await.ok_or_else(|| format!("No runs found for run ID {run_id}"));
    let Again { mut request, hides } = match source.and_then(|source| Again::of(&source, &fields)) {
        Ok(again) => again,
        Err(why) => return Ok(stream(futures_util::stream::iter([scripted::refused(kind == "teams", &why, now())]))),
    };
    if let Some(hidden) = hides {
        app.store.hide(&hidden);
    }
    let only_here = Directive::of(&request.script, &request.id).is_keyed();
    request.before = app.store.before(&request.session_id, request.user_id.as_deref(), only_here).await;
    let id = request.continued.run_id.clone().unwrap_or_else(|| app.world().id());
    Ok(app.begin(request, &run_id, &id))
}

async fn without_retries(app: App, id: String, is_team: bool, form: Multipart) -> Response {
    let request = match read(&app, id, is_team, form).await {
        Ok(request) => request,
        Err(refused) => return refused,
    };
    let run_id = app.world().id();
    app.begin(request, &run_id, &run_id)
}

impl App {
    /// Runs the model once and records the run.
    fn attempt(
        &self,
        request: &RunRequest,
        run_id: &str,
    ) -> Recorded<impl Stream<Item = Result<Event, ModelError>>, Store> {
        let model = scripted::run(request, &self.counters, self.world(), run_id);
        Recorded::new(model, Run::of(request, now()), self.store.clone())
    }

    /// Runs the model once, without retries. `kept_under`: the id to resume it by.
    fn begin(&self, request: RunRequest, kept_under: &str, run_id: &str) -> Response {
        if request.may_pause() {
            self.background.pause(run_id, request.clone());
        }
        let attempt = self.attempt(&request, run_id);
        self.answer(attempt, request, kept_under, run_id)
    }

    /// Streams an attempt without retries, in the foreground or in the background.
    fn answer<S>(&self, attempt: Recorded<S, Store>, request: RunRequest, kept_under: &str, run_id: &str) -> Response
    where
        S: Stream<Item = Result<Event, ModelError>> + Send + 'static,
    {
        let (monitor, in_background) = (self.monitor.clone(), request.in_background);
        let cancelled = scripted::cancelled(request.is_team, run_id, now());
        if in_background && kept_under == run_id {
            // As in AgentOS: other tabs and devices find a background run while it is running, and follow it.
            let running = Run { run_id: run_id.into(), status: "RUNNING".into(), ..Run::of(&request, now()) };
            self.store.add_run(running);
        }
        let frames = record::without_retries(attempt, request, now, move |succeeded, rate_limited| {
            count(&monitor, Ending { attempts: 1, succeeded, rate_limited, session_kept: true });
        });
        if !in_background {
            return stream(self.background.cancellable(run_id, frames, cancelled));
        }
        self.background.keep_under(kept_under, run_id);
        let followed = self.background.open(kept_under);
        tokio::spawn(self.background.clone().record(kept_under.to_owned(), frames));
        stream(followed)
    }

    fn world(&self) -> Server {
        Server { pace: self.args.pace / 1000.0 }
    }
}

fn count(monitor: &Mutex<Monitor>, ending: Ending) {
    metrics::ended(monitor, ending);
}

fn stream(frames: impl Stream<Item = String> + Send + 'static) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/event-stream; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, Body::from_stream(frames.map(Ok::<_, Infallible>))).into_response()
}

/// The text fields of a form. Files are read and discarded.
async fn fields(mut form: Multipart) -> Result<HashMap<String, String>, Response> {
    let mut fields = HashMap::new();
    while let Some(field) = form.next_field().await.map_err(IntoResponse::into_response)? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = field.file_name().is_some();
        let bytes = field.bytes().await.map_err(IntoResponse::into_response)?;
        if !is_file {
            fields.insert(name, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    Ok(fields)
}

/// Reads the form as a request; or the error response to an invalid form, or the one that the script asks for.
async fn read(app: &App, id: String, is_team: bool, form: Multipart) -> Result<RunRequest, Response> {
    let mut fields = fields(form).await?;
    let Some(message) = fields.remove("message").filter(|m| !m.is_empty()) else {
        let detail = json!({"detail": [{"type": "missing", "loc": ["body", "message"], "msg": "Field required", "input": null}]});
        return Err((StatusCode::UNPROCESSABLE_ENTITY, Json(detail)).into_response());
    };
    let session_id = fields.remove("session_id").filter(|s| !s.is_empty());
    let script = match (fields.remove("script"), &session_id) {
        (Some(script), _) => script,
        (None, Some(session)) => app.store.script_of(session, &message).await.unwrap_or_else(|| message.clone()),
        (None, None) => message.clone(),
    };
    if let Some(refusal) = Directive::of(&script, &id).refusal(&script, &app.counters) {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::TOO_MANY_REQUESTS);
        let kind = if refusal.body.starts_with('<') { "text/html" } else { "application/json" };
        let mut response = (status, [(header::CONTENT_TYPE, kind)], refusal.body).into_response();
        if let Some(after) = refusal.retry_after.and_then(|after| after.parse().ok()) {
            response.headers_mut().insert(header::RETRY_AFTER, after);
        }
        return Err(response);
    }
    let session_id = session_id.unwrap_or_else(|| app.world().id());
    let user_id = fields.remove("user_id");
    let metadata = fields.remove("metadata");
    let only_here = Directive::of(&script, &id).is_keyed();
    let before = app.store.before(&session_id, user_id.as_deref(), only_here).await;
    let in_background = fields.get("background").is_some_and(|b| b == "true");
    let continued = Default::default();
    let request =
        RunRequest { is_team, id, session_id, user_id, message, script, before, in_background, metadata, continued };
    app.store.open_session(&Run::of(&request, now()), &request.said());
    Ok(request)
}

/// The environment of the model.
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

/// The environment of the generator.
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
