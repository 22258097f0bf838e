//! Streams that stall, and networks that go away and come back.

use super::connection::{Connection, Purpose};
use super::send_delay::DelayReason;
use super::{Client, Output};
use crate::error::{ErrorType, StreamError};
use crate::state::{Outcome, RetryCause};
use crate::time::Seconds;

impl Client {
    /// When the current stream counts as stalled, unless a byte arrives before.
    pub(super) fn stalls_at(&self) -> Option<Seconds> {
        let connection =
            self.connection.as_ref().filter(|c| !c.fed_by_caller && c.run_ended_at.is_none() && c.send.is_some())?;
        // AgentOS numbers the frames of continued runs in the foreground too, without comments in between.
        let numbered = matches!(connection.purpose, Purpose::Continue | Purpose::Again) && !self.config.background;
        let resumable = !numbered && self.conversation.resume_from().is_some();
        let bound = if resumable { self.config.stall.background } else { self.config.stall.foreground };
        let waits = self.conversation.retry.as_ref().map_or(0.0, |r| r.resumes_at);
        (bound > 0.0).then(|| connection.last_byte_at.max(waits) + bound)
    }

    /// Handles a stalled stream: silent for too long, or (`known`) because the network was away.
    pub(super) fn stalled(&mut self, now: Seconds, known: bool) {
        if !known && self.stalls_at().is_none_or(|at| now < at) {
            return;
        }
        self.settle_early(now);
        let Some(connection) = self.connection.take() else { return };
        self.outputs.push_back(Output::Abort(connection.request));
        let Some(connection) = self.try_resume(connection, now) else { return };
        if let Some(error) = connection.foreign_error() {
            return self.end_with_error(connection, Outcome::Failed, error, now);
        }
        let kind = if self.continue_unconfirmed(&connection) { ErrorType::Network } else { ErrorType::Interrupted };
        self.end_with_error(connection, Outcome::Interrupted, StreamError::new(kind, SILENT), now);
    }

    pub(super) fn online(&mut self, now: Seconds) {
        let was_away = self.offline_since.take();
        match self.delayed.as_ref().map(|w| w.reason) {
            Some(DelayReason::Retry(RetryCause::Network) | DelayReason::Resume) => self.wake(now, true),
            _ => {
                let silent = |connection: &Connection| {
                    was_away.is_some_and(|since| connection.last_byte_at <= since) && !connection.fed_by_caller
                };
                if self.connection.as_ref().is_some_and(silent) && self.conversation.resume_from().is_some() {
                    self.stalled(now, true);
                }
            }
        }
    }
}

const SILENT: &str = "The server has sent nothing for too long.";
