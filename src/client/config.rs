//! Where requests go, and what is allowed.

use crate::limits::Limits;
use crate::retry::Policy;
use crate::state::activity::name_of_id;
use crate::text::contains;
use crate::time::Seconds;
use std::borrow::Cow;

/// Seconds without a byte, not even a comment, after which a stream counts as dead; 0: never. AgentOS sends a comment
/// every 15 seconds to background runs, and nothing to others.
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

/// Where requests go and what goes with them.
#[derive(Debug, Clone)]
pub struct Config {
    /// `http://localhost:7777`, or empty for the page's own origin.
    pub endpoint: String,
    /// `/teams/cirkelline/runs`, or a whole address.
    pub path: String,
    /// Where single runs are taken up, continued and cancelled: `/teams/cirkelline/runs`. Empty: nowhere.
    pub runs: String,
    /// Fields sent with every run.
    pub fields: Vec<(String, String)>,
    /// Ask for runs that survive a dropped connection.
    pub background: bool,
    /// The bounds.
    pub limits: Limits,
    /// Retries of our own.
    pub retry: Policy,
    /// How lost connections are taken up.
    pub resume: Policy,
    /// How long a stream may be silent.
    pub stall: Stall,
    /// Asked in turn when the retries of the one before are used up.
    pub fallbacks: Vec<Fallback>,
    /// Whether anybody wants [`Output::Log`].
    pub log: bool,
    /// Content frames that repeat one another are recognised, not read. Off, what comes of a stream is the same, later:
    /// tests compare.
    pub fast_path: bool,
    /// What random numbers begin with: those of jitter, and of how tabs spread.
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
    /// What it is called before its first event; empty: made of its path.
    pub name: String,
}

impl Config {
    /// The path of the component that is asked first (0), or of a fallback.
    pub(super) fn path(&self, target: usize) -> &str {
        let fallback = target.checked_sub(1).and_then(|at| self.fallbacks.get(at));
        fallback.map_or(self.path.as_str(), |f| f.path.as_str())
    }

    /// Where single runs of a component are to be found.
    pub(super) fn runs(&self, target: usize) -> Option<String> {
        let path = if target == 0 { &self.runs } else { self.path(target) };
        (!path.is_empty()).then(|| self.url(path).trim_end_matches('/').to_owned())
    }

    pub(super) fn url(&self, path: &str) -> String {
        let endpoint = self.endpoint.trim_end_matches('/');
        let link = if endpoint.is_empty() || path.starts_with('/') { "" } else { "/" };
        if contains(path, "://") {
            path.to_owned()
        } else {
            [endpoint, link, path].concat()
        }
    }

    /// What the component is called before its first event: by the caller, or by its id.
    pub(super) fn name_of(&self, target: usize) -> Cow<'_, str> {
        let fallback = target.checked_sub(1).and_then(|at| self.fallbacks.get(at));
        match fallback.filter(|f| !f.name.is_empty()) {
            Some(fallback) => Cow::Borrowed(&fallback.name),
            None => Cow::Owned(component(self.path(target)).map(name_of_id).unwrap_or_default()),
        }
    }
}

/// The id of the agent, team or workflow that a path leads to: the segment before `runs`.
fn component(path: &str) -> Option<&str> {
    let path = path.split(['?', '#']).next()?.trim_end_matches('/');
    path.strip_suffix("/runs")?.rsplit('/').next().filter(|s| !s.is_empty())
}
