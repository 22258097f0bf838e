//! A session that is busy: another client's run is going on in it, and the server takes no second one
//! (`session_busy`; docs/agentos-protocol.md §15). The send waits, and asks again and again.

use super::queue::Send;
use super::{Client, Output};
use crate::time::Seconds;

/// Seconds before the first repetition; doubled with each.
const FIRST_DELAY: Seconds = 1.0;
const LONGEST_DELAY: Seconds = 15.0;

#[derive(Debug, Clone, Default)]
pub(super) struct SessionBusy {
    until: Option<Seconds>,
    delay: Seconds,
}

impl SessionBusy {
    pub fn is_on(&self) -> bool {
        self.until.is_some()
    }

    /// When to ask again, if that is after `now`.
    pub fn until(&self, now: Seconds) -> Option<Seconds> {
        self.until.filter(|until| *until > now)
    }

    pub fn end(&mut self) {
        *self = SessionBusy::default();
    }

    fn hit(&mut self, now: Seconds) {
        self.delay = if self.until.is_some() { (self.delay * 2.0).min(LONGEST_DELAY) } else { FIRST_DELAY };
        self.until = Some(now + self.delay);
    }
}

impl Client {
    /// The only event of the stream says that the session is busy.
    pub(super) fn run_refused_as_busy(&mut self, now: Seconds) {
        let Some(connection) = self.connection.take() else { return };
        self.outputs.push_back(Output::Abort(connection.request));
        if let Some(send) = connection.send {
            self.wait_for_session(send, now);
        }
    }

    pub(super) fn wait_for_session(&mut self, send: Send, now: Seconds) {
        self.busy.hit(now);
        match self.pacing_for(&send, now) {
            Some(pacing) => self.hold_back(send, pacing, now),
            None => self.resend(send, now),
        }
    }
}
