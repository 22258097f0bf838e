"""The same for several processes, in Redis: a sliding minute in buckets of a second, checked and reserved in one script.

The clock is Redis's own. If Redis cannot be reached, nothing is held back, and a warning is logged: a limit that is hit is waited out
by ``retrying``, and a route that fails because its brake does would be worse.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

from . import _core
from ._quota import Lease, RateLimited, checked_limits, checked_model, checked_seconds, checked_text, checked_tokens, limit_in, usage_of
from ._types import Event

log = logging.getLogger("ai_stream_handler")
T = TypeVar("T")

PATIENCE = 2.0
"""Seconds for an answer of Redis. redis-py before version 8 has no limit, and a stream waits meanwhile."""

# KEYS: buckets of the model, hold of the model, hold of all, learned limits.
# ARGV: model, tokens, own limit or '', 1 to reserve. Returns milliseconds to wait; 0: it fits (and is reserved).
_WAIT = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
local held = math.max(redis.call('PTTL', KEYS[2]), redis.call('PTTL', KEYS[3]))
if held > 0 then return held end
local limit = tonumber(ARGV[3]) or tonumber(redis.call('HGET', KEYS[4], ARGV[1])) or tonumber(redis.call('HGET', KEYS[4], ''))
local tokens = tonumber(ARGV[2])
if limit then
  local need = math.min(tokens, limit)
  local all = redis.call('HGETALL', KEYS[1])
  local seconds, used, sum = {}, {}, 0
  for i = 1, #all, 2 do
    local second = tonumber(all[i])
    if second + 1 > now - 60 then
      seconds[#seconds + 1] = second
      used[second] = tonumber(all[i + 1])
      sum = sum + used[second]
    else
      redis.call('HDEL', KEYS[1], all[i])
    end
  end
  if sum > 0 and sum + need > limit then
    table.sort(seconds)
    for _, second in ipairs(seconds) do
      sum = sum - used[second]
      if sum + need <= limit then return math.ceil((second + 61 - now) * 1000) end
    end
  end
end
if ARGV[4] == '1' and tokens > 0 then
  redis.call('HINCRBY', KEYS[1], time[1], ARGV[2])
  redis.call('EXPIRE', KEYS[1], 120)
end
return 0
"""

# A hold is only ever lengthened: of two workers that were told to wait, the longer wait counts.
_HOLD = """
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '1', 'PX', ARGV[1]) end
return 0
"""

_USED = """
redis.call('HINCRBY', KEYS[1], redis.call('TIME')[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], 120)
return 0
"""


class RedisQuota:
    """Limits that several processes share: ``RedisQuota("redis://localhost:6379/0")``, or a client of ``redis.asyncio``.

    ``prefix``: of all keys. ``limit``, ``limits``: as of ``Quota``. What one process learns from a 429, limit and wait, counts for all.
    Its methods are those of ``Quota``, as coroutines.
    """

    def __init__(
        self,
        redis: Any,
        *,
        prefix: str = "ai-stream-handler",
        limit: int | None = None,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        self.limit, self.limits = checked_limits(limit, limits)
        if not isinstance(prefix, str) or not prefix:
            raise TypeError("prefix must be a string that is not empty")
        try:
            import redis.asyncio as client
            from redis.exceptions import RedisError
        except ImportError as error:
            raise ImportError("RedisQuota needs redis-py: pip install 'ai-stream-handler[redis]'") from error
        if isinstance(redis, str):
            redis = client.from_url(redis)
        elif not hasattr(redis, "execute_command") or not asyncio.iscoroutinefunction(redis.execute_command):
            raise TypeError(f"redis must be a URL or a client of redis.asyncio, not {type(redis).__module__}.{type(redis).__name__}")
        self._redis = redis
        self._unreachable = (RedisError, OSError, asyncio.TimeoutError)
        # In braces: a Redis cluster keeps keys of one hash tag on one node, as a script needs.
        self._prefix = "{" + prefix + "}:"
        self._wait = redis.register_script(_WAIT)
        self._hold = redis.register_script(_HOLD)
        self._used = redis.register_script(_USED)

    async def acquire(self, model: str, tokens: int = 0) -> Lease:
        """Waits until a request of so many input tokens fits, and reserves them: no two processes get the same."""
        while True:
            try:
                return await self.reserve(model, tokens)
            except RateLimited as limited:
                await asyncio.sleep(limited.retry_after)

    async def reserve(self, model: str, tokens: int = 0) -> Lease:
        """Reserves so many input tokens, or raises ``RateLimited``."""
        tokens = checked_tokens("tokens", tokens)
        if (seconds := await self._ask(model, tokens, True)) > 0:
            raise RateLimited(model, seconds)
        return Lease(model, tokens, self._note)

    async def wait(self, model: str, tokens: int = 0) -> float:
        """Seconds until a request of so many input tokens fits; 0 if it fits now."""
        return await self._ask(model, checked_tokens("tokens", tokens), False)

    async def used(self, model: str, input_tokens: int) -> None:
        """Records what a model request used."""
        checked_model(model)
        tokens = checked_tokens("input_tokens", input_tokens)
        if tokens:
            await self._try(self._used(keys=[self._key("used", model)], args=[tokens]), None)

    async def learn(self, text: str) -> None:
        """Learns limits from the text of a 429 (google.rpc.QuotaFailure)."""
        limits = {model: limit for model, limit in _core.learned_limits(checked_text(text)) if model not in self.limits}
        if limits:
            await self._try(self._redis.hset(self._key("limits"), mapping=limits), None)

    async def hold(self, seconds: float, model: str = "") -> None:
        """Nothing is sent to the model (to none, without one) for so long, by any process: a limit was hit."""
        checked_model(model)
        ms = round(checked_seconds(seconds) * 1000)
        if ms > 0:
            await self._try(self._hold(keys=[self._key("hold", model)], args=[ms]), None)

    async def close(self) -> None:
        """Closes the connections."""
        await self._redis.aclose()

    def __call__(self, event: Event) -> Awaitable[None] | None:
        return self._note(event, None)

    def _note(self, event: Event, lease: Lease | None) -> Awaitable[None] | None:
        # No coroutine for each token: most events say nothing of a quota.
        if (usage := usage_of(event)) is not None:
            model, tokens, _ = usage
            return self.used(model, tokens if lease is None or lease.model != model else lease.settle(tokens))
        if (limited := limit_in(event, lease)) is not None:
            return self._limited(*limited)
        return None

    async def _limited(self, text: str, seconds: float, model: str) -> None:
        await self.learn(text)
        await self.hold(seconds, model)

    async def _ask(self, model: str, tokens: int, reserve: bool) -> float:
        checked_model(model)
        own = self.limits.get(model, self.limit)
        keys = [self._key("used", model), self._key("hold", model), self._key("hold", ""), self._key("limits")]
        args = [model, tokens, "" if own is None else own, int(reserve)]
        return int(await self._try(self._wait(keys=keys, args=args), 0)) / 1000

    def _key(self, what: str, model: str | None = None) -> str:
        return self._prefix + what if model is None else f"{self._prefix}{what}:{model}"

    async def _try(self, command: Awaitable[T], otherwise: T) -> T:
        try:
            return await asyncio.wait_for(command, PATIENCE)
        except self._unreachable as error:
            log.warning("ai_stream_handler: Redis cannot be used, nothing is held back: %s", str(error) or f"no answer within {PATIENCE:g} s")
            return otherwise
