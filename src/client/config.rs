//! Where requests go, and the limits and policies that apply.

use crate::limits::Limits;
use crate::retry::Policy;
use crate::state::activity::name_of_id;
use crate::text::{contains, rsplit_once, trim_end_matches};
use crate::time::Seconds;
use std::borrow::Cow;

/// Seconds without a byte, comments included, after which a stream is considered dead; 0 disables the check. AgentOS
/// sends a comment every 15 seconds on background runs, and none on others.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs, clippy::exhaustive_structs)]
pub struct Stall {
    pub background: Seconds,
    pub foreground: Seconds,
}

impl Default for Stall {
    fn default() -> Self {
        Stall { background: 40.0, foreground: 600.0 }
    }
}

/// Endpoints, form fields, limits and policies.
#[derive(Debug, Clone)]
pub struct Config {
    /// `http://localhost:7777`; empty for the page's own origin.
    pub endpoint: String,
    /// `/teams/cirkelline/runs`, or a full URL.
    pub path: String,
    /// Base of the routes that resume, continue and cancel a run: `/teams/cirkelline/runs`. Empty: there are none.
    pub runs: String,
    /// Form fields sent with every run.
    pub fields: Vec<(String, String)>,
    /// Request background runs, which survive a dropped connection.
    pub background: bool,
    /// Memory bounds.
    pub limits: Limits,
    /// The client's own retries.
    pub retry: Policy,
    /// Attempts to resume after a lost connection.
    pub resume: Policy,
    /// How long a stream may be silent.
    pub stall: Stall,
    /// Asked in turn, each once the retries of the one before are exhausted.
    pub fallbacks: Vec<Fallback>,
    /// Whether to emit [`Output::Log`](super::Output::Log).
    pub log: bool,
    /// Recognize repeated content frames by comparing bytes instead of parsing them. The result is the same either way;
    /// tests compare the two.
    pub fast_path: bool,
    /// Seed of the random numbers for jitter and for spreading tabs.
    pub seed: u32,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            endpoint: String::new(),
            path: String::new(),
            runs: String::new(),
            fields: Vec::new(),
            background: false,
            limits: Limits::default(),
            retry: Policy::default(),
            resume: Policy::default_of_resume(),
            stall: Stall::default(),
            fallbacks: Vec::new(),
            log: false,
            fast_path: true,
            seed: 0,
        }
    }
}

/// Another component to ask.
#[derive(Debug, Clone, Default)]
#[allow(clippy::exhaustive_structs)]
pub struct Fallback {
    /// As `Config::path`.
    pub path: String,
    /// Display name before its first event; empty: derived from the path.
    pub name: String,
}

impl Config {
    /// The path of the configured component (0) or of a fallback.
    pub(super) fn path(&self, target: usize) -> &str {
        let fallback = target.checked_sub(1).and_then(|at| self.fallbacks.get(at));
        fallback.map_or(self.path.as_str(), |f| f.path.as_str())
    }

    /// Base URL of the routes for single runs of a component.
    pub(super) fn runs(&self, target: usize) -> Option<String> {
        let path = if target == 0 { &self.runs } else { self.path(target) };
        (!path.is_empty()).then(|| trim_end_matches(&self.url(path), "/").to_owned())
    }

    pub(super) fn url(&self, path: &str) -> String {
        let endpoint = trim_end_matches(&self.endpoint, "/");
        let link = if endpoint.is_empty() || path.starts_with('/') { "" } else { "/" };
        if contains(path, "://") {
            path.to_owned()
        } else {
            [endpoint, link, path].concat()
        }
    }

    /// Display name of the component before its first event: configured, or derived from its id.
    pub(super) fn name_of(&self, target: usize) -> Cow<'_, str> {
        let fallback = target.checked_sub(1).and_then(|at| self.fallbacks.get(at));
        match fallback.filter(|f| !f.name.is_empty()) {
            Some(fallback) => Cow::Borrowed(&fallback.name),
            None => Cow::Owned(component(self.path(target)).map(name_of_id).unwrap_or_default()),
        }
    }
}

/// The id of the agent, team or workflow in a path: the segment before `runs`.
fn component(path: &str) -> Option<&str> {
    let path = path.split(&['?', '#'][..]).next()?;
    let path = trim_end_matches(path, "/").strip_suffix("/runs")?;
    Some(rsplit_once(path, "/").map_or(path, |(_, id)| id)).filter(|s| !s.is_empty())
}
