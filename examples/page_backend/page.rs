//! The JavaScript API.

use super::memory::Memory;
use super::scripted::background::Background;
use super::scripted::record::{listing, without_retries, Recorded, Run};
use super::scripted::{self, Counters, Directive, RunRequest, World};
use ai_stream_handler::generator::{event_generator, Event, Host, ModelError, Options};
use ai_stream_handler::retry::Policy;
use futures_util::future::{AbortHandle, Abortable};
use futures_util::{Stream, StreamExt};
use js_sys::{Date, Function, Promise};
use serde_json::Value;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{spawn_local, JsFuture};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(then: &Function, milliseconds: f64) -> JsValue;
}

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
        frame: Function,
        end: Function,
    ) -> Answering {
        let session_id = if session_id.is_empty() { self.world.id() } else { session_id };
        let only_here = Directive::of(&script, &id).is_keyed();
        let before = self.memory.before(&session_id, &user_id, only_here);
        let request =
            RunRequest { is_team: route != "agents", id, session_id, user_id, message, script, before, in_background };
        self.memory.open_session(&request.session_id, request.said(), now());
        let (memory, counters, world) = (self.memory.clone(), self.counters.clone(), self.world.clone());
        let attempt = move |request: &RunRequest, run_id: &str| {
            let run = Run::of(request, now());
            Recorded::new(scripted::run(request, &counters, world.clone(), run_id), run, memory.clone())
        };
        if route != "api/teams" {
            let run_id = self.world.id();
            if Directive::of(&request.script, &request.id).name == "confirm" {
                self.background.pause(&run_id, request.clone());
            }
            let first = attempt(&request, &run_id);
            return self.answer(first, request, run_id, frame, end);
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

    /// Continues a paused run. `None` if it is not paused.
    #[wasm_bindgen(js_name = goOn)]
    pub fn continue_run(&self, run_id: String, answers: &str, frame: Function, end: Function) -> Option<Answering> {
        let request = self.background.take_paused(&run_id)?;
        let model = scripted::continue_run(&request, answers, self.world.clone(), &run_id);
        let attempt = Recorded::new(model, Run::of(&request, now()), self.memory.clone());
        Some(self.answer(attempt, request, run_id, frame, end))
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
}

impl PageBackend {
    fn answer<S>(
        &self,
        attempt: Recorded<S, Memory>,
        request: RunRequest,
        run_id: String,
        frame: Function,
        end: Function,
    ) -> Answering
    where
        S: Stream<Item = Result<Event, ModelError>> + 'static,
    {
        let in_background = request.in_background;
        let frames = without_retries(attempt, request, now, |_, _| {});
        if !in_background {
            return tell(frames, frame, end);
        }
        let followed = self.background.open(&run_id);
        spawn_local(self.background.clone().record(run_id, frames));
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

/// The page as the environment of the model and the generator.
#[derive(Clone)]
struct Page {
    pace: f64,
}

/// Sleeps with the page's timers.
struct Sleep(JsFuture);

impl Sleep {
    fn new(seconds: f64) -> Sleep {
        Sleep(Promise::new(&mut |resolve, _| drop(set_timeout(&resolve, seconds * 1000.0))).into())
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(context).map(drop)
    }
}

impl World for Page {
    type Sleep = Sleep;

    fn sleep(&self, seconds: f64) -> Sleep {
        Sleep::new(seconds)
    }

    fn now(&self) -> f64 {
        now()
    }

    fn id(&self) -> String {
        scripted::scripted_id(js_sys::Math::random())
    }

    fn pace(&self) -> f64 {
        self.pace
    }
}

impl Host for Page {
    type Sleep = Sleep;

    fn sleep(&mut self, seconds: f64) -> Sleep {
        Sleep::new(seconds)
    }

    fn now(&self) -> f64 {
        now()
    }
}

/// Seconds since the Unix epoch.
fn now() -> f64 {
    Date::now() / 1000.0
}
