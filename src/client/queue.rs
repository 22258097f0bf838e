//! The queue of sends: the user's before background ones, each in order of arrival, until the user moves one.

use super::edit_progress::Edit;
use super::{Priority, Ticket};
use crate::time::Seconds;
use serde::Serialize;

/// A send, from the call until it is settled.
#[derive(Debug, Clone)]
pub(super) struct Send {
    pub ticket: Ticket,
    pub text: String,
    pub files: Vec<String>,
    pub priority: Priority,
    /// When it was queued.
    pub since: Seconds,
    /// Retries made against this target.
    pub retries: u32,
    /// A named delay of zero or of milliseconds was honored.
    pub was_short: bool,
    /// 0: the configured component; 1: the first fallback.
    pub target: usize,
    /// Resume attempts since the last progress.
    pub resumes: u32,
    /// Its turn is a new version of an earlier one.
    pub again: bool,
    /// It is an edit.
    pub edit: Option<Box<Edit>>,
}

/// A waiting send, as the page sees it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct QueuedSend<'a> {
    pub id: Ticket,
    pub text: &'a str,
    pub priority: Priority,
    pub since: Seconds,
    pub waits_for: WaitsFor,
}

/// What a send waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, clippy::exhaustive_enums)]
pub enum WaitsFor {
    /// The current answer to end.
    Run,
    /// A rate limit to pass.
    Limit,
    /// The user to resume the queue, or to send something.
    Resume,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Queue {
    sends: Vec<Send>,
    /// Nothing leaves it by itself. An empty queue is not paused.
    paused: bool,
}

impl Queue {
    pub fn len(&self) -> usize {
        self.sends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.sends.is_empty()
    }

    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Pauses the queue if something waits in it.
    pub fn pause(&mut self, paused: bool) {
        self.paused = paused && !self.is_empty();
    }

    /// Inserts the send: a background one at the end, the user's before the background ones at the end.
    pub fn push(&mut self, send: Send) {
        let behind = match send.priority {
            Priority::User => self.sends.iter().rposition(|s| s.priority == Priority::User).map_or(0, |at| at + 1),
            Priority::Background => self.sends.len(),
        };
        self.sends.insert(behind, send);
    }

    pub fn push_front(&mut self, send: Send) {
        self.sends.insert(0, send);
    }

    pub fn get_mut(&mut self, ticket: Ticket) -> Option<&mut Send> {
        self.sends.iter_mut().find(|s| s.ticket == ticket)
    }

    /// Moves a send to `index`, or to the end.
    pub fn move_to(&mut self, ticket: Ticket, index: usize) {
        if let Some(at) = self.sends.iter().position(|s| s.ticket == ticket) {
            let send = self.sends.remove(at);
            self.sends.insert(index.min(self.sends.len()), send);
        }
    }

    /// The next send, left in the queue.
    pub fn first(&self) -> Option<&Send> {
        self.sends.first()
    }

    pub fn pop(&mut self) -> Option<Send> {
        let send = (!self.is_empty()).then(|| self.sends.remove(0));
        self.pause(self.paused);
        send
    }

    pub fn remove(&mut self, ticket: Ticket) -> Option<Send> {
        let at = self.sends.iter().position(|s| s.ticket == ticket)?;
        let send = self.sends.remove(at);
        self.pause(self.paused);
        Some(send)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Send> {
        self.sends.iter()
    }
}

impl Send {
    pub fn new(priority: Priority, ticket: Ticket, text: String, files: Vec<String>, now: Seconds) -> Send {
        Send {
            ticket,
            text,
            files,
            priority,
            since: now,
            retries: 0,
            was_short: false,
            target: 0,
            resumes: 0,
            again: false,
            edit: None,
        }
    }

    pub fn view(&self, waits_for: WaitsFor) -> QueuedSend<'_> {
        let Send { ticket, text, priority, since, .. } = self;
        QueuedSend { id: *ticket, text, priority: *priority, since: *since, waits_for }
    }
}
