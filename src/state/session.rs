//! The list of sessions. A session is listed with the first frame that names it; only the caller removes it. A failed
//! run marks it.

use super::Outcome;
use crate::time::Seconds;
use serde::Serialize;

/// One session, with the field names of agent-ui.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Session {
    pub session_id: String,
    pub session_name: String,
    pub created_at: Seconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Seconds>,
    /// The outcome of the last run seen here.
    #[serde(rename = "lastOutcome", skip_serializing_if = "Option::is_none")]
    pub last_outcome: Option<Outcome>,
    /// The last run failed. The session stays listed.
    #[serde(skip_serializing_if = "is_false")]
    pub failed: bool,
}

impl Session {
    fn latest(&self) -> Seconds {
        self.updated_at.unwrap_or(self.created_at)
    }
}

fn named(name: &str) -> String {
    if name.is_empty() { "New chat" } else { name }.to_owned()
}

/// The sessions, newest first.
#[derive(Debug, Clone, Default)]
pub struct Sessions {
    list: Vec<Session>,
    /// Changed since the view last read it.
    pub(crate) dirty: bool,
}

impl Sessions {
    /// All of them, newest first.
    pub fn list(&self) -> &[Session] {
        &self.list
    }

    /// Lists session `id` under `name` unless it is listed already. `false`: there are `most` sessions, so it is not.
    pub(super) fn ensure_listed(&mut self, id: &str, name: &str, at: Seconds, most: usize) -> bool {
        if self.list.iter().any(|s| s.session_id == id) {
            return true;
        }
        if self.list.len() >= most {
            return false;
        }
        let session = Session {
            session_id: id.into(),
            session_name: named(name),
            created_at: at,
            updated_at: None,
            last_outcome: None,
            failed: false,
        };
        self.list.insert(0, session);
        self.dirty = true;
        true
    }

    /// Updates a session with the server's data; its outcome here stays.
    pub(super) fn update_from_server(
        &mut self,
        id: &str,
        name: &str,
        created_at: Seconds,
        updated_at: Option<Seconds>,
        most: usize,
    ) {
        let before = self.list.len();
        self.ensure_listed(id, name, created_at, most);
        if self.list.len() > before {
            let new = self.list.remove(0);
            let behind = self.list.iter().position(|s| s.latest() < updated_at.unwrap_or(created_at));
            self.list.insert(behind.unwrap_or(self.list.len()), new);
        }
        if let Some(session) = self.list.iter_mut().find(|s| s.session_id == id) {
            session.session_name = named(name);
            session.created_at = created_at;
            session.updated_at = updated_at.or(session.updated_at);
            self.dirty = true;
        }
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.list.retain(|s| s.session_id != id);
        self.dirty = true;
    }

    /// How the session's last run ended, as the server has stored it. What ended here counts more.
    pub(super) fn mark(&mut self, id: &str, failed: bool) {
        let is_it = |s: &&mut Session| s.session_id == id && s.last_outcome.is_none() && s.failed != failed;
        if let Some(session) = self.list.iter_mut().find(is_it) {
            session.failed = failed;
            self.dirty = true;
        }
    }

    /// A run of session `id` ended.
    pub(super) fn ended(&mut self, id: &str, outcome: Outcome, at: Seconds) {
        if let Some(session) = self.list.iter_mut().find(|s| s.session_id == id) {
            session.last_outcome = Some(outcome);
            session.failed = matches!(outcome, Outcome::Failed);
            session.updated_at = Some(at);
            self.dirty = true;
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_false(b: &bool) -> bool {
    !b
}
