//! Continues a paused run with the user's answers.

use super::connection::Purpose;
use super::resume::run_url;
use super::{Client, Ticket};
use crate::state::Status;
use crate::text::contains;
use crate::time::Seconds;

impl Client {
    /// The user answered the pause.
    pub(super) fn continue_run(&mut self, ticket: Ticket, answers: &[(String, String)], now: Seconds) {
        let run = self.conversation.paused_run().map(str::to_owned).filter(|_| self.is_idle());
        let (Some(run), Some(runs)) = (run, self.config.runs(self.target)) else {
            return self.settle_unchanged(ticket);
        };
        let url = run_url(&runs, &run, "/continue");
        // Workflows continue in the foreground: without a durable queue, agno 3.1.10 answers 409 to anything else.
        let background = self.config.background && !contains(&runs, "/workflows/");
        let mut fields = self.continue_fields(background);
        // Each route accepts its own fields and fails on those of the others.
        let ours = |name: &str| match () {
            () if contains(&runs, "/agents/") => name != "requirements" && name != "step_requirements",
            () if contains(&runs, "/workflows/") => name != "requirements" && name != "tools",
            () => name != "tools" && name != "step_requirements",
        };
        fields.extend(answers.iter().filter(|(name, _)| ours(name)).cloned());
        self.conversation.begin(None, Status::Connecting, now);
        let tools = answers.iter().find(|(name, _)| name == "tools");
        self.conversation.pause_answer = tools.map(|(_, json)| json.clone());
        self.send_follow_up(self.follow_up_send(ticket, now), Purpose::Continue, url, fields, now);
        if let Some(connection) = self.connection.as_mut().filter(|_| background) {
            connection.stream_id = Some(run);
        }
    }
}
