//! Frame → [`RunEvent`]: typed and borrowed.
//!
//! In: the name and data of one frame. Out: one event of AgentOS (agno 3.1.10: agent, team and workflow), of a retrying
//! backend (docs/rate-limit-retries.md), or of the transport. An unknown name is [`Kind::Unknown`]. Never: a copy of
//! the data, parsing of values that nobody asks for, or an error for a field of an unexpected type (it reads as
//! absent).
//!
//! The name is `data.event`, else the SSE `event:` field. An envelope `{event, data}`, whose data is an object or a
//! string of JSON, is unwrapped.

mod fields;
mod foreign_error;
mod kind;
mod tool;

pub use fields::{RunEvent, Tokens};
pub use kind::{Kind, Scope};
pub use tool::Tool;

use crate::json::{JsonError, JsonErrorKind, Object, Raw, Str};
use crate::text::slice;

/// Reads one frame. `scratch` receives the inner JSON if the envelope's `data` is a string.
pub fn read<'a>(name: Option<&'a str>, data: &'a str, scratch: &'a mut String) -> Result<RunEvent<'a>, JsonError> {
    let line = name.map(Str::plain);
    let text = trim(data);
    if text.is_empty() || text == "null" {
        // A frame with a name only, such as `event: subscribed`.
        return Ok(RunEvent::named(line.unwrap_or(Str::plain(""))));
    }
    if let Some(event) = plain_error(name, text) {
        return Ok(event);
    }
    if let Some(first) = first_of_list(text).filter(|first| foreign_error::states_an_error(first)) {
        return read(name, first, scratch);
    }
    let (members, mut event) = read_object(Object::parse(text)?, text)?;
    let Some(inner) = wrapped(members, &event) else {
        return Ok(event.with_default_name(line));
    };
    let outer = Some(event.name).filter(|n| !n.is_empty()).or(line);
    if let Some(object) = inner.as_object() {
        return Ok(read_object(object, inner.text())?.1.with_default_name(outer));
    }
    let inner = inner.as_str().unwrap_or(Str::plain(""));
    inner.push_to(scratch);
    match Object::parse(scratch).and_then(|object| read_object(object, scratch)) {
        Ok((_, unwrapped)) => Ok(unwrapped.with_default_name(outer)),
        Err(_) => {
            // `{event: "error", data: "the text"}`
            event.error = Some(inner);
            Ok(event.with_default_name(line))
        }
    }
}

/// `data` without the white space of JSON around it. Not `trim_matches`: that looks at characters one by one, for each frame.
fn trim(data: &str) -> &str {
    let is_text = |b: &u8| !matches!(b, b' ' | b'\t' | b'\n' | b'\r');
    let bytes = data.as_bytes();
    let start = bytes.iter().position(is_text).unwrap_or(0);
    slice(data, start..bytes.iter().rposition(is_text).map_or(0, |last| last + 1))
}

/// An `event: error` whose data is not an object: the text is the message and must not be lost.
fn plain_error<'a>(name: Option<&'a str>, text: &'a str) -> Option<RunEvent<'a>> {
    if name != Some("error") || text.starts_with('{') {
        return None;
    }
    let mut event = RunEvent::named(Str::plain("error"));
    match Raw::parse(text).ok().and_then(Raw::as_str) {
        Some(message) => event.error = Some(message),
        None => event.error_text = Some(text),
    }
    Some(event)
}

/// The first of a list of objects: Google's API sends its errors so.
#[inline(never)]
fn first_of_list(text: &str) -> Option<&str> {
    if !text.starts_with('[') {
        return None;
    }
    let first = Raw::parse(text).ok()?.as_array()?.next()?;
    first.text().starts_with('{').then(|| first.text())
}

/// Reads a run's JSON, which was validated as part of another event.
pub(crate) fn read_run(run: Raw<'_>) -> Option<RunEvent<'_>> {
    let (_, event) = read_object(run.as_object()?, run.text()).ok()?;
    Some(event.with_default_name(Some(Str::plain("RunOutput"))))
}

/// Reads the object `text` as an event; also returns its number of members.
fn read_object<'a>(mut object: Object<'a>, text: &'a str) -> Result<(usize, RunEvent<'a>), JsonError> {
    let mut event = RunEvent::named(Str::plain(""));
    let mut members = 0;
    while let Some((key, value)) = object.next_member()? {
        members += 1;
        event.set(key, value);
    }
    object.finish()?;
    event.classify();
    event.json = Some(text);
    Ok((members, event))
}

/// The content of an envelope `{event, data}`. With a third member, `data` is the event's own field (StepProgress,
/// CustomEvent).
fn wrapped<'a>(members: usize, event: &RunEvent<'a>) -> Option<Raw<'a>> {
    let data = event.data?;
    let alone = members == 1 || (members == 2 && !event.name.is_empty());
    (alone && (data.as_object().is_some() || data.as_str().is_some())).then_some(data)
}

impl<'a> RunEvent<'a> {
    /// The name, else the id, of the agent, team or workflow that sent it.
    pub fn source(&self) -> Option<Str<'a>> {
        let of_agent = self.agent_name.or(self.agent_id);
        let of_team = self.team_name.or(self.team_id);
        let of_workflow = self.workflow_name.or(self.workflow_id);
        match self.scope {
            Scope::Team => of_team.or(of_agent),
            Scope::Workflow => of_workflow,
            Scope::Agent | Scope::System => of_agent.or(of_team).or(of_workflow),
        }
    }

    /// The run was accepted and answers later.
    pub(crate) fn is_accepted(&self) -> bool {
        self.status.is_some_and(|s| matches!(s.decode().as_ref(), "PENDING" | "RUNNING"))
    }

    /// Whether it has media or sources besides the text.
    pub(crate) fn has_extras(&self) -> bool {
        let extras = [self.image, self.images, self.videos, self.audio, self.files, self.response_audio];
        extras.iter().any(Option::is_some) || self.references.is_some() || self.citations.is_some()
    }

    /// The run that started this one. Members of a workflow name it in `workflow_run_id` (docs/agentos-protocol.md).
    pub fn parent(&self) -> Option<Str<'a>> {
        let of_workflow = || match self.scope {
            Scope::Agent | Scope::Team => self.workflow_run_id.filter(|id| Some(*id) != self.run_id),
            Scope::Workflow | Scope::System => None,
        };
        self.parent_run_id.or_else(of_workflow)
    }

    /// Whether it is of a workflow's own agent, which answers for the workflow.
    pub(crate) fn is_of_workflow_agent(&self) -> bool {
        self.workflow_agent || matches!(self.kind, Kind::WorkflowAgentStarted | Kind::WorkflowAgentCompleted)
    }

    fn with_default_name(mut self, outer: Option<Str<'a>>) -> RunEvent<'a> {
        if self.name.is_empty() {
            // The JSON answer of a run has a run_id and a status but no name, nor does the frame.
            let answer = (self.run_id.is_some() && self.status.is_some()).then(|| Str::plain("RunOutput"));
            if let Some(name) = outer.filter(|n| !n.is_empty()).or(answer) {
                self.name = name;
                self.classify();
            } else if self.content.is_none() && self.json.is_some_and(foreign_error::states_an_error) {
                self.is_unnamed = true;
                self.name = Str::plain("error");
                self.classify();
            }
        }
        let kept = matches!(self.kind, Kind::CustomEvent | Kind::Error | Kind::RunError | Kind::WorkflowError);
        self.json = self.json.filter(|_| kept);
        self
    }
}

/// Whether it is the name of an event.
pub(crate) fn is_known(name: &str) -> bool {
    kind::classify(Str::plain(name)).0 != Kind::Unknown
}

/// Why a text is not an event, for [`Diagnostics`](crate::state::Diagnostics).
pub fn fault(error: JsonError) -> &'static str {
    match error.kind {
        JsonErrorKind::Truncated => "the JSON breaks off",
        JsonErrorKind::Unexpected => "not JSON",
        JsonErrorKind::Escape => "a broken escape in a JSON string",
        JsonErrorKind::Control => "a raw control character in a JSON string",
        JsonErrorKind::TooDeep => "JSON nested deeper than 128",
        JsonErrorKind::NotAnObject => "not a JSON object",
    }
}
