"""Narrowing what a person was told."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from marketplace.notices.rules import NoticeKind


class NoticeFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """What a person may narrow the notices by."""

    kind = django_filters.ChoiceFilter(
        choices=[(kind.value, kind.value) for kind in NoticeKind], label=_("Kind")
    )
    unread = django_filters.TypedChoiceFilter(
        field_name="read_at",
        lookup_expr="isnull",
        choices=[("true", _("Yes")), ("false", _("No"))],
        coerce=lambda text: text == "true",
        label=_("Not read yet"),
    )
