//! The shell: the only impure part. It carries out what the [`Client`] says and decides nothing.
//!
//! In: calls from the package's TypeScript. Out: fetches, and calls to its [`Host`]. Never: a call to JavaScript while
//! the client is borrowed — a listener may call back in.

mod border;
mod host;
mod transport;

use crate::client::{Client, Config, Fallback, Input, Output, Stall, PIECE};
use crate::limits::Limits;
use crate::retry::{Policy, RetryHeaders};
use crate::state::kept::{Kept, KeptPause};
use crate::state::Outcome;
use crate::time::Seconds;
use border::to_js;
pub use host::Host;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// One stream handler.
#[wasm_bindgen]
pub struct Core {
    shell: Rc<Shell>,
}

/// What the handle and its running fetches share.
struct Shell {
    client: RefCell<Client>,
    host: Host,
    /// The fetch that runs, to be aborted.
    fetch: RefCell<Option<(u32, web_sys::AbortController)>>,
    disposed: Cell<bool>,
    /// What time it is in a recording that is replayed; NaN: now. There the network is silent, too.
    replayed: Cell<Seconds>,
}

#[wasm_bindgen]
impl Core {
    /// `texts` and `fallbacks` (path, name) are pairs in turn; `limits` are those of the package's `Limits`, 0
    /// for the default; `retry` is maxRetries, baseDelay, maxDelay, jitter, and then delays of one's own; `resume` is
    /// maxAttempts, baseDelay, maxDelay, and the two bounds of silence.
    ///
    /// Throws a RangeError that names the option that cannot be.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::too_many_arguments)] // flat arguments cost nothing at the border; an object would bring serde's reader
    pub fn new(
        host: Host,
        endpoint: String,
        path: String,
        runs: String,
        name: Option<String>,
        session: Option<String>,
        background: bool,
        texts: Vec<String>,
        limits: Vec<f64>,
        retry: Vec<f64>,
        resume: Vec<f64>,
        fallbacks: Vec<String>,
        log: bool,
        seed: u32,
    ) -> Result<Core, JsValue> {
        let value = |at: usize| retry.get(at).copied();
        let policy = Policy::new(value(0), value(1), value(2), retry.get(4..).unwrap_or_default(), value(3));
        let part = |at: usize| resume.get(at).copied();
        let taking_up = Policy::of_resume(part(0), part(1), part(2));
        let config = Config {
            endpoint,
            path,
            runs,
            fields: Vec::new(),
            background,
            limits: bounds(&limits),
            retry: policy.map_err(|e| refusal(&e.message()))?,
            resume: taking_up.map_err(|e| refusal(&e.message()))?,
            stall: stall(&resume)?,
            fallbacks: pairs(fallbacks).into_iter().map(|(path, name)| Fallback { path, name }).collect(),
            log,
            shortcuts: true,
            seed,
        };
        let mut client = Client::new(config);
        client.conversation.texts.0 = pairs(texts);
        if let Some(name) = name {
            client.conversation.name = name;
        }
        client.conversation.session_id = session.filter(|s| !s.is_empty());
        let shell = Shell {
            client: RefCell::new(client),
            host,
            fetch: RefCell::new(None),
            disposed: Cell::new(false),
            replayed: Cell::new(f64::NAN),
        };
        Ok(Core { shell: Rc::new(shell) })
    }

    /// Input tokens per minute that `model`, or any that has no limit of its own, may use.
    pub fn quota(&self, model: Option<String>, limit: f64) -> Result<(), JsValue> {
        if !(1.0..=1e15).contains(&limit) {
            return Err(refusal("quota must be a number of tokens per minute, 1 or more"));
        }
        self.shell.client.borrow_mut().conversation.quota.set(model.as_deref(), limit as u64);
        Ok(())
    }

    /// Nothing is held back for a quota.
    #[wasm_bindgen(js_name = quotaOff)]
    pub fn quota_off(&self) {
        self.shell.client.borrow_mut().conversation.quota.switch_off();
    }

    /// What the form of the next send carries besides: name and value in turn.
    pub fn fields(&self, fields: Vec<String>) {
        self.shell.client.borrow_mut().set_fields(pairs(fields));
    }

    /// Sends what the user said, or (`background`) what the page has to say; the host hears of `ticket` again when it
    /// is over.
    pub fn send(&self, ticket: u32, text: &str, files: Vec<String>, background: bool) {
        let files = &files;
        self.shell.handle(match background {
            true => Input::SendInBackground { ticket, text, files },
            false => Input::Send { ticket, text, files },
        });
    }

    /// Drops one send that waits.
    #[wasm_bindgen(js_name = cancelQueued)]
    pub fn cancel_queued(&self, ticket: u32) -> bool {
        self.shell.handle(Input::CancelQueued { ticket })
    }

    /// Skips a wait of our own.
    #[wasm_bindgen(js_name = retryNow)]
    pub fn retry_now(&self) -> bool {
        self.shell.handle(Input::RetryNow)
    }

    /// Takes up an answer that was interrupted; the host hears of `ticket` again when it is over.
    pub fn resume(&self, ticket: u32) {
        self.shell.handle(Input::Resume { ticket });
    }

    /// Answers what a paused run asks: fields of the form, name and value in turn.
    #[wasm_bindgen(js_name = continueRun)]
    pub fn continue_run(&self, ticket: u32, answers: Vec<String>) {
        self.shell.handle(Input::Continue { ticket, answers: &pairs(answers) });
    }

    /// The network is gone.
    pub fn offline(&self) {
        self.shell.handle(Input::Offline);
    }

    /// The network is there again.
    pub fn online(&self) {
        self.shell.handle(Input::Online);
    }

    /// Another tab hit a limit that lasts until then; below zero: it is over.
    #[wasm_bindgen(js_name = limitElsewhere)]
    pub fn limit_elsewhere(&self, until: f64) {
        self.shell.handle(if until < 0.0 { Input::LimitOver } else { Input::LimitElsewhere { until } });
    }

    /// The user stops the answer.
    pub fn cancel(&self) {
        self.shell.handle(Input::Cancel);
    }

    /// Opens a leg that is fed by hand; `name`: what the answering party is called before its first event.
    pub fn begin(&self, text: Option<String>, name: Option<String>) {
        if let Some(name) = name {
            self.shell.client.borrow_mut().conversation.name = name;
        }
        self.shell.handle(Input::Begin { text: text.as_deref() });
    }

    /// The caller's next bytes.
    pub fn feed(&self, bytes: &js_sys::Uint8Array) {
        if self.shell.client.borrow().live_request().is_none() {
            self.shell.handle(Input::Feed(&[]));
        }
        if self.shell.client.borrow().is_fed_by_hand() {
            self.shell.take(bytes);
        }
    }

    /// The same without being called back: where the caller's next bytes go, the address of room for so many in the decoder's buffer, to be filled at once and
    /// then told of with `took`. 0: nobody wants them. `first`: they may begin a leg.
    ///
    /// In two calls, because a copy that JavaScript makes by itself costs half of one that it is called back for.
    pub fn room(&self, length: usize, first: bool) -> usize {
        if first && self.shell.client.borrow().live_request().is_none() {
            self.shell.handle(Input::Feed(&[]));
        }
        let mut client = self.shell.client.borrow_mut();
        if self.shell.disposed.get() || !client.is_fed_by_hand() {
            return 0;
        }
        client.reserve(length).map_or(0, |room| room.as_mut_ptr() as usize)
    }

    /// The room is filled. Whether listeners are to be told at once; that something changed the caller knows.
    pub fn took(&self, length: usize, now: Seconds) -> bool {
        self.shell.client.borrow_mut().committed(length, now);
        self.shell.carry_out()
    }

    /// The caller's stream is over.
    pub fn end(&self) {
        self.shell.handle(Input::End);
    }

    /// From here on a recording is replayed: it is `now`, in seconds since the Unix epoch, until the next call. Nothing is
    /// fetched; the answers to the requests that would be made come through `opened`, `heard`, `closed` and `called`.
    pub fn replay(&self, now: Seconds) {
        self.shell.replayed.set(now);
    }

    /// How many requests there were: the next one has the number behind it.
    pub fn requests(&self) -> u32 {
        self.shell.client.borrow().requests()
    }

    /// A request is answered.
    pub fn opened(
        &self,
        request: u32,
        status: u16,
        content_type: String,
        retry_after: Option<String>,
        retry_after_ms: Option<String>,
        date: Option<String>,
    ) {
        self.shell.opened(request, status, &content_type, [retry_after, retry_after_ms, date]);
    }

    /// The next bytes of a request's answer.
    pub fn heard(&self, request: u32, bytes: &js_sys::Uint8Array) {
        self.shell.heard(request, bytes);
    }

    /// A request is over: its answer ended (`whole`), or broke off or never came; without `whole` it was not even sent.
    pub fn closed(&self, request: u32, whole: Option<bool>) {
        self.shell.handle(match whole {
            Some(true) => Input::Closed { request },
            Some(false) => Input::Failed { request },
            None => Input::NotSent { request },
        });
    }

    /// What came of a request to stop a run.
    pub fn called(&self, request: u32, status: u16) {
        self.shell.handle(Input::Called { request, status });
    }

    /// The time has come that the host was asked to wait for.
    pub fn tick(&self) {
        self.shell.handle(Input::Tick);
    }

    /// Closes the banner.
    #[wasm_bindgen(js_name = dismissError)]
    pub fn dismiss_error(&self) {
        self.shell.handle(Input::DismissError);
    }

    /// Drops the turns; the next send goes to `session`, or to a new one.
    pub fn clear(&self, session: Option<String>) {
        self.shell.handle(Input::Clear { session_id: session.as_deref() });
    }

    /// Hands the host what changed since the last call: a `Delta`, or the text that was appended.
    ///
    /// Not by returning it: V8 11.3 (Node 20) inlines hot exports, and dies when memory grows under one that returns a
    /// reference.
    pub fn read(&self) {
        let mut client = self.shell.client.borrow_mut();
        let text = client.read_text(|a, d| {
            let work = a.work.map_or(-1.0, |at| at as f64);
            (a.turn, work, a.thoughts, JsValue::from_str(a.text), d.bytes_read as f64, d.frames_read as f64)
        });
        if let Some((turn, work, thoughts, text, bytes, frames)) = text {
            drop(client);
            return self.shell.host.appended(turn, work, thoughts, &text, bytes, frames);
        }
        let delta = client.read(|delta| to_js(delta));
        drop(client);
        self.shell.host.delta(&delta);
    }

    /// A turn of a session that is opened: what the user said, when, and the events of its run as a stream.
    pub fn recall(&self, text: Option<String>, at: f64, frames: &[u8]) {
        self.shell.handle(Input::Recall { text: text.as_deref(), at, frames });
    }

    /// A session that the server lists.
    #[wasm_bindgen(js_name = listSession)]
    pub fn list_session(&self, id: &str, name: &str, created_at: f64, updated_at: Option<f64>) {
        self.shell.client.borrow_mut().conversation.list_session(id, name, created_at, updated_at);
        self.shell.flush();
    }

    /// What a paused run asks, where its stream did not say: the requirements, as JSON.
    #[wasm_bindgen(js_name = tellPause)]
    pub fn tell_pause(&self, requirements: &str) {
        self.shell.client.borrow_mut().conversation.tell_pause(requirements);
        self.shell.flush();
    }

    /// Hands the host what a page keeps of an answer that is not finished: a `Kept`, or null.
    pub fn keep(&self) {
        let kept = to_js(&self.shell.client.borrow().kept());
        self.shell.host.kept(&kept);
    }

    /// Shows what was kept.
    #[allow(clippy::too_many_arguments)] // A `Kept`, flat.
    pub fn restore(
        &self,
        run_id: String,
        session_id: Option<String>,
        last_index: f64,
        name: String,
        user: Option<String>,
        asked_at: f64,
        text: String,
        question: Option<String>,
        requirements: Vec<String>,
    ) {
        let pause = question.map(|message| KeptPause { message, requirements });
        let last_index = last_index as u64;
        let kept = Kept { run_id, session_id, last_index, name, user, asked_at, text, pause };
        self.shell.client.borrow_mut().conversation.restore(kept);
        self.shell.flush();
    }

    /// Ends what runs. The memory comes back with `free`.
    pub fn dispose(&self) {
        if !self.shell.disposed.get() {
            self.shell.handle(Input::HangUp);
            self.shell.disposed.set(true);
        }
    }
}

impl Shell {
    /// `false`: it changed nothing.
    fn handle(self: &Rc<Self>, input: Input<'_>) -> bool {
        if self.disposed.get() {
            return false;
        }
        let changed = self.client.borrow_mut().handle(input, self.now());
        if changed {
            self.flush();
        }
        changed
    }

    /// Takes bytes of the live leg.
    fn take(self: &Rc<Self>, bytes: &js_sys::Uint8Array) {
        let (length, now) = (bytes.length(), self.now());
        let mut from = 0;
        let request = self.client.borrow().live_request();
        while from < length && !self.disposed.get() {
            let to = length.min(from.saturating_add(PIECE as u32));
            let piece = (to - from < length).then(|| bytes.subarray(from, to));
            let mut client = self.client.borrow_mut();
            if client.live_request() != request {
                break;
            }
            let Some(room) = client.reserve((to - from) as usize) else { break };
            piece.as_ref().unwrap_or(bytes).copy_to(room);
            client.committed((to - from) as usize, now);
            from = to;
        }
        self.flush();
    }

    /// The answer to `request` begins; the last three are the fields that name a delay.
    fn opened(self: &Rc<Self>, request: u32, status: u16, content_type: &str, named: [Option<String>; 3]) {
        let [retry_after, retry_after_ms, date] = named.each_ref().map(Option::as_deref);
        let headers = RetryHeaders { retry_after, retry_after_ms, date };
        self.handle(Input::Opened { request, status, content_type, headers });
    }

    /// Bytes of the answer to `request`. `false`: nobody wants them any more.
    fn heard(self: &Rc<Self>, request: u32, bytes: &js_sys::Uint8Array) -> bool {
        if self.client.borrow().live_request() != Some(request) {
            return false;
        }
        if self.client.borrow_mut().reserve(0).is_some() {
            self.take(bytes);
        } else {
            self.handle(Input::Chunk { request, bytes: &bytes.to_vec() });
        }
        true
    }

    fn now(&self) -> Seconds {
        let replayed = self.replayed.get();
        if replayed.is_nan() {
            self.host.now()
        } else {
            replayed
        }
    }

    /// Carries out what the client asks for, then tells the host that something may have changed.
    fn flush(self: &Rc<Self>) {
        let urgent = self.carry_out();
        self.host.changed(urgent);
    }

    /// Carries out what the client asks for; whether listeners are to be told at once.
    fn carry_out(self: &Rc<Self>) -> bool {
        let mut urgent = false;
        let is_replay = !self.replayed.get().is_nan();
        loop {
            let output = self.client.borrow_mut().poll_output();
            match output {
                None => break,
                Some(Output::Urgent) => urgent = true,
                Some(Output::Fetch(_) | Output::Call(_)) if is_replay => {}
                Some(Output::Fetch(request)) => transport::start(self, request),
                Some(Output::Call(call)) => transport::call(self, call),
                Some(Output::Abort(request)) => self.abort(request),
                Some(Output::WakeAt(at)) => self.host.wake(at.map_or(-1.0, |at| (at - self.now()).max(0.0))),
                Some(Output::Settled { ticket, outcome }) => self.host.settled(ticket, outcome_name(outcome)),
                Some(Output::Limit(until)) => self.host.limit(until.unwrap_or(-1.0)),
                Some(Output::Log(line)) => self.host.log(line.level.name(), &line.text),
            }
        }
        urgent
    }

    /// Without a reason: gloo-net takes a reason that is no Error for a bug of its own and traps.
    fn abort(&self, request: u32) {
        let running = self.fetch.borrow_mut().take_if(|(id, _)| *id == request);
        if let Some((_, controller)) = running {
            controller.abort();
        }
    }
}

fn refusal(message: &str) -> JsValue {
    js_sys::RangeError::new(&["createStreamHandler: ", message].concat()).into()
}

fn pairs(flat: Vec<String>) -> Vec<(String, String)> {
    let mut flat = flat.into_iter();
    let mut pairs = Vec::new();
    while let (Some(name), Some(value)) = (flat.next(), flat.next()) {
        pairs.push((name, value));
    }
    pairs
}

/// Seconds of silence, in the background and otherwise.
fn stall(resume: &[f64]) -> Result<Stall, JsValue> {
    let bound = |at: usize, option: &str| match resume.get(at) {
        Some(seconds) if (0.0..=86_400.0).contains(seconds) => Ok(*seconds),
        _ => Err(refusal(&[option, " must be seconds, from 0 to 86400"].concat())),
    };
    Ok(Stall { background: bound(3, "stall.background")?, foreground: bound(4, "stall.foreground")? })
}

fn bounds(given: &[f64]) -> Limits {
    let mut limits = Limits::default();
    let all = [
        &mut limits.max_event_bytes,
        &mut limits.max_text_bytes,
        &mut limits.max_timeline_entries,
        &mut limits.max_messages,
        &mut limits.max_tool_calls,
    ];
    for (limit, &value) in all.into_iter().zip(given) {
        if value > 0.0 {
            *limit = value as usize;
        }
    }
    limits
}

fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Completed => "completed",
        Outcome::Paused => "paused",
        Outcome::Cancelled => "cancelled",
        Outcome::Failed => "failed",
        Outcome::Interrupted => "interrupted",
    }
}
