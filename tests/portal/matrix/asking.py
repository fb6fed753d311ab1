"""Asking: each request in a savepoint of its own, so that the next one meets the same market."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.headless.tokens.strategies.jwt import internal
from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django.utils.http import urlencode

from marketplace.accounts.services import begin_viewing
from marketplace.parties.models import User
from portal.web.viewing import VIEWING_KEY
from tests.portal.matrix.askers import LEFT
from tests.portal.matrix.world import World, build

#: Tables of which only this counts: when a session was last seen changes with every request.
_RESTLESS = {"usersessions_usersession": "id, user_id, session_key"}

#: What a browser keeps here, and answers that are kept to be repeated, refusals too.
_KEPT = {"django_session", "receipts_receipt"}

_LONG_S = 3600
_OF_WHOM = f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"

#: The people through whose eyes an administrator looks.
VIEWED = ("pers", "cust", "sown", "pown")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, as the table says it, and whether any table is another one now."""

    said: str
    has_changed: bool
    response: HttpResponse


@dataclass(frozen=True, slots=True)
class Pass:
    """What shows who asks: the session of the pages, and the token of programs."""

    session: str
    token: str


class Asking:
    """A market, everybody logged in to it, and a way to ask."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.passes = {name: _let_in(person) for name, person in world.people.items()}
        for name in VIEWED:
            self.passes[f"view {name}"] = _viewing(world.people["admi"], world.people[name])
        User.objects.filter(pk=world.people[LEFT].pk).update(is_active=False)
        self._open = _client(enforce_csrf_checks=False)
        self._strict = _client(enforce_csrf_checks=True)
        self._numbers, self._prefix = count(), f"matrix-{uuid4().hex}"
        for known in self.passes.values():  # whose session is noted with its first request
            self._open.cookies[settings.SESSION_COOKIE_NAME] = known.session
            self._open.get("/robots.txt")
        self._digest, self._counts = _digest(), _writes()
        self._written = self._count_written()
        self.asked = 0

    def ask(
        self,
        asker: str,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        strictly: bool = False,
        by_token: bool | None = None,
        watched: bool = True,
    ) -> Answer:
        """Ask: `strictly` as a browser that has no CSRF token of ours, `by_token` as a program.

        A request that is not `watched` may change what it likes.
        """
        client = self._strict if strictly else self._open
        client.cookies = SimpleCookie()
        sent = dict(headers or {})
        known = self.passes.get(asker)
        if by_token is None:
            by_token = path.startswith("/api/auth/")  # which know no session of the pages
        if known and by_token:
            sent["Authorization"] = f"Bearer {known.token}"
        elif known:
            client.cookies[settings.SESSION_COOKIE_NAME] = known.session
        self.asked += 1
        # What is counted against limits is forgotten; a page that is only read counts nothing.
        number = "reads" if method == "GET" else next(self._numbers)
        caches["default"].key_prefix = f"{self._prefix}-{number}"
        with _undone():
            response = client.generic(method, path, *_encoded(path, body), headers=sent)
            is_broken = connection.needs_rollback
            has_changed = not is_broken and self._has_written() and watched
            has_changed = has_changed and self._digest != _digest()
        return Answer("500" if is_broken else _said(response), has_changed, response)

    def _has_written(self) -> bool:
        """Whether anything was written since last asked, be it undone since."""
        before, self._written = self._written, self._count_written()
        return before != self._written

    def _count_written(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(self._counts)
            return int(cursor.fetchone()[0])


@contextmanager
def asking() -> Iterator[Asking]:
    """The market for the tests of a module, in a transaction that is never committed."""
    with _undone():
        yield Asking(build(timezone.now()))


@contextmanager
def _undone() -> Iterator[None]:
    atomic = transaction.atomic()
    # Acts that need a transaction of their own take this one for none, as in any test.
    atomic._from_testcase = True  # type: ignore[attr-defined]
    with atomic:
        yield
        transaction.set_rollback(True)


def _client(*, enforce_csrf_checks: bool) -> Client:
    return Client(enforce_csrf_checks=enforce_csrf_checks, raise_request_exception=False)


def _let_in(person: User, **kept: Any) -> Pass:
    """A session that was opened by the password, given once more a moment ago."""
    client = Client()
    client.force_login(person)
    session = client.session
    just_now = time.time() + _LONG_S  # for all of the tests
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": just_now, "reauthenticated": True}
    ]
    session[_OF_WHOM] = str(person.pk)
    session.update(kept)
    session.save()
    return Pass(session.session_key, internal.create_access_token(person, session, {}))


def _viewing(administrator: User, person: User) -> Pass:
    viewing = begin_viewing(
        administrator=administrator, person=person, reason="The matrix", at=timezone.now()
    )
    return _let_in(administrator, **{VIEWING_KEY: viewing.pk})


def _encoded(path: str, body: Any) -> tuple[bytes, str]:
    """The body as it is sent: bytes as they are, else JSON to the API and a form to the pages."""
    if isinstance(body, bytes):
        is_json = path.startswith("/api/")
        return body, "application/json" if is_json else "application/x-www-form-urlencoded"
    if path.startswith("/api/"):
        return b"" if body is None else json.dumps(body).encode(), "application/json"
    return urlencode(body or {}, doseq=True).encode(), "application/x-www-form-urlencoded"


def _said(response: HttpResponse) -> str:
    """The status; `302` leads to the log-in and back, `go` anywhere else."""
    to = response.headers.get("Location") or response.headers.get("HX-Redirect")
    if to is None:
        return str(response.status_code)
    where = urlsplit(to)
    return "302" if where.path == "/log-in/" and where.query.startswith("next=") else "go"


def _tables() -> list[str]:
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    return sorted(tables & set(connection.introspection.table_names()) - _KEPT)


def _digest() -> tuple[Any, ...]:
    """A digest of every table: whatever is written, it is another one."""
    parts = (
        f"SELECT '{table}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM"
        f" (SELECT {_RESTLESS.get(table, '*')} FROM {table}) t"
        for table in _tables()
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts) + " ORDER BY 1")
        return tuple(cursor.fetchall())


def _writes() -> str:
    """A query for how many rows this transaction has written, undone or not; it costs no time."""
    counted = ["inserted", "deleted", "updated"]
    parts = (
        f"pg_stat_get_xact_tuples_{what}('{table}'::regclass)"
        for table in _tables()
        for what in (counted[:2] if table in _RESTLESS else counted)
    )
    return f"SELECT {' + '.join(parts)}"
