"""The tutorial of the API does what it says, from the first line to the last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from marketplace.common.nudges import Job
from marketplace.notices.models import Email
from marketplace.notices.rules import NoticeKind
from marketplace.trading.services.jobs import run_job
from tests.docs.walkthrough import Answer, Memory, Request, steps
from tests.market import Market
from tests.marketplace.factories import PASSWORD, make_superuser

TUTORIAL = Path(settings.BASE_DIR, "docs", "api.md")


def _send(asked: Request, memory: Memory) -> Any:
    body = memory.filled(asked.body).encode() if asked.body else b""
    return Client().generic(
        asked.method,
        memory.filled(asked.path),
        data=body,
        content_type="application/json",
        headers={name: memory.filled(value) for name, value in asked.headers.items()},
    )


def _read_letter(memory: Memory) -> None:
    email = Email.objects.filter(kind=NoticeKind.CONFIRM_ADDRESS).latest("pk")
    memory.known["key"] = str(email.values["path"]).strip("/").rpartition("/")[2]


def _match_offers(_memory: Memory) -> None:
    run_job(Job.MATCH_OFFERS, slot="tutorial", at=timezone.now() + timedelta(seconds=1))


ERRANDS: dict[str, Callable[[Memory], None]] = {
    "read the letter": _read_letter,
    "the matching job runs": _match_offers,
}


def test_the_tutorial_does_what_it_says(market: Market) -> None:
    vela = market.car_model("Vela", make="Orion")
    market.supplier("Northern Imports", {vela: 2_000_000})
    showroom = market.showroom("Harbour Cars", minimum_stock=2)
    market.stock_up()
    market.price(showroom, vela, 2_390_000)
    make_superuser(username="admin")
    memory, answer, told = Memory({"admin_password": PASSWORD}), None, []
    for number, step in enumerate(steps(TUTORIAL.read_text(encoding="utf-8")), start=1):
        if isinstance(step, Request):
            answer, told = _send(step, memory), [f"{step.method} {step.path}"]
        elif isinstance(step, Answer):
            assert answer is not None, "an answer comes after a request"
            if step.status:
                assert answer.status_code == step.status, (number, told, answer.content)
            came = answer.json() if answer.content else {}
            problems = list(memory.mismatches(step.body, came))
            assert not problems, (number, told, problems, came)
        else:
            ERRANDS[step](memory)
    assert "deal" in memory.known, "the walk ends with a car bought"
