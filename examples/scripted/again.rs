//! What `/continue` makes of a run that has ended, as in AgentOS 3.1.10 (docs/agentos-protocol.md §15), and the copy of
//! a session. AgentOS's bugs with background runs are left out.

use super::record::Run;
use super::RunRequest;
use std::collections::HashMap;

/// Of a run that is continued after its end: what it was made from.
#[derive(Debug, Clone, Default)]
pub struct Continued {
    /// The run that goes on itself; `None`: a new one.
    pub run_id: Option<String>,
    /// When that run began.
    pub created_at: Option<f64>,
    /// How many answers this question had before.
    pub take: u32,
    pub instructions: String,
    pub regenerated_from: Option<String>,
    pub forked_from: Option<String>,
    /// How many messages of that run it keeps.
    pub kept: i64,
    /// What `run_input` says, if the message was edited: AgentOS keeps the earlier text.
    pub input: Option<String>,
}

/// A request to continue a run that is not waiting for the user.
#[derive(Debug)]
pub struct Again {
    pub request: RunRequest,
    /// The run whose answer is replaced: the model is not shown it any more.
    pub hides: Option<String>,
}

/// The text fields of a form.
pub type Fields = HashMap<String, String>;

/// Whether the form answers a pause: it neither regenerates nor cuts the run.
pub fn answers_pause(fields: &Fields) -> bool {
    !is_true(fields, "regenerate") && cut(fields).is_none()
}

impl Again {
    /// What to run, or why AgentOS refuses.
    pub fn of(source: &Run, fields: &Fields) -> Result<Again, String> {
        let regenerates = is_true(fields, "regenerate");
        let forks = is_true(fields, "fork");
        if source.status == "CANCELLED" {
            return Err(format!("Cannot continue run {}: run is cancelled", source.run_id));
        }
        if regenerates && forks {
            return Err(FORK_AND_REGENERATE.into());
        }
        let mut request = source.request();
        request.in_background = is_true(fields, "background");
        let input =
            ["additional_instructions", "input"].iter().find_map(|name| fields.get(*name)).filter(|t| !t.is_empty());
        if regenerates {
            request.continued.take = source.take + 1;
            request.continued.regenerated_from = Some(source.run_id.clone());
            request.continued.instructions = input.cloned().unwrap_or_default();
        } else if let Some(input) = input {
            request.said_again(input, fields.get("script"), cut(fields).is_some());
        }
        let is_new = regenerates || forks || source.status == "COMPLETED";
        request.continued.run_id = (!is_new).then(|| source.run_id.clone());
        request.continued.created_at = (!is_new).then_some(source.created_at);
        if is_new {
            request.continued.forked_from = Some(source.run_id.clone());
            request.continued.kept = if regenerates { 1 } else { cut(fields).unwrap_or(2) };
        }
        let replaces = regenerates && fields.get("replace_original").is_none_or(|value| value != "false");
        Ok(Again { request, hides: replaces.then(|| source.run_id.clone()) })
    }
}

/// The runs of a session as those of another one, with ids of their own.
pub fn copy(runs: &[Run], session_id: &str, new_id: impl Fn() -> String) -> Vec<Run> {
    let ids: HashMap<&str, String> = runs.iter().map(|run| (run.run_id.as_str(), new_id())).collect();
    let renamed = |id: &Option<String>| id.as_deref().and_then(|id| ids.get(id)).cloned();
    let copied = |run: &Run| Run {
        run_id: ids[run.run_id.as_str()].clone(),
        session_id: session_id.to_owned(),
        regenerated_from: renamed(&run.regenerated_from),
        forked_from: renamed(&run.forked_from),
        copied_from: Some(run.session_id.clone()),
        metadata: run.metadata.clone().map(|text| ids.iter().fold(text, |text, (old, new)| text.replace(old, new))),
        ..run.clone()
    };
    runs.iter().map(copied).collect()
}

fn is_true(fields: &Fields, name: &str) -> bool {
    fields.get(name).is_some_and(|value| value == "true")
}

/// How many messages of the run are kept, if the form says a number.
fn cut(fields: &Fields) -> Option<i64> {
    fields.get("continue_from")?.parse().ok()
}

const FORK_AND_REGENERATE: &str =
    "`regenerate=True` derives the destructive/preserving choice from `replace_original`; do not \
     pass `fork=True` directly.";
