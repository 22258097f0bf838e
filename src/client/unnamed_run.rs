//! Background runs that were stopped before their first frame: AgentOS goes on with them although nobody listens, and only that
//! frame names them. So their streams are read on, and each run is stopped on the server as soon as it has a name.
//!
//! Foreground runs need none of this: AgentOS 3.1.10 stops them when their connection ends, before the first frame as well.

use super::connection::{Body, Purpose};
use super::resume::run_url;
use super::{Client, Input, RequestId};
use crate::event;
use crate::sse::{Decoder, Frame};
use crate::time::Seconds;

#[derive(Debug, Clone)]
pub(super) struct UnnamedRun {
    request: RequestId,
    /// The id of its turn.
    turn: u32,
    /// The URL of the component's runs.
    runs: String,
    decoder: Box<Decoder>,
}

impl Client {
    /// The user stops what runs. `true`: the server has not named it yet, so its stream is read on.
    pub(super) fn watch_unnamed(&mut self) -> bool {
        let background = self.config.background;
        let Some(connection) = self.connection.as_mut().filter(|c| background && !c.fed_by_caller && !c.got_event)
        else {
            return false;
        };
        let (turn, runs) = (self.conversation.current().map(|turn| turn.id), self.config.runs(self.target));
        let (Some(turn), Some(runs), Purpose::Run | Purpose::Again, Body::Stream(_)) =
            (turn, runs, connection.purpose, &connection.body)
        else {
            return false;
        };
        let request = connection.request;
        if let Body::Stream(decoder) = std::mem::replace(&mut connection.body, Body::NotAStream) {
            self.unnamed.push(UnnamedRun { request, turn, runs, decoder });
        }
        true
    }

    pub(super) fn is_unnamed(&self, request: RequestId) -> bool {
        self.unnamed.iter().any(|run| run.request == request)
    }

    /// Whether `input` is about such a run.
    pub(super) fn read_unnamed(&mut self, input: &Input<'_>, now: Seconds) -> bool {
        let (Input::Opened { request, .. }
        | Input::Chunk { request, .. }
        | Input::Closed { request }
        | Input::Failed { request }
        | Input::NotSent { request }) = *input
        else {
            return false;
        };
        let Some(at) = self.unnamed.iter().position(|run| run.request == request) else { return false };
        let run = match *input {
            Input::Opened { status, .. } if status < 400 => return true,
            Input::Chunk { bytes, .. } => match self.unnamed[at].name_in(bytes) {
                None => return true,
                name => name,
            },
            // It may be running.
            Input::Closed { .. } | Input::Failed { .. } => None,
            // It was refused, or never asked for.
            _ => Some(String::new()),
        };
        let UnnamedRun { turn, runs, .. } = self.unnamed.swap_remove(at);
        match run.as_deref() {
            None => self.conversation.server_cancelled(turn, 0, now),
            Some("") => {}
            Some(id) => {
                self.conversation.name_stopped(turn, id);
                self.stop_on_server((turn, run_url(&runs, id, "/cancel")));
            }
        }
        true
    }
}

impl UnnamedRun {
    /// The id of the run, if these bytes tell it; empty: it was refused.
    fn name_in(&mut self, bytes: &[u8]) -> Option<String> {
        self.decoder.push(bytes);
        while let Some(frame) = self.decoder.next_frame() {
            let Frame::Event { name, data } = frame else { continue };
            let mut scratch = String::new();
            let Ok(event) = event::read(name.as_deref(), &data, &mut scratch) else { continue };
            match event.run_id {
                Some(id) if event.parent().is_none() => return Some(String::from(id)),
                None if event.kind.ends_run() => return Some(String::new()),
                _ => {}
            }
        }
        None
    }
}
