"""The market of the matrix: two of everything, ours and theirs.

What stands in braces in the table is the name of a thing here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.app_settings import PASSWORD_RESET_TOKEN_GENERATOR
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from marketplace.accounts.models import Change, FormerAddress, Invitation
from marketplace.accounts.rules import digest
from marketplace.common.nudges import Job
from marketplace.common.shards import WHOLE
from marketplace.notices.models import Notice
from marketplace.parties.models import Membership, Party, User
from marketplace.pricing.models import Patronage
from marketplace.trading.models import Deal, Decision
from marketplace.trading.services.assortments import open_showroom
from marketplace.trading.services.matching import match_offers
from portal.identity.addresses import mirror_address
from tests.market import FOUNDED, Market
from tests.marketplace import factories
from tests.portal.matrix.passkeys import registered

Things = Mapping[str, Any]

CODE = "ABCDEFGH"
_PRICE_CENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Side:
    """Half of the market: who belongs to it by column, and its things by name."""

    people: Mapping[str, User]
    things: Things


@dataclass(frozen=True, slots=True)
class World:
    """Everybody by column, and the things of both halves."""

    people: Mapping[str, User]
    ours: Things
    theirs: Things


def build(now: datetime) -> World:
    """The market, which has traded a little by `now`."""
    market = Market()
    halves = [_Half(market, name, now) for name in ("ours", "theirs")]
    market.stock_up(now - timedelta(days=1))
    for half in halves:
        half.trade()
    match_offers(shard=WHOLE, slot="the matrix", at=now)
    ours, theirs = (half.side() for half in halves)
    people = {
        **ours.people,
        "cus2": theirs.people["cust"],
        "sow2": theirs.people["sown"],
        "pow2": theirs.people["pown"],
        **_others(ours.things),
    }
    for number, person in enumerate(people.values()):
        _have_wait(person, f"newname{number}", now)
        mirror_address(person)
    PeriodicTask.objects.create(
        name=Job.MATCH_OFFERS.value,
        task=Job.MATCH_OFFERS.value,
        crontab=CrontabSchedule.objects.create(minute="*"),
    )
    return World(people, ours.things, theirs.things)


def _others(ours: Things) -> dict[str, User]:
    """Who belongs to no half, to both, or no longer."""
    admi = factories.make_superuser(username="admi")
    clrk = factories.make_user(username="clrk", is_staff=True)
    people = {"pers": factories.make_user(username="pers"), "admi": admi, "clrk": clrk}
    for name, fields in {"unco": {"confirmed": False}, "left": {}}.items():
        people[name] = factories.make_user(username=name, **fields)
        factories.make_customer(user=people[name], name=name)
        for kind in ("showroom", "supplier"):
            party = Party.objects.get(pk=ours[kind])
            factories.make_membership(user=people[name], party=party)
    return people


def _have_wait(person: User, username: str, now: datetime) -> None:
    """Let a change of the username wait for its code."""
    Change.objects.create(
        user=person,
        kind=Change.Kind.USERNAME,
        value=username,
        code_digest=digest(CODE),
        sent_to=person.email,
        expires_at=now + timedelta(minutes=10),
        attempts_left=5,
        created_at=now,
    )


class _Half:
    """One customer, one showroom and one supplier, who trade with nobody else."""

    def __init__(self, market: Market, name: str, now: datetime) -> None:
        self.market, self.name, self.now = market, name, now
        make = name.title()
        self.car = market.car_model(f"{name} car", make=make)
        self.spare = market.car_model(f"{name} spare car", make="Nobody's")
        self.supplier = market.supplier(f"{name} works", {self.car: 800_000})
        wanted = [{"characteristic": "make", "must": True, "values": [make]}]
        self.showroom = open_showroom(
            owner=None, name=f"{name} corner", criteria=wanted, minimum_stock=3, at=FOUNDED
        )
        market.fund(self.showroom, 100_000_000)
        self.customer = market.customer(f"{name}-cust")
        self.people = {"cust": self.customer.user} | {
            f"{letter}{role[:3] if role != 'owner' else 'own'}": factories.make_membership(
                user=factories.make_user(username=f"{name}-{letter}{role}"), party=party, role=role
            ).user
            for letter, party in (("s", self.showroom), ("p", self.supplier))
            for role in ("owner", "manager", "analyst")
        }

    def trade(self) -> None:
        """A car is going to be sold, and an offer stays open."""
        self.market.price(self.showroom, self.car, _PRICE_CENTS, at=self.now - timedelta(hours=2))
        earlier = self.now - timedelta(hours=1)
        self.filled = self.market.offer(self.customer, self.car, _PRICE_CENTS, at=earlier)
        self.open = self.market.offer(self.customer, self.car, _PRICE_CENTS // 2, at=earlier)

    def side(self) -> Side:
        """What the half has come to."""
        things = self._traded() | self._announced() | self._accounts()
        return Side(self.people, things)

    def _traded(self) -> dict[str, Any]:
        retail = Deal.objects.get(offer=self.filled)
        wholesale = Deal.objects.get(seller=self.supplier.pk)
        review = Decision.objects.filter(party=self.showroom, kind=Decision.Kind.REVIEW).first()
        sold = Patronage.objects.get(seller=self.showroom.pk)
        supplied = Patronage.objects.get(seller=self.supplier.pk)
        assert retail.decision_id and wholesale.decision_id and review
        return {
            "car_model": self.car.pk,
            "spare": self.spare.pk,
            "customer": self.customer.pk,
            "showroom": self.showroom.pk,
            "supplier": self.supplier.pk,
            "offer": self.open.pk,
            "filled_offer": self.filled.pk,
            "retail": retail.pk,
            "wholesale": wholesale.pk,
            "match": retail.decision_id,
            "restock": wholesale.decision_id,
            "review": review.pk,
            "patron": sold.pk,
            "wholesale_patron": supplied.pk,
        }

    def _announced(self) -> dict[str, Any]:
        things: dict[str, Any] = {}
        starts, ends = self.now - timedelta(days=1), self.now + timedelta(days=30)
        for kind, seller in (("showroom", self.showroom), ("supplier", self.supplier)):
            manager = self.people[f"{'s' if kind == 'showroom' else 'p'}man"]
            things |= {
                f"{kind}_listing": self.market.listing(seller, self.car).pk,
                f"{kind}_promotion": factories.make_promotion(
                    seller=seller, starts_at=starts, ends_at=ends
                ).pk,
                f"{kind}_tier": factories.make_tier(seller=seller).pk,
                f"{kind}_member": Membership.objects.get(user=manager).pk,
                f"{kind}_invitation": self._invited(seller, f"{self.name}-{kind}@example.com").pk,
            }
        return things

    def _invited(self, party: Party, email: str, token: str = "") -> Invitation:
        return Invitation.objects.create(
            party_id=party.pk,
            invited_by=self.people["sown"],
            email=email,
            role=Membership.Role.ANALYST,
            token_digest=digest(token or email),
            expires_at=self.now + timedelta(days=7),
        )

    def _accounts(self) -> dict[str, Any]:
        user = self.customer.user
        self._invited(self.showroom, "pers@example.com", f"invitation-{self.name}")
        FormerAddress.objects.create(
            user=user,
            email=f"{self.name}-former@example.com",
            token_digest=digest(f"undo-{self.name}"),
            undo_until=self.now + timedelta(hours=48),
        )
        device = Client()
        device.force_login(user)
        session = UserSession.objects.create(
            user=user, ip="127.0.0.1", session_key=device.session.session_key
        )
        passkey = Authenticator.objects.create(
            user=user,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Key", "credential": registered(self.name.encode())},
        )
        notice = Notice.objects.filter(user=user).first()
        assert notice
        return {
            "person": user.pk,
            "notice": notice.pk,
            "session": session.pk,
            "passkey": passkey.pk,
            "invitation": f"invitation-{self.name}",
            "undo": f"undo-{self.name}",
            **self._letters(),
        }

    def _letters(self) -> dict[str, str]:
        """The ends of the links in letters to somebody who has never logged in."""
        silent = factories.make_user(username=f"{self.name}-silent", confirmed=False)
        address = EmailAddress.objects.create(user=silent, email=silent.email, primary=True)
        token = PASSWORD_RESET_TOKEN_GENERATOR().make_token(silent)
        return {
            "confirmation": str(EmailConfirmationHMAC(address).key),
            "reset": f"{user_pk_to_url_str(silent)}-{token}",
        }
