//! The backend half: runs the model, retries when it hits a rate limit, and announces that in the stream. The
//! `event_generator` of docs/rate-limit-retries.md.
//!
//! In: an async factory that runs the model once, a [`Host`] that can sleep, [`Options`]. Out: a stream of SSE frames:
//! the model's events, `event: retry` before each wait, `event: error` on failure. Never: a blocking wait, a retry
//! after the client has gone (dropping the stream ends everything), or a retracted event: the frontend discards the
//! output of a superseded attempt. Runs under tokio and in a page.
//!
//! ```
//! use ai_stream_handler::generator::{event_generator, Event, Host, ModelError, Options};
//! use futures_util::{stream, FutureExt, StreamExt};
//!
//! struct AtOnce;
//! impl Host for AtOnce {
//!     type Sleep = std::future::Ready<()>;
//!     fn sleep(&mut self, _seconds: f64) -> Self::Sleep { std::future::ready(()) }
//!     fn now(&self) -> f64 { 1_795_452_369.0 }
//! }
//!
//! let model = |attempt: u32| async move {
//!     match attempt {
//!         0 => Err(ModelError::new("429 RESOURCE_EXHAUSTED. Please retry in 4.8s")),
//!         _ => Ok(stream::iter([Ok(Event::new("RunContent", r#"{"run_id":"r","content":"Hi."}"#))])),
//!     }
//! };
//! let options = Options { timeout: None, ..Options::default() };
//! let frames: Vec<String> = event_generator(model, AtOnce, options).collect().now_or_never().unwrap();
//! assert!(frames[0].starts_with("event: retry\ndata: {\"event\":\"retry\",\"attempt\":1,\"max_retries\":3,\"delay\":4.8,"));
//! assert_eq!(frames[1], "event: RunContent\ndata: {\"run_id\":\"r\",\"content\":\"Hi.\"}\n\n");
//! ```

mod attempts;
mod frame;
mod retries;

use crate::retry::{Evidence, Headers, Policy, Refusal};
use crate::time::Seconds;
use attempts::AttemptLoop;
use futures_util::stream::unfold;
use futures_util::Stream;
pub use retries::{top_level_error, Retries, Verdict};
use std::any::Any;
use std::future::Future;

/// One event of the model: its name, and its data, a JSON object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, missing_docs)]
pub struct Event {
    pub name: String,
    pub data: String,
}

/// Why the model failed.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ModelError {
    /// The message: a sentence, or the provider's JSON.
    pub text: String,
    /// The status of the provider's HTTP response, if known.
    pub status: Option<u16>,
    /// The `Retry-After` of the same response.
    pub retry_after: Option<String>,
    /// A failure in the backend itself, not at the provider.
    pub unexpected: bool,
}

/// What the generator needs from its environment.
pub trait Host {
    /// Resolves when the time has passed.
    type Sleep: Future<Output = ()>;
    /// Sleeps without blocking.
    fn sleep(&mut self, seconds: Seconds) -> Self::Sleep;
    /// Seconds since the Unix epoch.
    fn now(&self) -> Seconds;
    /// A random number from 0 to 1, for the policy's jitter.
    fn random(&mut self) -> f64 {
        0.0
    }
    /// Called for everything that a [`Monitor`](crate::monitor::Monitor) counts.
    fn observe(&mut self, _observed: Observed) {}
}

/// What a monitor counts.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Observed {
    /// A retry was announced.
    Retry { attempt: u32, max_retries: u32, delay: Seconds },
    /// The stream ended.
    Ended { attempts: u32, succeeded: bool, rate_limited: bool },
}

/// Options of the generator.
#[derive(Debug, Clone)]
#[allow(clippy::exhaustive_structs)]
pub struct Options {
    /// How often to retry, and after which delays.
    pub policy: Policy,
    /// Seconds that one attempt may take, not counting waits between attempts. Default 120; `None`: no limit.
    pub timeout: Option<Seconds>,
    /// Whether the data of `retry` and `error` repeats the event's name in an `event` key. Default true.
    pub event_key: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { policy: Policy::default(), timeout: Some(120.0), event_key: true }
    }
}

/// Streams the frames of one answer. `run` is called once per attempt, with the number of retries made before.
pub fn event_generator<R, F, S, H>(run: R, host: H, options: Options) -> impl Stream<Item = String>
where
    R: FnMut(u32) -> F,
    F: Future<Output = Result<S, ModelError>>,
    S: Stream<Item = Result<Event, ModelError>>,
    H: Host,
{
    unfold(
        AttemptLoop::new(run, host, options),
        |mut state| async move { state.next().await.map(|frame| (frame, state)) },
    )
}

impl Event {
    /// An event; `data` is a JSON object on one line.
    pub fn new(name: impl Into<String>, data: impl Into<String>) -> Self {
        Event { name: name.into(), data: data.into() }
    }
}

impl ModelError {
    /// The text of a provider's error or an exception.
    pub fn new(text: impl Into<String>) -> Self {
        ModelError { text: text.into(), ..ModelError::default() }
    }

    /// A provider's HTTP response.
    pub fn http(status: u16, text: impl Into<String>, retry_after: Option<String>) -> Self {
        ModelError { status: Some(status), retry_after, ..ModelError::new(text) }
    }

    /// An unexpected failure in the backend.
    pub fn unexpected(text: impl Into<String>) -> Self {
        ModelError { unexpected: true, ..ModelError::new(text) }
    }

    fn of_panic(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
        ModelError::unexpected(text.unwrap_or("a panic"))
    }

    fn refusal(&self, now: Seconds) -> Refusal {
        let after = self.retry_after.as_deref().map(|value| ["retry-after: ", value].concat());
        let headers = Headers(after.as_deref().unwrap_or_default());
        Evidence { status: self.status, text: &self.text, headers, ..Evidence::default() }.read(now)
    }
}
