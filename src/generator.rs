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

mod frame;

use crate::error::{provider_text, StreamError};
use crate::event::{self, Kind};
use crate::retry::{self, Decision, Policy, Refusal, RetryHeaders};
use crate::time::Seconds;
use frame::Frames;
use futures_util::future::{select, Either};
use futures_util::stream::unfold;
use futures_util::{pin_mut, FutureExt, Stream, StreamExt, TryFutureExt};
use std::any::Any;
use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;

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
    /// Seconds that one attempt may take; waits between attempts do not count. Default 120; `None`: no bound.
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
    let frames = Frames { event_key: options.event_key };
    let loop_ = Loop { run, host, options, frames, retries: 0, phase: Phase::Start };
    unfold(loop_, |mut state| async move { state.next().await.map(|frame| (frame, state)) })
}

type Attempt<S> = Pin<Box<futures_util::future::TryFlattenStream<S>>>;

struct Loop<R, F, H>
where
    F: TryFutureExt,
    H: Host,
{
    run: R,
    host: H,
    options: Options,
    frames: Frames,
    retries: u32,
    phase: Phase<F, H::Sleep>,
}

enum Phase<F: TryFutureExt, W> {
    Start,
    Running(Attempt<F>, Option<Pin<Box<W>>>),
    Waiting(Seconds),
    Over,
}

/// What the model did next.
enum Step {
    Event(Event),
    Failed(ModelError),
    Ended,
    TimedOut,
}

impl<R, F, S, H> Loop<R, F, H>
where
    R: FnMut(u32) -> F,
    F: Future<Output = Result<S, ModelError>>,
    S: Stream<Item = Result<Event, ModelError>>,
    H: Host,
{
    async fn next(&mut self) -> Option<String> {
        loop {
            match &mut self.phase {
                Phase::Over => return None,
                Phase::Waiting(delay) => {
                    let delay = *delay;
                    self.host.sleep(delay).await;
                    self.phase = Phase::Start;
                }
                Phase::Start => {
                    let run = AssertUnwindSafe(|| (self.run)(self.retries));
                    match catch_unwind(run) {
                        Ok(attempt) => {
                            let bound = self.options.timeout.map(|seconds| Box::pin(self.host.sleep(seconds)));
                            self.phase = Phase::Running(Box::pin(attempt.try_flatten_stream()), bound);
                        }
                        Err(panic) => return self.fail(ModelError::of_panic(&*panic)),
                    }
                }
                Phase::Running(attempt, bound) => match step(attempt, bound).await {
                    Step::Event(event) => match top_level_error(&event) {
                        None => return Some(frame::of(&event)),
                        Some(error) => return self.fail(error),
                    },
                    Step::Failed(error) => return self.fail(error),
                    Step::Ended => return self.end(true, false, None),
                    Step::TimedOut => {
                        let after = self.options.timeout.unwrap_or_default();
                        let frame = self.frames.timeout(&retry::timed_out(after), after);
                        return self.end(false, false, Some(frame));
                    }
                },
            }
        }
    }

    /// An attempt failed: the frame that says what comes of it.
    fn fail(&mut self, error: ModelError) -> Option<String> {
        let refusal = error.refusal();
        let rate_limited = !error.unexpected && refusal.is_rate_limit();
        let retries = self.retries;
        if rate_limited {
            let (named, random) = (refusal.named_delay(self.host.now()), self.host.random());
            let max_retries = self.options.policy.max_retries;
            if let Decision::Retry { attempt, delay } = self.options.policy.decide(retries, named, random) {
                self.retries = attempt;
                self.phase = Phase::Waiting(delay);
                self.host.observe(Observed::Retry { attempt, max_retries, delay });
                let message = retry::rate_limited(delay, attempt, max_retries);
                return Some(self.frames.retry(attempt, max_retries, delay, &message));
            }
        }
        let said = StreamError::from_provider(&error.text).message;
        let (message, kind) = match (rate_limited, error.unexpected) {
            (true, _) if retries > 0 => (retry::exhausted(retries), "rate_limit"),
            (true, _) => (format!("An error occurred: {said}"), "rate_limit"),
            (_, true) => (format!("An unexpected error occurred: {said}"), "unexpected"),
            _ => (format!("An error occurred: {said}"), "general"),
        };
        let counted = (!error.unexpected).then_some(retries);
        let frame = self.frames.error(&message, kind, counted);
        self.end(false, rate_limited, Some(frame))
    }

    fn end(&mut self, succeeded: bool, rate_limited: bool, last: Option<String>) -> Option<String> {
        self.phase = Phase::Over;
        self.host.observe(Observed::Ended { attempts: self.retries + 1, succeeded, rate_limited });
        last
    }
}

/// The model's next step, its panic caught, within the bound.
async fn step<F, S, W>(attempt: &mut Attempt<F>, bound: &mut Option<Pin<Box<W>>>) -> Step
where
    F: Future<Output = Result<S, ModelError>>,
    S: Stream<Item = Result<Event, ModelError>>,
    W: Future<Output = ()>,
{
    let next = AssertUnwindSafe(attempt.next()).catch_unwind();
    pin_mut!(next);
    let next = match bound {
        None => next.await,
        Some(bound) => match select(next, bound).await {
            Either::Left((next, _)) => next,
            Either::Right(_) => return Step::TimedOut,
        },
    };
    match next {
        Ok(Some(Ok(event))) => Step::Event(event),
        Ok(Some(Err(error))) => Step::Failed(error),
        Ok(None) => Step::Ended,
        Err(panic) => Step::Failed(ModelError::of_panic(&*panic)),
    }
}

/// agno ≥ 3 does not raise: its run ends in an event. One with a parent is a member's, and its leader's business.
fn top_level_error(event: &Event) -> Option<ModelError> {
    let mut scratch = String::new();
    let read = event::read(Some(&event.name), &event.data, &mut scratch).ok()?;
    let ends = matches!(read.kind, Kind::RunError | Kind::WorkflowError) && read.parent().is_none();
    ends.then(|| ModelError::new(provider_text(&read)))
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
