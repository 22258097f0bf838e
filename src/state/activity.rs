//! The texts of the activity line, in words a user reads.
//!
//! In: names of runs and tools, and tool arguments. Out: texts; those of docs/rate-limit-retries.md letter for letter.
//! Callers may override any of them by tool name, or by one of the keys `working`, `responding`, `thinking`, `paused`.

use super::tool_phrase::{humanized, known};
use crate::json::Raw;
use crate::text::{slice, trim_end_matches};

/// The caller's own texts, by tool name or key.
#[derive(Debug, Clone, Default)]
pub struct ActivityTexts(pub Vec<(String, String)>);

/// Longest quoted argument, in characters.
const LONGEST_ARGUMENT: usize = 60;

impl ActivityTexts {
    /// `Cirkelline is working...`
    pub fn working(&self, name: &str) -> String {
        self.named("working", name, "is working...", "Working...")
    }

    /// `Cirkelline is responding...`
    pub fn responding(&self, name: &str) -> String {
        self.named("responding", name, "is responding...", "Responding...")
    }

    /// `Cirkelline is thinking...`
    pub fn thinking(&self, name: &str) -> String {
        self.named("thinking", name, "is thinking...", "Thinking...")
    }

    /// `Waiting for your input...`
    pub fn paused(&self, name: &str) -> String {
        let own = self.override_for("paused").map(|t| fill(t, name, None));
        own.unwrap_or_else(|| "Waiting for your input...".into())
    }

    /// What a running tool does: `Searching the web for "weather in Copenhagen"`, `Getting weather "Copenhagen"`.
    /// Without an argument to quote, the text ends in three dots.
    pub fn tool(&self, name: &str, tool: &str, args: Option<Raw<'_>>) -> String {
        if let Some(template) = self.override_for(tool) {
            return fill(template, name, args);
        }
        let (text, wants) = known(tool).map_or_else(|| (humanized(tool), true), |(t, wants)| (t.into(), wants));
        match args.filter(|_| wants).and_then(key_argument) {
            Some(argument) => format_quoted(&text, &argument),
            None => trim_end_matches(&text, " for").to_owned() + "...",
        }
    }

    /// `Consulting Research Team...`
    pub fn delegation(&self, name: &str, tool: &str, args: Option<Raw<'_>>, member: &str) -> String {
        match self.override_for(tool) {
            Some(template) => fill(template, name, args),
            None => format_all(&["Consulting ", member, "..."]),
        }
    }

    fn override_for(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, text)| text.as_str())
    }

    fn named(&self, key: &str, name: &str, verb: &str, nameless: &str) -> String {
        match self.override_for(key) {
            Some(template) => fill(template, name, None),
            None if name.is_empty() => nameless.into(),
            None => format_all(&[name, " ", verb]),
        }
    }
}

/// Turns an id into a name: `web-researcher` and `web_researcher` → `Web Researcher`.
pub fn name_of_id(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for word in id.split(&['-', '_', ' '][..]).filter(|w| !w.is_empty()) {
        if !name.is_empty() {
            name.push(' ');
        }
        // Ids are ASCII. Unicode case tables would make up a tenth of the module.
        let start = name.len();
        name.push_str(word);
        name.get_mut(start..start + 1).unwrap_or_default().make_ascii_uppercase();
    }
    name
}

/// The most informative argument of a call, shortened for display: a query before a place before any other.
pub fn key_argument(args: Raw<'_>) -> Option<String> {
    let by_name = args.members(KEY_ARGUMENTS).into_iter().flatten().find_map(argument_text);
    by_name.or_else(|| {
        let mut object = args.as_object()?;
        while let Ok(Some((_, value))) = object.next_member() {
            if let Some(text) = argument_text(value) {
                return Some(text);
            }
        }
        None
    })
}

const KEY_ARGUMENTS: [&str; 22] = [
    "query",
    "q",
    "search_query",
    "search_term",
    "question",
    "task",
    "url",
    "path",
    "file_path",
    "file_name",
    "filename",
    "title",
    "name",
    "topic",
    "location",
    "city",
    "symbol",
    "prompt",
    "command",
    "to",
    "subject",
    "text",
];

fn argument_text(value: Raw<'_>) -> Option<String> {
    let text = match value.as_str() {
        Some(s) => s.decode().into_owned(),
        None => value.as_f64().map(|_| value.text().to_owned())?,
    };
    let line = text.trim().lines().next().unwrap_or("").trim_end();
    if line.is_empty() {
        return None;
    }
    match line.char_indices().nth(LONGEST_ARGUMENT) {
        Some((cut, _)) => Some(format_all(&[slice(line, ..cut).trim_end(), "…"])),
        None => Some(line.to_owned()),
    }
}

/// Fills in a caller's template: `{name}`, `{argument}`, or `{NAME}` for any argument by name; unknown ones become
/// empty.
fn fill(template: &str, name: &str, args: Option<Raw<'_>>) -> String {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        out.push_str(before);
        let Some((key, after)) = behind.split_once('}') else {
            out.push('{');
            rest = behind;
            break;
        };
        match key {
            "name" => out.push_str(name),
            "argument" => out.push_str(&args.and_then(key_argument).unwrap_or_default()),
            _ => out.push_str(&args.and_then(|a| a.member(key)).and_then(argument_text).unwrap_or_default()),
        }
        rest = after;
    }
    out + rest
}

fn format_quoted(text: &str, argument: &str) -> String {
    format_all(&[text, " \"", argument, "\""])
}

/// Joins texts. `format!` would pull the formatting machinery into the browser bundle.
pub(crate) fn format_all(parts: &[&str]) -> String {
    parts.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(name: &str, args: &str) -> String {
        ActivityTexts::default().tool("Cirkelline", name, Raw::parse(args).ok())
    }

    #[test]
    fn a_tool_is_told_by_its_name_and_its_most_telling_argument() {
        assert_eq!(
            tool("tavily_search", r#"{"query":"weather in Copenhagen"}"#),
            "Searching the web for \"weather in Copenhagen\""
        );
        assert_eq!(tool("get_weather", r#"{"unit":"C","city":"Aarhus"}"#), "Getting weather \"Aarhus\"");
        assert_eq!(tool("big_tool", r#"{"kb":1100}"#), "Using big tool \"1100\"");
        assert_eq!(tool("tavily_search", "{}"), "Searching the web...");
        assert_eq!(tool("think", r#"{"title":"Plan"}"#), "Thinking...");
        assert_eq!(tool("get_previous_session_messages", r#"{"n":2}"#), "Looking through earlier conversations...");
    }

    #[test]
    fn a_long_argument_is_cut_at_a_character_and_a_line() {
        let args = ["{\"query\":\"", &"ø".repeat(80), "\"}"].concat();
        assert_eq!(tool("web_search", &args).matches('ø').count(), LONGEST_ARGUMENT);
        assert_eq!(tool("run_shell", r#"{"command":"ls\nrm x"}"#), "Running shell \"ls\"");
    }

    #[test]
    fn a_callers_template_wins_and_knows_every_argument() {
        let texts = ActivityTexts(vec![
            ("tavily_search".into(), "{name} googles {query} ({missing})".into()),
            ("working".into(), "{name} arbejder…".into()),
        ]);
        let args = Raw::parse(r#"{"query":"vejr"}"#).ok();
        assert_eq!(texts.tool("Cirkelline", "tavily_search", args), "Cirkelline googles vejr ()");
        assert_eq!(texts.working("Cirkelline"), "Cirkelline arbejder…");
        assert_eq!(texts.responding("Cirkelline"), "Cirkelline is responding...");
    }

    #[test]
    fn an_id_becomes_a_name() {
        assert_eq!(name_of_id("research-team"), "Research Team");
        assert_eq!(name_of_id("rt_web_researcher"), "Rt Web Researcher");
        assert_eq!(name_of_id(""), "");
    }
}
