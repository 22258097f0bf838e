//! A turn and its versions, as plainly as possible: a list of answers, and which one is shown. Written from
//! docs/versions.md, docs/editing.md and docs/follow.md.

use super::{shape, Naive};
use serde_json::{json, Value};

/// The request that gives the right result.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// `regenerate=true` of this run.
    Regenerate(String),
    /// A bare continue of this run.
    Continue(String),
    /// The question as a new message.
    Message,
}

/// A question and one answer to it.
#[derive(Clone, Default)]
struct Version {
    question: String,
    /// How often the question had been edited.
    edits: usize,
    answer: Naive,
    notice: Option<&'static str>,
    unsent: Option<String>,
}

impl Version {
    fn completed(&self) -> bool {
        self.answer.outcome == Some("completed")
    }

    /// Whether anything has come of it.
    fn has_begun(&self) -> bool {
        !self.answer.id().is_empty() || self.answer.runs.iter().any(|run| run.parent.is_null() && !run.text.is_empty())
    }
}

#[derive(Clone)]
pub struct Turn {
    /// The last one is live: what the server sends goes to it.
    versions: Vec<Version>,
    shown: usize,
    /// The turn as it was before an edit that has not been made yet.
    before_edit: Option<Box<Turn>>,
}

impl Turn {
    pub fn asked(question: &str) -> Turn {
        let first = Version { question: question.to_owned(), ..Version::default() };
        Turn { versions: vec![first], shown: 0, before_edit: None }
    }

    pub fn live(&self) -> &Naive {
        &self.versions.last().unwrap().answer
    }

    fn live_mut(&mut self) -> &mut Version {
        self.versions.last_mut().unwrap()
    }

    /// The latest version that completed, of the question as it is now: what the model continues from.
    fn last_completed(&self) -> Option<usize> {
        let edits = self.versions.last()?.edits;
        self.versions.iter().rposition(|version| version.completed() && version.edits == edits)
    }

    /// The run that the model sees.
    pub fn completed_run(&self) -> Option<String> {
        Some(self.versions[self.last_completed()?].answer.id().to_owned())
    }

    /// `regenerate`, by the table of docs/versions.md.
    pub fn asks_again(&mut self) -> Request {
        let live = self.versions.last().unwrap();
        let (question, edits) = (live.question.clone(), live.edits);
        if let Some(at) = self.last_completed() {
            let (id, answer) = (self.versions[at].answer.id().to_owned(), self.regenerates(at));
            self.begins(Version { question, edits, answer, ..Version::default() });
            return Request::Regenerate(id);
        }
        if live.answer.outcome == Some("failed") && !live.answer.id().is_empty() {
            let id = live.answer.id().to_owned();
            self.clear_notices();
            self.live_mut().answer.goes_on_in_place();
            self.shown = self.versions.len() - 1;
            return Request::Continue(id);
        }
        self.begins(Version { question, edits, ..Version::default() });
        Request::Message
    }

    /// What comes of a version before is not the new one's.
    fn regenerates(&self, source: usize) -> Naive {
        let mut new = Naive::regenerates(&self.versions[source].answer);
        self.versions.iter().for_each(|version| new.is_not(&version.answer));
        new
    }

    /// `edit`. Until it is made the conversation as it was can come back.
    pub fn is_edited(&mut self, question: &str) {
        self.before_edit = Some(Box::new(self.clone()));
        let edits = self.versions.last().unwrap().edits + 1;
        self.begins(Version { question: question.to_owned(), edits, ..Version::default() });
    }

    /// The message of an edit goes out.
    pub fn edit_is_made(&mut self) {
        self.before_edit = None;
    }

    /// A new version, which becomes the live one. One of which nothing came gives way, unless the user wrote another
    /// question.
    pub fn begins_version(&mut self, question: Option<&str>, edits: bool, keeps_work: bool) {
        let live = self.versions.last().unwrap();
        let question = question.map_or_else(|| live.question.clone(), str::to_owned);
        let source = self.last_completed().unwrap_or(self.versions.len() - 1);
        let answer = if keeps_work { self.regenerates(source) } else { Naive::default() };
        self.begins(Version { question, edits: live.edits + usize::from(edits), answer, ..Version::default() });
    }

    fn begins(&mut self, new: Version) {
        let live = self.versions.last().unwrap();
        if !live.has_begun() && new.edits == live.edits {
            self.versions.pop();
        }
        self.clear_notices();
        self.versions.push(new);
        self.shown = self.versions.len() - 1;
    }

    fn clear_notices(&mut self) {
        for version in &mut self.versions {
            (version.notice, version.unsent) = (None, None);
        }
    }

    /// Another client's answer of the live version is sent from its beginning.
    pub fn is_sent_again(&mut self) {
        self.live_mut().answer = Naive::default();
    }

    /// The live version goes on, here or elsewhere, after it failed or waited: the frames after those that came are sent.
    pub fn goes_on(&mut self) {
        self.clear_notices();
        if self.live().outcome == Some("failed") {
            self.live_mut().answer.goes_on_in_place();
        }
        self.shown = self.versions.len() - 1;
    }

    /// Bytes of one connection.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.hears(|answer| answer.feed(bytes));
    }

    /// The connection ends; another one goes on.
    pub fn breaks_off(&mut self, last: &[u8]) {
        self.hears(|answer| answer.last_frame(last));
    }

    /// No frame follows.
    pub fn close(&mut self, last: &[u8]) {
        self.hears(|answer| answer.close(last));
    }

    /// The user stops the answer.
    pub fn stop(&mut self) {
        self.hears(|answer| answer.ends("cancelled"));
    }

    /// The server refuses, or cannot be reached.
    pub fn is_refused(&mut self) {
        self.hears(|answer| answer.ends("failed"));
    }

    fn hears(&mut self, what: impl FnOnce(&mut Naive)) {
        let live = self.live_mut();
        let is_over = live.answer.outcome.is_some_and(|outcome| outcome != "paused");
        what(&mut live.answer);
        if live.has_begun() {
            self.before_edit = None;
        }
        // The first end counts.
        if !is_over {
            self.look_for_end();
        }
    }

    /// What came to nothing gives way to what the model goes on from.
    fn look_for_end(&mut self) {
        let stopped = match self.live().outcome {
            Some("cancelled") => true,
            Some("failed" | "interrupted") => false,
            _ => return,
        };
        if let Some(before) = self.before_edit.take() {
            let unsent = self.versions.last().unwrap().question.clone();
            *self = *before;
            // The user sees what the model goes on from, whichever version was looked at before the edit.
            let nothing = !matches!(self.live().outcome, Some("completed" | "paused"));
            self.shown = self.last_completed().filter(|_| nothing).unwrap_or(self.versions.len() - 1);
            let shown = &mut self.versions[self.shown];
            shown.notice = Some(if stopped { "edit stopped" } else { "edit failed" });
            shown.unsent = Some(unsent);
        } else if let Some(at) = self.last_completed() {
            self.shown = at;
            self.versions[at].notice = Some(if stopped { "answer stopped" } else { "answer failed" });
        }
    }

    pub fn show(&mut self, index: usize) {
        if index < self.count() {
            self.shown = index;
        }
    }

    /// What the model sees is shown, unless another answer to the same question is.
    pub fn show_live_question(&mut self) {
        let live = self.versions.last().unwrap();
        if self.versions[self.shown].edits != live.edits {
            let nothing = matches!(live.answer.outcome, Some("failed" | "interrupted" | "cancelled"));
            self.shown = self.last_completed().filter(|_| nothing).unwrap_or(self.versions.len() - 1);
        }
    }

    /// A live version of which nothing came is none once another one is shown.
    pub fn count(&self) -> usize {
        let (last, older) = self.versions.split_last().unwrap();
        let is_edit = older.last().is_some_and(|before| before.edits != last.edits);
        older.len() + usize::from(self.shown == older.len() || last.has_begun() || is_edit)
    }

    /// What is there, in the shape of [`shown`].
    pub fn expected(&self) -> Value {
        let versions = self.versions.iter().map(|v| json!({"question": v.question, "is": shape::expected(&v.answer)}));
        let shown = &self.versions[self.shown];
        json!({"versions": versions.collect::<Vec<_>>(), "shown": self.shown, "count": self.count(),
            "notice": shown.notice, "unsent": shown.unsent})
    }
}

/// A turn of the page.
pub fn shown(turn: &ai_stream_handler::state::Turn) -> Value {
    let question = |turn: &ai_stream_handler::state::Turn| turn.user.as_ref().map(|user| user.text.as_str().to_owned());
    let versions = turn.older.iter().chain([turn]);
    let versions = versions.map(|turn| json!({"question": question(turn), "is": shape::shown(turn)}));
    let notice = turn.shown().notice.map(|words| match () {
        () if words.starts_with("The new answer failed.") => "answer failed",
        () if words.starts_with("The new answer was stopped.") => "answer stopped",
        () if words.starts_with("The message could not be edited.") => "edit failed",
        () if words.starts_with("The edit was stopped.") => "edit stopped",
        () => words,
    });
    json!({"versions": versions.collect::<Vec<_>>(), "shown": turn.versions().index, "count": turn.versions().count,
        "notice": notice, "unsent": turn.shown().unsent_text()})
}
