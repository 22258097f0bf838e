//! Reads the frames of the stream: applies them, or stops for the client to decide.

use super::connection::{Body, Connection, Purpose};
use super::early_frames::{next_index, Order};
use super::frame_fast_path::{variable_parts, FastPathResult};
use super::{Client, Output};
use crate::error::StreamError;
use crate::event::{self, Kind};
use crate::json::Raw;
use crate::sse::{Fault, Frame};
use crate::time::Seconds;
use std::borrow::Cow;

/// Why reading frames stops.
enum Halt {
    /// The run failed with a limit or an overload, and the client retries: the error to show.
    RateLimited(StreamError),
    /// The server cannot resume this run.
    UnknownRun,
    /// Another client's run is going on in the session.
    SessionBusy,
    /// The server waits out a rate limit; the next frame may end that wait.
    ServerRetries,
}

impl Client {
    /// Reads every complete frame in the buffer.
    pub(super) fn read_available_frames(&mut self, now: Seconds) {
        let Some(connection) = self.connection.as_mut() else { return };
        connection.received_bytes = true;
        self.read_buffered(false, now);
    }

    /// The stream has ended: reads the last frame if only its blank line is missing.
    pub(super) fn read_last_frame(&mut self, now: Seconds) {
        if let Some(Connection { body: Body::Stream(decoder), .. }) = self.connection.as_mut() {
            decoder.finish();
            self.read_buffered(true, now);
        }
    }

    pub(super) fn read_buffered(&mut self, last: bool, now: Seconds) {
        if self.connection.as_ref().is_some_and(|c| c.purpose == Purpose::Hide) {
            return self.read_hiding();
        }
        let was_over = self.connection.as_ref().is_some_and(|c| c.run_ended_at.is_some());
        // Input between two chunks may have changed what a content frame does.
        self.conversation.revision = self.conversation.revision.wrapping_add(1);
        while let Some(halt) = self.read_frames(last, now) {
            match halt {
                Halt::RateLimited(error) => self.run_rate_limited(error, now),
                Halt::SessionBusy => return self.run_refused_as_busy(now),
                Halt::UnknownRun => return self.run_unknown(now),
                Halt::ServerRetries => self.share_limit(now),
            }
        }
        if !self.conversation.status.is_streaming() && !was_over {
            self.outputs.push_back(Output::Urgent);
        }
    }

    /// Reads frames until the buffer is empty or the client has to decide. `last`: the stream has ended, perhaps inside
    /// of a frame.
    fn read_frames(&mut self, last: bool, now: Seconds) -> Option<Halt> {
        let Client { conversation, config, connection, early, .. } = self;
        let Some(Connection {
            body: Body::Stream(decoder),
            fast_path,
            retried_by_server,
            purpose,
            got_event,
            understood,
            foreign,
            gap,
            ..
        }) = connection
        else {
            return None;
        };
        loop {
            let next = || next_index(conversation, *purpose, *got_event);
            let held = if early.is_empty() { None } else { early.take_next(next()) };
            let was_held = held.is_some();
            let frame = match held {
                Some((name, data)) => Frame::Event { name: name.map(Cow::Owned), data: Cow::Owned(data) },
                None => {
                    match fast_path.append_repeated(decoder, conversation, early.is_empty()) {
                        FastPathResult::Appended => continue,
                        FastPathResult::Incomplete => return None,
                        FastPathResult::NoMatch => {}
                    }
                    decoder.next_frame()?
                }
            };
            match frame {
                Frame::Comment => {}
                Frame::Malformed { reason, excerpt } => {
                    conversation.diagnostics.frames_read += 1;
                    let reason = match reason {
                        Fault::TooLong => "longer than the limit",
                        Fault::BrokenObject => "a JSON object that breaks off",
                    };
                    conversation.diagnostics.malformed(reason, &excerpt, &config.limits);
                }
                Frame::Event { name, data } if last && !was_held && !is_whole(name.as_deref(), &data) => {}
                Frame::Event { name, data } => {
                    conversation.diagnostics.frames_read += u64::from(!was_held);
                    let mut scratch = String::new();
                    let event = match event::read(name.as_deref(), &data, &mut scratch) {
                        Ok(event) => event,
                        Err(fault) => {
                            match name.as_deref() {
                                Some(known) if event::is_known(known) => *understood = true,
                                name => Connection::note_foreign(foreign, name, &data),
                            }
                            conversation.diagnostics.malformed(event::fault(fault), &data, &config.limits);
                            continue;
                        }
                    };
                    match event.kind {
                        // One with a run is AgentOS's, of a later version.
                        Kind::Unknown if event.run_id.is_none() => {
                            Connection::note_foreign(foreign, name.as_deref(), &data)
                        }
                        _ => *understood = true,
                    }
                    if event.kind == Kind::Error && *purpose == Purpose::Resume && !*got_event {
                        return Some(Halt::UnknownRun);
                    }
                    // The stored frames of a finished run lack its content.
                    *gap |= event.kind == Kind::Replay;
                    if !was_held {
                        let next = next_index(conversation, *purpose, *got_event);
                        let current = conversation.current().and_then(|turn| turn.run_id.as_deref());
                        match early.order(&event, (name.as_deref(), &data), next, current, gap, now) {
                            Order::Now => {}
                            order => {
                                conversation.diagnostics.stale_frames += u64::from(order == Order::Repeated);
                                // The timer has to be set.
                                conversation.revision = conversation.revision.wrapping_add(1);
                                continue;
                            }
                        }
                    }
                    if event.kind == Kind::Retry {
                        *retried_by_server = true;
                        conversation.client_retries = false;
                    }
                    *got_event = true;
                    conversation.apply(&event, now);
                    if let Some(error) = conversation.rate_limit_error.take() {
                        return Some(Halt::RateLimited(error));
                    }
                    if std::mem::take(&mut conversation.session_busy) {
                        return Some(Halt::SessionBusy);
                    }
                    if event.kind == Kind::Retry {
                        return Some(Halt::ServerRetries);
                    }
                    // Repaired data differs from the bytes in the buffer, so no pattern can be made of it.
                    let as_sent = matches!(data, Cow::Borrowed(_));
                    let appended = conversation.append_target(&event).filter(|_| as_sent && config.fast_path);
                    let learned = appended.filter(|_| fast_path.may_learn());
                    // Last of all: it reads the frame once more.
                    if let Some((target, slots)) = learned.and_then(|to| Some((to, variable_parts(&data, &event)?))) {
                        fast_path.learn(decoder, target, &slots);
                    }
                }
            }
        }
    }
}

/// Whether the data of the last frame is not cut off: a JSON object, or the text of an error.
fn is_whole(name: Option<&str>, data: &str) -> bool {
    let is_text = name == Some("error") && !data.trim().is_empty() && !data.trim_start().starts_with('{');
    is_text || Raw::parse(data).is_ok_and(|json| json.as_object().is_some())
}
