"""Narrowing memberships and invitations."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Invitation
from marketplace.parties.models import Membership


class MembershipFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """Who acts for whom."""

    party = django_filters.NumberFilter(
        field_name="party_id", min_value=1, max_value=2**63 - 1, label=_("Party")
    )
    role = django_filters.ChoiceFilter(choices=Membership.Role.choices, label=_("Role"))
    q = django_filters.CharFilter(
        field_name="user__username", lookup_expr="icontains", max_length=100, label=_("Search")
    )


class InvitationFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """Who was asked to act for whom."""

    party = django_filters.NumberFilter(
        field_name="party_id", min_value=1, max_value=2**63 - 1, label=_("Party")
    )
    role = django_filters.ChoiceFilter(choices=Membership.Role.choices, label=_("Role"))
    q = django_filters.CharFilter(
        field_name="email", lookup_expr="icontains", max_length=100, label=_("Search")
    )

    class Meta:
        model = Invitation
        fields: list[str] = []
