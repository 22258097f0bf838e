//! Until a server has answered once, a request without a response is not repeated: the address is more likely wrong, or
//! the page's origin not allowed, than the network down. The answer fails at once, and the banner says why.

use super::Client;
use crate::error::{ErrorType, StreamError};
use crate::state::Outcome;
use crate::time::Seconds;

impl Client {
    /// Whether the server has answered before, by anything but a gateway's error: connections to it are known to work,
    /// so one that fails may recover. A restored answer counts.
    pub fn is_reached(&self) -> bool {
        self.reached
    }

    /// The server has answered another client, or an earlier page.
    pub fn set_reached(&mut self) {
        self.reached = true;
    }

    /// A response with this status arrived. 502 and above may come from a gateway whose server is away.
    pub(super) fn note_response(&mut self, status: u16) {
        self.reached |= status < 502;
    }

    /// Whether a request without a response is not worth repeating. A page that is known to be offline waits instead.
    pub(super) fn fails_at_once(&self) -> bool {
        !self.reached && self.offline_since.is_none()
    }

    /// The shell knows why there is no response (`Network`), or none that can be read.
    pub(super) fn diagnosed(&mut self, kind: ErrorType, message: &str, now: Seconds) {
        if kind == ErrorType::Network {
            return self.connection_failed(true, Some(message), now);
        }
        let outcome = if kind == ErrorType::Interrupted { Outcome::Interrupted } else { Outcome::Failed };
        // Without a send, it already waits for its retry.
        if let Some(connection) = self.connection.take().filter(|c| c.fed_by_caller || c.send.is_some()) {
            self.end_with_error(connection, outcome, StreamError::new(kind, message), now);
        }
    }
}
