//! A scripted model: a directive `[[name key=value …]]`, in the form field `script` or in the message, selects what it
//! does. Shared by the server example and the backend inside the demo page.
//!
//! | directive | what happens |
//! |---|---|
//! | `[[limit times=2 delay=3]]` | Google's 429 twice, asking for 3 seconds, then an answer; without `delay` it names none |
//! | `[[limit times=forever after=tool]]` | text and a tool call first, then the 429, every time |
//! | `[[http 429 times=1 after=12]]` | an HTTP 429 with `Retry-After: 12` instead of a stream; likewise 503 and others |
//! | `[[tool]]` | calls a tool for the chat history, then answers |
//! | `[[big tokens=900000]]` | reports that many input tokens |
//! | `[[slow n=40 ms=100]]` | streams `n` tokens, `ms` milliseconds apart |
//! | `[[fail]]`, `[[fail text=…]]` | fails with the provider's 500, or with this text; with `times=1` only once |
//! | `[[panic]]`, `[[hang]]` | panics; sends nothing more |
//! | `[[confirm]]` | pauses until the user confirms a tool call |
//!
//! `times` is counted per message, or per `key=…`; with a key the model also remembers only its own session, so that runs of
//! different visitors do not meet. `of=cirkelline` limits a directive to the component with that id.
//! Any other message gets a short answer.

pub mod again;
pub mod background;
mod components;
mod directive;
mod plan;
pub mod record;

pub use components::components;
pub use directive::Directive;
pub use plan::RunRequest;

use ai_stream_handler::generator::{Event, ModelError};
use futures_util::stream::{unfold, Stream};
use plan::Step;
use serde_json::{json, Value};
#[cfg(target_arch = "wasm32")]
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex};

const MODEL: &str = "gemini-2.5-flash";

/// Keys that are counted at once: those of abandoned runs are forgotten in the end.
const MAX_KEYS: usize = 10_000;

/// How often each limit has been hit.
#[derive(Debug, Clone, Default)]
pub struct Counters(Arc<Mutex<HashMap<String, u32>>>);

impl Counters {
    /// Whether this attempt hits the limit, which `times` attempts do (`None`: all). Starts over once one has passed.
    pub fn hit(&self, key: &str, times: Option<u32>) -> bool {
        let Ok(mut counts) = self.0.lock() else { return false };
        if counts.len() > MAX_KEYS {
            counts.clear();
        }
        let count = counts.entry(key.to_owned()).or_default();
        match times {
            Some(times) if *count >= times => {
                counts.remove(key);
                false
            }
            _ => {
                *count += 1;
                true
            }
        }
    }
}

/// What the model needs from its environment.
pub trait World: Clone {
    /// Resolves when the time has passed.
    type Sleep: Future<Output = ()>;
    /// Sleeps without blocking.
    fn sleep(&self, seconds: f64) -> Self::Sleep;
    /// Seconds since the Unix epoch.
    fn now(&self) -> f64;
    /// A new id.
    fn id(&self) -> String;
    /// Seconds between two tokens.
    fn pace(&self) -> f64;
}

/// Runs the model once.
pub fn run<W: World>(
    request: &RunRequest,
    counters: &Counters,
    world: W,
    run_id: &str,
) -> impl Stream<Item = Result<Event, ModelError>> {
    let steps = plan::of(request, counters, world.pace());
    play(steps, request.base(run_id), world)
}

/// Continues after a pause. `answers`: the tools or requirements as resolved by the user, in JSON.
pub fn continue_run<W: World>(
    request: &RunRequest,
    answers: &str,
    world: W,
    run_id: &str,
) -> impl Stream<Item = Result<Event, ModelError>> {
    let resolved: Value = serde_json::from_str(answers).unwrap_or_default();
    let first = &resolved[0];
    let tool = if first["tool_execution"].is_null() { first } else { &first["tool_execution"] };
    let steps = plan::after_pause(request, tool["confirmed"] == true, world.pace());
    play(steps, request.base(run_id), world)
}

/// The last frame of a cancelled run.
pub fn cancelled(is_team: bool, run_id: &str, now: f64) -> String {
    let name = if is_team { "TeamRunCancelled" } else { "RunCancelled" };
    let data = json!({"created_at": now as u64, "event": name, "run_id": run_id, "reason": "The run was cancelled"});
    format!("event: {name}\ndata: {data}\n\n")
}

/// The only frame of a run that cannot be continued.
pub fn refused(is_team: bool, why: &str, now: f64) -> String {
    let name = if is_team { "TeamRunError" } else { "RunError" };
    let data = json!({"created_at": now as u64, "event": name, "nested_depth": 0, "content": why});
    format!("event: {name}\ndata: {data}\n\n")
}

fn play<W: World>(steps: Vec<Step>, base: Value, world: W) -> impl Stream<Item = Result<Event, ModelError>> {
    let steps = VecDeque::from(steps);
    unfold((steps, base, world), |(mut steps, base, world)| async move {
        loop {
            match steps.pop_front()? {
                Step::Wait(seconds) => world.sleep(seconds).await,
                Step::Hang => std::future::pending().await,
                Step::Panic if cfg!(target_arch = "wasm32") => {
                    // WebAssembly does not unwind: a panic would take the whole instance down.
                    steps.clear();
                    let error = ModelError::unexpected("the scripted model was told to panic");
                    return Some((Err(error), (steps, base, world)));
                }
                Step::Panic => panic!("the scripted model was told to panic"),
                Step::Fail(error) => {
                    steps.clear();
                    return Some((Err(error), (steps, base, world)));
                }
                Step::Event(name, fields) => {
                    let event = event(&base, name, fields, world.now());
                    return Some((Ok(event), (steps, base, world)));
                }
            }
        }
    })
}

/// An event as AgentOS writes it: `created_at` in whole seconds, the fields common to the run, the event's own.
fn event(base: &Value, name: String, fields: Value, now: f64) -> Event {
    let mut data = json!({"created_at": now as u64, "event": name});
    for part in [base, &fields] {
        for (key, value) in part.as_object().into_iter().flatten() {
            data[key] = value.clone();
        }
    }
    Event::new(name, data.to_string())
}

/// The error as agno ≥ 3 reports it: as the run's last event.
pub fn run_error(request: &RunRequest, run_id: &str, error: &ModelError, now: f64) -> Event {
    let fields = json!({"content": error.text, "error_type": "model_provider_error"});
    event(&request.base(run_id), request.event_name("RunError"), fields, now)
}

#[cfg(target_arch = "wasm32")]
thread_local! {
    static SEED: RefCell<u64> = const { RefCell::new(0x9E37_79B9_7F4A_7C15) };
}

#[cfg(target_arch = "wasm32")]
/// A UUID-shaped id from `entropy` and a counter: unique enough for a script.
pub fn scripted_id(entropy: f64) -> String {
    let bits = SEED.with_borrow_mut(|seed| {
        *seed ^= entropy.to_bits();
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        *seed
    });
    let low = bits.wrapping_mul(0x2545_F491_4F6C_DD1D);
    let parts = (bits >> 32, (bits >> 16) & 0xffff, bits & 0xfff, low >> 48 & 0xfff, low & 0xffff_ffff_ffff);
    format!("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", parts.0, parts.1, parts.2, parts.3, parts.4)
}
