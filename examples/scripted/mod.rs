//! A model without a model: what it says is chosen by a directive, `[[name key=value …]]`, in the form field `script`
//! or in the message. Shared by the server and by the backend inside the demo's page.
//!
//! | directive | what happens |
//! |---|---|
//! | `[[limit times=2 delay=3]]` | Google's 429 twice, naming 3 seconds, then an answer; without `delay` none is named |
//! | `[[limit times=forever after=tool]]` | text and a tool call first, then the 429; it never passes |
//! | `[[http 429 times=1 after=12]]` | refused before the stream, with `Retry-After: 12`; 503 and others alike |
//! | `[[tool]]` | asks for the history, then answers |
//! | `[[big tokens=900000]]` | reports so many tokens of input |
//! | `[[slow n=40 ms=100]]` | so many tokens, so far apart |
//! | `[[fail]]`, `[[fail text=…]]` | the provider's 500, or this text |
//! | `[[panic]]`, `[[hang]]` | a bug; silence |
//! | `[[confirm]]` | the run waits until the user allows a tool |
//!
//! `key=…` keeps counts of `times` apart; `of=cirkelline` is for the component of that id only. Any other message gets a
//! small answer.

pub mod background;
mod directive;
mod plan;
pub mod record;

pub use directive::Directive;
pub use plan::Asked;

use ai_stream_handler::generator::{Event, ModelError};
use futures_util::stream::{unfold, Stream};
use plan::Step;
use serde_json::{json, Value};
#[cfg(target_arch = "wasm32")]
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex};

/// How often each limit has struck already.
#[derive(Debug, Clone, Default)]
pub struct Counters(Arc<Mutex<HashMap<String, u32>>>);

impl Counters {
    /// Whether it strikes once more, of `times` (`None`: for ever). Once passed, it begins anew.
    pub fn strikes(&self, key: &str, times: Option<u32>) -> bool {
        let Ok(mut counts) = self.0.lock() else { return false };
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

/// What the model needs of where it runs.
pub trait World: Clone {
    /// Resolves when the time is over.
    type Sleep: Future<Output = ()>;
    /// Waits.
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
    asked: &Asked,
    counters: &Counters,
    world: W,
    run_id: &str,
) -> impl Stream<Item = Result<Event, ModelError>> {
    let steps = plan::of(asked, counters, world.pace());
    play(steps, asked.base(run_id), world)
}

/// Goes on after a pause. `answers`: the tools or requirements as the user resolved them, JSON.
pub fn run_on<W: World>(
    asked: &Asked,
    answers: &str,
    world: W,
    run_id: &str,
) -> impl Stream<Item = Result<Event, ModelError>> {
    let resolved: Value = serde_json::from_str(answers).unwrap_or_default();
    let first = &resolved[0];
    let tool = if first["tool_execution"].is_null() { first } else { &first["tool_execution"] };
    let steps = plan::after_pause(asked, tool["confirmed"] == true, world.pace());
    play(steps, asked.base(run_id), world)
}

/// The run was stopped: its last frame.
pub fn cancelled(asked_of_team: bool, run_id: &str, now: f64) -> String {
    let name = if asked_of_team { "TeamRunCancelled" } else { "RunCancelled" };
    let data = json!({"created_at": now as u64, "event": name, "run_id": run_id, "reason": "The run was cancelled"});
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
                    // Nothing unwinds in a page: who called would be gone too.
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

/// An event as AgentOS writes it: `created_at` in whole seconds, what every event of the run has, what this one has.
fn event(base: &Value, name: String, fields: Value, now: f64) -> Event {
    let mut data = json!({"created_at": now as u64, "event": name});
    for part in [base, &fields] {
        for (key, value) in part.as_object().into_iter().flatten() {
            data[key] = value.clone();
        }
    }
    Event::new(name, data.to_string())
}

/// The error as agno ≥ 3 reports it: the run's last event.
pub fn run_error(asked: &Asked, run_id: &str, error: &ModelError, now: f64) -> Event {
    let fields = json!({"content": error.text, "error_type": "model_provider_error"});
    event(&asked.base(run_id), asked.event_name("RunError"), fields, now)
}

#[cfg(target_arch = "wasm32")]
thread_local! {
    static SEED: RefCell<u64> = const { RefCell::new(0x9E37_79B9_7F4A_7C15) };
}

#[cfg(target_arch = "wasm32")]
/// An id in the shape of a UUID, of `entropy` and a counter: unique enough for a script.
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
