//! Phrases: lower-case parts of a sentence. Of a phrase with `…` both halves have to occur, in order.

use crate::refusal::Kind::{self, *};

/// Phrases that count before any code: they are surer than it.
pub(in crate::refusal) const FIRST: &[(&str, Kind)] = &[
    ("error-code#token-limit", RateLimit), // Alibaba: tokens of the minute, with OpenAI's insufficient_quota
    ("request too large", RequestTooLarge), // Groq, OpenAI
    ("prompt is too long", RequestTooLarge), // Anthropic 400
    ("maximum context", RequestTooLarge),  // OpenAI 400, vLLM, Mistral
    ("context length exceeded", RequestTooLarge),
    ("context_length_exceeded", RequestTooLarge),       // OpenAI, as text
    ("payload too large", RequestTooLarge),             // RFC 9110 §15.5.14
    ("entity too large", RequestTooLarge),              // nginx 413
    ("exceeds the context window", RequestTooLarge),    // OpenAI
    ("exceeds the available context", RequestTooLarge), // llama.cpp
    ("exceed context limit", RequestTooLarge),          // Anthropic 400
    ("exceeded model token limit", RequestTooLarge),    // Moonshot 400
    ("input is too long", RequestTooLarge),             // Bedrock
    ("range of input length", RequestTooLarge),         // Alibaba 400
    ("too many tokens: ", RequestTooLarge),             // Cohere 400
    ("`inputs` must have less than", RequestTooLarge),  // text-generation-inference 422
    ("`inputs` tokens + `max_new_tokens`", RequestTooLarge), // text-generation-inference 422, Together
    ("message larger than max", RequestTooLarge),       // gRPC
    ("input token count…exceeds the maximum", RequestTooLarge), // Gemini 400
    ("input or output tokens must be reduced", RequestTooLarge), // OpenAI 429
    ("reduce your message size", RequestTooLarge),      // Groq 413
    ("reduce the length", RequestTooLarge),             // OpenAI 400
];

/// A phrase and what it means. The first that occurs counts.
pub(in crate::refusal) const PHRASES: &[(&str, Kind)] = &[
    ("credit balance is too low", QuotaExhausted), // Anthropic 400
    ("insufficient credits", QuotaExhausted),      // OpenRouter 402
    ("insufficient balance", QuotaExhausted),      // DeepSeek, Moonshot
    ("insufficient_quota", QuotaExhausted),        // OpenAI
    ("requires more credits", QuotaExhausted),     // OpenRouter 402
    ("platform.openai.com/docs/guides/error-codes", QuotaExhausted), // OpenAI's "You exceeded your current quota"
    ("usage limit…reached", QuotaExhausted),
    ("reached…usage limit", QuotaExhausted), // Ollama 429, Moonshot 403, Anthropic 400
    ("run out of credits", QuotaExhausted),  // xAI 403
    ("all available credits", QuotaExhausted), // xAI 429
    ("monthly included credits", QuotaExhausted), // Hugging Face 402
    ("daily free allocation", QuotaExhausted), // Cloudflare 4006
    ("free allocated quota exceeded", QuotaExhausted), // Alibaba
    ("free quota has been exhausted", QuotaExhausted), // Alibaba 403
    ("out of call volume quota", QuotaExhausted), // Azure API Management 403
    ("over budget", QuotaExhausted),         // LiteLLM
    ("余额不足", QuotaExhausted),            // Zhipu: no balance
    ("欠费", QuotaExhausted),                // Zhipu: in arrears
    ("spending limit", QuotaExhausted),
    ("monthly…limit", QuotaExhausted),
    ("budget has been exceeded", QuotaExhausted),   // LiteLLM
    ("content management policy", ContentFiltered), // Azure OpenAI
    ("content filter", ContentFiltered),
    ("content policy", ContentFiltered),
    ("flagged as potentially violating", ContentFiltered), // OpenAI
    ("flagged by moderation", ContentFiltered),            // OpenRouter 403
    ("violates usage guidelines", ContentFiltered),        // xAI 403
    ("content exists risk", ContentFiltered),              // DeepSeek 400
    ("prompt injection detected", ContentFiltered),        // agno's guardrails
    ("moderation violation", ContentFiltered),             // agno's guardrails
    ("pii detected", ContentFiltered),                     // agno's guardrails
    ("blocked…safety", ContentFiltered),                   // Gemini
    ("overloaded", Overloaded),                            // Anthropic, Gemini, OpenAI
    ("high demand", Overloaded),                           // Gemini 503, Azure 429
    ("heavy load", Overloaded),
    ("high load", Overloaded), // docs/rate-limit-retries.md
    ("at capacity", Overloaded),
    ("over capacity", Overloaded),                 // Groq 503
    ("capacity exceeded", Overloaded),             // Mistral 429, Groq 498
    ("capacity temporarily exceeded", Overloaded), // Cloudflare 3040
    ("server is busy", Overloaded),                // DeepSeek 503
    ("server busy", Overloaded),                   // Ollama 503
    ("experiencing high traffic", Overloaded),     // Cerebras 429
    ("service unavailable", Overloaded),           // RFC 9110 §15.6.4
    ("temporarily unavailable", Overloaded),       // Ollama
    ("currently unavailable", Overloaded),         // google.rpc.Code 14
    ("statuscode.unavailable", Overloaded),        // gRPC
    ("too many requests", RateLimit),              // RFC 6585 §4
    ("too many tokens, please wait", RateLimit),   // Bedrock
    ("too many connections", RateLimit),
    ("rate limit exceeded", RateLimit), // OpenRouter, AgentOS
    ("rate limit reached", RateLimit),  // OpenAI, Groq
    ("rate limited", RateLimit),
    ("rate-limited", RateLimit),      // OpenRouter upstream
    ("exceed…rate limit", RateLimit), // Azure, Anthropic
    ("reached…rate limit", RateLimit),
    ("hit…rate limit", RateLimit),
    ("exhausted…rate limit", RateLimit),      // GitHub Copilot
    ("no deployments available", RateLimit),  // LiteLLM's router
    ("concurrency limit reached", RateLimit), // W&B
    ("reached…max rpm", RateLimit),           // Moonshot
    ("reached…max tpm", RateLimit),
    ("reached…max concurrency", RateLimit),
    ("request rate increased too quickly", RateLimit), // Alibaba
    ("throttlingexception", RateLimit),                // str() of botocore's exception
    ("throttled", RateLimit),
    ("resource_exhausted", RateLimit),          // Google
    ("resource exhausted", RateLimit),          // Vertex AI 429
    ("resource has been exhausted", RateLimit), // Gemini 429
    ("exceeded your current quota", RateLimit), // Gemini 429, and OpenAI's words without its code
    ("quota exceeded", RateLimit),              // Google 429
    ("exceeded…quota", RateLimit),
    ("quota: ", RateLimit),
    ("api key not valid", Auth),                // Gemini 400
    ("incorrect api key", Auth),                // OpenAI 401
    ("invalid api key", Auth),                  // Groq 401
    ("invalid x-api-key", Auth),                // Anthropic 401
    ("unable to locate credentials", Auth),     // botocore
    ("organization has been restricted", Auth), // Groq 400
    ("timed out", Timeout),
    ("gateway timeout", Timeout),   // RFC 9110 §15.6.5
    ("gateway time-out", Timeout),  // nginx
    ("readtimeout", Timeout),       // str() of nothing: agno gives the class
    ("read timeout", Timeout),      // botocore
    ("exceeded max wait", Timeout), // agno: OpenAI's background responses
    ("took too long", Timeout),
    ("deadline exceeded", Timeout),
    ("connection error", Unavailable), // OpenAI and Anthropic SDKs
    ("connection refused", Unavailable),
    ("could not connect", Unavailable),
    ("bad gateway", Unavailable),         // RFC 9110 §15.6.3
    ("failed to connect", Unavailable),   // Ollama's SDK
    ("cannot connect", Unavailable),      // aiohttp
    ("closed connection", Unavailable),   // httpx, urllib3
    ("server disconnected", Unavailable), // httpx
    ("connection reset", Unavailable),
    ("connection attempts failed", Unavailable), // httpcore
    ("name or service not known", Unavailable),  // getaddrinfo
];
