//! Builds the request of a send.

use super::queue::Send;
use super::{Client, Request, RequestId};

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
