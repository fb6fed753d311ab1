"""The car models of the market in the Django admin; they come in by import."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.catalog.models import CarModel
from marketplace.catalog.services import deactivate_car_model, reactivate_car_model
from marketplace.common.admin import RecordAdmin, money


@admin.register(CarModel)
class CarModelAdmin(RecordAdmin):
    """Car models with their characteristics."""

    list_display = [
        "make", "name", "variant", "model_year", "body_type", "fuel", "transmission", "drive",
        "power_hp", money("suggested_price_cents", _("suggested retail price")), "is_active",
    ]  # fmt: skip
    list_filter = [
        "is_active", "model_year", "body_type", "fuel", "transmission", "drive", "make"
    ]  # fmt: skip
    search_fields = ["make", "name", "variant", "=id"]
    date_hierarchy = "created_at"
    actions = ["deactivate", "reactivate"]

    @admin.action(description=_("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[CarModel]) -> None:
        """Take the car models out of the market."""
        self.act(
            request, queryset, lambda one: deactivate_car_model(car_model=one, at=timezone.now())
        )

    @admin.action(description=_("Reactivate"), permissions=["change"])
    def reactivate(self, request: HttpRequest, queryset: QuerySet[CarModel]) -> None:
        """Let the car models be traded again."""
        self.act(
            request, queryset, lambda one: reactivate_car_model(car_model=one, at=timezone.now())
        )
