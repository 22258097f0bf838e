//! Stops what runs, waits or is paused, on the server as well.

use super::resume::run_url;
use super::{Call, Client, Output};
use crate::state::{Outcome, Status};
use crate::time::Seconds;

impl Client {
    /// The user stops the answer. The server is told too, if it has a run to stop. What waits is dropped, or waits for
    /// the user.
    pub(super) fn stop_run(&mut self, drops_queue: bool, now: Seconds) {
        let run = if self.watch_unnamed() { None } else { self.run_to_stop() };
        let waits = self.conversation.current().is_some_and(|turn| turn.outcome == Some(Outcome::Paused));
        if drops_queue {
            self.cancel(now);
        } else {
            self.queue.pause(true);
            self.conversation.head_dirty = true;
            self.cancel_current(now);
        }
        // A pause that comes back, because an edit or another turn's answer was stopped, stays.
        if self.is_paused() && waits {
            self.conversation.cancel_pause(now);
        }
        if let Some(run) = run {
            self.stop_on_server(run);
        }
    }

    pub(super) fn is_paused(&self) -> bool {
        self.conversation.status == Status::Ended(Outcome::Paused)
    }

    /// The id of the turn, and the URL that cancels its run on the server.
    pub(super) fn run_to_stop(&self) -> Option<(u32, String)> {
        let runs = self.config.runs(self.target)?;
        let (turn, run) = self.conversation.running_or_paused_run()?;
        Some((turn.id, run_url(&runs, run, "/cancel")))
    }

    pub(super) fn stop_on_server(&mut self, (turn, url): (u32, String)) {
        let id = self.next_request();
        self.calls.push((id, turn));
        self.outputs.push_back(Output::Call(Call { id, url }));
    }

    pub(super) fn called(&mut self, request: u32, status: u16, now: Seconds) {
        let Some(at) = self.calls.iter().position(|(id, _)| *id == request) else { return };
        let (_, turn) = self.calls.swap_remove(at);
        self.conversation.server_cancelled(turn, status, now);
    }
}
