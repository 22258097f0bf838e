//! Streams that fall silent, and a network that goes and comes back.

use super::connection::Leg;
use super::send_delay::Why;
use super::{Client, Output};
use crate::error::{ErrorType, StreamError};
use crate::state::{Cause, Outcome};
use crate::time::Seconds;

impl Client {
    /// When a stream has been silent for too long, if nothing comes until then.
    pub(super) fn stalls_at(&self) -> Option<Seconds> {
        let leg = self.leg.as_ref().filter(|l| !l.by_hand && l.over_since.is_none() && l.send.is_some())?;
        let resumable = self.conversation.resume_point().is_some();
        let bound = if resumable { self.config.stall.background } else { self.config.stall.foreground };
        let waits = self.conversation.retry.as_ref().map_or(0.0, |r| r.resumes_at);
        (bound > 0.0).then(|| leg.heard_at.max(waits) + bound)
    }

    /// The stream is silent: for longer than the bound, or (`known`) because the network was away.
    pub(super) fn stalled(&mut self, now: Seconds, known: bool) {
        if !known && self.stalls_at().is_none_or(|at| now < at) {
            return;
        }
        let Some(leg) = self.leg.take() else { return };
        self.outputs.push_back(Output::Abort(leg.request));
        let Some(leg) = self.lost(leg, now) else { return };
        let kind = if self.went_unheard(&leg) { ErrorType::Network } else { ErrorType::Interrupted };
        self.break_off(leg, Outcome::Interrupted, StreamError::new(kind, SILENT), now);
    }

    pub(super) fn online(&mut self, now: Seconds) {
        let was_away = self.offline_since.take();
        match self.wait.as_ref().map(|w| w.why) {
            Some(Why::Retry(Cause::Network) | Why::Resume) => self.wake(now, true),
            _ => {
                let silent = |leg: &Leg| was_away.is_some_and(|since| leg.heard_at <= since) && !leg.by_hand;
                if self.leg.as_ref().is_some_and(silent) && self.conversation.resume_point().is_some() {
                    self.stalled(now, true);
                }
            }
        }
    }
}

const SILENT: &str = "Nothing came from the server for too long.";
