//! Phrases: lower-case parts of a sentence. Of a phrase with `*` all parts have to occur, in order.

use crate::refusal::scan::list;
use crate::refusal::Kind::{self, *};

/// Phrases that count before any code: they are surer than it.
pub(in crate::refusal) const FIRST: &[(Kind, &str)] = &[
    (
        RateLimit,
        list![
            "error-code#token-limit", // Alibaba: tokens of the minute, with OpenAI's insufficient_quota
        ],
    ),
    (
        RequestTooLarge,
        list![
            "request too large",  // Groq, OpenAI
            "prompt is too long", // Anthropic 400
            "maximum context",    // OpenAI 400, vLLM, Mistral
            "context length exceeded",
            "context_length_exceeded",    // OpenAI, as text
            "payload too large",          // RFC 9110 §15.5.14
            "entity too large",           // nginx 413
            "exceed*context window",      // OpenAI
            "exceeds the context length", // Ollama
            "exceeds maximum context",
            "exceeded max context",                   // Ollama
            "context length of only",                 // LM Studio
            "too large for model",                    // Mistral
            "image exceeds*maximum",                  // Anthropic 400
            "exceeds the available context",          // llama.cpp
            "exceed context limit",                   // Anthropic 400
            "exceeded model token limit",             // Moonshot 400
            "input is too long",                      // Bedrock
            "range of input length",                  // Alibaba 400
            "too many tokens: ",                      // Cohere 400
            "`inputs` must have less than",           // text-generation-inference 422
            "`inputs` tokens + `max_new_tokens`",     // text-generation-inference 422, Together
            "message larger than max",                // gRPC
            "input token count*exceeds the maximum",  // Gemini 400
            "input or output tokens must be reduced", // OpenAI 429
            "reduce your message size",               // Groq 413
            "reduce the length",                      // OpenAI 400
        ],
    ),
];

/// The phrases of each kind. The first kind of which one occurs counts.
pub(in crate::refusal) const PHRASES: &[(Kind, &str)] = &[
    (
        QuotaExhausted,
        list![
            "credit balance is too low",                   // Anthropic 400
            "insufficient balance",                        // DeepSeek, Moonshot
            "insufficient_quota",                          // OpenAI
            "requires more credits",                       // OpenRouter 402
            "platform.openai.com/docs/guides/error-codes", // OpenAI's "You exceeded your current quota"
            "usage limit*reached",
            "usage limit exceeded",
            "hit*usage limit",
            "hit your limit",      // Claude Code
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
            "monthly limit",
            "monthly spend*limit",
            "monthly usage limit",
            "monthly quota",
            "budget has been exceeded", // LiteLLM
        ],
    ),
    (
        ContentFiltered,
        list![
            "content management policy", // Azure OpenAI
            "content filter",
            "content policy",
            "flagged as potentially violating", // OpenAI
            "flagged by moderation",            // OpenRouter 403
            "violates usage guidelines",        // xAI 403
            "content exists risk",              // DeepSeek 400
            "prompt injection detected",        // agno's guardrails
            "moderation violation",             // agno's guardrails
            "pii detected",                     // agno's guardrails
            "blocked*safety",                   // Gemini
            "our safety system",                // OpenAI images
            "不安全或敏感内容",                 // Zhipu
        ],
    ),
    (
        Overloaded,
        list![
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
        ],
    ),
    (
        RateLimit,
        list![
            "too many requests",            // RFC 6585 §4
            "too many tokens, please wait", // Bedrock
            "too many connections",
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
        ],
    ),
    (
        Auth,
        list![
            "api key not valid",                // Gemini 400
            "incorrect api key",                // OpenAI 401
            "invalid api key",                  // Groq 401
            "invalid x-api-key",                // Anthropic 401
            "login fail: ",                     // MiniMax 1004
            "unable to locate credentials",     // botocore
            "organization has been restricted", // Groq 400
        ],
    ),
    (
        NotFound,
        list![
            "model*does not exist",      // OpenAI 404
            "deployment*does not exist", // Azure 404
            "model*not found",           // Ollama, vLLM, Fireworks
        ],
    ),
    (
        Timeout,
        list![
            "timed out",
            "gateway timeout",   // RFC 9110 §15.6.5
            "gateway time-out",  // nginx
            "readtimeout",       // str() of nothing: agno gives the class
            "read timeout",      // botocore
            "exceeded max wait", // agno: OpenAI's background responses
            "took too long",
            "deadline exceeded",
        ],
    ),
    (
        Unavailable,
        list![
            "connection error", // OpenAI and Anthropic SDKs
            "connection refused",
            "could not connect",
            "bad gateway",         // RFC 9110 §15.6.3
            "failed to connect",   // Ollama's SDK
            "cannot connect",      // aiohttp
            "closed connection",   // httpx, urllib3
            "server disconnected", // httpx
            "connection reset",
            "connection attempts failed", // httpcore
            "name or service not known",  // getaddrinfo, Linux
            "name resolution",            // the same
            "nodename nor servname",      // macOS
            "getaddrinfo",                // Python on Windows, Node.js
            "econnrefused",               // Node.js
            "econnreset",
            "socket hang up",
            "fetch failed", // undici
        ],
    ),
];
