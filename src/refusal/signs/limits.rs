//! The phrases of limits, which pass with time or do not apply to another account. Written like those of
//! [`super::phrases`].

use crate::refusal::scan::list;

/// An account or an allowance is used up.
pub(super) const USED_UP: &str = list![
    "credit balance is too low",                   // Anthropic 400
    "insufficient balance",                        // DeepSeek, Moonshot
    "insufficient_quota",                          // OpenAI
    "requires more credits",                       // OpenRouter 402
    "platform.openai.com/docs/guides/error-codes", // OpenAI's "You exceeded your current quota"
    "usage limit*reached",
    "usage limit exceeded",
    "hit*usage limit",
    "hit your limit",         // Claude Code
    "hit your*session limit", // Claude Code
    "reached*session limit",
    "\nsession limit reached", // Claude Code
    ": session limit reached",
    "weekly limit", // Claude Code
    "hit your opus limit",
    "hit your sonnet limit",
    "hour limit reached",  // Claude Code
    "使用上限",            // Zhipu: the limit of five hours
    "key limit exceeded",  // OpenRouter 403
    "insufficient credit", // Replicate 402
    "reached*usage limit", // Ollama 429, Moonshot 403, Anthropic 400
    "run out of credits",  // xAI 403
    "out of credits",
    "used all your credits",
    "billing hard limit",            // OpenAI
    "account is suspended",          // Moonshot 429
    "service has been paused",       // Volcengine
    "all available credits",         // xAI 429
    "monthly included credits",      // Hugging Face 402
    "daily free allocation",         // Cloudflare 4006
    "free allocated quota exceeded", // Alibaba
    "free quota has been exhausted", // Alibaba 403
    "out of call volume quota",      // Azure API Management 403
    "over budget",                   // LiteLLM
    "余额不足",                      // Zhipu: no balance
    "欠费",                          // Zhipu: in arrears
    "spending limit",
    "spending cap", // Gemini
    "额度不足",
    "额度已用",
    "monthly limit",
    "monthly budget",
    "budget exceeded for",
    "no budget left",
    "key has no budget",
    "subscription quota exceeded",
    "overdue balance",
    "account overdue",
    "account is overdue",
    "no credits remaining",
    "no credits left",
    "credits*exhausted",
    "hard billing limit", // OpenAI
    "balance is too low",
    "balance is insufficient", // SiliconFlow 30001
    "balance is exhausted",
    "balance has been exhausted",
    "\npayment required",
    ": payment required",
    "account is not active",  // OpenAI
    "free tier of*exhausted", // Alibaba
    "daily*limit reached",
    "daily*limit exceeded",
    "reached*daily*limit",
    "exceeded*daily*limit",
    "hit your daily*limit",
    "quota exhausted for today",
    "daily quota exceeded",
    "daily quota exhausted",
    "monthly spend*limit",
    "monthly usage limit",
    "monthly quota",
    "budget has been exceeded", // LiteLLM
];

/// Over capacity.
pub(super) const OVERLOADED: &str = list![
    // Who is overloaded: a truck may be as well.
    "\noverloaded", // Anthropic
    ": overloaded",
    "overloaded_error",
    "overloaded with other", // OpenAI
    "currently overloaded",
    "temporarily overloaded",
    "model*overloaded",  // Gemini
    "server*overloaded", // OpenAI, Together
    "service*overloaded",
    "engine*overloaded", // Moonshot
    "system*overloaded",
    "api*overloaded",
    "provider*overloaded",
    "experiencing*high demand", // Gemini 503, Azure 429
    "due to high demand",
    "experiencing*heavy load",
    "under heavy load",
    "due to heavy load",
    "experiencing*high load", // docs/rate-limit-retries.md
    "under high load",
    "due to high load",
    "model*at capacity",
    "server*at capacity",
    "service*at capacity",
    "system*at capacity",
    "over capacity",                 // Groq 503
    "capacity exceeded",             // Mistral 429, Groq 498
    "capacity temporarily exceeded", // Cloudflare 3040
    "server is busy",                // DeepSeek 503
    "service is too busy",           // DeepSeek 503
    "server busy",                   // Ollama 503
    "system is too busy",
    "model too busy", // SiliconFlow
    "insufficient capacity",
    "no instances available",
    "no healthy upstream",             // Envoy 503
    "upstream connect error*overflow", // Envoy 503
    "model busy",
    "temporarily unable to process your request", // Azure
    "bedrock is unable to process your request",
    "访问量过大", // Zhipu
    "系统繁忙",
    "experiencing high traffic", // Cerebras 429
    "service unavailable",       // RFC 9110 §15.6.4
    "service*unavailable",       // Google, nginx
    "server*temporarily unavailable",
    "model*unavailable",
    "api*temporarily unavailable",
    "statuscode.unavailable", // gRPC
];

/// Rate limits.
pub(super) const LIMITED: &str = list![
    "too many requests",            // RFC 6585 §4
    "too many tokens, please wait", // Bedrock
    "too many connections",
    "per minute limit exceeded",
    "concurrent*limit reached",
    "maximum concurrency reached",
    "local_rate_limited", // Envoy
    "error code: 1015",   // Cloudflare
    "raised resourceexhausted",
    "<code>slowdown</code>", // S3
    "rate limit (429)",
    "rate limit exceeded", // OpenRouter, AgentOS
    "rate limit reached",  // OpenAI, Groq
    "\nrate limited",      // Anthropic, Cloudflare
    ": rate limited",
    "being rate limited", // Cloudflare 1015, Discord
    "been rate limited",
    "are rate limited",
    "is rate limited",
    "rate limited by",
    "rate-limited",      // OpenRouter upstream
    "rate exceeded",     // AWS
    "exceed*rate limit", // Azure, Anthropic
    "reached*rate limit",
    "hit*rate limit",
    "exhausted*rate limit",      // GitHub Copilot
    "no deployments available",  // LiteLLM's router
    "concurrency limit reached", // W&B
    "reached*max rpm",           // Moonshot
    "reached*max tpm",
    "reached*max concurrency",
    "reached max*concurrency",    // Moonshot
    "due to rate limiting",       // SiliconFlow, Together
    "rate limit quota violation", // Apigee
    "spike arrest violation",     // Apigee
    "secondary rate limit",       // GitHub
    "速率限制",                   // Zhipu 1302
    "请求过多",                   // Zhipu 1305
    "request rate is too high",   // Bedrock
    "tpm limit reached",          // SiliconFlow
    "tokens per minute*exceeded", // Cerebras, Volcengine
    "tokens per minute*is exceeded",
    "rate limit of*exceeded", // GitHub Models
    "rate limit of*reached",  // watsonx
    "rate limit on*exceeded",
    "maximum number of tokens allowed within", // Llama API
    "triggered a rate limit",                  // Z.ai 1305
    "concurrency usage",                       // Z.ai 1302
    "request_limit_exceeded",                  // Databricks
    "trial key*limited to",                    // Cohere
    "too many 429",                            // urllib3
    "request rate increased too quickly",      // Alibaba
    "throttlingexception",                     // str() of botocore's exception
    "\nthrottled",
    "request*throttled",
    "getting throttled",           // Bedrock
    "throttled out",               // WSO2
    "resource_exhausted",          // Google
    "resource exhausted",          // Vertex AI 429
    "resource has been exhausted", // Gemini 429
    "exceeded your current quota", // Gemini 429, and OpenAI's words without its code
    "quota exceeded",              // Google 429
    "exceed*your*quota",
    "exceed*token quota",
    "exceed*request quota",
    "exceed*api quota",
    "exceeded*quota for",
    "quota: *per ",
];
