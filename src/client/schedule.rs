//! What follows from the state: when to be woken, and what is due then.

use super::{Client, Output};
use crate::time::Seconds;

/// After the end of a run the server closes the stream. One that does not is given up after so many seconds.
const LINGER: Seconds = 5.0;

impl Client {
    /// A byte came.
    pub(super) fn hear(&mut self, now: Seconds) {
        if let Some(leg) = self.leg.as_mut() {
            leg.heard_at = now;
        }
    }

    pub(super) fn tick(&mut self, now: Seconds) {
        if self.leg.as_ref().and_then(|l| l.over_since).is_some_and(|since| now >= since + LINGER) {
            self.give_up(now);
        }
        self.stalled(now, false);
        self.wake(now, false);
    }

    /// What follows from the state, after every input: who goes on, what others are told, when to be woken. A timer that
    /// has rung is set again.
    pub(super) fn plan(&mut self, rung: bool, now: Seconds) {
        self.follow_server();
        self.follow_limit(now);
        let over = self.conversation.current().is_some_and(|t| t.outcome.is_some());
        if let Some(leg) = self.leg.as_mut() {
            leg.over_since = match over && !self.conversation.status.is_streaming() {
                true => leg.over_since.or(Some(now)),
                false => None,
            };
        }
        let fetched = self.leg.as_ref().filter(|l| !l.by_hand);
        let linger = fetched.and_then(|l| l.over_since).map(|since| since + LINGER);
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
