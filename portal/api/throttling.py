"""How often somebody may ask. Counted by one atomic step in the cache, a fixed window at a time.

Every answer says how much is left (`RateLimit-*`), and a refusal when to come back (`Retry-After`).
"""

from __future__ import annotations

import hashlib
import ipaddress
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of an allowance is used. `reset` is in whole seconds, at least one."""

    limit: int
    used: int
    reset: int

    @property
    def remaining(self) -> int:
        """How many more requests will be answered in this window."""
        return max(0, self.limit - self.used)

    @property
    def is_spent(self) -> bool:
        """Whether this request was one too many."""
        return self.used > self.limit


def parse_rate(rate: str) -> tuple[int, int]:
    """So many requests in so many seconds: "60/min"."""
    count, _slash, period = rate.partition("/")
    return int(count), _SECONDS[period.strip()[0]]


def use(scope: str, who: str, rate: str, *, at: float) -> Usage:
    """Count one request."""
    limit, period = parse_rate(rate)
    window, passed = divmod(at, period)
    digest = hashlib.sha256(who.encode()).hexdigest()[:32]
    key = f"allowance:{scope}:{limit}:{digest}:{int(window)}"
    cache.add(key, 0, timeout=2 * period)
    try:
        used = cache.incr(key)
    except ValueError:  # it was thrown out between the two steps
        used = 1
    return Usage(limit, used, max(1, int(period - passed)))


def client_address(request: HttpRequest | Request) -> str:
    """The address that the outermost of our own proxies saw; of IPv6 the network that it is in.

    What the client itself writes into `X-Forwarded-For` stands further left and is not believed.
    """
    proxies = settings.TRUSTED_PROXY_COUNT
    passed_on = request.headers.get("X-Forwarded-For", "").split(",")
    address: str = request.META.get("REMOTE_ADDR", "")
    if proxies and len(passed_on) >= proxies and passed_on[-proxies].strip():
        address = passed_on[-proxies].strip()
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((found, 64), strict=False).network_address)
    return str(found)


def usage_of(request: HttpRequest | Request, user: Any) -> Usage:
    """Count the request against whoever asks; of several allowances the one with least left."""
    now = time.time()
    if user is None or not user.is_authenticated:
        address = client_address(request)
        return use("anonymous", address, settings.API_RATE_ANONYMOUS, at=now)
    usages = [use("person", str(user.pk), settings.API_RATE_PERSON, at=now)]
    if request.method not in _READING:
        usages.append(use("writes", str(user.pk), settings.API_RATE_WRITES, at=now))
    return min(usages, key=lambda usage: (not usage.is_spent, usage.remaining))


def say_usage(response: HttpResponseBase, usage: Usage) -> None:
    """Tell the client how much is left."""
    response["RateLimit-Limit"] = str(usage.limit)
    response["RateLimit-Remaining"] = str(usage.remaining)
    response["RateLimit-Reset"] = str(usage.reset)


class Allowance(BaseThrottle):
    """Refuses a request that is one too many. Asked twice about one request it counts it once."""

    _usage: Usage

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether there is something left."""
        if not hasattr(request, "usage"):
            setattr(request, "usage", usage_of(request, request.user))
        self._usage = getattr(request, "usage")
        return not self._usage.is_spent

    def wait(self) -> float:
        """Seconds until the next window."""
        return float(self._usage.reset)
