//! The JavaScript API.

use super::memory::Memory;
use super::scripted::again::{answers_pause, Again, Fields};
use super::scripted::background::Background;
use super::scripted::record::{listing, without_retries, Recorded, Run};
use super::scripted::{self, Counters, Directive, RunRequest, World};
use super::world::{now, Page};
use ai_stream_handler::generator::{event_generator, Event, ModelError, Options};
use ai_stream_handler::retry::Policy;
use futures_util::future::{AbortHandle, Abortable};
use futures_util::{Stream, StreamExt};
use js_sys::Function;
use serde_json::{json, Value};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// A backend without a network.
#[wasm_bindgen]
pub struct PageBackend {
    memory: Memory,
    counters: Counters,
    background: Background,
    world: Page,
    policy: Policy,
}

/// An HTTP error response instead of a stream.
#[wasm_bindgen(getter_with_clone)]
pub struct Refused {
    pub status: u16,
    /// Empty if not set.
    pub retry_after: String,
    pub body: String,
}

/// A running answer.
#[wasm_bindgen]
pub struct Answering(AbortHandle);

#[wasm_bindgen]
impl Answering {
    /// The client disconnected.
    pub fn stop(&self) {
        self.0.abort();
    }
}

#[wasm_bindgen]
impl PageBackend {
    /// `pace`: seconds between two tokens; `base_delay`: seconds before the first retry.
    #[wasm_bindgen(constructor)]
    pub fn new(pace: f64, base_delay: f64) -> Result<PageBackend, JsError> {
        let policy = Policy::new(None, Some(base_delay), None, &[], None)?;
        Ok(PageBackend {
            memory: Memory::default(),
            counters: Counters::default(),
            background: Background::default(),
            world: Page { pace },
            policy,
        })
    }

    /// The directive of the same message earlier in the session.
    #[wasm_bindgen(js_name = scriptOf)]
    pub fn script_of(&self, session_id: &str, said: &str) -> Option<String> {
        self.memory.script_of(session_id, said)
    }

    /// The error response to a request, if the script asks for one.
    pub fn refusal(&self, id: &str, script: &str) -> Option<Refused> {
        let refusal = Directive::of(script, id).refusal(script, &self.counters)?;
        let retry_after = refusal.retry_after.unwrap_or_default();
        Some(Refused { status: refusal.status, retry_after, body: refusal.body })
    }

    /// Starts an answer: `frame` is called with each SSE frame, `end` once. `route`: `api/teams`, which retries, or
    /// `teams` and `agents`, which behave like AgentOS.
    #[allow(clippy::too_many_arguments)] // the fields of the form
    pub fn run(
        &self,
        route: &str,
        id: String,
        message: String,
        script: String,
        session_id: String,
        user_id: Option<String>,
        in_background: bool,
        metadata: Option<String>,
        frame: Function,
        end: Function,
    ) -> Answering {
        let session_id = if session_id.is_empty() { self.world.id() } else { session_id };
        let only_here = Directive::of(&script, &id).is_keyed();
        let before = self.memory.before(&session_id, &user_id, only_here);
        let continued = Default::default();
        let request = RunRequest {
            is_team: route != "agents",
            id,
            session_id,
            user_id,
            message,
            script,
            before,
            in_background,
            metadata,
            continued,
        };
        self.memory.open_session(&request.session_id, request.said(), now());
        let (memory, counters, world) = (self.memory.clone(), self.counters.clone(), self.world.clone());
        let attempt = move |request: &RunRequest, run_id: &str| {
            let run = Run::of(request, now());
            Recorded::new(scripted::run(request, &counters, world.clone(), run_id), run, memory.clone())
        };
        if route != "api/teams" {
            let run_id = self.world.id();
            return self.begin(request, &run_id, &run_id, frame, end);
        }
        let ids = self.world.clone();
        let options = Options { policy: self.policy.clone(), ..Options::default() };
        let run = move |_retries| {
            let recorded = attempt(&request, &ids.id());
            async { Ok(recorded) }
        };
        tell(event_generator(run, self.world.clone(), options), frame, end)
    }

    /// Streams the frames of a background run after index `last`; all of them if negative. `None` if the run is
    /// unknown.
    pub fn resume(&self, run_id: &str, last: i32, frame: Function, end: Function) -> Option<Answering> {
        let rest = self.background.resume(run_id, usize::try_from(last).ok())?;
        Some(tell(rest, frame, end))
    }

    /// Continues a paused run with the user's answers, or one that has ended: answers it again. `form`: the text fields,
    /// in JSON.
    #[wasm_bindgen(js_name = goOn)]
    pub fn continue_run(&self, is_team: bool, run_id: String, form: &str, frame: Function, end: Function) -> Answering {
        let fields: Fields = serde_json::from_str(form).unwrap_or_default();
        let paused = self.background.take_paused(&run_id);
        if let Some(request) = paused.filter(|_| answers_pause(&fields)) {
            let answers = fields.get("requirements").or(fields.get("tools")).cloned().unwrap_or_default();
            let model = scripted::continue_run(&request, &answers, self.world.clone(), &run_id);
            let attempt = Recorded::new(model, Run::of(&request, now()), self.memory.clone());
            return self.answer(attempt, request, &run_id, &run_id, frame, end);
        }
        let source = self.memory.run(&run_id).ok_or_else(|| format!("No runs found for run ID {run_id}"));
        let Again { mut request, hides } = match source.and_then(|source| Again::of(&source, &fields)) {
            Ok(again) => again,
            Err(why) => return tell(futures_util::stream::iter([scripted::refused(is_team, &why, now())]), frame, end),
        };
        if let Some(hidden) = hides {
            self.memory.hide(&hidden);
        }
        let only_here = Directive::of(&request.script, &request.id).is_keyed();
        request.before = self.memory.before(&request.session_id, &request.user_id, only_here);
        let id = request.continued.run_id.clone().unwrap_or_else(|| self.world.id());
        self.begin(request, &run_id, &id, frame, end)
    }

    /// Whether the run waits for the user.
    #[wasm_bindgen(js_name = isPaused)]
    pub fn is_paused(&self, run_id: &str) -> bool {
        self.background.is_paused(run_id)
    }

    /// `GET …/runs/{run}`.
    pub fn one(&self, run_id: &str) -> Option<String> {
        let running = || self.background.is_running(run_id).then(|| json!({"run_id": run_id, "status": "RUNNING"}));
        let run = self.memory.run(run_id).map(|run| run.to_json()).or_else(running)?;
        Some(run.to_string())
    }

    /// `/cancel`.
    pub fn cancel(&self, is_team: bool, run_id: &str) {
        self.background.stop(run_id, &scripted::cancelled(is_team, run_id, now()));
    }

    /// `GET /agents`, `/teams`, `/workflows`, `/config`.
    pub fn components(&self, list: &str) -> Option<String> {
        scripted::components(list).map(|body| body.to_string())
    }

    /// `GET /sessions`.
    pub fn sessions(&self) -> String {
        let sessions = self.memory.sessions();
        let total = sessions.len() as i64;
        listing(&sessions, total, 1, total.max(1)).to_string()
    }

    /// `GET /sessions/{id}/runs`.
    pub fn runs(&self, session_id: &str) -> Option<String> {
        let runs = self.memory.runs(session_id)?;
        Some(runs.iter().map(Run::to_json).collect::<Value>().to_string())
    }

    /// `GET /sessions/{id}/run-previews`. `statuses`: those asked for, separated by commas; all if empty.
    pub fn previews(&self, session_id: &str, statuses: &str) -> Option<String> {
        let runs = self.memory.runs(session_id)?;
        let asked =
            |run: &&Run| statuses.is_empty() || statuses.split(',').any(|one| one.eq_ignore_ascii_case(&run.status));
        Some(runs.iter().filter(asked).map(Run::to_preview).collect::<Value>().to_string())
    }

    /// `POST /sessions/{id}/rename`.
    pub fn rename(&self, session_id: &str, name: String) -> Option<String> {
        Some(self.memory.rename_session(session_id, name)?.to_json().to_string())
    }

    /// `DELETE /sessions/{id}`.
    pub fn delete(&self, session_id: &str) {
        self.memory.delete_session(session_id);
    }

    /// `POST …/sessions/{id}/fork`: the id of the copy.
    pub fn fork(&self, session_id: &str) -> Option<String> {
        let copy = self.world.id();
        self.memory.copy_session(session_id, &copy, || self.world.id(), now()).then_some(copy)
    }
}

impl PageBackend {
    /// Runs the model once, without retries. `kept_under`: the id to resume it by.
    fn begin(&self, request: RunRequest, kept_under: &str, run_id: &str, frame: Function, end: Function) -> Answering {
        if request.may_pause() {
            self.background.pause(run_id, request.clone());
        }
        let model = scripted::run(&request, &self.counters, self.world.clone(), run_id);
        let attempt = Recorded::new(model, Run::of(&request, now()), self.memory.clone());
        self.answer(attempt, request, kept_under, run_id, frame, end)
    }

    fn answer<S>(
        &self,
        attempt: Recorded<S, Memory>,
        request: RunRequest,
        kept_under: &str,
        run_id: &str,
        frame: Function,
        end: Function,
    ) -> Answering
    where
        S: Stream<Item = Result<Event, ModelError>> + 'static,
    {
        let in_background = request.in_background;
        let cancelled = scripted::cancelled(request.is_team, run_id, now());
        let frames = without_retries(attempt, request, now, |_, _| {});
        if !in_background {
            return tell(self.background.cancellable(run_id, frames, cancelled), frame, end);
        }
        self.background.keep_under(kept_under, run_id);
        let followed = self.background.open(kept_under);
        spawn_local(self.background.clone().record(kept_under.to_owned(), frames));
        tell(followed, frame, end)
    }
}

fn tell(frames: impl Stream<Item = String> + 'static, frame: Function, end: Function) -> Answering {
    let (handle, registration) = AbortHandle::new_pair();
    let told = frames.for_each(move |text| {
        // The listener may be gone already; the abort will follow.
        let _ = frame.call1(&JsValue::NULL, &text.into());
        std::future::ready(())
    });
    spawn_local(async move {
        if Abortable::new(told, registration).await.is_ok() {
            let _ = end.call0(&JsValue::NULL);
        }
    });
    Answering(handle)
}
