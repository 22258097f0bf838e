//! Edits one of the user's messages. Afterwards the model sees what came before it, the new message, and nothing of what
//! came after it (docs/agentos-protocol.md §15).
//!
//! AgentOS 3.1.10 can replace the message of a run that failed or is paused, in place. It cannot delete or hide a run
//! that completed. But the model is shown neither a run that is regenerated nor its successor if that one is stopped: so
//! each answer to be hidden is regenerated and stopped at its first frame, the last one first, and then the new message
//! is sent. If this is cut short, the model sees the conversation up to the last answer that is not hidden.

use super::connection::{Body, Connection, Purpose};
use super::edit_progress::{Edit, Hiding};
use super::queue::Send;
use super::resume::run_url;
use super::{Call, Client, Output, Priority, Ticket};
use crate::error::{ErrorType, StreamError};
use crate::event::{self, Kind};
use crate::sse::Frame;
use crate::state::{Outcome, Status};
use crate::time::Seconds;

impl Client {
    /// The turns that the model sees, from `turn` on, one per line: the ids of their runs, each with `+` (completed) or
    /// `-` before it and a tab after it.
    pub fn runs_from(&self, turn: u32) -> String {
        let turns = &self.conversation.turns;
        let live = (0..turns.len()).filter(|&t| self.conversation.is_live(t)).map(|t| &turns[t]);
        let mut ids = String::new();
        for turn in live.skip_while(|t| t.id != turn) {
            for (id, completed) in turn.top_runs() {
                ids.push(if completed { '+' } else { '-' });
                ids.push_str(id);
                ids.push('\t');
            }
            ids.push('\n');
        }
        ids
    }

    pub(super) fn edit(
        &mut self,
        ticket: Ticket,
        turn: u32,
        (text, files): (&str, &[String]),
        edit: Edit,
        now: Seconds,
    ) {
        let can = self.is_idle() && self.config.runs(self.target).is_some();
        let Some(t) = self.turn_to_repeat(Some(turn)).filter(|&t| can && self.conversation.is_live(t)) else {
            return self.settle_unchanged(ticket);
        };
        self.conversation.begin_edit(t, text, Status::Connecting, now);
        self.conversation.attach(files.to_vec());
        let send = Send::new(Priority::User, ticket, text.to_owned(), files.to_vec(), now);
        self.go_on_editing(Send { again: true, edit: Some(Box::new(edit)), ..send }, now);
    }

    /// Hides the next answer; after the last one, sends the message.
    fn go_on_editing(&mut self, mut send: Send, now: Seconds) {
        let (Some(edit), Some(runs)) = (send.edit.as_mut(), self.config.runs(self.target)) else { return };
        self.early.clear();
        let name = &self.conversation.name.clone();
        self.conversation.reconnect(name, now);
        if let Some(run) = edit.hide.pop() {
            let (number, left) = (edit.hidden.len() + 1, edit.hide.len());
            let url = run_url(&runs, &run, "/continue");
            let mut fields = self.continue_fields(false);
            edit.asked = Some(run);
            fields.push(("regenerate".to_owned(), "true".to_owned()));
            self.send_follow_up(send, Purpose::Hide, url, fields, now);
            self.conversation.show_hiding(number, number + left, now);
        } else if let Some(run) = edit.run.take() {
            let url = run_url(&runs, &run, "/continue");
            let mut fields = self.continue_fields(self.config.background);
            fields.append(&mut edit.fields);
            send.target = self.target;
            self.send_follow_up(send, Purpose::Again, url, fields, now);
        } else {
            // From here on it is a message like any other.
            self.conversation.edit_is_made();
            self.send_request(send, now);
        }
    }

    /// Reads the stream of an answer that is being hidden. None of it is shown; the run is stopped as soon as its id is
    /// known.
    #[inline(never)]
    pub(super) fn read_hiding(&mut self) {
        let Client { conversation, connection, config, .. } = self;
        let Some(Connection { body: Body::Stream(decoder), send, hiding, got_event, understood, foreign, .. }) =
            connection
        else {
            return;
        };
        let mut to_stop = None;
        while let Some(frame) = decoder.next_frame() {
            let Frame::Event { name, data } = frame else { continue };
            conversation.diagnostics.frames_read += 1;
            let mut scratch = String::new();
            let Ok(event) = event::read(name.as_deref(), &data, &mut scratch) else {
                Connection::note_foreign(foreign, name.as_deref(), &data);
                continue;
            };
            if event.kind == Kind::Unknown && event.run_id.is_none() {
                Connection::note_foreign(foreign, name.as_deref(), &data);
                continue;
            }
            (*got_event, *understood) = (true, true);
            let (run, ends) = (event.run_id.map(String::from), event.kind.ends_run());
            let edit = send.as_mut().and_then(|send| send.edit.as_mut());
            let is_asked = run.is_none() || edit.as_ref().is_some_and(|edit| edit.asked == run);
            match (run, &hiding.successor) {
                (_, None) if ends && is_asked => hiding.refusal = Some(StreamError::from_run(&event, 0.0)),
                (Some(id), None) if event.parent().is_none() => {
                    if let Some(edit) = edit {
                        edit.hidden.extend(edit.asked.take());
                    }
                    // It may end with its first frame.
                    hiding.ended = Some(event.kind).filter(|_| ends);
                    to_stop = Some(id.clone()).filter(|_| hiding.ended.is_none());
                    hiding.successor = Some(id);
                }
                (Some(id), Some(successor)) if ends && id == *successor => {
                    hiding.ended = hiding.ended.or(Some(event.kind));
                }
                _ => {}
            }
        }
        let url = to_stop.zip(config.runs(self.target)).map(|(id, runs)| run_url(&runs, &id, "/cancel"));
        if let Some(url) = url {
            let id = self.next_request();
            self.outputs.push_back(Output::Call(Call { id, url }));
        }
    }

    /// The stream of an answer that was to be hidden has ended.
    pub(super) fn hidden(&mut self, mut connection: Connection, now: Seconds) {
        let Hiding { successor, ended, refusal } = std::mem::take(&mut connection.hiding);
        let Some(edit) = connection.send.as_mut().and_then(|send| send.edit.as_mut()) else { return };
        let why = match (refusal, ended) {
            (Some(refusal), _) => refusal,
            (None, None) => StreamError::new(ErrorType::Interrupted, LOST),
            // It completed before it could be stopped: hide it in turn.
            (None, Some(Kind::RunCompleted)) if edit.missed < MOST_MISSED => {
                edit.missed += 1;
                edit.hide.extend(successor);
                return self.edit_on(connection, now);
            }
            (None, Some(Kind::RunCompleted)) => StreamError::new(ErrorType::General, TOO_FAST),
            // Stopped, failed or paused: the model sees none of these.
            (None, Some(_)) => return self.edit_on(connection, now),
        };
        self.end_with_error(connection, Outcome::Failed, why, now);
    }

    fn edit_on(&mut self, connection: Connection, now: Seconds) {
        if let Some(send) = connection.send {
            self.go_on_editing(send, now);
        }
    }

    /// An edit ends, perhaps before its message was sent: the answers that it has hidden say so. `refused`: the last
    /// request changed nothing.
    pub(super) fn edit_ends(&mut self, send: Option<&mut Send>, refused: bool) {
        if let Some(edit) = send.and_then(|send| send.edit.as_mut()) {
            let unsure = edit.asked.as_ref().filter(|_| !refused);
            self.conversation.forgotten(&edit.hidden, unsure);
        }
    }
}

/// How often an answer may complete before it is stopped.
const MOST_MISSED: u32 = 3;

const LOST: &str = "The connection was lost before the message was edited.";
const TOO_FAST: &str = "The message could not be edited: the model answered before it could be stopped.";
