"""Signing up through the account endpoints: what becomes of it, and who hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.http import HttpResponse
from django.utils import timezone

from marketplace.accounts.services import invite_member
from marketplace.notices.models import Email
from marketplace.notices.rules import NoticeKind
from marketplace.parties.models import Customer, Membership, Showroom, Supplier, User
from marketplace.parties.rules import MemberRole
from marketplace.parties.services import change_email
from portal.identity.addresses import mirror_address
from tests.marketplace.factories import make_showroom, make_user
from tests.portal.identity.conftest import PASSWORD, Call, letter

EVA = {"email": "Eva@Example.com", "username": "eva", "password": PASSWORD}


def _sign_up(call: Call, **more: Any) -> HttpResponse:
    return call("post", "/auth/signup", EVA | more)


def _key_of(email: Email) -> str:
    return str(email.values["path"]).strip("/").rpartition("/")[2]


def _verify(call: Call, key: str) -> HttpResponse:
    return call("post", "/auth/email/verify", {"key": key})


def _errors(answer: Any) -> list[tuple[str | None, str]]:
    return [(one.get("param"), one["code"]) for one in answer.json()["errors"]]


def test_signing_up_makes_an_unconfirmed_customer_who_is_logged_in(call: Call) -> None:
    answer: Any = _sign_up(call)
    assert answer.status_code == 200, answer.content
    customer = Customer.objects.get(user__username="eva")
    assert (customer.name, customer.user.email_confirmed_at) == ("eva", None)
    token = answer.json()["meta"]["access_token"]
    profile = call("get", "/api/profile/", token=token).json()
    assert (profile["email_confirmed"], profile["hats"][0]["kind"]) == (False, "customer")


@pytest.mark.parametrize(("kind", "table"), [("showroom", Showroom), ("supplier", Supplier)])
def test_a_founder_owns_what_they_founded(call: Call, kind: str, table: Any) -> None:
    assert _sign_up(call, joining_as=kind, party_name="Eva's", country="ES").status_code == 200
    founded = table.objects.get()
    assert (founded.name, founded.country.code) == ("Eva's", "ES")
    assert founded.memberships.get().role == MemberRole.OWNER
    assert not Customer.objects.exists()


def test_what_is_founded_has_a_name(call: Call) -> None:
    answer = _sign_up(call, joining_as="showroom")
    assert (answer.status_code, _errors(answer)[0][0]) == (400, "party_name")
    assert not User.objects.exists()


def test_the_letter_confirms_the_address_once(call: Call) -> None:
    _sign_up(call)
    key = _key_of(letter(NoticeKind.CONFIRM_ADDRESS, EVA["email"]))
    assert _verify(call, key).status_code in (200, 401)  # nobody is logged in by a link
    eva = User.objects.get()
    assert eva.email_confirmed_at is not None
    first = eva.email_confirmed_at
    assert _verify(call, key).status_code == 400
    eva.refresh_from_db()
    assert eva.email_confirmed_at == first


def test_a_link_grows_old(call: Call, time_machine: Any) -> None:
    _sign_up(call)
    key = _key_of(letter(NoticeKind.CONFIRM_ADDRESS, EVA["email"]))
    time_machine.move_to(timezone.now() + timedelta(days=1, minutes=1))
    assert _verify(call, key).status_code == 400
    assert User.objects.get().email_confirmed_at is None


def test_a_link_to_a_former_address_confirms_nothing(call: Call) -> None:
    _sign_up(call)
    key = _key_of(letter(NoticeKind.CONFIRM_ADDRESS, EVA["email"]))
    eva = User.objects.get()
    User.objects.filter(pk=eva.pk).update(email="other@example.com")
    eva.refresh_from_db()
    mirror_address(eva)
    assert _verify(call, key).status_code == 400
    eva.refresh_from_db()
    assert eva.email_confirmed_at is None


def test_a_known_address_signs_up_the_same_and_can_never_be_confirmed(call: Call) -> None:
    """Who signs up with somebody else's address learns nothing from it."""
    new: Any = _sign_up(call)
    key = _key_of(letter(NoticeKind.CONFIRM_ADDRESS, EVA["email"]))
    _verify(call, key)
    again: Any = _sign_up(call, username="mallory")
    assert again.status_code == new.status_code == 200
    assert set(again.json()["data"]) == set(new.json()["data"])
    key = _key_of(letter(NoticeKind.CONFIRM_ADDRESS, EVA["email"]))
    assert _verify(call, key).status_code == 400
    assert User.objects.get(username="mallory").email_confirmed_at is None
    assert User.objects.get(username="eva").email_confirmed_at is not None


def test_whoever_reads_the_mail_confirms_first(call: Call) -> None:
    _sign_up(call, username="squatter")
    squatted = _key_of(letter(NoticeKind.CONFIRM_ADDRESS, EVA["email"]))
    assert _sign_up(call).status_code == 200
    mine = EmailAddress.objects.get(user__username="eva")
    assert not mine.verified
    assert _verify(call, squatted).status_code in (200, 401)
    assert User.objects.get(username="squatter").email_confirmed_at is not None


def test_a_closed_account_frees_its_address(call: Call) -> None:
    gone = make_user(username="gone", email="eva@example.com")
    mirror_address(gone)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    _sign_up(call)
    key = _key_of(letter(NoticeKind.CONFIRM_ADDRESS, EVA["email"]))
    assert _verify(call, key).status_code in (200, 401)
    assert User.objects.get(username="eva").email_confirmed_at is not None


def test_an_invited_person_signs_up_confirmed_and_a_member(call: Call) -> None:
    showroom, owner = _showroom()
    token = _invite(showroom, owner, "eva@example.com")
    assert _sign_up(call, invitation=token).status_code == 200
    eva = User.objects.get(username="eva")
    membership = Membership.objects.get(user=eva)
    assert (membership.party_id, membership.role) == (showroom.pk, MemberRole.ANALYST)
    assert eva.email_confirmed_at is not None
    assert EmailAddress.objects.get(user=eva).verified
    assert not Customer.objects.filter(user=eva).exists()


def test_an_invitation_is_for_its_address(call: Call) -> None:
    showroom, owner = _showroom()
    token = _invite(showroom, owner, "somebody@example.com")
    answer = _sign_up(call, invitation=token)
    assert (answer.status_code, _errors(answer)[0][0]) == (400, "email")
    assert not User.objects.filter(username="eva").exists()
    assert _sign_up(call, invitation="nonsense").status_code == 400


def _showroom() -> tuple[Showroom, User]:
    owner = make_user()
    return make_showroom(owner=owner), owner


def _invite(showroom: Showroom, owner: User, email: str) -> str:
    invite_member(by=owner, party=showroom, email=email, role=MemberRole.ANALYST, at=timezone.now())
    return str(letter(NoticeKind.INVITATION, email).values["path"]).strip("/").rpartition("/")[2]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"username": "a@b"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "x" * 151}, "username"),
        ({"username": "nul\x00"}, "username"),
        ({"email": "nothing"}, "email"),
        ({"email": "e" * 250 + "@example.com"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "12345678901"}, "password"),
        ({"joining_as": "emperor"}, "joining_as"),
        ({"country": "Atlantis"}, "country"),
        ({"joining_as": "showroom", "party_name": "x" * 121}, "party_name"),
        ({"joining_as": "showroom", "party_name": "nul\x00"}, "party_name"),
    ],
)
def test_what_is_wrong_is_named_and_nobody_joins(
    call: Call, wrong: dict[str, Any], field: str
) -> None:
    answer = _sign_up(call, **wrong)
    assert answer.status_code == 400, answer.content
    assert field in [param for param, _code in _errors(answer)]
    assert not User.objects.exists() and not Email.objects.exists()


def test_a_taken_or_reserved_username_is_refused(call: Call) -> None:
    make_user(username="Eva")
    assert ("username", "username_taken") in _errors(_sign_up(call))


def test_a_reset_needs_the_letter_and_its_link_works_once(call: Call) -> None:
    eva = make_user(username="eva", email="eva@example.com")
    assert call("post", "/auth/password/request", {"email": "eva@example.com"}).status_code == 200
    path = str(letter(NoticeKind.PASSWORD_RESET, "eva@example.com").values["path"])
    key = path.strip("/").rpartition("/")[2]
    new = {"key": key, "password": "another walk by the sea"}
    assert call("post", "/auth/password/reset", new).status_code in (200, 401)
    eva.refresh_from_db()
    assert eva.check_password("another walk by the sea")
    assert call("post", "/auth/password/reset", new).status_code == 400
    assert Email.objects.filter(kind=NoticeKind.PASSWORD_CHANGED, to=eva.email).count() == 1


def test_a_reset_of_an_unknown_address_answers_the_same(call: Call) -> None:
    make_user(username="eva", email="eva@example.com")
    known = call("post", "/auth/password/request", {"email": "eva@example.com"})
    unknown = call("post", "/auth/password/request", {"email": "nobody@example.com"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert letter(NoticeKind.UNKNOWN_ACCOUNT, "nobody@example.com")


def test_a_reset_link_dies_when_the_address_changes(call: Call) -> None:
    eva = make_user(username="eva", email="eva@example.com")
    call("post", "/auth/password/request", {"email": "eva@example.com"})
    path = str(letter(NoticeKind.PASSWORD_RESET, "eva@example.com").values["path"])
    change_email(user=eva, email="moved@example.com", at=timezone.now())
    mirror_address(eva)
    new = {"key": path.strip("/").rpartition("/")[2], "password": "another walk by the sea"}
    assert call("post", "/auth/password/reset", new).status_code == 400
