//! The runs of one turn: hierarchy, state, and message of each.

use super::usage::Usage;
use crate::event::{RunEvent, Scope};
use crate::time::Seconds;

/// A run of this turn.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub id: String,
    /// Index of the parent run; `None` at the top level.
    pub parent: Option<usize>,
    pub depth: u32,
    pub name: String,
    /// Index into the turn's `work`; `None`: the answer, or beyond the limit of messages.
    pub work: Option<usize>,
    pub top: bool,
    pub is_workflow: bool,
    /// Workflows only; identifies the runs inside.
    pub workflow_id: Option<String>,
    /// It got its id with the current frame.
    pub just_named: bool,
    /// Its RunStarted was read.
    pub started: bool,
    /// The server's time of it.
    pub started_at: Option<Seconds>,
    /// Timeline entry of its start.
    pub entry: Option<u32>,
    /// Timeline entry of the text that it streams.
    pub content_entry: Option<u32>,
    /// It belongs to a superseded attempt: its frames are discarded.
    pub superseded: bool,
    pub over: bool,
    /// It belongs to the version before: what still comes of it is discarded.
    pub kept: bool,
    /// Highest `event_index` read (background runs; the top-level run counts for its members too).
    pub last_index: Option<u64>,
    /// Indices below it that did not come: frames that come late still count.
    pub missing: Vec<u64>,
    /// It was paused: once continued, its index may start at 0 again.
    pub index_restarts: bool,
    pub usage: Usage,
    /// The model of its figures.
    pub model: Option<String>,
}

/// The runs of a turn, found by id.
#[derive(Debug, Clone, Default)]
pub(super) struct Runs {
    list: Vec<Run>,
    /// The run found last: consecutive frames mostly belong to the same run.
    last: usize,
}

impl Runs {
    pub fn find(&mut self, id: &str) -> Option<usize> {
        if self.list.get(self.last).is_some_and(|r| r.id == id) {
            return Some(self.last);
        }
        self.last = self.list.iter().rposition(|r| r.id == id)?;
        Some(self.last)
    }

    /// Whether `find` leads to this run.
    pub fn is_latest_with_id(&self, at: usize) -> bool {
        self.list.get(at).is_some_and(|run| self.list.iter().skip(at + 1).all(|later| later.id != run.id))
    }

    pub fn has(&self, id: &str) -> bool {
        self.list.iter().any(|r| r.id == id)
    }

    pub fn get(&self, at: usize) -> &Run {
        &self.list[at]
    }

    /// Whether a run works for another one, directly or not.
    pub fn is_below(&self, run: usize, above: usize) -> bool {
        let parent = |at: &usize| self.list.get(*at).and_then(|run| run.parent);
        std::iter::successors(parent(&run), parent).take(self.list.len()).any(|at| at == above)
    }

    pub fn edit(&mut self, at: usize) -> &mut Run {
        &mut self.list[at]
    }

    pub fn add(&mut self, run: Run) -> usize {
        self.list.push(run);
        self.last = self.list.len() - 1;
        self.last
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Run> {
        self.list.iter()
    }

    /// Reopens the runs of `works` (indices of messages) and, with `top`, the top-level run.
    pub fn reopen(&mut self, works: &[usize], top: bool) {
        for run in self.list.iter_mut().filter(|r| !r.superseded) {
            run.index_restarts |= run.top && top;
            if (run.top && top) || run.work.is_some_and(|w| works.contains(&w)) {
                run.over = false;
            }
        }
    }

    /// The timeline entries of runs that were still streaming text.
    pub fn take_content_entries(&mut self) -> Vec<u32> {
        self.list.iter_mut().filter_map(|r| r.content_entry.take()).collect()
    }

    /// Adds the runs of a version before, of which nothing more is shown.
    #[inline(never)]
    pub fn keep(&mut self, before: &Runs) {
        let own = before.list.iter().filter(|run| !run.kept && !run.id.is_empty());
        self.list.extend(own.map(|run| Run { kept: true, ..Run::named(run.id.clone(), String::new()) }));
    }

    /// Marks every run as superseded.
    pub fn supersede(&mut self) {
        for run in &mut self.list {
            run.superseded = true;
        }
    }
}

impl Run {
    pub fn new(id: String, event: &RunEvent<'_>) -> Run {
        let name = event.source().map(String::from).unwrap_or_default();
        let is_workflow = event.scope == Scope::Workflow || event.is_of_workflow_agent();
        let workflow_id = event.workflow_id.filter(|_| is_workflow).map(String::from);
        Run { top: false, is_workflow, workflow_id, ..Run::named(id, name) }
    }

    /// A top-level run of which only the id and the name are known.
    pub fn named(id: String, name: String) -> Run {
        Run {
            id,
            parent: None,
            depth: 0,
            name,
            work: None,
            top: true,
            is_workflow: false,
            workflow_id: None,
            just_named: false,
            started: false,
            started_at: None,
            entry: None,
            content_entry: None,
            superseded: false,
            over: false,
            kept: false,
            last_index: None,
            missing: Vec::new(),
            index_restarts: false,
            usage: Usage::default(),
            model: None,
        }
    }
}
