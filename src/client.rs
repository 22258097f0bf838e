//! The machine between the network and the conversation, without I/O: [`Client::handle`] an [`Input`], then drain
//! [`Client::poll_output`] until it is empty.
//!
//! In: what the user did, what the network said, what time it is. Out: fetch this, abort that, wake me then,
//! something changed. The shell does what it is told and decides nothing. Every network input carries the id of the
//! request it belongs to; what comes of an earlier request is dropped. Invariant: each send is settled exactly once.

mod io;
mod templates;

pub use io::{Config, Input, Output, Request, RequestId, Ticket};

use crate::error::{ErrorType, StreamError};
use crate::event;
use crate::sse::{Decoder, Fault, Frame};
use crate::state::activity::name_of_id;
use crate::state::{Conversation, Outcome, Status};
use crate::time::Seconds;
use std::borrow::Cow;
use std::collections::VecDeque;
use templates::{value_in, Templates};

/// After the end of a run the server closes the stream. One that does not is given up after so many seconds.
const LINGER: Seconds = 5.0;

/// Pieces in which large chunks are decoded, so that the buffer holds a piece and not the whole.
pub(crate) const PIECE: usize = 256 << 10;

/// The machine.
#[derive(Debug)]
pub struct Client {
    /// What the page shows.
    pub conversation: Conversation,
    config: Config,
    leg: Option<Leg>,
    queue: VecDeque<Message>,
    outputs: VecDeque<Output>,
    last_request: RequestId,
    wake_at: Option<Seconds>,
    /// The caller's own leg was cancelled: what they still feed belongs to it, up to their `End`.
    hung_up: bool,
}

/// A send.
#[derive(Debug)]
struct Message {
    ticket: Ticket,
    text: String,
    files: Vec<String>,
}

/// The stream being read.
#[derive(Debug)]
struct Leg {
    request: RequestId,
    ticket: Option<Ticket>,
    body: Body,
    templates: Templates,
    /// The run has ended; the stream has not.
    over_since: Option<Seconds>,
}

#[derive(Debug)]
enum Body {
    Stream(Box<Decoder>),
    /// An HTTP error and as much of its body as says why.
    Refused {
        status: u16,
        text: Vec<u8>,
    },
    /// An answer that is no stream.
    Foreign,
}

impl Client {
    /// A client with an empty conversation.
    pub fn new(config: Config) -> Self {
        let mut conversation = Conversation::new(config.limits);
        conversation.name = component(&config.path).map(name_of_id).unwrap_or_default();
        Client {
            conversation,
            config,
            leg: None,
            queue: VecDeque::new(),
            outputs: VecDeque::new(),
            last_request: 0,
            wake_at: None,
            hung_up: false,
        }
    }

    /// Sends that wait.
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// What the shell has to do next.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Takes in what happened. `false`: it changed nothing, and nobody has to hear of it.
    pub fn handle(&mut self, input: Input<'_>, now: Seconds) -> bool {
        if !self.concerns(&input) {
            return false;
        }
        match input {
            Input::Send { ticket, text, files } => {
                self.send(Message { ticket, text: text.into(), files: files.to_vec() }, now)
            }
            Input::Begin { text } => {
                // What was to be sent is not sent: the caller has taken over.
                self.cancel(now);
                self.hung_up = false;
                self.begin(None, text, Status::Streaming, now);
            }
            Input::Feed(bytes) => {
                if self.leg.is_none() {
                    self.begin(None, None, Status::Streaming, now);
                }
                self.take(bytes, now);
            }
            Input::End => {
                self.hung_up = false;
                if self.is_fed_by_hand() {
                    self.close(now);
                }
            }
            Input::Opened { status, content_type, .. } => self.open(status, content_type),
            Input::Chunk { bytes, .. } => self.take(bytes, now),
            Input::Closed { .. } => self.close(now),
            Input::Failed { .. } => self.fail(now),
            Input::Cancel => self.cancel(now),
            Input::Tick => self.tick(now),
            Input::DismissError => self.conversation.dismiss_error(),
            Input::Clear { session_id } => {
                self.cancel(now);
                self.conversation.clear(session_id.filter(|s| !s.is_empty()).map(str::to_owned));
            }
        }
        self.plan(now);
        true
    }

    /// Whether `input` can change anything.
    fn concerns(&self, input: &Input<'_>) -> bool {
        match input {
            Input::Opened { request, .. }
            | Input::Chunk { request, .. }
            | Input::Closed { request }
            | Input::Failed { request } => self.is_live(*request),
            // Bytes of the caller's do not mix with those of a fetch, nor come late to a leg that was cancelled.
            Input::Feed(_) => self.is_fed_by_hand() || (self.leg.is_none() && !self.hung_up),
            Input::End => self.is_fed_by_hand() || self.hung_up,
            Input::Cancel => self.leg.is_some() || !self.queue.is_empty(),
            Input::DismissError => self.conversation.error.is_some(),
            Input::Tick => self.leg.as_ref().is_some_and(|l| l.over_since.is_some()),
            Input::Send { .. } | Input::Begin { .. } | Input::Clear { .. } => true,
        }
    }

    /// Room in the decoder's buffer for `n` bytes of the caller's stream, to be written in place; then
    /// [`committed`](Client::committed). `None`: these bytes go through [`Input::Chunk`] (an error's body).
    pub fn reserve(&mut self, n: usize) -> Option<&mut [u8]> {
        match &mut self.leg.as_mut()?.body {
            Body::Stream(decoder) => Some(decoder.reserve(n)),
            _ => None,
        }
    }

    /// The room that was reserved is filled.
    pub fn committed(&mut self, n: usize, now: Seconds) {
        self.conversation.diagnostics.bytes_read += n as u64;
        self.conversation.opened();
        self.drain(now);
        self.plan(now);
    }

    /// The request whose answer is read; also that of a leg fed by hand.
    pub fn live_request(&self) -> Option<RequestId> {
        self.leg.as_ref().map(|l| l.request)
    }

    /// Whether the leg that runs is the caller's own: bytes of theirs do not mix with those of a fetch.
    pub fn is_fed_by_hand(&self) -> bool {
        self.leg.as_ref().is_some_and(|l| l.ticket.is_none())
    }

    fn is_live(&self, request: RequestId) -> bool {
        self.live_request() == Some(request)
    }

    fn send(&mut self, message: Message, now: Seconds) {
        let over = self.leg.as_ref().is_some_and(|l| l.over_since.is_some());
        if over {
            self.give_up(now);
        }
        if self.leg.is_some() {
            if self.queue.len() >= self.config.limits.max_queued {
                let (ticket, outcome) = (message.ticket, Outcome::Cancelled);
                self.outputs.push_back(Output::Settled { ticket, outcome });
                return;
            }
            self.queue.push_back(message);
            self.conversation.head_dirty = true;
            return;
        }
        self.begin(Some(message.ticket), Some(&message.text), Status::Connecting, now);
        self.conversation.attach(message.files);
        let request = self.request(message.ticket, &message.text);
        self.outputs.push_back(Output::Fetch(request));
    }

    fn request(&self, ticket: Ticket, text: &str) -> Request {
        let session = self.conversation.session_id.clone().unwrap_or_default();
        let mut fields: Vec<(String, String)> =
            vec![("message".into(), text.into()), ("stream".into(), "true".into()), ("session_id".into(), session)];
        if self.config.background {
            fields.push(("background".into(), "true".into()));
        }
        for (name, value) in &self.config.fields {
            match fields.iter_mut().find(|(n, _)| n == name) {
                Some(field) => field.1.clone_from(value),
                None => fields.push((name.clone(), value.clone())),
            }
        }
        let Config { endpoint, path, .. } = &self.config;
        let endpoint = endpoint.trim_end_matches('/');
        let link = if endpoint.is_empty() || path.starts_with('/') { "" } else { "/" };
        let url = if path.contains("://") { path.clone() } else { [endpoint, link, path].concat() };
        Request { id: self.last_request, ticket, url, fields }
    }

    fn begin(&mut self, ticket: Option<Ticket>, text: Option<&str>, status: Status, now: Seconds) {
        self.last_request = self.last_request.wrapping_add(1);
        self.leg = Some(Leg {
            request: self.last_request,
            ticket,
            body: Body::Stream(Box::new(Decoder::new(&self.config.limits))),
            templates: Templates::default(),
            over_since: None,
        });
        self.conversation.begin(text, status, now);
    }

    fn open(&mut self, status: u16, content_type: &str) {
        let Some(leg) = self.leg.as_mut() else { return };
        if status >= 400 {
            leg.body = Body::Refused { status, text: Vec::new() };
        } else if content_type.contains("text/html") {
            leg.body = Body::Foreign;
        } else {
            self.conversation.opened();
        }
    }

    fn take(&mut self, bytes: &[u8], now: Seconds) {
        self.conversation.diagnostics.bytes_read += bytes.len() as u64;
        for piece in bytes.chunks(PIECE) {
            match self.leg.as_mut().map(|l| &mut l.body) {
                Some(Body::Stream(decoder)) => decoder.push(piece),
                Some(Body::Refused { text, .. }) => {
                    let room = self.config.limits.max_error_body_bytes.saturating_sub(text.len());
                    text.extend_from_slice(&piece[..piece.len().min(room)]);
                    continue;
                }
                Some(Body::Foreign) | None => return,
            }
            self.conversation.opened();
            self.drain(now);
        }
    }

    /// Reads every whole frame of the buffer.
    fn drain(&mut self, now: Seconds) {
        let Client { conversation, config, leg, .. } = self;
        let Some(Leg { body: Body::Stream(decoder), templates, over_since, .. }) = leg else { return };
        let was_over = over_since.is_some();
        loop {
            if templates.append_repeated(decoder, conversation) {
                continue;
            }
            let Some(frame) = decoder.next_frame() else { break };
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
                Frame::Event { name, data } => {
                    conversation.diagnostics.frames_read += 1;
                    let mut scratch = String::new();
                    let learned = match event::read(name.as_deref(), &data, &mut scratch) {
                        Ok(event) => {
                            conversation.apply(&event, now);
                            // Data that was mended does not stand in the buffer as it was read.
                            let as_sent = matches!(data, Cow::Borrowed(_));
                            conversation.appends(&event).filter(|_| as_sent).zip(value_in(&data, &event))
                        }
                        Err(fault) => {
                            conversation.diagnostics.malformed(event::fault(fault), &data, &config.limits);
                            continue;
                        }
                    };
                    match learned {
                        Some((target, value)) => templates.learn(decoder, target, value),
                        None => templates.forget(),
                    }
                }
            }
        }
        if !conversation.status.is_streaming() && !was_over {
            self.outputs.push_back(Output::Urgent);
        }
    }

    fn close(&mut self, now: Seconds) {
        let Some(leg) = self.leg.take() else { return };
        match &leg.body {
            Body::Stream(_) => self.conversation.close(now),
            Body::Refused { status, text } => self.refused(*status, text, now),
            Body::Foreign => {
                let message = "The server answered with a web page instead of a stream. Is the address right?";
                self.conversation.fail(Outcome::Failed, StreamError::new(ErrorType::Protocol, message), now);
            }
        }
        self.settle(leg, now);
    }

    fn fail(&mut self, now: Seconds) {
        let Some(leg) = self.leg.take() else { return };
        match &leg.body {
            Body::Refused { status, text } => self.refused(*status, text, now),
            _ if self.conversation.status == Status::Connecting => {
                let message = "The server could not be reached. Check your connection, or the server's address.";
                self.conversation.fail(Outcome::Failed, StreamError::new(ErrorType::Network, message), now);
            }
            _ => self.conversation.interrupt("The connection was lost before the answer was complete.", now),
        }
        self.settle(leg, now);
    }

    /// The server said no: whether or not it finished saying why.
    fn refused(&mut self, status: u16, text: &[u8], now: Seconds) {
        let error = StreamError::from_http(status, &String::from_utf8_lossy(text));
        self.conversation.fail(Outcome::Failed, error, now);
    }

    fn cancel(&mut self, now: Seconds) {
        for Message { ticket, .. } in std::mem::take(&mut self.queue) {
            self.outputs.push_back(Output::Settled { ticket, outcome: Outcome::Cancelled });
        }
        self.conversation.head_dirty = true;
        self.give_up(now);
    }

    /// Ends the leg that runs, if one does, as cancelled (or as it has ended already).
    fn give_up(&mut self, now: Seconds) {
        let Some(leg) = self.leg.take() else { return };
        match leg.ticket {
            Some(_) => self.outputs.push_back(Output::Abort(leg.request)),
            None => self.hung_up = true,
        }
        self.conversation.cancel(now);
        self.settle(leg, now);
    }

    /// A leg is over: its send is settled, and the next one in the queue goes out.
    fn settle(&mut self, leg: Leg, now: Seconds) {
        let outcome = self.conversation.current().and_then(|t| t.outcome).unwrap_or(Outcome::Interrupted);
        if let Some(ticket) = leg.ticket {
            self.outputs.push_back(Output::Settled { ticket, outcome });
        }
        self.outputs.push_back(Output::Urgent);
        if let Some(message) = self.queue.pop_front() {
            self.send(message, now);
        }
    }

    fn tick(&mut self, now: Seconds) {
        if self.leg.as_ref().and_then(|l| l.over_since).is_some_and(|since| now >= since + LINGER) {
            self.give_up(now);
        }
    }

    /// Sets or clears the timer.
    fn plan(&mut self, now: Seconds) {
        let over = self.conversation.current().is_some_and(|t| t.outcome.is_some());
        if let Some(leg) = self.leg.as_mut() {
            leg.over_since = match over && !self.conversation.status.is_streaming() {
                true => leg.over_since.or(Some(now)),
                false => None,
            };
        }
        let fetched = self.leg.as_ref().filter(|l| l.ticket.is_some());
        let wake_at = fetched.and_then(|l| l.over_since).map(|since| since + LINGER);
        if wake_at != self.wake_at {
            self.wake_at = wake_at;
            self.outputs.push_back(Output::WakeAt(wake_at));
        }
    }
}

/// The id of the agent, team or workflow that a path leads to: the segment before `runs`.
fn component(path: &str) -> Option<&str> {
    let path = path.split(['?', '#']).next()?.trim_end_matches('/');
    path.strip_suffix("/runs")?.rsplit('/').next().filter(|s| !s.is_empty())
}
