"""The customers of the demo world, and the people who act for its sellers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from marketplace.simulation.rules.logins import DEMO_DOMAIN, DemoLogin
from marketplace.simulation.rules.names import person_name, username
from marketplace.simulation.rules.places import Place

_DOLLARS = 100
_LANGUAGES = {"ES": "es", "MX": "es", "AR": "es", "KZ": "ru"}

#: What the first customer brings along: enough for whoever tries the demo in its name.
_RICH_CENTS = 300_000_000

#: One customer in so many buys again and again, always for choice in the same showroom.
_REGULAR_EVERY = 25


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    username: str
    email: str
    first_name: str
    last_name: str
    language: str = "en"

    @property
    def name(self) -> str:
        """The name as people read it."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class CustomerPlan:
    """A customer to be created: the makes that it likes best, and whether it comes often."""

    person: Person
    place: Place
    birth_date: date
    opening_cents: int
    makes: tuple[str, ...]
    is_regular: bool


def person(rng: Random, number: int, country: str) -> Person:
    """Somebody new; the number is nobody else's."""
    first_name, last_name = person_name(rng)
    login = username(first_name, last_name, number)
    language = _LANGUAGES.get(country, "en")
    return Person(login, f"{login}@{DEMO_DOMAIN}", first_name, last_name, language)


def known_person(login: DemoLogin) -> Person:
    """The person behind one of the demo log-ins."""
    return Person(login.username, login.email, login.first_name, login.last_name)


def customers(
    rng: Random,
    *,
    first: Person,
    count: int,
    makes: Sequence[str],
    places: Sequence[Place],
    today: date,
) -> list[CustomerPlan]:
    """So many customers; the first is a regular under a name that is given."""
    plans = []
    for number in range(count):
        place = rng.choice(places)
        is_regular = number % _REGULAR_EVERY == 0
        plans.append(
            CustomerPlan(
                person=first if number == 0 else person(rng, number, place.country),
                place=place.nearby(rng),
                birth_date=today - timedelta(days=rng.randint(19 * 365, 80 * 365)),
                opening_cents=_RICH_CENTS if number == 0 else _opening_cents(rng, is_regular),
                makes=tuple(rng.sample(list(makes), min(len(makes), rng.randint(1, 4)))),
                is_regular=is_regular,
            )
        )
    return plans


def _opening_cents(rng: Random, is_regular: bool) -> int:
    """What a customer brings along: most a car or two, a few a small fleet."""
    if is_regular:
        return rng.randint(900_000, 2_500_000) * _DOLLARS
    return round(min(rng.lognormvariate(12.4, 0.6), 1_500_000)) * _DOLLARS
