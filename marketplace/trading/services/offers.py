"""Posting and ending offers. An offer's money is held from its first moment to its last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from json import dumps

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import CarModel
from marketplace.common.acts import act
from marketplace.common.bulk import copy_rows, new_ids
from marketplace.common.crashes import crash_point, register_crash_points
from marketplace.common.errors import Invalid
from marketplace.common.money import MAX_CENTS
from marketplace.common.nudges import Job, nudge
from marketplace.common.shards import WHOLE
from marketplace.ledger.addresses import held, wallet
from marketplace.ledger.services import Move, post, post_new
from marketplace.notices.rules import NoticeKind
from marketplace.notices.services import Telling, tell_many
from marketplace.parties.models import Customer
from marketplace.parties.services import require_active_until_commit, require_confirmed_email
from marketplace.pricing.errors import CarModelInactive
from marketplace.trading.errors import OfferClosed
from marketplace.trading.models import Offer
from marketplace.trading.selectors.people import contacts_of, names_of_car_models
from marketplace.trading.services.runs import claimed_run

register_crash_points("expire:closed", "expire:released")

#: How long an offer stays on the market unless its customer says otherwise.
DEFAULT_LIFE = timedelta(days=30)
LONGEST_LIFE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class NewOffer:
    """An offer to be posted together with many others."""

    customer_id: int
    car_model_id: int
    max_price_cents: int
    expires_at: datetime


@act
def post_offer(
    *,
    customer: Customer,
    car_model: CarModel,
    max_price_cents: int,
    at: datetime,
    expires_at: datetime | None = None,
) -> Offer:
    """Put a customer's offer on the market and hold its money.

    Raises:
        EmailNotConfirmed: the customer has not confirmed an address yet.
        PartyInactive: the customer no longer takes part in the market.
        CarModelInactive: the car model is no longer traded.
        Invalid: the price or the last day makes no sense.
        InsufficientFunds: less money is available than the offer promises.
    """
    require_active_until_commit(customer)
    require_confirmed_email(customer)
    if not car_model.is_active:
        raise CarModelInactive()
    _check_price(max_price_cents)
    offer: Offer = Offer.objects.create(
        customer=customer,
        car_model=car_model,
        max_price_cents=max_price_cents,
        expires_at=_checked_end(expires_at, at),
        created_at=at,
    )
    post(_hold(offer.pk, customer.pk, max_price_cents), at=at)
    nudge(Job.MATCH_OFFERS)
    return offer


@act
def post_offers(*, offers: Sequence[NewOffer], at: datetime) -> list[int]:
    """Put many offers of confirmed, active customers on the market; returns their ids in order.

    Raises:
        Invalid: a price makes no sense.
        InsufficientFunds: one of them promises more money than its customer has; none is posted.
    """
    for offer in offers:
        _check_price(offer.max_price_cents)
    ids = new_ids(Offer, len(offers))
    copy_rows(
        Offer,
        ["id", "customer_id", "car_model_id", "max_price_cents", "status", "expires_at", "is_active",
         "created_at", "updated_at"],
        (
            (pk, offer.customer_id, offer.car_model_id, offer.max_price_cents, Offer.Status.OPEN.value,
             offer.expires_at, True, at, at)
            for pk, offer in zip(ids, offers, strict=True)
        ),
    )  # fmt: skip
    post_new(
        [_hold(pk, o.customer_id, o.max_price_cents) for pk, o in zip(ids, offers, strict=True)],
        at=at,
    )
    nudge(Job.MATCH_OFFERS)
    return ids


@act
def cancel_offer(*, customer: Customer, offer: Offer, at: datetime) -> Offer:
    """Take a customer's own offer off the market and give its money back.

    Raises:
        Offer.DoesNotExist: it is not this customer's offer.
        OfferClosed: it was filled, cancelled or expired before.
    """
    locked: Offer = Offer.objects.select_for_update(of=("self",)).get(
        pk=offer.pk, customer=customer
    )
    if locked.status != Offer.Status.OPEN:
        raise OfferClosed()
    locked.status = Offer.Status.CANCELLED
    locked.closed_at = at
    locked.save(update_fields=["status", "closed_at", "updated_at"])
    post(_release(locked.pk, locked.customer_id, locked.max_price_cents), at=at)
    return locked


@transaction.atomic(durable=True)
def expire_offers(*, slot: str, at: datetime) -> int:
    """End every offer whose time is over and give its money back; returns how many."""
    with claimed_run(Job.EXPIRE_OFFERS, WHOLE, slot, at) as run:
        if run is None:
            return 0
        ended = _close_ended(at)
        crash_point("expire:closed")
        post_new([_release(pk, customer, cents) for pk, customer, _car, cents in ended], at=at)
        crash_point("expire:released")
        tell_many(tellings=_tellings(ended), at=at)
        run.handled = len(ended)
        return len(ended)


def _close_ended(at: datetime) -> list[tuple[int, int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE trading_offer SET status = 'expired', closed_at = %s, updated_at = %s"
            " WHERE id IN (SELECT id FROM trading_offer WHERE status = 'open' AND expires_at <= %s"
            " ORDER BY id FOR UPDATE) RETURNING id, customer_id, car_model_id, max_price_cents",
            [at, at, at],
        )
        ended: list[tuple[int, int, int, int]] = cursor.fetchall()
        return ended


def _tellings(ended: Sequence[tuple[int, int, int, int]]) -> list[Telling]:
    contacts = contacts_of({customer for _pk, customer, _car, _cents in ended})
    cars = names_of_car_models({car for _pk, _customer, car, _cents in ended})
    return [
        Telling(
            *contacts[customer],
            NoticeKind.OFFER_EXPIRED,
            dumps(
                {
                    "offer_id": pk,
                    "car_model_id": car,
                    "car_model": cars[car],
                    "max_price_cents": cents,
                }
            ),
        )
        for pk, customer, car, cents in ended
    ]


def _hold(offer_id: int, customer_id: int, cents: int) -> Move:
    return Move(f"offer:{offer_id}:hold", wallet(customer_id), held(customer_id), cents, "hold")


def _release(offer_id: int, customer_id: int, cents: int) -> Move:
    return Move(
        f"offer:{offer_id}:release", held(customer_id), wallet(customer_id), cents, "release"
    )


def _check_price(max_price_cents: int) -> None:
    if not 0 < max_price_cents <= MAX_CENTS:
        raise Invalid(_("The price must be above zero."), field="max_price_cents")


def _checked_end(expires_at: datetime | None, at: datetime) -> datetime:
    if expires_at is None:
        return at + DEFAULT_LIFE
    if not at < expires_at <= at + LONGEST_LIFE:
        raise Invalid(_("An offer ends in the future, within a year."), field="expires_at")
    return expires_at
