//! Sessions and their runs, for the lifetime of the page.

use super::scripted::again;
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
    /// A run that went on in place keeps its place.
    fn add_run(&self, run: Run) {
        let runs = &mut self.0.borrow_mut().runs;
        match runs.iter_mut().find(|stored| stored.run_id == run.run_id) {
            Some(stored) => *stored = run,
            None => runs.push(run),
        }
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
        elsewhere.into_iter().chain(here).map(|run| run.said.clone()).collect()
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

    pub fn run(&self, run_id: &str) -> Option<Run> {
        self.0.borrow().runs.iter().find(|run| run.run_id == run_id).cloned()
    }

    /// The directive of the same message earlier in the session: asked again, it is the same question.
    pub fn script_of(&self, session_id: &str, said: &str) -> Option<String> {
        let data = self.0.borrow();
        let same = |run: &&Run| run.session_id == session_id && run.said == said;
        data.runs.iter().rev().find(same).map(|run| run.script.clone())
    }

    /// The run is not shown to the model any more.
    pub fn hide(&self, run_id: &str) {
        if let Some(run) = self.0.borrow_mut().runs.iter_mut().find(|run| run.run_id == run_id) {
            run.status = "REGENERATED".into();
        }
    }

    /// `None` if there is no such session.
    pub fn rename_session(&self, id: &str, name: String) -> Option<Session> {
        let mut data = self.0.borrow_mut();
        let session = data.sessions.iter_mut().find(|session| session.id == id)?;
        session.name = name;
        Some(session.clone())
    }

    pub fn delete_session(&self, id: &str) {
        let mut data = self.0.borrow_mut();
        data.sessions.retain(|session| session.id != id);
        data.runs.retain(|run| run.session_id != id);
    }

    /// Stores a copy of a session under the id `copy`. `false` if it has no runs.
    pub fn copy_session(&self, id: &str, copy: &str, new_id: impl Fn() -> String, now: f64) -> bool {
        let runs = self.runs(id).unwrap_or_default();
        let name = self.0.borrow().sessions.iter().find(|session| session.id == id).map(|session| session.name.clone());
        let Some(name) = name.filter(|_| !runs.is_empty()) else { return false };
        self.open_session(copy, name, now);
        again::copy(&runs, copy, new_id).into_iter().for_each(|run| self.add_run(run));
        true
    }
}
