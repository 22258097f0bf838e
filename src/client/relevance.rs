//! Whether an input is relevant in the current state.

use super::send_delay::DelayReason;
use super::{Client, Input};
use crate::state::RetryCause;

impl Client {
    /// Whether `input` can change anything.
    pub(super) fn is_relevant(&self, input: &Input<'_>) -> bool {
        match input {
            Input::Opened { request, .. }
            | Input::Chunk { request, .. }
            | Input::Closed { request }
            | Input::Failed { request }
            | Input::Diagnosed { request, .. }
            | Input::NotSent { request } => self.live_request() == Some(*request),
            // Fed bytes must not mix with those of a fetch, nor reach a stream that was cancelled.
            Input::Feed(_) => self.is_fed_by_caller() || (self.is_idle() && !self.discard_fed),
            Input::End => self.is_fed_by_caller() || self.discard_fed,
            Input::Cancel => !self.is_idle() || self.is_paused() || !(self.queue.is_empty() || self.queue.is_paused()),
            Input::CancelAll => self.is_busy() || self.is_paused(),
            Input::ResumeQueue => self.queue.is_paused(),
            Input::Detach => self.is_busy(),
            // The past is not loaded into a running conversation.
            Input::LoadVersion { .. } => self.is_idle() && !self.conversation.turns.is_empty(),
            Input::LoadTurn { .. } => self.is_idle(),
            Input::ShowVersion { turn, index } => self.conversation.has_version(*turn, *index),
            Input::Called { request, .. } => self.calls.iter().any(|(id, _)| id == request),
            Input::Offline => self.offline_since.is_none(),
            Input::CancelQueued { ticket }
            | Input::EditQueued { ticket, .. }
            | Input::MoveQueued { ticket, .. }
            | Input::SendQueuedNow { ticket } => self.queue().any(|send| send.id == *ticket),
            Input::RetryNow => self.delayed.is_some(),
            Input::Online => {
                self.offline_since.is_some()
                    || self.delayed.as_ref().is_some_and(|w| {
                        matches!(w.reason, DelayReason::Retry(RetryCause::Network) | DelayReason::Resume)
                    })
            }
            Input::DismissError => self.conversation.error.is_some(),
            Input::Tick => self.wake_at.is_some(),
            Input::Send { .. }
            | Input::SendInBackground { .. }
            | Input::SendNow { .. }
            | Input::Begin { .. }
            | Input::Resume { .. }
            | Input::Continue { .. }
            | Input::Regenerate { .. }
            | Input::Edit { .. }
            | Input::Follow { .. }
            | Input::Clear { .. }
            | Input::LimitElsewhere { .. }
            | Input::LimitOver => true,
        }
    }
}
