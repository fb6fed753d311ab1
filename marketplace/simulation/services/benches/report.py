"""What a bench says at the end: one object, or a few lines of it."""

from __future__ import annotations

from dataclasses import asdict
from statistics import median

from marketplace.simulation.services.benches.rounds import Bench, Figures

_SIZES = ("offers", "showrooms", "models", "customers", "suppliers", "lines", "old_deals")


def report(name: str, bench: Bench, figures: Figures) -> dict[str, object]:
    """Everything that was asked and measured. Times are medians of the rounds."""
    size, plan = asdict(bench.subject.size), bench.plan
    job_s, floor_s = median(figures.job_s), _median(figures.floor_s)
    extra = sum(taken.extra_bytes for taken in figures.taken)
    return {
        "bench": name,
        **{key: size[key] for key in _SIZES},
        "seed": plan.seed,
        "workers": plan.workers,
        "rounds": plan.rounds,
        "deals": figures.deals,
        "handled": figures.handled,
        "job_s": round(job_s, 4),
        "floor_s": None if floor_s is None else round(floor_s, 4),
        "score": None if floor_s is None else round(floor_s / job_s, 3),
        "deals_per_s": round(figures.deals / job_s),
        "job_rounds_s": [round(seconds, 4) for seconds in figures.job_s],
        "floor_rounds_s": [round(seconds, 4) for seconds in figures.floor_s],
        "statements": sum(taken.statements for taken in figures.taken),
        "empty_ms": _milliseconds(_median(figures.empty_s)),
        "peak_rss_mb": round(max(taken.peak_bytes for taken in figures.taken) / 2**20, 1),
        "bytes_per_offer": round(extra / size["offers"]) if size["offers"] else None,
        "buyer": figures.waits.report() if plan.with_buyer else None,
        "violations": figures.violations,
        "complaints": figures.complaints,
        **figures.server,
    }


def _median(seconds: list[float]) -> float | None:
    return median(seconds) if seconds else None


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)
