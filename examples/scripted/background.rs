//! Runs that go on when nobody listens, and what they said: AgentOS's `background=true`, `/resume` and `/continue`. Kept
//! for as long as the process, or the page, lives.

use super::Asked;
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
    runs: HashMap<String, Kept>,
    /// What was asked of runs that wait for the user.
    paused: HashMap<String, Asked>,
}

#[derive(Default)]
struct Kept {
    frames: Vec<String>,
    over: bool,
    waiting: Vec<Waker>,
}

impl Background {
    /// A run begins, or goes on after a pause; what it will say is to be followed, and kept by [`keep`](Self::keep).
    pub fn open(&self, run_id: &str) -> Follow {
        let mut state = self.state();
        let kept = state.runs.entry(run_id.to_owned()).or_default();
        kept.over = false;
        Follow { background: self.clone(), run_id: run_id.to_owned(), at: kept.frames.len() }
    }

    /// Reads `frames` to their end, whoever listens; to be spawned.
    pub async fn keep(self, run_id: String, frames: impl Stream<Item = String>) {
        let mut frames = pin!(frames);
        while let Some(frame) = frames.next().await {
            if !self.push(&run_id, &frame) {
                return;
            }
        }
        self.end(&run_id);
    }

    /// The answer to `/resume`: what came after the frame `last`, and what still comes. `None`: nobody knows the run.
    pub fn resume(&self, run_id: &str, last: Option<usize>) -> Option<impl Stream<Item = String>> {
        let state = self.state();
        let kept = state.runs.get(run_id)?;
        let from = last.map_or(0, |last| last + 1).min(kept.frames.len());
        let missed = kept.frames[from..].to_vec();
        let (total, count) = (kept.frames.len(), missed.len());
        let meta = |name: &str, facts: Value| {
            let mut data = json!({"event": name, "run_id": run_id});
            facts.as_object().into_iter().flatten().for_each(|(key, value)| data[key] = value.clone());
            format!("event: {name}\ndata: {data}\n\n")
        };
        let (before, behind) = match kept.over {
            true => (
                Some(meta("replay", json!({"status": "COMPLETED", "total_events": count, "total_buffered": total}))),
                None,
            ),
            false => {
                let caught_up = meta(
                    "catch_up",
                    json!({"status": "running", "missed_events": count, "current_event_count": total}),
                );
                (Some(caught_up).filter(|_| count > 0), Some(meta("subscribed", json!({"status": "running"}))))
            }
        };
        let rest = Follow { background: self.clone(), run_id: run_id.to_owned(), at: total };
        Some(iter(before).chain(iter(missed)).chain(iter(behind)).chain(rest))
    }

    /// `/cancel`: the run says so, and ends.
    pub fn stop(&self, run_id: &str, frame: &str) {
        let runs = self.state().runs.get(run_id).is_some_and(|kept| !kept.over);
        if runs {
            self.push(run_id, frame);
            self.end(run_id);
        }
    }

    /// The run waits for the user.
    pub fn pause(&self, run_id: &str, asked: Asked) {
        self.state().paused.insert(run_id.to_owned(), asked);
    }

    /// The user answered.
    pub fn take_paused(&self, run_id: &str) -> Option<Asked> {
        self.state().paused.remove(run_id)
    }

    /// Numbers a frame and keeps it. `false`: the run was stopped.
    fn push(&self, run_id: &str, frame: &str) -> bool {
        let mut state = self.state();
        let Some(kept) = state.runs.get_mut(run_id).filter(|kept| !kept.over) else { return false };
        kept.frames.push(numbered(frame, kept.frames.len()));
        kept.waiting.drain(..).for_each(Waker::wake);
        true
    }

    fn end(&self, run_id: &str) {
        if let Some(kept) = self.state().runs.get_mut(run_id) {
            kept.over = true;
            kept.waiting.drain(..).for_each(Waker::wake);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a run says from some frame on.
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
        let Some(kept) = state.runs.get_mut(&self.run_id) else { return Poll::Ready(None) };
        match kept.frames.get(self.at) {
            Some(frame) => {
                self.at += 1;
                Poll::Ready(Some(frame.clone()))
            }
            None if kept.over => Poll::Ready(None),
            None => {
                kept.waiting.push(context.waker().clone());
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
