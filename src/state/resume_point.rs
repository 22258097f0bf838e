//! What a page stores to resume an unfinished answer after a reload: ids and text, never headers or tokens.

use super::message::RunStatus;
use super::pause::{Pause, Requirement};
use super::run::Run;
use super::{Conversation, Outcome};
use crate::json::Raw;
use crate::time::Seconds;
use serde::Serialize;

/// An unfinished answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, clippy::exhaustive_structs)]
pub struct ResumePoint {
    pub run_id: String,
    pub session_id: Option<String>,
    /// Index of the last frame read.
    pub last_index: u64,
    /// Display name of the answering component.
    pub name: String,
    /// The run's stream is kept under this id instead: that of the run that it regenerates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_id: Option<String>,
    /// The user's message, and its time.
    pub user: Option<String>,
    pub asked_at: Seconds,
    /// The answer so far.
    pub text: String,
    /// The open pause: its message, and the requirements as the server sent them.
    pub pause: Option<ResumePause>,
}

/// An open pause.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, clippy::exhaustive_structs)]
pub struct ResumePause {
    pub message: String,
    /// JSON texts.
    pub requirements: Vec<String>,
}

impl Conversation {
    /// What to store now: a background run that is under way, can be resumed, or waits for the user.
    pub fn resume_point(&self) -> Option<ResumePoint> {
        let turn = self.current()?;
        let paused = turn.outcome == Some(Outcome::Paused);
        let open = matches!(turn.outcome, None | Some(Outcome::Interrupted | Outcome::Paused));
        let run = turn.runs.get(turn.root.filter(|_| open)?);
        let pause = turn.pause.as_ref().filter(|_| paused);
        Some(ResumePoint {
            run_id: run.id.clone(),
            session_id: turn.session_id.clone(),
            last_index: run.last_index.or(paused.then_some(0))?,
            name: run.name.clone(),
            stream_id: turn.stream_id.clone(),
            user: turn.user.as_ref().map(|u| u.text.as_str().to_owned()),
            asked_at: turn.user.as_ref().map_or(turn.answer.head.created_at, |u| u.head.created_at),
            text: turn.answer.text.as_str().to_owned(),
            pause: pause.map(|p| ResumePause {
                message: p.message.clone(),
                requirements: p.requirements.iter().map(|r| r.raw.clone()).collect(),
            }),
        })
    }

    /// Shows a stored answer: as interrupted and resumable, or as paused.
    pub fn restore(&mut self, point: ResumePoint) {
        let limits = self.limits;
        self.session_id.clone_from(&point.session_id);
        if let Some(id) = point.session_id.as_deref() {
            let name = crate::limits::excerpt(point.user.as_deref().unwrap_or_default().trim(), 120);
            self.sessions.ensure_listed(id, name, point.asked_at, limits.max_sessions);
        }
        let t = self.open_turn(point.user.as_deref(), point.asked_at);
        let name = if point.name.is_empty() { self.name.clone() } else { point.name };
        let turn = &mut self.turns[t];
        let mut run = Run::named(point.run_id.clone(), name.clone());
        run.last_index = Some(point.last_index);
        turn.root = Some(turn.runs.add(run));
        turn.run_id = Some(point.run_id.clone());
        turn.session_id = point.session_id;
        turn.stream_id = point.stream_id;
        turn.answer.text.append_text(&point.text, &limits);
        if point.pause.is_some() {
            turn.answer.text.mark_streamed_notice();
        }
        let head = turn.answer.edit();
        head.name.clone_from(&name);
        head.agent_name = Some(name).filter(|n| !n.is_empty());
        head.run_id = Some(point.run_id.clone());
        let outcome = match point.pause {
            Some(_) => Outcome::Paused,
            None => Outcome::Interrupted,
        };
        head.status = if outcome == Outcome::Paused { RunStatus::Paused } else { RunStatus::Started };
        turn.pause = point.pause.map(|asked| Pause {
            run_id: Some(point.run_id),
            message: asked.message,
            requirements: asked.requirements.iter().filter_map(|r| Raw::parse(r).ok()).map(Requirement::read).collect(),
        });
        turn.outcome = Some(outcome);
        turn.restored = outcome == Outcome::Interrupted;
        self.active_turn = None;
        self.become_idle(Some(outcome));
    }
}
