"""What Chart.js is to draw. Colours are names of the theme's variables; portal.js looks them up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from marketplace.common.money import CENTS_PER_DOLLAR
from marketplace.pricing.rules.price_history import DayPrices
from marketplace.trading.rules.depth import DepthStep

_ONE = "--petrol"
_OTHER = "--chart-2"


def price_history_chart(history: Sequence[DayPrices]) -> dict[str, Any]:
    """Two lines by day: the lowest and the average price at showrooms, in dollars."""
    return {
        "type": "line",
        "data": {
            "labels": [line.day.isoformat() for line in history],
            "datasets": [
                _line(_("Lowest price"), [line.lowest_cents for line in history], _ONE),
                _line(
                    _("Average price"), [line.mean_cents for line in history], _OTHER, dashed=True
                ),
            ],
        },
        "options": _options(x_ticks=6),
    }


def depth_chart(steps: Sequence[DepthStep]) -> dict[str, Any]:
    """Two bars by price: open offers, and cars for sale."""
    return {
        "type": "bar",
        "data": {
            "labels": [f"${step.from_cents // CENTS_PER_DOLLAR:,}" for step in steps],
            "datasets": [
                _bar(_("Open offers"), [step.offers for step in steps], _OTHER),
                _bar(_("Cars for sale"), [step.cars for step in steps], _ONE),
            ],
        },
        "options": _options(x_ticks=8, whole=True),
    }


def _line(label: str, cents: Sequence[int], colour: str, *, dashed: bool = False) -> dict[str, Any]:
    return {
        "label": label,
        "data": [amount / CENTS_PER_DOLLAR for amount in cents],
        "borderColor": colour,
        "backgroundColor": colour,
        "borderWidth": 2,
        "borderDash": [5, 4] if dashed else [],
        "pointRadius": 0,
        "pointHitRadius": 12,
        "stepped": "after",
    }


def _bar(label: str, counts: Sequence[int], colour: str) -> dict[str, Any]:
    return {"label": label, "data": list(counts), "backgroundColor": colour, "borderRadius": 3}


def _options(*, x_ticks: int, whole: bool = False) -> dict[str, Any]:
    ticks = {"color": "--ink-2"}
    return {
        "maintainAspectRatio": False,
        "interaction": {"mode": "index", "intersect": False},
        "scales": {
            "x": {
                "grid": {"display": False},
                "ticks": ticks | {"maxTicksLimit": x_ticks, "maxRotation": 0},
            },
            "y": {
                "grid": {"color": "--line"},
                "border": {"display": False},
                "ticks": ticks | {"maxTicksLimit": 5} | ({"precision": 0} if whole else {}),
            },
        },
        "plugins": {
            "legend": {
                "align": "start",
                "labels": {"color": "--ink", "boxWidth": 12, "boxHeight": 3 if not whole else 12},
            }
        },
    }
