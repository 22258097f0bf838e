//! Phrases: lower-case parts of a sentence. Of a phrase with `*` all parts have to occur, in order.

use super::limits;
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
            "request too large",                      // Groq, OpenAI
            "prompt is too long",                     // Anthropic 400
            "context size has been exceeded",         // LM Studio
            "tokens to keep from the initial prompt", // LM Studio
            "input tokens exceed",
            "too many input tokens",
            "input too long",
            "request is too large for",
            "too large for the model",
            "maximum context", // OpenAI 400, vLLM, Mistral
            "context length exceeded",
            "context_length_exceeded",    // OpenAI, as text
            "payload too large",          // RFC 9110 §15.5.14
            "entity too large",           // nginx 413
            "exceed*context window",      // OpenAI
            "exceeds the context length", // Ollama
            "exceeds maximum context",
            "exceeded max context",          // Ollama
            "context length of only",        // LM Studio
            "too large for model",           // Mistral
            "image exceeds*maximum",         // Anthropic 400
            "exceeds the available context", // llama.cpp
            "exceed context limit",          // Anthropic 400
            "exceeded model token limit",    // Moonshot 400
            "input is too long",             // Bedrock
            "range of input length",         // Alibaba 400
            "\ntoo many tokens: ",           // Cohere 400
            ": too many tokens: ",
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
    (QuotaExhausted, limits::USED_UP),
    (
        ContentFiltered,
        list![
            "content management policy", // Azure OpenAI
            "content filter",
            "our content policy",
            "content policy violation",
            "violat*content policy",
            "content policy*violat",
            "flagged*content policy",
            "blocked*content policy",
            "prohibited_content",
            "inappropriate content",
            "moderation flagged",
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
    (Overloaded, limits::OVERLOADED),
    (RateLimit, limits::LIMITED),
    (
        Auth,
        list![
            "api key not valid",         // Gemini 400
            "incorrect api key",         // OpenAI 401
            "invalid api key",           // Groq 401
            "invalid x-api-key",         // Anthropic 401
            "no auth credentials found", // OpenRouter 401
            "api key expired",
            "api key has expired",
            "authentication fails", // DeepSeek 401
            "token has expired",
            "signature has expired",
            "jwt is expired",      // Envoy 401
            "rbac: access denied", // Envoy 403
            "permission denied for this model",
            "permission denied for model",
            "login fail: ",                     // MiniMax 1004
            "unable to locate credentials",     // botocore
            "organization has been restricted", // Groq 400
        ],
    ),
    (
        NotFound,
        list![
            "model*does not exist", // OpenAI 404
            "no such model",
            "unknown model '",
            "unknown model: ",
            "model*has been deprecated",
            "deployment*does not exist", // Azure 404
            "model*not found",           // Ollama, vLLM, Fireworks
        ],
    ),
    (
        Timeout,
        list![
            "timed out",
            "upstream request timeout", // Envoy 504
            "stream timeout",           // Envoy
            "etimedout",                // Node.js
            "err_timed_out",            // Chromium
            "gateway timeout",          // RFC 9110 §15.6.5
            "gateway time-out",         // nginx
            "readtimeout",              // str() of nothing: agno gives the class
            "read timeout",             // botocore
            "exceeded max wait",        // agno: OpenAI's background responses
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
