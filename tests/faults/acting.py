"""The market in which things go wrong, and what a process does in it when it is told to.

python -m tests.faults.acting    reads one act a line, as JSON, and answers each with a line
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from ipaddress import IPv6Address
from random import getrandbits
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.core.management import call_command  # noqa: E402  # after the setup
from django.db import close_old_connections, transaction  # noqa: E402
from django.test import Client  # noqa: E402

from marketplace.catalog.models import CarModel  # noqa: E402
from marketplace.common.nudges import Job, nudge  # noqa: E402
from marketplace.common.shards import WHOLE  # noqa: E402
from marketplace.ledger.services import credit  # noqa: E402
from marketplace.parties.models import Customer, User  # noqa: E402
from marketplace.parties.services import set_policy  # noqa: E402
from marketplace.trading.selectors.auditing import audit  # noqa: E402
from marketplace.trading.services.jobs import run_shard  # noqa: E402
from marketplace.trading.services.offers import post_offer  # noqa: E402
from tests.market import NOW, Market, picture  # noqa: E402
from tests.marketplace.factories import make_superuser  # noqa: E402
from tests.marketplace.notices.outbox import make_emails  # noqa: E402

AT = NOW + timedelta(minutes=5)


def build_market() -> None:
    """A market in which every job finds something to do at `AT`."""
    market = Market()
    swift, clio = market.car_model("Swift"), market.car_model("Clio")
    market.supplier("Works", {swift: 800_000, clio: 700_000})
    showrooms = [market.showroom(name, minimum_stock=2) for name in ("Corner", "Square")]
    market.stock_up()
    make_superuser(username="root")
    for number, name in enumerate(("Ann", "Bob", "Cid")):
        customer = market.customer(name)
        market.offer(customer, swift, 950_000 + number)
        market.offer(customer, clio, 500_000, expires_at=AT)
    nova = market.car_model("Nova", suggested_price_cents=1_000_000)
    market.supplier("Mill", {swift: 600_000, clio: 600_000, nova: 600_000})
    for showroom in showrooms:
        set_policy(showroom=showroom, at=NOW, minimum_stock=4)
    make_emails(2)


def run_whole(job: str, slot: str, at: str) -> None:
    """Run a job over everything at once."""
    run_shard(Job(job), WHOLE, slot=slot, at=datetime.fromisoformat(at))


def post(customer: str, car_model: str, cents: int, at: str) -> int:
    """Post an offer; returns its number."""
    offer = post_offer(
        customer=Customer.objects.get(name=customer),
        car_model=CarModel.objects.get(name=car_model),
        max_price_cents=cents,
        at=datetime.fromisoformat(at),
    )
    return int(offer.pk)


def give(customer: str, cents: int, key: str, at: str) -> None:
    """Credit a customer, by an administrator's hand."""
    credit(
        party_id=Customer.objects.get(name=customer).pk,
        amount_cents=cents,
        reason="gift",
        actor=User.objects.get(username="root"),
        at=datetime.fromisoformat(at),
        key=key,
    )


def nudge_all() -> None:
    """Ring for three jobs in one transaction, as a change of policy may."""
    with transaction.atomic():
        for job in (Job.MATCH_OFFERS, Job.REVIEW_SUPPLIERS, Job.SEND_EMAILS):
            nudge(job)


def visit(path: str, form: dict[str, str] | None = None) -> int:
    """Ask for a page, or send a form, as a stranger from an address of their own; returns the status."""
    stranger = Client(REMOTE_ADDR=str(IPv6Address(getrandbits(128))))
    answer = stranger.get(path) if form is None else stranger.post(path, form)
    return answer.status_code


ACTS: Mapping[str, Callable[..., Any]] = {
    "migrate": lambda: call_command("migrate", verbosity=0),
    "build": build_market,
    "run": run_whole,
    "post": post,
    "give": give,
    "nudge": lambda job: nudge(Job(job)),
    "nudge_all": nudge_all,
    "visit": visit,
    "violations": lambda: [(one.id, *one.examples) for one in audit() if not one.holds],
    "picture": picture,
}


def main() -> None:
    """Act until there is nobody left who could ask."""
    for line in sys.stdin:
        asked = json.loads(line)
        answer: dict[str, object] = {"error": None, "result": None}
        began = time.monotonic()
        close_old_connections()
        try:
            answer["result"] = ACTS[asked.pop("act")](**asked)
        except Exception as error:  # pylint: disable=broad-exception-caught  # told to who asked
            answer["error"] = repr(error)
        answer["seconds"] = time.monotonic() - began
        print(json.dumps(answer, default=str), flush=True)


if __name__ == "__main__":
    main()
