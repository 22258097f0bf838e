//! Requests over fetch: multipart forms out, chunks in.
//!
//! gloo-net's types are used for the response, but not its `send`: that traps outside of windows and workers (in Node),
//! and when a fetch is aborted with a reason that is not an Error. Nothing here traps, whatever JavaScript throws: the
//! host passes on only native responses, and others in a form whose methods reject instead of throwing.

use super::shell::Shell;
use crate::client::{Call, Input, Request};
use gloo_net::http::Response;
use js_sys::{Array, Object, Promise, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{spawn_local, JsFuture};
use web_sys::{AbortController, FormData, Headers, RequestInit};

#[wasm_bindgen]
extern "C" {
    /// The body of a response. The page may lock even a native one at any time.
    type Body;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn reader(this: &Body) -> Result<Reader, JsValue>;

    type Reader;

    #[wasm_bindgen(method)]
    fn read(this: &Reader) -> Promise;

    #[wasm_bindgen(method)]
    fn cancel(this: &Reader) -> Promise;

    /// Result of `read`.
    type Piece;

    #[wasm_bindgen(method, getter)]
    fn done(this: &Piece) -> bool;

    #[wasm_bindgen(method, getter)]
    fn value(this: &Piece) -> Uint8Array;
}

impl Shell {
    /// Sends `request` and passes its response to the client.
    pub(super) fn fetch(self: &Rc<Self>, request: Request) {
        let shell = self.clone();
        // Before anything is awaited: the request may be cancelled in the same task.
        let controller = AbortController::new().ok();
        *self.running_fetch.borrow_mut() = controller.clone().map(|controller| (request.id, controller));
        spawn_local(async move {
            let id = request.id;
            // The reason of a failed fetch is useless: browsers hide it. After an abort the client ignores what
            // follows.
            let end = match prepare(&shell, &request, controller).await {
                Err(why) => {
                    shell.host.unsent(id, &why);
                    Input::NotSent { request: id }
                }
                Ok(prepared) => {
                    shell.sent.set(id);
                    match read_response(&shell, id, prepared).await {
                        Ok(()) => Input::Closed { request: id },
                        Err(_) => Input::Failed { request: id },
                    }
                }
            };
            shell.running_fetch.borrow_mut().take_if(|(running, _)| *running == id);
            shell.handle(end);
        });
    }

    /// Sends `call` and reports its status.
    pub(super) fn call(self: &Rc<Self>, call: Call) {
        let shell = self.clone();
        spawn_local(async move {
            let status = match without_body(&shell, &call.url).await {
                Err(why) => {
                    shell.host.unsent(call.id, &why);
                    0
                }
                Ok(request) => status_of(&shell, call.id, request).await.unwrap_or(0),
            };
            shell.handle(Input::Called { request: call.id, status });
        });
    }
}

async fn without_body(shell: &Shell, url: &str) -> Result<web_sys::Request, JsValue> {
    let init = post(shell, &headers(shell.host.headers()).await?);
    web_sys::Request::new_with_str_and_init(url, &init)
}

async fn status_of(shell: &Shell, id: u32, request: web_sys::Request) -> Result<u16, JsValue> {
    let answer = JsFuture::from(shell.host.fetch(&request, id, None)?).await?;
    Ok(Response::from(answer.unchecked_into::<web_sys::Response>()).status())
}

/// What all requests have in common.
fn post(shell: &Shell, headers: &Headers) -> RequestInit {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(headers);
    init.set_credentials(shell.host.credentials());
    init
}

async fn prepare(
    shell: &Rc<Shell>,
    request: &Request,
    controller: Option<AbortController>,
) -> Result<(web_sys::Request, FormData), JsValue> {
    let controller = controller.ok_or(JsValue::NULL)?;
    let headers = headers(shell.host.headers()).await?;
    // The form sets its own, with the multipart boundary.
    headers.delete("content-type")?;
    if controller.signal().aborted() {
        return Err(JsValue::NULL);
    }
    let init = post(shell, &headers);
    let given = if request.is_run { shell.host.form(request.ticket) } else { None };
    let form = form(given, request)?;
    init.set_body(&form);
    init.set_signal(Some(&controller.signal()));
    Ok((web_sys::Request::new_with_str_and_init(&request.url, &init)?, form))
}

async fn read_response(shell: &Rc<Shell>, request: u32, prepared: (web_sys::Request, FormData)) -> Result<(), JsValue> {
    let (prepared, form) = prepared;
    let answer = JsFuture::from(shell.host.fetch(&prepared, request, Some(&form))?).await?;
    let answer = Response::from(answer.unchecked_into::<web_sys::Response>());

    let content_type = answer.headers().get("content-type").unwrap_or_default();
    let status = answer.status();
    let mut lines = String::new();
    if status >= 400 {
        for (name, value) in answer.headers().entries().filter(|(name, _)| crate::refusal::Headers::reads(name)) {
            lines.push_str(&[&name, ": ", &value, "\n"].concat());
        }
    }
    shell.opened(request, status, &content_type, &lines);
    let Some(body) = answer.body() else { return Ok(()) };
    let reader = body.unchecked_ref::<Body>().reader()?;
    loop {
        let piece: Piece = JsFuture::from(reader.read()).await?.unchecked_into();
        if piece.done() {
            return Ok(());
        }
        if !shell.received(request, &piece.value()) {
            // A custom fetch may ignore the abort signal.
            let _ = JsFuture::from(reader.cancel()).await;
            return Err(JsValue::NULL);
        }
    }
}

async fn headers(given: Promise) -> Result<Headers, JsValue> {
    let given = JsFuture::from(given).await?;
    let headers = Headers::new()?;
    if given.is_object() {
        for entry in Object::entries(given.unchecked_ref()).iter() {
            let entry: Array = entry.unchecked_into();
            if let (Some(name), Some(value)) = (entry.get(0).as_string(), entry.get(1).as_string()) {
                headers.set(&name, &value)?;
            }
        }
    }
    Ok(headers)
}

/// The caller's form with the missing fields added, or a new one.
fn form(given: Option<FormData>, request: &Request) -> Result<FormData, JsValue> {
    let form = match given {
        Some(form) => form,
        None => FormData::new()?,
    };
    for (name, value) in &request.fields {
        if !form.has(name) {
            form.append_with_str(name, value)?;
        }
    }
    Ok(form)
}
