//! The queue of sends: the user's before background ones, each in order of arrival.

use super::{Priority, Ticket};
use crate::time::Seconds;
use serde::Serialize;
use std::collections::VecDeque;

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
    /// A named delay of zero or of milliseconds was honoured.
    pub was_short: bool,
    /// 0: the configured component; 1: the first fallback.
    pub target: usize,
    /// Resume attempts since the last progress.
    pub resumes: u32,
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
}

#[derive(Debug, Clone, Default)]
pub(super) struct Queue {
    sends: VecDeque<Send>,
}

impl Queue {
    pub fn len(&self) -> usize {
        self.sends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.sends.is_empty()
    }

    /// Inserts the send; the user's go before background ones.
    pub fn push(&mut self, send: Send) {
        let behind = match send.priority {
            Priority::User => self.sends.iter().position(|s| s.priority == Priority::Background),
            Priority::Background => None,
        };
        self.sends.insert(behind.unwrap_or(self.sends.len()), send);
    }

    /// The next send, left in the queue.
    pub fn first(&self) -> Option<&Send> {
        self.sends.front()
    }

    pub fn pop(&mut self) -> Option<Send> {
        self.sends.pop_front()
    }

    pub fn remove(&mut self, ticket: Ticket) -> Option<Send> {
        let at = self.sends.iter().position(|s| s.ticket == ticket)?;
        self.sends.remove(at)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Send> {
        self.sends.iter()
    }
}

impl Send {
    pub fn view(&self, waits_for: WaitsFor) -> QueuedSend<'_> {
        let Send { ticket, text, priority, since, .. } = self;
        QueuedSend { id: *ticket, text, priority: *priority, since: *since, waits_for }
    }
}
