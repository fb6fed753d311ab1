"""`manage.py explain deal|line ID`: why, as a text that a person can read."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.common.money import grouped_text
from marketplace.common.percents import percent_of
from marketplace.pricing.rules.quoting import Considered, Discount, Quote
from marketplace.trading.models import AssortmentLine, Deal
from marketplace.trading.rules.explaining import Fate, Rival
from marketplace.trading.rules.restocking import Standing
from marketplace.trading.rules.sourcing_choices import Candidate, CandidateReason
from marketplace.trading.selectors.explaining import (
    DealWhy,
    LineWhy,
    RetailWhy,
    WholesaleWhy,
    why_deal,
    why_line,
)

_STANDINGS = {
    Standing.CHOSEN: "chosen",
    Standing.DEARER: "dearer",
    Standing.TIED_WITH_SOURCING: "same price, the sourcing's supplier goes first",
    Standing.TIED_WITH_SMALLER_ID: "same price, another supplier goes first",
}
_REASONS = {
    CandidateReason.CHOSEN: "chosen",
    CandidateReason.DEARER_OVER_HORIZON: "dearer over the horizon",
    CandidateReason.TIE_BROKEN: "costs the same, the tie went to another",
    CandidateReason.SAVING_TOO_SMALL: "would save too little for a switch",
}


class Command(BaseCommand):
    """Prints the candidates of a choice, what each asked, and why the others lost."""

    help = "Explain a deal, or why an assortment line has its supplier."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to explain."""
        parser.add_argument("what", choices=["deal", "line"])
        parser.add_argument("id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        """Find it, work it out again, print it."""
        explain = _deal if options["what"] == "deal" else _line
        for text in explain(options["id"]):
            self.stdout.write(text)


def _deal(pk: int) -> Iterator[str]:
    deal = Deal.objects.select_related("offer", "decision", "car_model").filter(pk=pk).first()
    if deal is None:
        raise CommandError(f"there is no deal {pk}")
    why = why_deal(deal)
    if why is None:
        raise CommandError(f"deal {pk} has no decision on record")
    yield (
        f"Deal {deal.pk}, {deal.sold_at:%Y-%m-%d %H:%M:%S} UTC: {why.names[deal.buyer_id]} bought"
        f" {deal.quantity} × {deal.car_model} from {why.names[deal.seller_id]}"
        f" for {grouped_text(deal.unit_price_cents)} each"
    )
    yield from _retail(why) if isinstance(why, RetailWhy) else _wholesale(why)
    yield _verdict(why)


def _verdict(why: DealWhy) -> str:
    if why.consistent:
        return "Worked out again: the same seller, price and discount."
    return "NOT CONSISTENT: worked out again, the deal would be another one."


def _retail(why: RetailWhy) -> Iterator[str]:
    yield (
        f"The offer of {why.posted_at:%Y-%m-%d %H:%M:%S} UTC would pay"
        f" {grouped_text(why.max_price_cents)} at most."
    )
    yield from _table(
        ["showroom", "list price", "price", "left", "why"],
        [
            [
                _name(why.names, rival.quote.seller_id),
                grouped_text(rival.quote.list_price_cents),
                grouped_text(rival.quote.price_cents),
                str(max(rival.left, 0)),
                _fate(rival),
            ]
            for rival in why.rivals
        ],
    )
    yield from _traces(why.names, [rival.quote for rival in why.rivals])


def _fate(rival: Rival) -> str:
    if rival.fate is Fate.DEARER:
        return f"dearer by {grouped_text(rival.dearer_cents)}"
    return rival.fate.value


def _wholesale(why: WholesaleWhy) -> Iterator[str]:
    line = why.line
    yield (
        f"Stock {line.stock}, target {line.target} ({line.rate:.3f} cars a day,"
        f" {line.open_offers} open offers): wanted {line.wanted}, bought {line.bought}"
        f" with {grouped_text(line.budget_cents)} left to spend."
    )
    yield from _table(
        ["supplier", "list price", "price", "why"],
        [
            [
                _name(why.names, quote.seller_id),
                grouped_text(quote.list_price_cents),
                grouped_text(quote.price_cents),
                _STANDINGS[candidate.standing],
            ]
            for candidate in line.candidates
            for quote in [candidate.quote]
        ],
    )
    for purchase in line.purchases:
        yield (
            f"{purchase.quantity} at {grouped_text(purchase.unit_price_cents)},"
            f" {_discount(purchase.discount)}, after {purchase.cars_before} cars"
        )
    yield from _traces(why.names, [candidate.quote for candidate in line.candidates])


def _discount(discount: Discount | None) -> str:
    if discount is None:
        return "no discount"
    return f"{percent_of(discount.bp)} % by {discount.kind} {discount.source_id}"


def _line(pk: int) -> Iterator[str]:
    line = AssortmentLine.objects.select_related("decision", "car_model").filter(pk=pk).first()
    if line is None:
        raise CommandError(f"there is no assortment line {pk}")
    why = why_line(line)
    if why is None:
        raise CommandError(f"assortment line {pk} has not been reviewed yet")
    choice = why.choice
    supplier = "nobody" if choice.supplier_id is None else _name(why.names, choice.supplier_id)
    yield (
        f"Line {line.pk}: {_name(why.names, line.showroom_id)} buys {line.car_model} from {supplier}"
        f" ({choice.reason.value.replace('_', ' ')}), reviewed {why.decided_at:%Y-%m-%d %H:%M:%S} UTC"
    )
    yield (
        f"{choice.expected_cars} cars expected in {choice.horizon_days} days"
        f" ({choice.rate} cars a day)"
    )
    yield from _table(
        ["supplier", "list price", "bought so far", "tiers within reach", "expected cost", "why"],
        [_source(why.names, candidate) for candidate in choice.candidates],
    )
    yield from _break_even(why)


def _source(names: Mapping[int, str], candidate: Candidate) -> list[str]:
    flat = candidate.tiers_within_reach
    tiers = [f"{threshold} cars {percent_of(bp)} %" for threshold, bp in zip(flat[::2], flat[1::2])]
    return [
        _name(names, candidate.supplier_id),
        grouped_text(candidate.list_price_cents),
        str(candidate.cars_bought),
        ", ".join(tiers) or "none",
        grouped_text(candidate.expected_cost_cents),
        _REASONS[CandidateReason(candidate.reason)],
    ]


def _break_even(why: LineWhy) -> Iterator[str]:
    choice, even = why.choice, why.choice.break_even
    if even is None or choice.supplier_id is None:
        return
    car = (
        "this model alone never pays it back, the other models do"
        if even.cheaper_from_car is None
        else f"it is cheaper from car {even.cheaper_from_car} on"
    )
    yield (
        f"{_name(why.names, choice.supplier_id)} is {grouped_text(even.dearer_today_cents)} dearer per"
        f" car today than {_name(why.names, even.against_supplier_id)}; at {choice.rate} cars a day its"
        f" {even.tier_percent} % tier is reached after {even.tier_after_cars} cars; {car};"
        f" over {choice.horizon_days} days it saves {grouped_text(even.saving_cents)}."
    )


def _traces(names: Mapping[int, str], quotes: Iterable[Quote]) -> Iterator[str]:
    for quote in quotes:
        if quote.considered:
            looked_at = "; ".join(map(_considered, quote.considered))
            yield (
                f"{_name(names, quote.seller_id)}, {quote.cars_before} cars bought there before:"
                f" {looked_at}"
            )


def _considered(one: Considered) -> str:
    return f"{one.kind} {one.source_id} {percent_of(one.bp)} % {one.outcome.value}"


def _name(names: Mapping[int, str], pk: int) -> str:
    return f"{names.get(pk, '?')} ({pk})"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(heads, *rows)]
    for row in [heads, *rows]:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
