//! What follows from the state: when to be woken, and what is due then.

use super::{Client, Output};
use crate::time::Seconds;

/// After the end of a run the server closes the stream. One that does not is given up after so many seconds.
const CLOSE_GRACE: Seconds = 5.0;

impl Client {
    /// A byte came.
    pub(super) fn byte_received(&mut self, now: Seconds) {
        if let Some(connection) = self.connection.as_mut() {
            connection.last_byte_at = now;
        }
    }

    pub(super) fn tick(&mut self, now: Seconds) {
        if self.connection.as_ref().and_then(|l| l.run_ended_at).is_some_and(|since| now >= since + CLOSE_GRACE) {
            self.cancel_current(now);
        }
        self.stalled(now, false);
        self.wake(now, false);
    }

    /// What follows from the state, after every input: who goes on, what others are told, when to be woken. A timer that
    /// has rung is set again.
    pub(super) fn reschedule(&mut self, rung: bool, now: Seconds) {
        self.yield_to_server();
        self.share_limit(now);
        let over = self.conversation.current().is_some_and(|t| t.outcome.is_some());
        if let Some(connection) = self.connection.as_mut() {
            connection.run_ended_at = match over && !self.conversation.status.is_streaming() {
                true => connection.run_ended_at.or(Some(now)),
                false => None,
            };
        }
        let fetched = self.connection.as_ref().filter(|l| !l.fed_by_caller);
        let linger = fetched.and_then(|l| l.run_ended_at).map(|since| since + CLOSE_GRACE);
        let due = linger.or_else(|| self.next_due(now));
        // Each byte moves the time at which silence is too long; the timer is moved when it rings.
        let wake_at = match (due, self.stalls_at()) {
            (None, Some(stall)) => Some(self.wake_at.filter(|at| *at <= stall && !rung).unwrap_or(stall)),
            (due, _) => due,
        };
        if wake_at != self.wake_at || rung {
            self.wake_at = wake_at;
            self.outputs.push_back(Output::WakeAt(wake_at));
        }
        for line in self.conversation.monitor.take_lines() {
            if self.config.log {
                self.outputs.push_back(Output::Log(line));
            }
        }
    }

    /// From 0 to below 1 (xorshift32).
    pub(super) fn random(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        f64::from(self.random) / (f64::from(u32::MAX) + 1.0)
    }
}
