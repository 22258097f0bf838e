//! The table of signs: what providers, SDKs, gateways and proxies call their refusals.
//!
//! For another provider, add a line with its source, and a refusal to `tests/fixtures/refusals/`.

mod codes;
mod fields;
mod limits;
mod phrases;
mod statuses;

use super::scan::list;
pub(super) use codes::CODES;
pub(super) use fields::{Field, FIELDS, UNITS};
pub(super) use phrases::{FIRST, PHRASES};
pub(super) use statuses::*;

/// A text with one of these is not about a provider's limit.
pub(super) const NO_LIMIT: &str = list![
    "disk quota",
    "could not convert",
    "requests.txt",
    "file not found",
    "storage quota",
    "quota_project",
    "errno",
    "mailbox quota",
    "upload quota",
    "attachment quota",
    "space quota",
    "gb of storage",
    "exceeded quota: ", // Kubernetes
    "quota: must",
    "quota: expected",
    "cannot import name",
    "is not defined",
    "has no attribute",
    "overloaded function",
    "is overloaded for",
    "method is overloaded",
    "quota of*file",
    "quota of*attachment",
    "quota of*upload",
    "quota of*seat",
];

/// An allowance of a day or longer: without a named wait, waiting is of no use.
pub(super) const LONG_WINDOWS: &str = list![
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
    "daily*limit",
    "weekly*limit",
    "per week",
    "this week",
    "this month",
    "-hour limit", // coding tools: `5-hour limit`
    "hour usage limit",
    "billing cycle",
    "monthly quota",
    "/day",
    "quota for today",
    "tokens per day",
    "tpd rate limit", // Moonshot
    "tomorrow",
];

/// In a text with one of these it is not the longer allowance that is used up.
pub(super) const SHORT_WINDOWS: &str =
    list!["quota unaffected", "limit unaffected", "quota is not affected", "hit the per-minute", "hit your per-minute"];

/// Who refused, by words that only they use. The first whose words occur counts.
pub(super) const PROVIDERS: &[(&str, &str)] = &[
    (
        "Google",
        list![
            "generativelanguage.googleapis.com",
            "ai.google.dev",
            "google.rpc",
            "resource_exhausted",
            "aiplatform",
            "vertex ai",
            "vertex-ai",
            "vertexai",
            "vertex_ai",
        ],
    ),
    ("Azure", list!["azure openai", "azure ai", "azure.com", "azureexception", "azure_", "aka.ms/"]),
    (
        "Amazon Bedrock",
        list![
            "bedrock-",
            "bedrock is ",
            "amazon bedrock",
            "aws bedrock",
            "bedrockexception",
            "converse operation",
            "conversestream",
            "invokemodel",
            "botocore",
            "throttlingexception",
        ],
    ),
    ("OpenRouter", list!["provider returned error"]),
    ("Moonshot", list!["organization max rpm"]),
    ("Groq", list!["groq", "organization `org_"]),
    ("OpenRouter", list!["openrouter", "free-models-per"]),
    ("Moonshot", list!["moonshot.", "moonshot-", "moonshot ai", "moonshotai"]),
    ("Mistral", list!["mistral.", "mistral-", "mistral ai", "mistralai", "mistralexception"]),
    ("Cohere", list!["cohere.", "cohere api", "cohereexception"]),
    ("Together", list!["together.ai", "together.xyz", "together ai", "togetherai", "together_ai"]),
    ("Cerebras", list!["cerebras"]),
    ("DeepSeek", list!["deepseek"]),
    ("Fireworks", list!["fireworks.ai", "fireworks ai", "fireworks_ai"]),
    ("xAI", list!["x.ai/", "x.ai.", "xaiexception"]),
    ("Hugging Face", list!["huggingface", "hugging face"]),
    ("Databricks", list!["databricks"]),
    ("Alibaba Cloud", list!["aliyun", "dashscope"]),
    ("Ollama", list!["ollama"]),
    ("Cloudflare", list!["cloudflare"]),
    ("Anthropic", list!["anthropic", "claude-", "claude.com"]),
    ("OpenAI", list!["openai", "gpt-"]),
];

/// Where the words for people end.
pub(super) const TAILS: &str = list![
    "Received Model Group=",               // LiteLLM's proxy
    " Passed model=",                      // LiteLLM's router
    " Error_str:",                         // LiteLLM
    " (status code: ",                     // Ollama's SDK
    " status code (no body)",              // OpenAI's Node SDK
    "\nFor more information check: ",      // httpx
    "\n(Background on this error at",      // SQLAlchemy
    "\nCode: ",                            // azure-core
    " Handle with `litellm.",              // LiteLLM
    "\n    at ",                           // a stack of JavaScript
    "\n\tat ",                             // of Java
    "\nCaused by: ",                       // of Java
    "\nTraceback (most recent call last)", // of Python
];

/// What no sentence for people contains.
pub(super) const DUMPS: &str = list![
    "{\"",
    "{'",
    "</",
    "<!",
    "<html",
    "<Response",
    " object at 0x",
    "<Future ",             // tenacity
    "[Connect call failed", // aiohttp
    "[object ",
    "\\n",
    "\\\"",
    "\\x",
    "Traceback (most recent call last)",
    "input_value=",           // pydantic
    "API error occurred: ",   // Mistral's SDK, in front of a body that says nothing
    "rovider returned error", // OpenRouter: what it was is in `metadata.raw`
    "headers:*body:",
    "body:*headers:",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written otherwise would never be found.
    #[test]
    fn codes_and_phrases_are_written_as_they_are_compared() {
        for (_, codes) in CODES {
            assert!(codes.split('\0').all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())));
            // `ValidationException` is AWS's, `ValidationError` many a parser's.
            let ending = |code: &&str| {
                (code.ends_with("error") || code.ends_with("exception")) && *code != "validationexception"
            };
            assert_eq!(codes.split('\0').find(ending), None, "compared without its ending");
        }
        let phrases = FIRST.iter().chain(PHRASES).map(|(_, list)| *list).chain(PROVIDERS.iter().map(|(_, list)| *list));
        for list in phrases.chain([NO_LIMIT, LONG_WINDOWS, SHORT_WINDOWS]) {
            assert_eq!(list, list.to_lowercase());
            assert!(list.ends_with('\0') && !list.contains("\0\0") && !list.starts_with('\0'), "{list}");
        }
    }
}
