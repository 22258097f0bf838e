//! Asks for an answer again: what AgentOS 3.1.10 makes of it depends on how the run ended (docs/agentos-protocol.md §15).
//!
//! | the run | request |
//! |---|---|
//! | completed, or regenerated before | `regenerate`: a new run; the old one is hidden from the model |
//! | failed, and no version before it completed | a bare continue: the same run goes on |
//! | cancelled, paused, interrupted or never begun | the message once more: AgentOS refuses to regenerate such a run, and the model is not shown it |
//! | any of these, after a version that completed | `regenerate` of that one: the model has forgotten both otherwise |

use super::connection::Purpose;
use super::edit_progress::Edit;
use super::queue::Send;
use super::resume::run_url;
use super::{Client, Priority, Ticket};
use crate::error::{ErrorType, StreamError};
use crate::state::{Keeps, Outcome, Status, Turn};
use crate::text::contains;
use crate::time::Seconds;

/// The request to make.
enum Again {
    /// Of this run.
    Regenerate(String),
    Continue(String),
    Resend,
    Refused(&'static str),
}

impl Client {
    /// Why a turn (`None`: the last one) cannot be answered again now. `None`: it can.
    pub fn why_not_again(&self, turn: Option<u32>) -> Option<&'static str> {
        match self.config.runs(0) {
            None => Some("it needs one of the options agent and team"),
            Some(runs) if contains(&runs, "/workflows/") => Some("AgentOS has no such route for workflows"),
            Some(_) if !self.is_idle() => Some("an answer is running; wait for its end, or cancel() it first"),
            Some(_) => match self.turn_to_repeat(turn) {
                None if turn.is_none() => Some("there is no turn yet"),
                None => Some("there is no such turn in this conversation"),
                Some(t) if !self.conversation.is_live(t) => {
                    Some("the turn belongs to an earlier version of the conversation, which the model no longer sees")
                }
                Some(_) => None,
            },
        }
    }

    /// Asks for the answer of a turn again. `stored`: the status of its run on the server, if known.
    pub(super) fn regenerate(
        &mut self,
        ticket: Ticket,
        turn: Option<u32>,
        instructions: &str,
        stored: Option<&str>,
        now: Seconds,
    ) {
        let t = self.turn_to_repeat(turn).filter(|_| self.is_idle());
        let Some((t, runs)) = t.zip(self.config.runs(self.target)) else { return self.settle_unchanged(ticket) };
        let mut fields = self.continue_fields(self.config.background);
        let mut add = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
        let run = match request_for(&self.conversation.turns[t], stored) {
            Again::Refused(why) => {
                self.conversation.error = Some(StreamError::new(ErrorType::General, why));
                self.conversation.head_dirty = true;
                return self.settle_with(ticket, Outcome::Failed);
            }
            Again::Resend => return self.resend_question(t, ticket, instructions, now),
            Again::Regenerate(run) => {
                add("regenerate", "true");
                if !instructions.is_empty() {
                    add("additional_instructions", instructions);
                }
                self.conversation.begin_version(t, Keeps::Work, None, Status::Connecting, now);
                run
            }
            Again::Continue(run) => {
                if !instructions.is_empty() {
                    add("input", instructions);
                }
                self.conversation.begin_in_place(t, now);
                run
            }
        };
        self.early.clear();
        let url = run_url(&runs, &run, "/continue");
        self.send_follow_up(self.follow_up_send(ticket, now), Purpose::Again, url, fields, now);
        if let Some(connection) = self.connection.as_mut().filter(|_| self.config.background) {
            connection.stream_id = Some(run);
        }
    }

    pub(super) fn turn_to_repeat(&self, turn: Option<u32>) -> Option<usize> {
        let conversation = &self.conversation;
        let t = turn.map_or_else(|| conversation.last_live(), |id| conversation.position(id))?;
        let Turn { user, run_id, .. } = &conversation.turns[t];
        (user.is_some() || run_id.is_some()).then_some(t)
    }

    fn resend_question(&mut self, t: usize, ticket: Ticket, instructions: &str, now: Seconds) {
        let user = self.conversation.turns[t].user.as_ref();
        let mut text = user.map(|user| user.text.as_str().to_owned()).unwrap_or_default();
        if !instructions.is_empty() {
            text = [text.as_str(), "\n\n", instructions].concat();
        }
        self.conversation.begin_version(t, Keeps::Question, None, Status::Connecting, now);
        // Those of now, also if the request is repeated later.
        let metadata = self.config.fields.iter().filter(|(name, _)| name == "metadata").cloned().collect();
        let edit = Some(Box::new(Edit { fields: metadata, ..Edit::default() }));
        let send = Send { again: true, edit, ..Send::new(Priority::User, ticket, text, Vec::new(), now) };
        self.send_request(send, now);
    }
}

fn request_for(turn: &Turn, stored: Option<&str>) -> Again {
    let status = stored.map(str::to_ascii_uppercase);
    let run = turn.run_id.clone().unwrap_or_default();
    match status.as_deref() {
        Some("RUNNING" | "PENDING") => return Again::Refused(STILL_RUNNING),
        Some("COMPLETED" | "REGENERATED") => {
            // Of the last run: nothing may have come of the version behind it, which was refused.
            let last = turn.run_id.as_ref().or_else(|| turn.older.last()?.run_id.as_ref());
            if let Some(run) = last.filter(|run| !run.is_empty()) {
                return Again::Regenerate(run.clone());
            }
        }
        _ => {}
    }
    if let Some(run) = turn.last_completed().and_then(|completed| completed.run_id.clone()) {
        return Again::Regenerate(run);
    }
    let failed = match status.as_deref() {
        Some(status) => status == "ERROR",
        None => turn.outcome == Some(Outcome::Failed),
    };
    match failed && !run.is_empty() {
        true => Again::Continue(run),
        false if turn.user.as_ref().is_none_or(|user| !user.head.files_sent.is_empty()) => Again::Refused(WITH_FILES),
        false => Again::Resend,
    }
}

const STILL_RUNNING: &str = "This answer is still running on the server. Try again when it has ended.";
const WITH_FILES: &str =
    "This answer was stopped, and AgentOS does not answer a stopped run again. Send the message again, with its files.";
