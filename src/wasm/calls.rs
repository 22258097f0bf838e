//! Calls by the user and the page: send, queue, cancel, continue, ask again, dismiss.

use super::options::pairs;
use super::shell::outcome_name;
use super::Core;
use crate::client::Input;
use crate::error::ErrorType;
use crate::text::decimal;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Core {
    /// Sends a message of the user, or of the page (`background`). The host gets `ticket` back once it is settled.
    pub fn send(&self, ticket: u32, text: &str, files: Vec<String>, background: bool) {
        let files = &files;
        self.shell.handle(match background {
            true => Input::SendInBackground { ticket, text, files },
            false => Input::Send { ticket, text, files },
        });
    }

    /// Sends a message of the user, and stops the answer for it.
    #[wasm_bindgen(js_name = sendNow)]
    pub fn send_now(&self, ticket: u32, text: &str, files: Vec<String>) {
        self.shell.handle(Input::SendNow { ticket, text, files: &files });
    }

    /// Replaces the text of a waiting send.
    #[wasm_bindgen(js_name = editQueued)]
    pub fn edit_queued(&self, ticket: u32, text: &str) -> bool {
        self.shell.handle(Input::EditQueued { ticket, text })
    }

    /// Moves a waiting send to a position, from 0.
    #[wasm_bindgen(js_name = moveQueued)]
    pub fn move_queued(&self, ticket: u32, index: u32) -> bool {
        self.shell.handle(Input::MoveQueued { ticket, index: index as usize })
    }

    /// Sends a waiting message, and stops the answer for it.
    #[wasm_bindgen(js_name = sendQueuedNow)]
    pub fn send_queued_now(&self, ticket: u32) -> bool {
        self.shell.handle(Input::SendQueuedNow { ticket })
    }

    /// Resumes a paused queue.
    #[wasm_bindgen(js_name = resumeQueue)]
    pub fn resume_queue(&self) -> bool {
        self.shell.handle(Input::ResumeQueue)
    }

    /// Drops a waiting send.
    #[wasm_bindgen(js_name = cancelQueued)]
    pub fn cancel_queued(&self, ticket: u32) -> bool {
        self.shell.handle(Input::CancelQueued { ticket })
    }

    /// Skips the current wait.
    #[wasm_bindgen(js_name = retryNow)]
    pub fn retry_now(&self) -> bool {
        self.shell.handle(Input::RetryNow)
    }

    /// Resumes an interrupted answer. The host gets `ticket` back once it is settled.
    pub fn resume(&self, ticket: u32) {
        self.shell.handle(Input::Resume { ticket });
    }

    /// Answers a paused run. `answers`: form fields, names and values alternating.
    #[wasm_bindgen(js_name = continueRun)]
    pub fn continue_run(&self, ticket: u32, answers: Vec<String>) {
        self.shell.handle(Input::Continue { ticket, answers: &pairs(answers) });
    }

    /// Whether a response is open, other than one that the caller feeds.
    #[wasm_bindgen(js_name = isReading)]
    pub fn is_reading(&self) -> bool {
        let client = self.shell.client.borrow();
        client.live_request().is_some() && !client.is_fed_by_caller()
    }

    /// Why the answer of a turn (negative: the last one) cannot be asked for again now.
    #[wasm_bindgen(js_name = whyNotAgain)]
    pub fn why_not_again(&self, turn: f64) -> Option<String> {
        self.shell.client.borrow().why_not_again(turn_id(turn)).map(str::to_owned)
    }

    /// Asks for the answer of a turn (negative: the last one) again. `stored`: the status of its run on the server.
    pub fn regenerate(&self, ticket: u32, turn: f64, instructions: &str, stored: Option<String>) {
        self.shell.handle(Input::Regenerate { ticket, turn: turn_id(turn), instructions, stored: stored.as_deref() });
    }

    /// The turns that the model sees, from `turn` on, one per line: the ids of their runs, each with `+` (completed) or
    /// `-` before it and a tab after it.
    #[wasm_bindgen(js_name = runsFrom)]
    pub fn runs_from(&self, turn: u32) -> String {
        self.shell.client.borrow().runs_from(turn)
    }

    /// Replaces the user's message of a turn, in `run` or a new one, after it has hidden other runs. `fields`: form
    /// fields, names and values alternating.
    #[allow(clippy::too_many_arguments)]
    pub fn edit(
        &self,
        ticket: u32,
        turn: u32,
        text: &str,
        files: Vec<String>,
        hide: Vec<String>,
        run: Option<String>,
        fields: Vec<String>,
    ) {
        let (run, fields) = (run.as_deref(), &pairs(fields));
        self.shell.handle(Input::Edit { ticket, turn, text, files: &files, hide: &hide, run, fields });
    }

    /// The answer of a turn goes on elsewhere: shows what the server sends of it. `stream`: another run regenerates it,
    /// and its frames are kept under this id.
    pub fn follow(&self, ticket: u32, turn: u32, stream: Option<String>) {
        self.shell.handle(Input::Follow { ticket, turn, stream: stream.as_deref() });
    }

    /// The turn of a top-level run: its number, `last` or `older` (version), and how it ended there: `3 last paused`.
    #[wasm_bindgen(js_name = findRun)]
    pub fn find_run(&self, id: &str) -> Option<String> {
        let found = self.shell.client.borrow().conversation.find_run(id)?;
        let which = if found.is_last { " last " } else { " older " };
        Some([decimal(found.turn.into()).as_str(), which, found.outcome.map_or("running", outcome_name)].concat())
    }

    /// Shows a version of a turn.
    #[wasm_bindgen(js_name = showVersion)]
    pub fn show_version(&self, turn: u32, index: u32) -> bool {
        self.shell.handle(Input::ShowVersion { turn, index: index as usize })
    }

    /// The network went away.
    pub fn offline(&self) {
        self.shell.handle(Input::Offline);
    }

    /// The network is back.
    pub fn online(&self) {
        self.shell.handle(Input::Online);
    }

    /// Another tab hit a limit that lasts until `until` (seconds since the Unix epoch); negative: it is over.
    #[wasm_bindgen(js_name = limitElsewhere)]
    pub fn limit_elsewhere(&self, until: f64) {
        self.shell.handle(if until < 0.0 { Input::LimitOver } else { Input::LimitElsewhere { until } });
    }

    /// The server has answered before: this page, or an earlier one.
    pub fn reach(&self) {
        self.shell.client.borrow_mut().set_reached();
    }

    /// Whether the server has answered before.
    #[wasm_bindgen(getter)]
    pub fn reached(&self) -> bool {
        self.shell.client.borrow().is_reached()
    }

    /// Why request `request` has no response (`network`), or none that can be read (any other `type`).
    pub fn diagnosed(&self, request: u32, kind: &str, message: &str) {
        let kind = match kind {
            "network" => ErrorType::Network,
            "interrupted" => ErrorType::Interrupted,
            _ => ErrorType::Protocol,
        };
        self.shell.handle(Input::Diagnosed { request, kind, message });
    }

    /// The user stops the answer; the queue pauses.
    pub fn cancel(&self) {
        self.shell.handle(Input::Cancel);
    }

    /// The user stops the answer and drops the queue.
    #[wasm_bindgen(js_name = cancelAll)]
    pub fn cancel_all(&self) {
        self.shell.handle(Input::CancelAll);
    }

    /// The time passed to `Host::wake` has come.
    pub fn tick(&self) {
        self.shell.handle(Input::Tick);
    }

    /// Closes the banner.
    #[wasm_bindgen(js_name = dismissError)]
    pub fn dismiss_error(&self) {
        self.shell.handle(Input::DismissError);
    }

    /// Drops the turns. The next send goes to `session`, or to a new one.
    pub fn clear(&self, session: Option<String>) {
        self.shell.handle(Input::Clear { session_id: session.as_deref() });
    }

    /// Ends what runs. `free` releases the memory.
    pub fn dispose(&self) {
        if !self.shell.disposed.get() {
            self.shell.handle(Input::Detach);
            self.shell.disposed.set(true);
        }
    }
}

fn turn_id(turn: f64) -> Option<u32> {
    (turn >= 0.0).then_some(turn as u32)
}
