"""What `manage.py audit` and `manage.py explain` print, and how they end."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from marketplace.common.shards import WHOLE
from marketplace.pricing.models import Listing, Patronage
from marketplace.trading.models import AssortmentLine, Deal
from marketplace.trading.services.matching import match_offers
from tests.market import small_market
from tests.marketplace import factories

NOW = factories.NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal() -> Deal:
    """A car that Ann bought at the Corner, which has two more."""
    market, car_model, showroom = small_market()
    factories.make_promotion(seller=showroom, percent="5.00")
    offer = market.offer(market.customer("Ann"), car_model, 2_000_000)
    match_offers(shard=WHOLE, slot="m", at=NOW + timedelta(minutes=1))
    return Deal.objects.get(offer=offer)


def printed(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_a_clean_audit_prints_a_line_per_invariant(deal):
    lines = printed("audit").splitlines()

    assert len(lines) == 15
    assert all(line.startswith("ok ") for line in lines)
    assert "No account but the world is below zero." in lines[3]


def test_a_violation_is_named_and_ends_with_an_error(deal):
    Patronage.objects.update(cars=99)
    out = StringIO()

    with pytest.raises(CommandError, match="violated: G6") as error:
        call_command("audit", stdout=out)

    assert error.value.returncode == 1
    assert f"seller {deal.seller_id}, buyer {deal.buyer_id}: 99 cars" in out.getvalue()
    assert out.getvalue().count("FAIL") == 1


def test_a_program_reads_the_audit_as_json(deal):
    Listing.objects.filter(seller=deal.seller_id).update(quantity=9)
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("audit", "--json", stdout=out)

    told = json.loads(out.getvalue())
    assert told["violations"] == 1
    violated = {one["id"]: one for one in told["invariants"] if one["violations"]}
    assert list(violated) == ["G1"]
    assert violated["G1"]["examples"] == [
        f"showroom {deal.seller_id}, car model {deal.car_model_id}: bought 3, sold 1, has 9"
    ]


def test_a_part_of_the_audit_can_be_asked_for(deal):
    Patronage.objects.update(cars=99)

    assert len(printed("audit", "--only", "M1", "G1").splitlines()) == 2


def test_a_deal_is_explained_in_words(deal):
    text = printed("explain", "deal", str(deal.pk))

    assert "Ann bought 1 × Aurora Swift 2026 from Corner for 9,500.00 each" in text
    assert "would pay 20,000.00 at most" in text
    assert "10,000.00" in text and "chosen" in text
    assert "5.00 % applied" in text
    assert "the same seller, price and discount" in text


def test_a_deal_that_is_not_consistent_says_so(deal):
    Deal.objects.filter(pk=deal.pk).update(unit_price_cents=1)

    assert "NOT CONSISTENT" in printed("explain", "deal", str(deal.pk))


def test_a_wholesale_deal_is_explained_in_words(deal):
    wholesale = Deal.objects.get(kind="wholesale")

    text = printed("explain", "deal", str(wholesale.pk))

    assert "Corner bought 3 × Aurora Swift 2026 from Works for 8,000.00 each" in text
    assert "Stock 0, target 3" in text and "wanted 3, bought 3" in text
    assert "3 at 8,000.00, no discount, after 0 cars" in text


def test_a_line_is_explained_in_words(deal):
    line = AssortmentLine.objects.get(showroom=deal.seller_id)

    text = printed("explain", "line", str(line.pk))

    assert "buys Aurora Swift 2026 from Works" in text and "first choice" in text
    assert "cars expected in 90 days" in text
    assert "8,000.00" in text and "chosen" in text


@pytest.mark.parametrize(
    ("what", "said"), [("deal", "no deal 999"), ("line", "no assortment line 999")]
)
def test_what_is_not_there_can_not_be_explained(what, said):
    with pytest.raises(CommandError, match=said):
        call_command("explain", what, "999")
