//! The components of the example backends, as `GET /agents`, `/teams`, `/workflows` and `/config` of AgentOS list them.

use serde_json::{json, Value};

/// The body of `GET /{list}`; `None` if there is no such list.
pub fn components(list: &str) -> Option<Value> {
    let model = json!({"name": "Gemini", "model": super::MODEL, "provider": "Google"});
    let team = json!({"id": "cirkelline", "name": "Cirkelline", "description": "A scripted team: it obeys the marks in a message.",
        "model": model});
    let agent = json!({"id": "understudy", "name": "Understudy", "description": "A scripted agent, the fallback of the team.",
        "model": model});
    Some(match list {
        "teams" => json!([team]),
        "agents" => json!([agent]),
        "workflows" => json!([]),
        "config" => {
            json!({"os_id": "ai-stream-handler-example", "description": "The example backend of ai-stream-handler",
            "available_models": [super::MODEL], "databases": [], "agents": [agent], "teams": [team], "workflows": []})
        }
        _ => return None,
    })
}
