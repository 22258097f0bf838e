//! Which inputs can change anything.

use super::send_delay::Why;
use super::{Client, Input};
use crate::state::Cause;

impl Client {
    /// Whether `input` can change anything.
    pub(super) fn concerns(&self, input: &Input<'_>) -> bool {
        match input {
            Input::Opened { request, .. }
            | Input::Chunk { request, .. }
            | Input::Closed { request }
            | Input::Failed { request }
            | Input::NotSent { request } => self.live_request() == Some(*request),
            // Bytes of the caller's do not mix with those of a fetch, nor come late to a leg that was cancelled.
            Input::Feed(_) => self.is_fed_by_hand() || (self.is_idle() && !self.hung_up),
            Input::End => self.is_fed_by_hand() || self.hung_up,
            Input::Cancel => self.is_busy() || self.is_paused(),
            Input::HangUp => self.is_busy(),
            // A conversation that goes on is not to be mixed with its past.
            Input::Recall { .. } => self.is_idle(),
            Input::Called { request, .. } => self.calls.iter().any(|(id, _)| id == request),
            Input::Offline => self.offline_since.is_none(),
            Input::CancelQueued { ticket } => self.queue().any(|send| send.id == *ticket),
            Input::RetryNow => self.wait.is_some(),
            Input::Online => {
                self.offline_since.is_some()
                    || self.wait.as_ref().is_some_and(|w| matches!(w.why, Why::Retry(Cause::Network) | Why::Resume))
            }
            Input::DismissError => self.conversation.error.is_some(),
            Input::Tick => self.wake_at.is_some(),
            Input::Send { .. }
            | Input::SendInBackground { .. }
            | Input::Begin { .. }
            | Input::Resume { .. }
            | Input::Continue { .. }
            | Input::Clear { .. }
            | Input::LimitElsewhere { .. }
            | Input::LimitOver => true,
        }
    }
}
