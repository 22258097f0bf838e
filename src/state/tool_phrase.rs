//! A tool's name as a phrase: `get_current_weather` → `Getting current weather`.

/// Tools that need a phrase of their own. `true`: an argument is quoted after it.
pub(super) fn known(tool: &str) -> Option<(&'static str, bool)> {
    let text = match tool {
        "think" => ("Thinking", false),
        "analyze" | "analyse" => ("Analyzing", false),
        "get_previous_session_messages" | "search_past_sessions" | "read_past_session" | "get_chat_history" => {
            ("Looking through earlier conversations", false)
        }
        "search_knowledge_base" | "search_knowledge" => ("Searching the knowledge base for", true),
        "update_user_memory" | "add_memory" | "update_memory" => ("Updating memory", false),
        "search_wikipedia" | "wikipedia_search" => ("Searching Wikipedia for", true),
        "get_user_input" => ("Asking for your input", false),
        _ if is_web_search(tool) => ("Searching the web for", true),
        _ => return None,
    };
    Some(text)
}

fn is_web_search(tool: &str) -> bool {
    const ENGINES: [&str; 10] =
        ["web", "tavily", "duckduckgo", "google", "bing", "brave", "serper", "exa", "internet", "searxng"];
    let words = || tool.split(&['_', '-'][..]);
    words().any(|w| w == "search") && words().any(|w| ENGINES.contains(&w))
}

/// `get_current_weather` → `Getting current weather`; without a known verb → `Using big tool`.
pub(super) fn humanized(tool: &str) -> String {
    let mut words = tool.split(&['_', '-', ' '][..]).filter(|w| !w.is_empty());
    let first = words.next().unwrap_or("tool").to_ascii_lowercase();
    let verb = VERBS.iter().find(|(verb, _)| *verb == first).map(|(_, gerund)| *gerund);
    let mut text = verb.unwrap_or("Using").to_owned();
    for word in verb.is_none().then_some(first.as_str()).into_iter().chain(words) {
        text.push(' ');
        text.push_str(word);
    }
    text
}

const VERBS: [(&str, &str); 24] = [
    ("get", "Getting"),
    ("read", "Reading"),
    ("list", "Listing"),
    ("fetch", "Fetching"),
    ("search", "Searching"),
    ("find", "Finding"),
    ("create", "Creating"),
    ("update", "Updating"),
    ("delete", "Deleting"),
    ("send", "Sending"),
    ("run", "Running"),
    ("write", "Writing"),
    ("add", "Adding"),
    ("load", "Loading"),
    ("save", "Saving"),
    ("query", "Querying"),
    ("scrape", "Scraping"),
    ("generate", "Generating"),
    ("book", "Booking"),
    ("calculate", "Calculating"),
    ("check", "Checking"),
    ("summarize", "Summarizing"),
    ("translate", "Translating"),
    ("extract", "Extracting"),
];
