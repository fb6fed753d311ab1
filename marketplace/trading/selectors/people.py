"""Whom to tell, and by which names: read for many at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db import connection

from marketplace.common.bulk import array


class Contact(NamedTuple):
    """How a customer is reached; no e-mail address: by a notice in the portal alone."""

    user_id: int
    email: str | None
    language: str


def contacts_of(customers: Collection[int]) -> dict[int, Contact]:
    """The contact of each customer, by the customer's id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.party_ptr_id, u.id,"
            " CASE WHEN u.is_active AND u.email_confirmed_at IS NOT NULL THEN u.email END, u.language"
            " FROM parties_customer c JOIN parties_user u ON u.id = c.user_id"
            " WHERE c.party_ptr_id = ANY(%s)",
            [array(customers)],
        )
        return {row[0]: Contact(*row[1:]) for row in cursor.fetchall()}


def names_of_parties(parties: Collection[int]) -> dict[int, str]:
    """The names by id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM parties_party WHERE id = ANY(%s)", [array(parties)])
        return dict(cursor.fetchall())


def names_of_car_models(car_models: Collection[int]) -> dict[int, str]:
    """Make, model, variant and year, as people read them, by id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, concat_ws(' ', make, name, nullif(variant, ''), model_year)"
            " FROM catalog_carmodel WHERE id = ANY(%s)",
            [array(car_models)],
        )
        return dict(cursor.fetchall())
