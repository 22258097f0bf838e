//! How far an edit has come.

use crate::error::StreamError;
use crate::event::Kind;

/// What an edit has done, and what is left to do.
#[derive(Debug, Clone, Default)]
pub(super) struct Edit {
    /// The runs to hide; the last one is next.
    pub hide: Vec<String>,
    /// The run that is being hidden.
    pub asked: Option<String>,
    /// Those that the model no longer sees.
    pub hidden: Vec<String>,
    /// The run whose message is replaced; `None`: the message goes into a new one.
    pub run: Option<String>,
    /// Form fields of the last request.
    pub fields: Vec<(String, String)>,
    /// How often an answer was complete before it could be stopped.
    pub missed: u32,
}

/// What the stream of an answer that is to be hidden has said.
#[derive(Debug, Clone, Default)]
pub(super) struct Hiding {
    /// The run that takes its place.
    pub successor: Option<String>,
    /// It completed, or was stopped.
    pub ended: Option<Kind>,
    pub refusal: Option<StreamError>,
}

impl Edit {
    pub fn new(hide: &[String], run: Option<&str>, fields: &[(String, String)]) -> Edit {
        let hide = hide.iter().rev().cloned().collect();
        Edit { hide, run: run.map(str::to_owned), fields: fields.to_vec(), ..Edit::default() }
    }
}
