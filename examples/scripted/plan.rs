//! The steps of one attempt of the scripted model.

use super::again::Continued;
use super::directive::without_directive;
use super::{Counters, Directive, MODEL};
use ai_stream_handler::generator::ModelError;
use ai_stream_handler::state::activity::name_of_id;
use serde_json::{json, Value};

const HISTORY: &str = "get_previous_session_messages";

/// A request for a run.
#[derive(Debug, Clone, Default)]
pub struct RunRequest {
    /// A team's run, else an agent's.
    pub is_team: bool,
    pub id: String,
    pub session_id: String,
    pub user_id: Option<String>,
    pub message: String,
    /// The text with the directive: a form field of its own, or the message.
    pub script: String,
    /// The user's earlier messages, of other sessions first, oldest first.
    pub before: Vec<String>,
    /// Continues after the client disconnects.
    pub in_background: bool,
    /// The form's `metadata`, as it came: an object in JSON.
    pub metadata: Option<String>,
    pub continued: Continued,
}

pub(super) enum Step {
    Wait(f64),
    Event(String, Value),
    Fail(ModelError),
    Panic,
    Hang,
}

impl RunRequest {
    /// `RunError` → `TeamRunError` for a team.
    pub fn event_name(&self, name: &str) -> String {
        if self.is_team {
            format!("Team{name}")
        } else {
            name.to_owned()
        }
    }

    /// The fields common to all events of the run.
    pub(super) fn base(&self, run_id: &str) -> Value {
        let kind = if self.is_team { "team" } else { "agent" };
        let mut base = json!({"run_id": run_id, "session_id": self.session_id, "nested_depth": 0});
        base[format!("{kind}_id")] = json!(self.id);
        base[format!("{kind}_name")] = json!(name_of_id(&self.id));
        base
    }

    /// The message without the directive.
    pub fn said(&self) -> String {
        without_directive(&self.message)
    }

    /// Replaces the message by an edited one, or appends to it.
    pub fn said_again(&mut self, text: &str, script: Option<&String>, replaces: bool) {
        self.continued.input = Some(self.message.clone());
        self.script = script.cloned().unwrap_or_else(|| text.to_owned());
        self.message = match replaces {
            true => text.to_owned(),
            false => format!("{}\n\n{text}", self.message),
        };
    }

    /// Whether the model will ask the user.
    pub fn may_pause(&self) -> bool {
        self.continued.take == 0 && Directive::of(&self.script, &self.id).name == "confirm"
    }

    /// Whether it goes on from a run that has ended.
    fn is_continued(&self) -> bool {
        self.continued.run_id.is_some() || self.continued.forked_from.is_some()
    }
}

pub(super) fn of(request: &RunRequest, counters: &Counters, pace: f64) -> Vec<Step> {
    let directive = Directive::of(&request.script, &request.id);
    let mut script = Script { request, steps: Vec::new(), pace, input: 0, output: 0, text: String::new() };
    match request.is_continued() {
        true => script.add("RunContinued", json!({})),
        false => script.add("RunStarted", json!({"model": MODEL, "model_provider": "Google"})),
    }
    script.steps.push(Step::Wait(pace * 4.0));
    let recalls = request.said().eq_ignore_ascii_case("What did I ask you before?");
    match directive.name.as_str() {
        "limit" => {
            if directive.get("after") == Some("tool") {
                script.recall("Let me check that for you. ");
            }
            if directive.hit(&request.script, counters) {
                script.add("ModelRequestStarted", json!({"model": MODEL, "model_provider": "Google"}));
                script.steps.push(Step::Fail(ModelError::new(quota_body(directive.get("delay")))));
                return script.steps;
            }
            script.answer(if recalls {
                remembered(request)
            } else {
                "The limit has passed: here is your answer.".into()
            });
        }
        "fail" if directive.get("times").is_none() || directive.hit(&request.script, counters) => {
            script.say("I am looking into it. ");
            let internal =
                json!({"error": {"code": 500, "message": "An internal error has occurred.", "status": "INTERNAL"}});
            let text = directive.get("text").map_or_else(|| internal.to_string(), |text| text.replace('_', " "));
            script.steps.push(Step::Fail(ModelError::new(text)));
            return script.steps;
        }
        "confirm" if request.continued.take > 0 => {
            script.answer("you have answered my question already, so I do not ask again.".into());
        }
        "confirm" => {
            script.request(|script| script.say("I can do that. "));
            let tool = mail();
            let requirement = json!({"id": "requirement-1", "tool_execution": tool});
            script.add("RunPaused", json!({"content": script.text, "tools": [tool], "requirements": [requirement]}));
        }
        "panic" => script.steps.push(Step::Panic),
        "hang" => script.steps.push(Step::Hang),
        "slow" => {
            script.pace = directive.number("ms", 100.0) / 1000.0;
            let words: String = (1..=directive.number("n", 40u32)).map(|n| format!("token {n} ")).collect();
            script.answer(words);
        }
        "big" => {
            script.input = directive.number("tokens", 900_000);
            script.answer("That was a lot to read. I am done with it.".into());
        }
        "tool" => {
            script.recall("");
            script.answer(remembered(request));
        }
        _ if recalls => {
            script.recall("");
            script.answer(remembered(request));
        }
        _ => script.answer(small_talk(request)),
    }
    script.steps
}

/// The tool call that waits for confirmation.
fn mail() -> Value {
    json!({"tool_call_id": "call-1", "tool_name": "send_mail", "tool_args": {"to": "Ann", "subject": "Lunch"},
        "requires_confirmation": true, "result": null})
}

pub(super) fn after_pause(request: &RunRequest, confirmed: bool, pace: f64) -> Vec<Step> {
    let mut script = Script { request, steps: Vec::new(), pace, input: 0, output: 0, text: String::new() };
    script.add("RunContinued", json!({}));
    if confirmed {
        let mut tool = mail();
        script.add("ToolCallStarted", json!({"tool": tool}));
        script.steps.push(Step::Wait(pace * 4.0));
        tool["result"] = json!("sent");
        tool["tool_call_error"] = json!(false);
        script.add("ToolCallCompleted", json!({"tool": tool, "content": "send_mail(to=Ann) completed in 0.1s. "}));
    }
    script.answer(if confirmed { "The mail is out." } else { "Then I leave it." }.into());
    script.steps
}

struct Script<'a> {
    request: &'a RunRequest,
    steps: Vec<Step>,
    pace: f64,
    /// Input tokens of the next model request; 0: an estimate.
    input: u64,
    output: u64,
    text: String,
}

impl Script<'_> {
    fn add(&mut self, name: &str, fields: Value) {
        self.steps.push(Step::Event(self.request.event_name(name), fields));
    }

    fn say(&mut self, text: &str) {
        for token in text.split_inclusive(' ') {
            self.add("RunContent", json!({"content": token, "content_type": "str", "reasoning_content": ""}));
            self.steps.push(Step::Wait(self.pace));
            self.output += 1;
        }
        self.text.push_str(text);
    }

    /// Calls the chat history tool. An answer that is regenerated keeps its tool calls.
    fn recall(&mut self, first: &str) {
        if self.request.continued.take > 0 {
            return;
        }
        self.request(|script| script.say(first));
        let tool = |result: Value| {
            json!({"tool": {"tool_call_id": "call-1", "tool_name": HISTORY, "tool_args": {"num_sessions": 2},
                "tool_call_error": if result.is_null() { Value::Null } else { json!(false) }, "result": result,
                "metrics": {"duration": 0.0853}}})
        };
        self.add("ToolCallStarted", tool(Value::Null));
        self.steps.push(Step::Wait(0.0853));
        let messages: Vec<Value> =
            self.request.before.iter().map(|m| json!({"role": "user", "content": without_directive(m)})).collect();
        let mut completed = tool(json!(Value::from(messages).to_string()));
        completed["content"] = json!(format!("{HISTORY}(num_sessions=2) completed in 0.0853s. "));
        self.add("ToolCallCompleted", completed);
    }

    /// Wraps what `says` adds in a model request.
    fn request(&mut self, says: impl FnOnce(&mut Self)) {
        self.add("ModelRequestStarted", json!({"model": MODEL, "model_provider": "Google"}));
        let before = self.output;
        says(self);
        let (input, output) = (self.input(), self.output - before);
        let tokens = json!({"model": MODEL, "model_provider": "Google", "input_tokens": input, "output_tokens": output,
            "total_tokens": input + output});
        self.add("ModelRequestCompleted", tokens);
    }

    /// The final model request, and the end of the run.
    fn answer(&mut self, text: String) {
        let text = match &self.request.continued {
            Continued { take: 0, .. } => text,
            Continued { instructions, .. } if !instructions.is_empty() => {
                format!("With “{instructions}” in mind: {text}")
            }
            Continued { take: 1, .. } => format!("Once more: {text}"),
            Continued { take, .. } => format!("Answer number {}: {text}", take + 1),
        };
        self.request(|script| script.say(&text));
        self.add("RunContentCompleted", json!({}));
        let (input, output) = (self.input(), self.output);
        let metrics = json!({"input_tokens": input, "output_tokens": output, "total_tokens": input + output});
        let content = self.text.clone();
        self.add("RunCompleted", json!({"content": content, "content_type": "str", "metrics": metrics}));
    }

    fn input(&self) -> u64 {
        match self.input {
            0 => {
                2_000
                    + self
                        .request
                        .before
                        .iter()
                        .chain([&self.request.message])
                        .map(|m| m.len() as u64 / 4 + 20)
                        .sum::<u64>()
            }
            said => said,
        }
    }
}

fn remembered(request: &RunRequest) -> String {
    match request.before.last() {
        Some(last) => format!("You previously asked: “{}”.", without_directive(last)),
        None => "You have not asked me anything before this.".into(),
    }
}

fn small_talk(request: &RunRequest) -> String {
    let said = request.said();
    let said = if said.is_empty() { "nothing".into() } else { format!("“{said}”") };
    format!(
        "You said {said}. I am a script, not a model, so that is all I can make of it; but every token of this came as \
         an event of its own."
    )
}

/// The body of Google's 429, with an optional delay in seconds.
fn quota_body(delay: Option<&str>) -> String {
    let mut message = "You exceeded your current quota, please check your plan and billing details.".to_owned();
    let mut details = vec![json!({"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{
        "quotaMetric": "generativelanguage.googleapis.com/generate_content_paid_tier_input_token_count",
        "quotaId": "GenerateContentPaidTierInputTokensPerModelPerMinute",
        "quotaDimensions": {"model": MODEL, "location": "global"},
        "quotaValue": "1000000"
    }]})];
    if let Some(delay) = delay {
        message.push_str(&format!("\nPlease retry in {delay}s."));
        details.push(json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{delay}s")}));
    }
    json!({"error": {"code": 429, "message": message, "status": "RESOURCE_EXHAUSTED", "details": details}}).to_string()
}
