//! A send → the request that carries it out.

use super::queue::Send;
use super::{Client, Config, Request, RequestId};
use crate::state::activity::name_of_id;
use crate::text::contains;
use std::borrow::Cow;

impl Client {
    pub(super) fn request(&self, id: RequestId, send: &Send) -> Request {
        let session = self.conversation.session_id.clone().unwrap_or_default();
        let mut fields: Vec<(String, String)> = vec![
            ("message".into(), send.text.clone()),
            ("stream".into(), "true".into()),
            ("session_id".into(), session),
        ];
        if self.config.background {
            fields.push(("background".into(), "true".into()));
        }
        for (name, value) in &self.config.fields {
            match fields.iter_mut().find(|(n, _)| n == name) {
                Some(field) => field.1.clone_from(value),
                None => fields.push((name.clone(), value.clone())),
            }
        }
        let url = self.config.url(self.config.path(send.target));
        Request { id, ticket: send.ticket, url, fields, is_run: true }
    }
}

impl Config {
    /// The path of the component that is asked first (0), or of a fallback.
    fn path(&self, target: usize) -> &str {
        let fallback = target.checked_sub(1).and_then(|at| self.fallbacks.get(at));
        fallback.map_or(self.path.as_str(), |f| f.path.as_str())
    }

    /// Where single runs of a component are to be found.
    pub(super) fn runs(&self, target: usize) -> Option<String> {
        let path = if target == 0 { &self.runs } else { self.path(target) };
        (!path.is_empty()).then(|| self.url(path).trim_end_matches('/').to_owned())
    }

    fn url(&self, path: &str) -> String {
        let endpoint = self.endpoint.trim_end_matches('/');
        let link = if endpoint.is_empty() || path.starts_with('/') { "" } else { "/" };
        if contains(path, "://") {
            path.to_owned()
        } else {
            [endpoint, link, path].concat()
        }
    }

    /// What the component is called before its first event: by the caller, or by its id.
    pub(super) fn name_of(&self, target: usize) -> Cow<'_, str> {
        let fallback = target.checked_sub(1).and_then(|at| self.fallbacks.get(at));
        match fallback.filter(|f| !f.name.is_empty()) {
            Some(fallback) => Cow::Borrowed(&fallback.name),
            None => Cow::Owned(component(self.path(target)).map(name_of_id).unwrap_or_default()),
        }
    }
}

/// The id of the agent, team or workflow that a path leads to: the segment before `runs`.
fn component(path: &str) -> Option<&str> {
    let path = path.split(['?', '#']).next()?.trim_end_matches('/');
    path.strip_suffix("/runs")?.rsplit('/').next().filter(|s| !s.is_empty())
}
