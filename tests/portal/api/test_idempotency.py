"""A request under a key has one effect, whatever becomes of its answer on the way."""

from __future__ import annotations

import json
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate

from marketplace.common.errors import Busy, Invalid
from marketplace.parties.models import Supplier, User
from marketplace.parties.services import found_supplier
from marketplace.receipts.models import Receipt
from portal.api.idempotency import idempotent
from portal.api.permissions import PEOPLE
from portal.api.resources import Resource
from tests.marketplace.factories import make_user


class _Suppliers(Resource):
    """Founds suppliers by name; some names refuse after they have been written."""

    for_whom = {"create": PEOPLE}

    @idempotent
    def create(self, request: Request) -> Response:
        name = request.data["name"]
        supplier = found_supplier(owner=None, name=name, at=timezone.now())
        if name == "refuse":
            raise Invalid("Not that name.", field="name")
        if name == "busy":
            raise Busy()
        if name == "break":
            raise ZeroDivisionError
        return Response({"id": supplier.pk, "name": name}, status=201)


def _post(user: User, body: object, key: str | None = "k", path: str = "/suppliers/") -> Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    text = body if isinstance(body, str) else json.dumps(body)
    request = APIRequestFactory().post(path, text, content_type="application/json", headers=headers)
    force_authenticate(request, user)
    response: Response = _Suppliers.as_view({"post": "create"})(request)
    return response.render()


def _names() -> list[str]:
    return list(Supplier.objects.order_by("name").values_list("name", flat=True))


@pytest.mark.django_db
def test_a_repetition_is_answered_the_same_and_says_so() -> None:
    user = make_user()
    first, second = _post(user, {"name": "A"}), _post(user, {"name": "A"})

    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.status_code == 201 and "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    assert second["Content-Type"] == "application/json"
    assert _names() == ["A"]


@pytest.mark.django_db
def test_blanks_and_the_order_of_keys_make_no_other_request() -> None:
    user = make_user()
    _post(user, '{"name": "A", "x": 1}')
    assert _post(user, '{ "x":1,   "name":"A"}')["Idempotency-Replayed"] == "true"


@pytest.mark.django_db
@pytest.mark.parametrize(("body", "path"), [({"name": "B"}, "/suppliers/"), ({"name": "A"}, "/x/")])
def test_another_body_or_path_under_the_key_is_refused(body: object, path: str) -> None:
    user = make_user()
    _post(user, {"name": "A"})
    refused = _post(user, body, path=path)
    assert (refused.status_code, refused.data["code"]) == (422, "idempotency_key_reused")
    assert _names() == ["A"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "code"),
    [(None, "idempotency_key_required"), ("", "idempotency_key_required"),
     ("a b", "idempotency_key_invalid"), ("é", "idempotency_key_invalid"),
     ("a\x7f", "idempotency_key_invalid"), ("k" * 256, "idempotency_key_invalid")],
)  # fmt: skip
def test_a_key_is_needed_and_is_visible_ascii(key: str | None, code: str) -> None:
    refused = _post(make_user(), {"name": "A"}, key)
    assert (refused.status_code, refused.data["code"]) == (400, code)
    assert _names() == []


@pytest.mark.django_db
def test_the_longest_key_is_taken() -> None:
    assert _post(make_user(), {"name": "A"}, "k" * 255).status_code == 201


@pytest.mark.django_db
def test_a_refusal_is_undone_and_kept() -> None:
    user = make_user()
    first, second = _post(user, {"name": "refuse"}), _post(user, {"name": "refuse"})
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.status_code == 422 and second["Idempotency-Replayed"] == "true"
    assert first["Content-Type"] == second["Content-Type"] == "application/problem+json"
    assert _names() == []


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "status"), [("busy", 409), ("break", 500)])
def test_what_trying_again_can_overcome_is_not_kept(name: str, status: int) -> None:
    refused = _post(make_user(), {"name": name})
    assert refused.status_code == status
    assert _names() == [] and not Receipt.objects.exists()
    assert ("Retry-After" in refused) == (status == 409)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_have_one_effect() -> None:
    user, barrier = make_user(), Barrier(6)
    statuses: list[int] = []

    def ask() -> None:
        barrier.wait(10)
        statuses.append(_post(user, {"name": "A"}).status_code)
        connection.close()

    threads = [Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(statuses) == 6 and set(statuses) <= {201, 409} and 201 in statuses
    assert _names() == ["A"] and Receipt.objects.count() == 1
