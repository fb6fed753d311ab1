"""Preferences, and the assortments found by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from json import dumps
from typing import Unpack

from django.db import transaction

from marketplace.common.acts import act
from marketplace.common.bulk import copy_rows
from marketplace.common.bulk import run as execute
from marketplace.common.crashes import crash_point, register_crash_points
from marketplace.common.nudges import Job, nudge
from marketplace.common.shards import WHOLE, Shard
from marketplace.parties.models import Showroom, User
from marketplace.parties.services import found_showroom
from marketplace.parties.services.founding import ShowroomTerms
from marketplace.trading.models import AssortmentLine, Preference
from marketplace.trading.rules.assortment import AssortmentChoice, criteria_data, criteria_from
from marketplace.trading.selectors.assortments import LineState, best_assortments, lines_of
from marketplace.trading.services.runs import claimed_run

register_crash_points("assort:found")


@dataclass(frozen=True, slots=True)
class AssortmentReport:
    """What a search for assortments changed: lines that came, went, or stand elsewhere."""

    showrooms: int = 0
    changed: int = 0


@act
def open_showroom(
    *,
    owner: User | None,
    name: str,
    criteria: object,
    at: datetime,
    **details: Unpack[ShowroomTerms],
) -> Showroom:
    """Found a showroom that wants to sell by `criteria`, and find its assortment.

    Raises:
        Invalid: a detail, or a criterion, makes no sense; the field says which.
    """
    showroom = found_showroom(owner=owner, name=name, at=at, **details)
    set_preference(showroom=showroom, criteria=criteria, at=at)
    return showroom


@act
def set_preference(*, showroom: Showroom, criteria: object, at: datetime) -> Preference:
    """Say which characteristics the showroom wants to sell, and find its assortment again.

    `criteria` is a list of JSON objects as the assortment rule describes them.

    Raises:
        Invalid: a criterion makes no sense; the field says which.
    """
    data = criteria_data(criteria_from(criteria))
    preference, _made = Preference.objects.update_or_create(
        showroom=showroom, defaults={"criteria": data, "is_active": True}
    )
    find_assortment(showroom=showroom, at=at)
    return preference


@act
def set_preferences(*, criteria: Mapping[int, object], at: datetime) -> None:
    """Set the first preference of many showrooms, by showroom id, and find all assortments once.

    Raises:
        Invalid: a criterion makes no sense; the field says which. Nothing is set then.
    """
    Preference.objects.bulk_create(
        Preference(showroom_id=pk, criteria=criteria_data(criteria_from(data)), created_at=at)
        for pk, data in criteria.items()
    )
    _apply(WHOLE, at)


@act
def find_assortment(*, showroom: Showroom, at: datetime) -> AssortmentReport:
    """Find one showroom's assortment by its preference as it stands."""
    return _apply(WHOLE, at, showroom.pk)


@transaction.atomic(durable=True)
def find_assortments(*, shard: Shard, slot: str, at: datetime) -> AssortmentReport:
    """Find the assortment of every active showroom of the shard. Again changes nothing."""
    with claimed_run(Job.FIND_ASSORTMENTS, shard, slot, at) as run:
        if run is None:
            return AssortmentReport()
        report = _apply(shard, at)
        run.handled = report.changed
        run.report = {"showrooms": report.showrooms}
        crash_point("assort:found")
        return report


def _apply(shard: Shard, at: datetime, showroom_id: int | None = None) -> AssortmentReport:
    """Write what differs between the assortments found and those that stand."""
    found = best_assortments(shard, at, showroom_id)
    # Whoever changes a showroom's assortment holds the showroom, as its restock and review do.
    execute(
        "SELECT FROM parties_party WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [list(found)]
    )
    standing = lines_of(list(found))
    gone = [
        line.line_id
        for showroom, lines in standing.items()
        for line in lines.values()
        if line.car_model_id not in {choice.car_model_id for choice in found[showroom]}
    ]
    new, moved = _differences(found, standing)
    if gone:
        execute(
            "UPDATE trading_assortmentline SET is_active = false, updated_at = %s WHERE id = ANY(%s)",
            [at, gone],
        )
    _move(moved, at)
    copy_rows(
        AssortmentLine,
        ["showroom_id", "car_model_id", "rank", "fit", "missed_wishes", "is_active", "created_at",
         "updated_at"],
        [
            (showroom, choice.car_model_id, choice.rank, _share(choice.fit), _missed(choice), True, at, at)
            for showroom, choice in new
        ],
    )  # fmt: skip
    if new:
        nudge(Job.REVIEW_SUPPLIERS)
    return AssortmentReport(len(found), len(gone) + len(new) + len(moved))


def _differences(
    found: Mapping[int, Sequence[AssortmentChoice]], standing: Mapping[int, Mapping[int, LineState]]
) -> tuple[list[tuple[int, AssortmentChoice]], list[tuple[int, AssortmentChoice]]]:
    """The lines that come, by showroom, and those that change, by line."""
    new: list[tuple[int, AssortmentChoice]] = []
    moved: list[tuple[int, AssortmentChoice]] = []
    for showroom, choices in found.items():
        lines = standing.get(showroom, {})
        for choice in choices:
            line = lines.get(choice.car_model_id)
            if line is None:
                new.append((showroom, choice))
            elif (line.rank, line.fit, line.missed) != (
                choice.rank, _share(choice.fit), list(choice.missed)
            ):  # fmt: skip
                moved.append((line.line_id, choice))
    return new, moved


def _move(moved: Sequence[tuple[int, AssortmentChoice]], at: datetime) -> None:
    if moved:
        execute(
            "UPDATE trading_assortmentline SET rank = found.rank, fit = found.fit,"
            " missed_wishes = found.missed, updated_at = %s"
            " FROM unnest(%s::bigint[], %s::int[], %s::numeric[], %s::jsonb[])"
            " AS found(id, rank, fit, missed) WHERE trading_assortmentline.id = found.id",
            [
                at,
                [line_id for line_id, _ in moved],
                [choice.rank for _, choice in moved],
                [_share(choice.fit) for _, choice in moved],
                [_missed(choice) for _, choice in moved],
            ],
        )


def _share(fit: Fraction) -> Decimal:
    return (Decimal(fit.numerator) / fit.denominator).quantize(Decimal("0.0001"))


def _missed(choice: AssortmentChoice) -> str:
    return dumps(list(choice.missed))
