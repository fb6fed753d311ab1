"""Finding car models. What they cost and who sells them is for later rooms to say."""

from __future__ import annotations

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from marketplace.catalog.models import CarModel

_MOST_WORDS = 8


def active_car_models() -> QuerySet[CarModel]:
    """The car models that take part in the market, by name."""
    return CarModel.objects.active()


def car_models_matching(car_models: QuerySet[CarModel], text: str) -> QuerySet[CarModel]:
    """Those of the car models that have every word of the text in make, name, variant or year."""
    found = car_models.annotate(year_text=Cast("model_year", CharField()))
    for word in text.split()[:_MOST_WORDS]:
        found = found.filter(
            Q(make__icontains=word)
            | Q(name__icontains=word)
            | Q(variant__icontains=word)
            | Q(year_text=word)
        )
    return found


def makes() -> list[str]:
    """The makes of the active car models, in order."""
    return list(
        CarModel.objects.active().order_by("make").values_list("make", flat=True).distinct()
    )
