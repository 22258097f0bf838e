"""Retries of a model's rate limits for Agno AgentOS, announced in the stream.

``retrying`` turns a run of agno into the SSE frames of one answer, and waits out the limits in between. ``Monitor`` counts what
happened; ``Quota`` and ``RedisQuota`` hold requests back that would not fit. Nothing here depends on agno.
"""

from . import _core
from ._monitor import Figures, Monitor
from ._quota import Lease, Quota, RateLimited
from ._redis_quota import RedisQuota
from ._retrying import retrying
from ._types import Attempt, Event, Listener, Run

__version__: str = _core.__version__

__all__ = [
    "Attempt",
    "Event",
    "Figures",
    "Lease",
    "Listener",
    "Monitor",
    "Quota",
    "RateLimited",
    "RedisQuota",
    "Run",
    "retrying",
]
