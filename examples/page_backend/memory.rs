//! Sessions and their runs, for the lifetime of the page.

use super::scripted::record::{Run, RunStore, Session};
use std::cell::RefCell;
use std::rc::Rc;

#[derive(Clone, Default)]
pub struct Memory(Rc<RefCell<Data>>);

#[derive(Default)]
struct Data {
    sessions: Vec<Session>,
    runs: Vec<Run>,
}

impl RunStore for Memory {
    fn add_run(&self, run: Run) {
        self.0.borrow_mut().runs.push(run);
    }
}

impl Memory {
    /// Creates the session with its first request, whatever the outcome.
    pub fn open_session(&self, id: &str, name: String, now: f64) {
        let sessions = &mut self.0.borrow_mut().sessions;
        match sessions.iter_mut().find(|session| session.id == id) {
            Some(session) => session.updated_at = now,
            None => sessions.push(Session { id: id.to_owned(), name, created_at: now, updated_at: now }),
        }
    }

    /// The user's earlier messages: those of other sessions (unless `only_here`), then those of this one.
    pub fn before(&self, session_id: &str, user_id: &Option<String>, only_here: bool) -> Vec<String> {
        let data = self.0.borrow();
        let completed = |run: &&Run| {
            run.status == "COMPLETED" && run.user_id == *user_id && (run.session_id == session_id || !only_here)
        };
        let (here, elsewhere): (Vec<&Run>, Vec<&Run>) =
            data.runs.iter().filter(completed).partition(|run| run.session_id == session_id);
        elsewhere.into_iter().chain(here).map(|run| run.input.clone()).collect()
    }

    /// Most recent first.
    pub fn sessions(&self) -> Vec<Session> {
        let mut sessions = self.0.borrow().sessions.clone();
        sessions.sort_by(|a, b| b.updated_at.total_cmp(&a.updated_at));
        sessions
    }

    /// `None` if there is no such session.
    pub fn runs(&self, session_id: &str) -> Option<Vec<Run>> {
        let data = self.0.borrow();
        data.sessions.iter().find(|session| session.id == session_id)?;
        Some(data.runs.iter().filter(|run| run.session_id == session_id).cloned().collect())
    }
}
