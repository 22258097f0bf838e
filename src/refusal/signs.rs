//! The table of signs: what providers, SDKs, gateways and proxies call their refusals.
//!
//! To teach the room another provider, add a line with its source, and a refusal to `tests/fixtures/refusals/`.

mod codes;
mod phrases;

pub(super) use codes::CODES;
pub(super) use phrases::{FIRST, PHRASES};

/// In sentences that say one of these no limit of a provider is meant.
pub(super) const NO_LIMIT: &[&str] = &["disk quota", "storage quota", "quota_project", "errno"];

/// An allowance of a day or longer: without a named wait, waiting is of no use.
pub(super) const LONG_WINDOWS: &[&str] = &[
    "per day",
    "perday",
    "per-day",
    "per month",
    "per 1 day",
    "per 1 month",
    "/ day",
    "/ month",
    "daily limit",
    "daily quota",
];

/// Who refused, by what only they say.
pub(super) const PROVIDERS: &[(&str, &str)] = &[
    ("generativelanguage.googleapis.com", "Google"),
    ("ai.google.dev", "Google"),
    ("google.rpc", "Google"),
    ("resource_exhausted", "Google"),
    ("vertex", "Google"),
    ("azure", "Azure"),
    ("aka.ms/", "Azure"),
    ("bedrock", "Amazon Bedrock"),
    ("converse", "Amazon Bedrock"),
    ("botocore", "Amazon Bedrock"),
    ("throttlingexception", "Amazon Bedrock"),
    ("provider returned error", "OpenRouter"),
    ("organization max rpm", "Moonshot"),
    ("groq", "Groq"),
    ("organization `org_", "Groq"),
    ("openrouter", "OpenRouter"),
    ("free-models-per", "OpenRouter"),
    ("moonshot", "Moonshot"),
    ("mistral", "Mistral"),
    ("cohere", "Cohere"),
    ("together", "Together"),
    ("cerebras", "Cerebras"),
    ("deepseek", "DeepSeek"),
    ("ollama", "Ollama"),
    ("cloudflare", "Cloudflare"),
    ("anthropic", "Anthropic"),
    ("claude", "Anthropic"),
    ("openai", "OpenAI"),
    ("gpt-", "OpenAI"),
];

/// Where the words for people end.
pub(super) const TAILS: [&str; 9] = [
    "Received Model Group=",          // LiteLLM's proxy
    " Passed model=",                 // LiteLLM's router
    " Error_str:",                    // LiteLLM
    " (status code: ",                // Ollama's SDK
    " status code (no body)",         // OpenAI's Node SDK
    "\nFor more information check: ", // httpx
    "\n(Background on this error at", // SQLAlchemy
    "\nCode: ",                       // azure-core
    " Handle with `litellm.",         // LiteLLM
];

/// What no sentence for people holds.
pub(super) const DUMPS: [&str; 15] = [
    "{\"",
    "{'",
    "</",
    "<!",
    "<html",
    "<Response",
    " object at 0x",
    "[object ",
    "\\n",
    "\\\"",
    "\\x",
    "Traceback (most recent call last)",
    "input_value=",           // pydantic
    "API error occurred: ",   // Mistral's SDK, in front of a body that says nothing
    "rovider returned error", // OpenRouter: what it was is in `metadata.raw`
];
