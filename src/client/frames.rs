//! The frames of the stream: read, applied, or handed to the client to decide.

use super::connection::{Body, Leg, Purpose};
use super::frame_fast_path::{holes, Next};
use super::{Client, Output};
use crate::error::StreamError;
use crate::event::{self, Kind};
use crate::sse::{Fault, Frame};
use crate::state::provider_text;
use crate::time::Seconds;
use std::borrow::Cow;

/// Why frames are not read on.
enum Halt {
    /// The run failed with a rate limit that is ours to wait out: how it is shown, what was said.
    Struck(StreamError, String),
    /// The server has no rest of this answer.
    Gone,
    /// The server waits for a limit to pass; the next frame may tell that it does no more.
    Limited,
}

impl Client {
    /// Reads every whole frame of the buffer.
    pub(super) fn drain(&mut self, now: Seconds) {
        let Some(leg) = self.leg.as_mut() else { return };
        let was_over = leg.over_since.is_some();
        leg.heard = true;
        // What happened between two chunks may have changed what a content frame does.
        self.conversation.applied = self.conversation.applied.wrapping_add(1);
        while let Some(halt) = self.read_frames(now) {
            match halt {
                Halt::Struck(error, said) => self.struck(error, &said, now),
                Halt::Gone => return self.gone(now),
                Halt::Limited => self.follow_limit(now),
            }
        }
        if !self.conversation.status.is_streaming() && !was_over {
            self.outputs.push_back(Output::Urgent);
        }
    }

    /// Reads frames until there is none, or until one of them is for the client to decide.
    fn read_frames(&mut self, now: Seconds) -> Option<Halt> {
        let Client { conversation, config, leg, .. } = self;
        let Some(Leg { body: Body::Stream(decoder), templates, retried_by_server, purpose, answered, .. }) = leg else {
            return None;
        };
        loop {
            match templates.append_repeated(decoder, conversation) {
                Next::Appended => continue,
                Next::Begun => return None,
                Next::Other => {}
            }
            match decoder.next_frame()? {
                Frame::Comment => {}
                Frame::Malformed { reason, excerpt } => {
                    conversation.diagnostics.frames_read += 1;
                    let reason = match reason {
                        Fault::TooLong => "longer than the limit",
                        Fault::BrokenObject => "a JSON object that breaks off",
                    };
                    conversation.diagnostics.malformed(reason, &excerpt, &config.limits);
                }
                Frame::Event { name, data } => {
                    conversation.diagnostics.frames_read += 1;
                    let mut scratch = String::new();
                    let event = match event::read(name.as_deref(), &data, &mut scratch) {
                        Ok(event) => event,
                        Err(fault) => {
                            conversation.diagnostics.malformed(event::fault(fault), &data, &config.limits);
                            continue;
                        }
                    };
                    if event.kind == Kind::Retry {
                        *retried_by_server = true;
                        conversation.takes_over = false;
                    }
                    if event.kind == Kind::Error && *purpose == Purpose::Resume && !*answered {
                        return Some(Halt::Gone);
                    }
                    *answered = true;
                    conversation.apply(&event, now);
                    if let Some(error) = conversation.struck.take() {
                        return Some(Halt::Struck(error, provider_text(&event)));
                    }
                    if event.kind == Kind::Retry {
                        return Some(Halt::Limited);
                    }
                    // Data that was mended does not stand in the buffer as it was read.
                    let as_sent = matches!(data, Cow::Borrowed(_));
                    let appended = conversation.appends(&event).filter(|_| as_sent);
                    if let Some((target, holes)) = appended.filter(|_| config.shortcuts).zip(holes(&data, &event)) {
                        templates.learn(decoder, target, &holes);
                    }
                }
            }
        }
    }
}
