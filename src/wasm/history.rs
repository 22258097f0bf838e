//! Stored sessions, past turns, and unfinished answers.

use super::delta::to_js;
use super::Core;
use crate::client::Input;
use crate::state::resume_point::{ResumePause, ResumePoint};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Core {
    /// Loads a past turn: the user's message, its time, and the run's events as a stream.
    #[wasm_bindgen(js_name = recall)]
    pub fn load_turn(&self, text: Option<String>, at: f64, frames: &[u8]) {
        self.shell.handle(Input::LoadTurn { text: text.as_deref(), at, frames });
    }

    /// Loads another version of the turn loaded last. `keeps_work`: it regenerated the one before it.
    #[wasm_bindgen(js_name = recallVersion)]
    pub fn load_version(&self, text: Option<String>, keeps_work: bool, at: f64, frames: &[u8]) {
        self.shell.handle(Input::LoadVersion { text: text.as_deref(), keeps_work, at, frames });
    }

    /// Adds or updates a session from the server's list.
    #[wasm_bindgen(js_name = listSession)]
    pub fn list_session(&self, id: &str, name: &str, created_at: f64, updated_at: Option<f64>) {
        self.shell.client.borrow_mut().conversation.list_session(id, name, created_at, updated_at);
        self.shell.flush();
    }

    /// Takes a session off the list.
    #[wasm_bindgen(js_name = dropSession)]
    pub fn drop_session(&self, id: &str) {
        self.shell.client.borrow_mut().conversation.drop_session(id);
        self.shell.flush();
    }

    /// Sets the requirements of a pause whose stream did not carry them, as JSON.
    #[wasm_bindgen(js_name = tellPause)]
    pub fn set_pause_requirements(&self, requirements: &str) {
        self.shell.client.borrow_mut().conversation.set_pause_requirements(requirements);
        self.shell.flush();
    }

    /// Passes to the host what a page stores of an unfinished answer: a `ResumePoint`, or null.
    #[wasm_bindgen(js_name = keep)]
    pub fn resume_point(&self) {
        let point = to_js(&self.shell.client.borrow().resume_point());
        self.shell.host.resume_point(&point);
    }

    /// Shows a stored answer.
    #[allow(clippy::too_many_arguments)] // A `ResumePoint`, flat.
    pub fn restore(
        &self,
        run_id: String,
        session_id: Option<String>,
        last_index: f64,
        name: String,
        user: Option<String>,
        asked_at: f64,
        text: String,
        question: Option<String>,
        requirements: Vec<String>,
        stream_id: Option<String>,
    ) {
        let pause = question.map(|message| ResumePause { message, requirements });
        let last_index = last_index as u64;
        let point = ResumePoint { run_id, session_id, last_index, name, stream_id, user, asked_at, text, pause };
        let mut client = self.shell.client.borrow_mut();
        client.conversation.restore(point);
        client.set_reached();
        drop(client);
        self.shell.flush();
    }
}
