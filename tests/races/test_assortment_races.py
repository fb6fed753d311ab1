"""Two searches for one showroom's assortment: each line is written once."""

from __future__ import annotations

from functools import partial

from marketplace.trading.models import AssortmentLine
from marketplace.trading.services.assortments import find_assortment
from tests.market import NOW, Market
from tests.races.together import holding, refusals, turns


def test_two_searches_for_one_showroom_go_one_after_the_other(audit_clean: None) -> None:
    market = Market()
    showroom = market.showroom("Corner")
    market.supplier("Works", {market.car_model(): 800_000})
    find = partial(find_assortment, showroom=showroom, at=NOW)

    party = "SELECT FROM parties_party WHERE id = %s FOR UPDATE"
    with turns() as act, holding(party, showroom.pk):
        both = [act.send(find, waiting=1), act.send(find, waiting=2)]

    assert refusals([one.result() for one in both]) == []
    assert sorted(one.result().changed for one in both) == [0, 1]
    assert AssortmentLine.objects.filter(showroom=showroom, is_active=True).count() == 1
