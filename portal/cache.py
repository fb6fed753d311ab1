"""The cache: Redis, or this process's own memory while Redis is away.

Here limits are counted. They must hold without Redis too, if only per process, and no request may
wait for a server that doesn't answer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

#: After a failure Redis is left alone for so many seconds, so that one request pays for many.
_PAUSE = 10.0

#: So much fits into the memory. Nobody must be able to push what is counted against them out of it
#: by asking for many other things.
_MOST_REMEMBERED = 100_000


def _patient(name: str) -> Callable[..., Any]:
    """A cache's method that asks Redis first, and the memory if Redis fails."""

    def method(self: PatientRedisCache, *args: Any, **kwargs: Any) -> Any:
        # What can be gone through only once would be used up when the memory gets it.
        args = tuple(list(one) if isinstance(one, Iterator) else one for one in args)
        if time.monotonic() >= self.away_until:
            try:
                return getattr(super(PatientRedisCache, self), name)(*args, **kwargs)
            except RedisError as error:
                type(self).away_until = time.monotonic() + _PAUSE
                logger.warning("Redis is away; the cache is this process's own: %s", error)
        return getattr(self.memory, name)(*args, **kwargs)

    method.__name__ = name
    return method


class PatientRedisCache(RedisCache):
    """Django's Redis cache, standing in for itself while the server is away."""

    #: Of the process, because a cache object is made for every thread; monotonic seconds.
    away_until = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        own = {"OPTIONS": {"MAX_ENTRIES": _MOST_REMEMBERED}}
        self.memory = LocMemCache("forecourt", params | own)

    add = _patient("add")
    get = _patient("get")
    set = _patient("set")
    touch = _patient("touch")
    delete = _patient("delete")
    get_many = _patient("get_many")
    has_key = _patient("has_key")
    incr = _patient("incr")
    set_many = _patient("set_many")
    delete_many = _patient("delete_many")
    clear = _patient("clear")
