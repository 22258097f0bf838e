//! Runs in progress: AgentOS's `background=true` with the frames to `/resume`, paused runs, and `/cancel`. Kept for the lifetime
//! of the process or page.

use super::RunRequest;
use futures_util::stream::{iter, Stream, StreamExt};
use serde_json::{json, Value};
use std::collections::HashMap;
use std::pin::{pin, Pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

#[derive(Clone, Default)]
pub struct Background(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    runs: HashMap<String, Buffer>,
    /// The requests of paused runs.
    paused: HashMap<String, RunRequest>,
    /// The stream of a run that was made from another one is kept under that one's id, as in AgentOS.
    stream_of: HashMap<String, String>,
    /// Running foreground runs, and whether they have been cancelled.
    foreground: HashMap<String, bool>,
}

#[derive(Default)]
struct Buffer {
    frames: Vec<String>,
    over: bool,
    waiting: Vec<Waker>,
}

impl Background {
    /// Starts a run, or continues a paused one. Returns its frames to come, which [`record`](Self::record) delivers.
    pub fn open(&self, run_id: &str) -> Follow {
        let mut state = self.state();
        let buffer = state.runs.entry(run_id.to_owned()).or_default();
        buffer.over = false;
        Follow { background: self.clone(), run_id: run_id.to_owned(), at: buffer.frames.len() }
    }

    /// Reads `frames` to the end, with or without a listener. Spawn it.
    pub async fn record(self, run_id: String, frames: impl Stream<Item = String>) {
        let mut frames = pin!(frames);
        while let Some(frame) = frames.next().await {
            if !self.push(&run_id, &frame) {
                return;
            }
        }
        self.end(&run_id);
    }

    /// The response to `/resume`: the frames after index `last`, then those to come. `None` if the run is unknown.
    pub fn resume(&self, run_id: &str, last: Option<usize>) -> Option<impl Stream<Item = String>> {
        let state = self.state();
        let buffer = state.runs.get(run_id)?;
        let from = last.map_or(0, |last| last + 1).min(buffer.frames.len());
        let missed = buffer.frames[from..].to_vec();
        let (total, count) = (buffer.frames.len(), missed.len());
        let meta = |name: &str, facts: Value| {
            let mut data = json!({"event": name, "run_id": run_id});
            facts.as_object().into_iter().flatten().for_each(|(key, value)| data[key] = value.clone());
            format!("event: {name}\ndata: {data}\n\n")
        };
        let status = if state.paused.contains_key(run_id) { "PAUSED" } else { "COMPLETED" };
        let (before, after) = match buffer.over {
            true => {
                (Some(meta("replay", json!({"status": status, "total_events": count, "total_buffered": total}))), None)
            }
            false => {
                let caught_up = meta(
                    "catch_up",
                    json!({"status": "running", "missed_events": count, "current_event_count": total}),
                );
                (Some(caught_up).filter(|_| count > 0), Some(meta("subscribed", json!({"status": "running"}))))
            }
        };
        let rest = Follow { background: self.clone(), run_id: run_id.to_owned(), at: total };
        Some(iter(before).chain(iter(missed)).chain(iter(after)).chain(rest))
    }

    /// Keeps the stream of `run_id` under `source`'s id.
    pub fn keep_under(&self, source: &str, run_id: &str) {
        self.state().stream_of.insert(run_id.to_owned(), source.to_owned());
    }

    /// `/cancel`: sends `frame` and ends the run.
    pub fn stop(&self, run_id: &str, frame: &str) {
        let stream = self.state().stream_of.get(run_id).cloned().unwrap_or_else(|| run_id.to_owned());
        if self.is_running(&stream) {
            self.push(&stream, frame);
            self.end(&stream);
        }
        if let Some(cancelled) = self.state().foreground.get_mut(run_id) {
            *cancelled = true;
        }
    }

    /// Whether it is a background run that has not ended.
    pub fn is_running(&self, run_id: &str) -> bool {
        self.state().runs.get(run_id).is_some_and(|buffer| !buffer.over)
    }

    /// The frames of a foreground run; after `/cancel` the next one is `last`, and then it ends.
    pub fn cancellable(
        &self,
        run_id: &str,
        frames: impl Stream<Item = String>,
        last: String,
    ) -> impl Stream<Item = String> {
        self.state().foreground.insert(run_id.to_owned(), false);
        let running = Foreground { background: self.clone(), run_id: run_id.to_owned() };
        let mut last = Some(last);
        frames.scan(running, move |running, frame| {
            std::future::ready(match running.is_cancelled() {
                true => last.take(),
                false => Some(frame),
            })
        })
    }

    /// Pauses the run until the user answers.
    pub fn pause(&self, run_id: &str, request: RunRequest) {
        self.state().paused.insert(run_id.to_owned(), request);
    }

    #[cfg(target_arch = "wasm32")]
    pub fn is_paused(&self, run_id: &str) -> bool {
        self.state().paused.contains_key(run_id)
    }

    /// Takes the request of a paused run.
    pub fn take_paused(&self, run_id: &str) -> Option<RunRequest> {
        self.state().paused.remove(run_id)
    }

    /// Numbers a frame and stores it. Returns `false` if the run has ended.
    fn push(&self, run_id: &str, frame: &str) -> bool {
        let mut state = self.state();
        let Some(buffer) = state.runs.get_mut(run_id).filter(|buffer| !buffer.over) else { return false };
        buffer.frames.push(numbered(frame, buffer.frames.len()));
        buffer.waiting.drain(..).for_each(Waker::wake);
        true
    }

    fn end(&self, run_id: &str) {
        if let Some(buffer) = self.state().runs.get_mut(run_id) {
            buffer.over = true;
            buffer.waiting.drain(..).for_each(Waker::wake);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A foreground run in progress.
struct Foreground {
    background: Background,
    run_id: String,
}

impl Foreground {
    fn is_cancelled(&self) -> bool {
        self.background.state().foreground.get(&self.run_id).is_some_and(|cancelled| *cancelled)
    }
}

impl Drop for Foreground {
    fn drop(&mut self) {
        self.background.state().foreground.remove(&self.run_id);
    }
}

/// The frames of a run from an index on.
pub struct Follow {
    background: Background,
    run_id: String,
    at: usize,
}

impl Stream for Follow {
    type Item = String;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<String>> {
        let background = self.background.clone();
        let mut state = background.state();
        let Some(buffer) = state.runs.get_mut(&self.run_id) else { return Poll::Ready(None) };
        match buffer.frames.get(self.at) {
            Some(frame) => {
                self.at += 1;
                Poll::Ready(Some(frame.clone()))
            }
            None if buffer.over => Poll::Ready(None),
            None => {
                buffer.waiting.push(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// The frame with its `event_index`.
fn numbered(frame: &str, index: usize) -> String {
    match frame.rsplit_once("}\n\n") {
        Some((data, _)) => format!("{data},\"event_index\":{index}}}\n\n"),
        None => frame.to_owned(),
    }
}
