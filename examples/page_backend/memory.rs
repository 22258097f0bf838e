//! Sessions and their runs, for as long as the page lives.

use super::scripted::record::{Keep, Run, Session};
use std::cell::RefCell;
use std::rc::Rc;

#[derive(Clone, Default)]
pub struct Memory(Rc<RefCell<Kept>>);

#[derive(Default)]
struct Kept {
    sessions: Vec<Session>,
    runs: Vec<Run>,
}

impl Keep for Memory {
    fn add_run(&self, run: Run) {
        self.0.borrow_mut().runs.push(run);
    }
}

impl Memory {
    /// A session is there from its first request on: whatever comes of it.
    pub fn open_session(&self, id: &str, name: String, now: f64) {
        let sessions = &mut self.0.borrow_mut().sessions;
        match sessions.iter_mut().find(|session| session.id == id) {
            Some(session) => session.updated_at = now,
            None => sessions.push(Session { id: id.to_owned(), name, created_at: now, updated_at: now }),
        }
    }

    /// What this user said before: in other sessions, then in this one.
    pub fn before(&self, session_id: &str, user_id: &Option<String>) -> Vec<String> {
        let kept = self.0.borrow();
        let completed = |run: &&Run| run.status == "COMPLETED" && run.user_id == *user_id;
        let (here, elsewhere): (Vec<&Run>, Vec<&Run>) =
            kept.runs.iter().filter(completed).partition(|run| run.session_id == session_id);
        elsewhere.into_iter().chain(here).map(|run| run.input.clone()).collect()
    }

    /// The latest first.
    pub fn sessions(&self) -> Vec<Session> {
        let mut sessions = self.0.borrow().sessions.clone();
        sessions.sort_by(|a, b| b.updated_at.total_cmp(&a.updated_at));
        sessions
    }

    /// `None`: there is no such session.
    pub fn runs(&self, session_id: &str) -> Option<Vec<Run>> {
        let kept = self.0.borrow();
        kept.sessions.iter().find(|session| session.id == session_id)?;
        Some(kept.runs.iter().filter(|run| run.session_id == session_id).cloned().collect())
    }
}
