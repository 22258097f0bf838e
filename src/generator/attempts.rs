//! Runs attempts until one of them ends the answer.

use super::frame::{self, Frames};
use super::{Event, Host, ModelError, Observed, Options};
use crate::error::provider_text;
use crate::event;
use crate::refusal::Kind;
use crate::retry::{self, Decision};
use crate::time::Seconds;
use futures_util::future::{select, Either};
use futures_util::{pin_mut, FutureExt, Stream, StreamExt, TryFutureExt};
use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;

type Attempt<S> = Pin<Box<futures_util::future::TryFlattenStream<S>>>;

pub(super) struct AttemptLoop<R, F, H>
where
    F: TryFutureExt,
    H: Host,
{
    run: R,
    host: H,
    options: Options,
    frames: Frames,
    retries: u32,
    /// A named delay of zero or of milliseconds was honoured.
    was_short: bool,
    phase: Phase<F, H::Sleep>,
}

enum Phase<F: TryFutureExt, W> {
    Start,
    Running(Attempt<F>, Option<Pin<Box<W>>>),
    Waiting(Seconds),
    Done,
}

/// The model's next step.
enum Step {
    Event(Event),
    Failed(ModelError),
    Ended,
    TimedOut,
}

impl<R, F, S, H> AttemptLoop<R, F, H>
where
    R: FnMut(u32) -> F,
    F: Future<Output = Result<S, ModelError>>,
    S: Stream<Item = Result<Event, ModelError>>,
    H: Host,
{
    pub(super) fn new(run: R, host: H, options: Options) -> Self {
        let frames = Frames { event_key: options.event_key };
        AttemptLoop { run, host, options, frames, retries: 0, was_short: false, phase: Phase::Start }
    }

    pub(super) async fn next(&mut self) -> Option<String> {
        loop {
            match &mut self.phase {
                Phase::Done => return None,
                Phase::Waiting(delay) => {
                    let delay = *delay;
                    self.host.sleep(delay).await;
                    self.phase = Phase::Start;
                }
                Phase::Start => {
                    let run = AssertUnwindSafe(|| (self.run)(self.retries));
                    match catch_unwind(run) {
                        Ok(attempt) => {
                            let deadline = self.options.timeout.map(|seconds| Box::pin(self.host.sleep(seconds)));
                            self.phase = Phase::Running(Box::pin(attempt.try_flatten_stream()), deadline);
                        }
                        Err(panic) => return self.fail(ModelError::of_panic(&*panic)),
                    }
                }
                Phase::Running(attempt, deadline) => match next_step(attempt, deadline).await {
                    Step::Event(event) => match top_level_error(&event) {
                        None => return Some(frame::event(&event)),
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

    /// Handles a failed attempt: returns the frame that announces a retry or the error.
    fn fail(&mut self, error: ModelError) -> Option<String> {
        let refusal = error.refusal(self.host.now());
        let rate_limited = !error.unexpected && refusal.may_pass();
        let retries = self.retries;
        if rate_limited {
            let random = self.host.random();
            let named = retry::honoured(refusal.delay, &mut self.was_short);
            let max_retries = self.options.policy.max_retries;
            if let Decision::Retry { attempt, delay } = self.options.policy.decide(retries, named, random) {
                self.retries = attempt;
                self.phase = Phase::Waiting(delay);
                self.host.observe(Observed::Retry { attempt, max_retries, delay });
                let message = match refusal.kind {
                    Kind::RateLimit => retry::rate_limited(delay, attempt, max_retries),
                    _ => retry::retrying(retry::UNAVAILABLE, delay, attempt, max_retries),
                };
                return Some(self.frames.retry(attempt, max_retries, delay, &message));
            }
        }
        let said = refusal.sentence();
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
        self.phase = Phase::Done;
        self.host.observe(Observed::Ended { attempts: self.retries + 1, succeeded, rate_limited });
        last
    }
}

/// Awaits the model's next step until the deadline; a panic counts as a failure.
async fn next_step<F, S, W>(attempt: &mut Attempt<F>, deadline: &mut Option<Pin<Box<W>>>) -> Step
where
    F: Future<Output = Result<S, ModelError>>,
    S: Stream<Item = Result<Event, ModelError>>,
    W: Future<Output = ()>,
{
    let next = AssertUnwindSafe(attempt.next()).catch_unwind();
    pin_mut!(next);
    let next = match deadline {
        None => next.await,
        Some(deadline) => match select(next, deadline).await {
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

/// The error of a failed run: agno ≥ 3 does not raise but ends the run with an event. An event with a parent is a
/// member's and left to its leader.
fn top_level_error(event: &Event) -> Option<ModelError> {
    let mut scratch = String::new();
    let read = event::read(Some(&event.name), &event.data, &mut scratch).ok()?;
    let ends = matches!(read.kind, event::Kind::RunError | event::Kind::WorkflowError) && read.parent().is_none();
    ends.then(|| ModelError::new(provider_text(&read)))
}
