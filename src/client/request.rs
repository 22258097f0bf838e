//! Builds the request of a send.

use super::queue::Send;
use super::{Client, Output, Request, RequestId};
use crate::text::slice;

impl Client {
    /// Asks the shell to send `request`.
    pub(super) fn fetch(&mut self, request: Request) {
        self.conversation.request_url = Some(public_url(&request.url));
        self.outputs.push_back(Output::Fetch(request));
    }

    pub(super) fn request(&self, id: RequestId, send: &Send) -> Request {
        let mut fields = vec![("message".to_owned(), send.text.clone())];
        fields.append(&mut self.fields(self.config.background));
        for (name, value) in &self.config.fields {
            match fields.iter_mut().find(|(n, _)| n == name) {
                Some(field) => field.1.clone_from(value),
                None => fields.push((name.clone(), value.clone())),
            }
        }
        if let Some(edit) = &send.edit {
            fields.retain(|(name, _)| edit.fields.iter().all(|(own, _)| own != name));
            fields.extend(edit.fields.iter().cloned());
        }
        let url = self.config.url(self.config.path(send.target));
        Request { id, ticket: send.ticket, url, fields, is_run: true }
    }

    /// The form of a request that continues a run.
    pub(super) fn continue_fields(&self, background: bool) -> Vec<(String, String)> {
        let mut fields = self.fields(background);
        fields.extend(self.user_field());
        fields
    }

    /// What every request for a stream says.
    fn fields(&self, background: bool) -> Vec<(String, String)> {
        let session = self.conversation.session_id.clone().unwrap_or_default();
        let mut fields = vec![("stream".to_owned(), "true".to_owned()), ("session_id".to_owned(), session)];
        if background {
            fields.push(("background".to_owned(), "true".to_owned()));
        }
        fields
    }

    /// Of the caller's own fields the one that the routes of single runs take.
    pub(super) fn user_field(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.config.fields.iter().filter(|(name, _)| name == "user_id").cloned()
    }
}

/// A URL without query, fragment and credentials, which may hold secrets.
fn public_url(url: &str) -> String {
    let bytes = url.as_bytes();
    let end = bytes.iter().position(|b| matches!(b, b'?' | b'#')).unwrap_or(bytes.len());
    let host = bytes[..end].windows(2).position(|pair| pair == b"//").map_or(0, |at| at + 2);
    let path = bytes[host..end].iter().position(|b| *b == b'/').map_or(end, |at| host + at);
    let name = bytes[host..path].iter().rposition(|b| *b == b'@').map_or(host, |at| host + at + 1);
    [slice(url, ..host), slice(url, name..end)].concat()
}

#[cfg(test)]
mod tests {
    use super::public_url;

    #[test]
    fn a_url_is_shown_without_query_fragment_and_credentials() {
        for (url, shown) in [
            ("http://localhost:7777/agents/a/runs?token=s#x", "http://localhost:7777/agents/a/runs"),
            ("https://ann:s3cr3t@os.example/agents/a@b/runs", "https://os.example/agents/a@b/runs"),
            ("//a:b@c@os.example/runs#s", "//os.example/runs"),
            ("/api/teams/a@b/runs?x=//y@z", "/api/teams/a@b/runs"),
            ("https://s@os.example", "https://os.example"),
            ("", ""),
        ] {
            assert_eq!(public_url(url), shown);
        }
    }
}
