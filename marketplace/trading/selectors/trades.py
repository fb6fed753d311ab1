"""Offers, deals and decisions, as far as the one who asks may know of them."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import BigIntegerField, Case, F, Q, QuerySet, When

from marketplace.parties.models import Customer
from marketplace.trading.models import Deal, Decision, Offer


def offers_of(customer: Customer) -> QuerySet[Offer]:
    """The customer's offers, newest first, each with its car model, and its deal if it was filled."""
    return (
        Offer.objects.active()
        .filter(customer=customer.pk)
        .select_related("car_model", "deal__seller")
        .defer("deal__cost_cents")
    )


def deals_of(parties: Collection[int]) -> QuerySet[Deal]:
    """The deals that one of the parties made, each with both sides and its car model.

    Each carries `own_cost_cents`, None unless one of the parties sold, and `own_offer_id`, None
    unless one of them bought: the other side isn't told.
    """
    sold, bought = Q(seller__in=parties), Q(buyer__in=parties)
    deals = _deals().filter(sold | bought)
    return deals.annotate(
        own_cost_cents=Case(When(sold, then=F("cost_cents")), output_field=BigIntegerField()),
        own_offer_id=Case(When(bought, then=F("offer_id")), output_field=BigIntegerField()),
    )


def all_deals() -> QuerySet[Deal]:
    """Every deal, with all that either side knows."""
    return _deals().annotate(own_cost_cents=F("cost_cents"), own_offer_id=F("offer_id"))


def _deals() -> QuerySet[Deal]:
    deals = Deal.objects.active().select_related("seller", "buyer", "car_model")
    return deals.defer("cost_cents")


def decisions_of(parties: Collection[int]) -> QuerySet[Decision]:
    """The decisions about what the parties buy, and those by which they sold to customers."""
    sales = Deal.objects.filter(seller__in=parties, kind=Deal.Kind.RETAIL)
    matched = Q(kind=Decision.Kind.MATCH, pk__in=sales.order_by().values("decision"))
    return all_decisions().filter(Q(party__in=parties) | matched)


def all_decisions() -> QuerySet[Decision]:
    """Every decision, with its party and its car model, where it is about one."""
    return Decision.objects.select_related("party", "car_model").order_by("-pk")
