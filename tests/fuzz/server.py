"""The API in this process, as a WSGI application that forgets what each request did."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction

from marketplace.trading.selectors.auditing import audit

_READING = ("GET", "HEAD", "OPTIONS", "TRACE")


class Server:
    """Answers like the portal. After whatever changed something, the audit has to be clean."""

    def __init__(self) -> None:
        self._answer = WSGIHandler()
        self._known = _violations()  # the market was put together by hand
        self._numbers = count()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """One request, undone."""
        # Whatever is counted in the cache is counted for this request alone: no limit is reached.
        caches["default"].key_prefix = f"fuzz{time.time_ns()}{next(self._numbers)}"
        statuses: list[int] = []

        def start(status: str, headers: Any, *rest: Any) -> Any:
            statuses.append(int(status.split()[0]))
            return start_response(status, headers, *rest)

        with _staying_connected(), _undone():
            response = self._answer({"REMOTE_ADDR": "127.0.0.1", **environ}, start)
            body = b"".join(response)
            close = getattr(response, "close", None)
            if close is not None:
                close()
            if environ["REQUEST_METHOD"] not in _READING and statuses[0] < 300:
                self._prove()
        return [body]

    def _prove(self) -> None:
        assert not connection.needs_rollback, "a success, and nothing of it would be committed"
        violated = _violations() - self._known
        assert not violated, f"invariants violated: {violated}"


@contextmanager
def _undone() -> Iterator[None]:
    """A savepoint to which everything goes back."""
    atomic = transaction.atomic()
    # Acts that need a transaction of their own take this one for none, as in any test.
    atomic._from_testcase = True  # type: ignore[attr-defined]
    with atomic:
        yield
        transaction.set_rollback(True)


@contextmanager
def _staying_connected() -> Iterator[None]:
    """Requests end without ending the transaction that is around them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _violations() -> set[tuple[str, str]]:
    return {(one.id, example) for one in audit() if not one.holds for example in one.examples}
