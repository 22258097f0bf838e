//! What follows from the state after every input, and what is due when the timer fires.

use super::{Client, Output};
use crate::time::Seconds;

/// Seconds that the server has to close the stream after the end of the run, before the client aborts it.
const CLOSE_GRACE: Seconds = 5.0;

impl Client {
    /// A byte arrived.
    pub(super) fn byte_received(&mut self, now: Seconds) {
        if let Some(connection) = self.connection.as_mut() {
            connection.last_byte_at = now;
        }
    }

    pub(super) fn tick(&mut self, now: Seconds) {
        if self.connection.as_ref().and_then(|c| c.run_ended_at).is_some_and(|since| now >= since + CLOSE_GRACE) {
            self.cancel_current(now);
        }
        self.give_up_gap(now);
        self.stalled(now, false);
        self.wake(now, false);
    }

    /// Updates deadlines, tells other tabs, and sets the timer. A timer that has fired is set again.
    pub(super) fn reschedule(&mut self, timer_fired: bool, now: Seconds) {
        self.yield_to_server();
        self.share_limit(now);
        let over = self.conversation.current().is_some_and(|t| t.outcome.is_some());
        if let Some(connection) = self.connection.as_mut() {
            connection.run_ended_at = match over && !self.conversation.status.is_streaming() {
                true => connection.run_ended_at.or(Some(now)),
                false => None,
            };
        }
        let fetched = self.connection.as_ref().filter(|c| !c.fed_by_caller);
        let grace_end = fetched.and_then(|c| c.run_ended_at).map(|since| since + CLOSE_GRACE);
        let due = self.early.due().or(grace_end).or_else(|| self.next_due(now));
        // Every byte postpones the stall deadline; the timer is moved only when it fires.
        let wake_at = match (due, self.stalls_at()) {
            (None, Some(stall)) => Some(self.wake_at.filter(|at| *at <= stall && !timer_fired).unwrap_or(stall)),
            (due, _) => due,
        };
        if wake_at != self.wake_at || timer_fired {
            self.wake_at = wake_at;
            self.outputs.push_back(Output::WakeAt(wake_at));
        }
        for line in self.conversation.monitor.take_lines() {
            if self.config.log {
                self.outputs.push_back(Output::Log(line));
            }
        }
    }

    /// In [0, 1) (xorshift32).
    pub(super) fn random(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        f64::from(self.random) / (f64::from(u32::MAX) + 1.0)
    }
}
