//! The backend half: runs the model, retries where it hits a rate limit, and says so in the stream. The mission's
//! `event_generator`.
//!
//! In: "run the model once" as an async factory of events or errors, a [`Host`] that can wait, [`Options`]. Out: a
//! stream of SSE frames: the model's events, `event: retry` before each wait, `event: error` when it is over. Never: a
//! wait that blocks, a retry after the client went away (whoever drops the stream ends all of it), an event taken back:
//! what a failed attempt said is void, and the frontend knows. It runs under tokio and in a page alike.
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

use crate::retry::{Policy, Refusal, RetryHeaders};
use crate::time::Seconds;
use attempts::AttemptLoop;
use futures_util::stream::unfold;
use futures_util::Stream;
use std::any::Any;
use std::future::Future;

/// One event of the model's: its name, and its data, a JSON object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, missing_docs)]
pub struct Event {
    pub name: String,
    pub data: String,
}

/// Why the model gave no answer.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ModelError {
    /// What it says: a sentence, or the provider's JSON.
    pub text: String,
    /// Of the provider's HTTP answer, where that is known.
    pub status: Option<u16>,
    /// The same answer's `Retry-After`.
    pub retry_after: Option<String>,
    /// No provider said this: something broke here.
    pub unexpected: bool,
}

/// What the generator needs of where it runs.
pub trait Host {
    /// Resolves when the time is over.
    type Sleep: Future<Output = ()>;
    /// Waits, without blocking.
    fn sleep(&mut self, seconds: Seconds) -> Self::Sleep;
    /// Seconds since the Unix epoch.
    fn now(&self) -> Seconds;
    /// From 0 to 1, for the policy's jitter.
    fn random(&mut self) -> f64 {
        0.0
    }
    /// Something happened that a [`Monitor`](crate::monitor::Monitor) counts.
    fn observe(&mut self, _observed: Observed) {}
}

/// What a server counts.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Observed {
    /// A retry was announced.
    Retry { attempt: u32, max_retries: u32, delay: Seconds },
    /// The stream came to its end.
    Ended { attempts: u32, succeeded: bool, rate_limited: bool },
}

/// How the generator behaves.
#[derive(Debug, Clone)]
#[allow(clippy::exhaustive_structs)]
pub struct Options {
    /// How often to try again, and after how long.
    pub policy: Policy,
    /// Seconds that one attempt may take; waits between attempts do not count. Default 120; `None`: no deadline.
    pub timeout: Option<Seconds>,
    /// Whether the data of `retry` and `error` repeats the event's name, as the mission's later backend has it. Default
    /// true.
    pub event_key: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { policy: Policy::default(), timeout: Some(120.0), event_key: true }
    }
}

/// The frames of one answer. `run` is called once for each attempt, with the number of retries made before.
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
    /// What a provider or an exception says.
    pub fn new(text: impl Into<String>) -> Self {
        ModelError { text: text.into(), ..ModelError::default() }
    }

    /// A provider's HTTP answer.
    pub fn http(status: u16, text: impl Into<String>, retry_after: Option<String>) -> Self {
        ModelError { status: Some(status), retry_after, ..ModelError::new(text) }
    }

    /// Something that nobody foresaw.
    pub fn unexpected(text: impl Into<String>) -> Self {
        ModelError { unexpected: true, ..ModelError::new(text) }
    }

    fn of_panic(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
        ModelError::unexpected(text.unwrap_or("a panic"))
    }

    fn refusal(&self) -> Refusal<'_> {
        let headers = RetryHeaders { retry_after: self.retry_after.as_deref(), ..RetryHeaders::default() };
        match self.status {
            Some(status) => Refusal::of_http(status, &self.text, headers),
            None => Refusal::of_text(&self.text),
        }
    }
}
