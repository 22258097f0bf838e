//! Stored sessions, past turns, and unfinished answers.

use super::delta::to_js;
use super::Core;
use crate::client::{Input, PastVersion};
use crate::state::resume_point::{ResumePause, ResumePoint};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Core {
    /// Loads a past turn: the user's message, its time, and the run's events as a stream.
    #[wasm_bindgen(js_name = recall)]
    pub fn load_turn(&self, text: Option<String>, at: f64, frames: &[u8]) {
        self.shell.handle(Input::LoadTurn { text: text.as_deref(), at, frames });
    }

    /// Loads another version of a turn loaded before, by its index. `keeps_work`: it regenerated the one before it;
    /// `edits`: its question was edited.
    #[wasm_bindgen(js_name = recallVersion)]
    pub fn load_version(&self, turn: u32, text: Option<String>, edits: bool, keeps_work: bool, at: f64, frames: &[u8]) {
        let version = PastVersion { turn: turn as usize, text: text.as_deref(), edits, keeps_work, at };
        self.shell.handle(Input::LoadVersion { version, frames });
    }

    /// Adds or updates a session from the server's list.
    #[wasm_bindgen(js_name = listSession)]
    pub fn list_session(&self, id: &str, name: &str, created_at: f64, updated_at: Option<f64>) {
        self.shell.client.borrow_mut().conversation.list_session(id, name, created_at, updated_at);
        self.shell.flush();
    }

    /// An edit of the message of this run was not finished: its text is returned.
    #[wasm_bindgen(js_name = returnEdit)]
    pub fn return_edit(&self, run: &str, text: &str) {
        self.shell.client.borrow_mut().conversation.return_edit(run, text);
        self.shell.flush();
    }

    /// The model no longer sees the answer of this run, and no other run has taken its place.
    #[wasm_bindgen(js_name = forgetRun)]
    pub fn forget_run(&self, run: &str) {
        self.shell.client.borrow_mut().conversation.forget_run(run);
        self.shell.flush();
    }

    /// Records whether the last run of a listed session failed.
    #[wasm_bindgen(js_name = markSession)]
    pub fn mark_session(&self, id: &str, failed: bool) {
        self.shell.client.borrow_mut().conversation.mark_session(id, failed);
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

    /// Passes to the host what a page stores of an unfinished answer, as `restore` takes it: texts or null, then
    /// last_index and asked_at. No texts: nothing is stored.
    ///
    /// All of one type: serde-wasm-bindgen brings code for each type, and for objects a hash table of names, 3 KB.
    #[wasm_bindgen(js_name = keep)]
    pub fn resume_point(&self) {
        let point = self.shell.client.borrow().resume_point();
        let (mut texts, mut last_index, mut asked_at) = (Vec::new(), 0, 0.0);
        if let Some(p) = point {
            (last_index, asked_at) = (p.last_index, p.asked_at);
            let (message, requirements) = p.pause.map(|p| (p.message, p.requirements)).unzip();
            texts.extend([Some(p.run_id), Some(p.name), Some(p.text), p.session_id, p.user, p.stream_id, message]);
            texts.extend(requirements.into_iter().flatten().map(Some));
        }
        self.shell.host.resume_point(&to_js(&texts), last_index as f64, asked_at);
    }

    /// Shows a stored answer, a `ResumePoint`. `texts`: run_id, name, text, then session_id, user, stream_id and the
    /// pause's message, then its requirements. `numbers`: last_index, asked_at, then whether there is (0 or 1) each of
    /// the four.
    pub fn restore(&self, texts: Vec<String>, numbers: Vec<f64>) {
        let number = |at: usize| numbers.get(at).copied().unwrap_or_default();
        let mut texts = texts.into_iter();
        let mut text = || texts.next().unwrap_or_default();
        let (run_id, name, answer) = (text(), text(), text());
        let mut optional = |at: usize| Some(text()).filter(|_| number(at) == 1.0);
        let (session_id, user, stream_id, message) = (optional(2), optional(3), optional(4), optional(5));
        let point = ResumePoint {
            run_id,
            session_id,
            last_index: number(0) as u64,
            name,
            stream_id,
            user,
            asked_at: number(1),
            text: answer,
            pause: message.map(|message| ResumePause { message, requirements: texts.collect() }),
        };
        let mut client = self.shell.client.borrow_mut();
        client.conversation.restore(point);
        client.set_reached();
        drop(client);
        self.shell.flush();
    }
}
