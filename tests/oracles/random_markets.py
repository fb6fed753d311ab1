"""Small random markets, founded twice: in the database by the services, and in the oracle's world."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from marketplace.catalog.models import CarModel
from marketplace.ledger.addresses import WORLD, wallet
from marketplace.ledger.services import Move, post
from marketplace.parties.models import Party
from marketplace.parties.services import found_supplier
from marketplace.pricing.services import publish_promotion, set_prices, set_tiers
from marketplace.trading.services.assortments import open_showroom
from tests.marketplace import factories
from tests.oracles import things
from tests.oracles.market_oracle import DAY, World

#: When the markets begin: their clock has nothing to do with the machine's.
BEGIN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

#: Few values, so that ties are common; some that don't come out even.
PERCENTS = tuple(map(Decimal, ("0.01", "5.00", "7.77", "10.00", "10.00", "20.00", "33.33")))
MAKES = ("Aurora", "Borealis")
BODIES = ("sedan", "suv", "wagon")
FUELS = ("petrol", "electric")
SEATS = (2, 5, 7)
TRAITS = ("make", "body_type", "fuel", "power_hp", "engine_cc", "seats", "suggested_price_cents")


class RandomMarket:
    """A market in both worlds. Every verb here is done in both, so that they stay equal."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.world = World()
        self.now = BEGIN
        self._transfers = 0

    def found(self) -> RandomMarket:
        """Car models, sellers with prices and discounts, and customers with money."""
        pick = self.random
        for _ in range(pick.randint(4, 7)):
            self.add_car_model()
        for _ in range(pick.randint(3, 5)):
            self.add_supplier()
        for _ in range(pick.randint(2, 4)):
            self.add_showroom()
        for _ in range(pick.randint(4, 8)):
            self.add_customer()
        for seller in self.sellers():
            if pick.random() < 0.6:
                self.set_tiers(seller)
            for _ in range(pick.choice((0, 0, 1, 2))):
                self.publish_promotion(seller)
        return self

    # Who and what there is ----------------------------------------------------------------

    def ids(self, kind: str, *, active: bool = True) -> list[int]:
        """The parties of a kind."""
        return [
            one.id
            for one in self.world.parties.values()
            if one.kind == kind and one.active is active
        ]

    def sellers(self) -> list[int]:
        """Active showrooms and suppliers."""
        return self.ids("showroom") + self.ids("supplier")

    def models(self, *, active: bool = True) -> list[int]:
        """The car models."""
        return [one.id for one in self.world.models.values() if one.active is active]

    def typical_price(self, model: int) -> int:
        """What a car model costs by and large."""
        return self.world.models[model].suggested_price

    def price_near(self, cents: int, low: float, high: float) -> int:
        """A random price in a range, mostly a round one."""
        price = int(cents * self.random.uniform(low, high))
        return price if self.random.random() < 0.3 else max(1, round(price, -5))

    def fund(self, party: int, cents: int) -> None:
        """Give a party money from outside."""
        if cents:
            self._transfers += 1
            reference = f"opening:{party}:{self._transfers}"
            post(Move(reference, WORLD, wallet(party), cents, "opening"), at=self.now)
            self.world.parties[party].wallet += cents

    # Founding -----------------------------------------------------------------------------

    def add_car_model(self) -> None:
        """A car model with random characteristics."""
        pick, fuel = self.random, self.random.choice(FUELS)
        row = factories.make_car_model(
            make=pick.choice(MAKES),
            body_type=pick.choice(BODIES),
            fuel=fuel,
            power_hp=pick.randrange(80, 300, 20),
            engine_cc=None if fuel == "electric" else pick.choice((1_000, 1_600, 3_000)),
            seats=pick.choice(SEATS),
            suggested_price_cents=pick.choice((9_999, 10_000, 20_000, 20_000, 33_333)) * 100,
        )
        traits = {name: getattr(row, name) for name in TRAITS}
        self.world.models[row.pk] = things.CarModel(row.pk, traits, row.suggested_price_cents)

    def add_supplier(self) -> None:
        """A supplier that lists most of the car models."""
        founded_at = self.now - 100 * DAY
        row = found_supplier(owner=None, name="Works", at=founded_at)
        self.world.parties[row.pk] = things.Party(row.pk, "supplier", founded_at)
        prices = {
            model: self.price_near(self.typical_price(model), 0.75, 0.95)
            for model in self.models()
            if self.random.random() < 0.7
        }
        set_prices(seller=row, prices=prices, at=founded_at)
        for model, cents in prices.items():
            self.world.begin_to_sell(things.Listing(row.pk, model, cents), founded_at)

    def add_showroom(self) -> None:
        """A showroom with a policy, a preference and some money."""
        pick = self.random
        policy = self.random_policy()
        criteria = self.random_criteria()
        founded_at = self.now - timedelta(hours=pick.choice((0, 5, 24, 30, 100, 2_000)))
        row = open_showroom(
            owner=None,
            name="Corner",
            criteria=[as_data(one) for one in criteria],
            at=founded_at,
            cover_days=policy.cover_days,
            minimum_stock=policy.minimum_stock,
            demand_window_days=policy.window_days,
            planning_horizon_days=policy.horizon_days,
            markup_percent=policy.markup,
            cash_reserve_cents=policy.reserve,
            assortment_size=policy.assortment_size,
            minimum_saving_percent=policy.minimum_saving,
        )
        self.world.parties[row.pk] = things.Party(
            row.pk, "showroom", founded_at, policy=policy, preference=criteria
        )
        self.world.find_assortment(row.pk, founded_at)
        self.fund(row.pk, pick.choice((0, 3_000_000, 10_000_000, 50_000_000, 300_000_000)))

    def random_policy(self) -> things.Policy:
        """Terms that differ enough to matter in a few days."""
        pick = self.random
        return things.Policy(
            cover_days=pick.choice((0, 3, 14, 14, 60)),
            minimum_stock=pick.choice((0, 1, 2, 3, 5)),
            window_days=pick.choice((1, 5, 30)),
            horizon_days=pick.choice((1, 30, 90)),
            markup=pick.choice(tuple(map(Decimal, ("0.00", "3.33", "15.00", "25.00", "25.00")))),
            reserve=pick.choice((0, 0, 500_000, 5_000_000)),
            assortment_size=pick.choice((1, 3, 5, 5)),
            minimum_saving=pick.choice(tuple(map(Decimal, ("0.00", "1.00", "1.00", "5.00")))),
        )

    def random_criteria(self) -> list[things.Criterion]:
        """Musts and wishes, at most one for each characteristic."""
        pick = self.random
        values: dict[str, Sequence[object]] = {
            "make": MAKES, "body_type": BODIES, "fuel": FUELS, "seats": SEATS,
        }  # fmt: skip
        ranges = {"power_hp": 200, "engine_cc": 1_600, "suggested_price_cents": 2_000_000}
        criteria = []
        for trait in pick.sample(TRAITS, pick.choice((0, 1, 2, 3, 4))):
            must = pick.random() < 0.2
            if trait in values:
                wanted = tuple(pick.sample(values[trait], pick.randint(1, 2)))
                criteria.append(things.Criterion(trait, must, wanted))
            elif pick.random() < 0.5:
                criteria.append(things.Criterion(trait, must, least=ranges[trait]))
            else:
                criteria.append(things.Criterion(trait, must, most=ranges[trait]))
        return criteria

    def add_customer(self) -> None:
        """A customer with a confirmed address and money for a few cars."""
        row = factories.make_customer()
        self.world.parties[row.pk] = things.Party(row.pk, "customer", row.created_at)
        self.fund(row.pk, self.random.choice((3_000_000, 30_000_000, 100_000_000)))

    # What sellers announce ----------------------------------------------------------------

    def set_tiers(self, seller: int) -> None:
        """New loyalty tiers, maybe none; a tier that stays keeps its number."""
        pick = self.random
        steps = (
            (1, 2, 3) if self.world.parties[seller].kind == "showroom" else (1, 3, 6, 12, 20, 5_000)
        )
        thresholds = sorted(pick.sample(steps, pick.choice((0, 1, 2, 3))))
        percents = sorted(pick.sample(sorted(set(PERCENTS)), len(thresholds)))
        rows = set_tiers(
            seller=Party.objects.get(pk=seller),
            tiers=list(zip(thresholds, percents, strict=True)),
            at=self.now,
        )
        for tier in self.world.tiers.values():
            tier.active = tier.active and tier.seller != seller
        for row, threshold, percent in zip(rows, thresholds, percents, strict=True):
            self.world.tiers[row.pk] = things.Tier(row.pk, seller, threshold, percent)

    def publish_promotion(self, seller: int) -> None:
        """A promotion that runs now or soon, on all car models or on some."""
        pick = self.random
        starts_at = self.now + pick.choice((-1, 0, 0, 1, 3)) * DAY
        ends_at = max(starts_at, self.now) + pick.choice((1, 2, 7)) * DAY
        covered = None if pick.random() < 0.4 else pick.sample(self.models(), 2)
        percent = pick.choice(PERCENTS)
        row = publish_promotion(
            seller=Party.objects.get(pk=seller),
            by=None,
            name="Days off",
            percent=percent,
            starts_at=starts_at,
            ends_at=ends_at,
            at=self.now,
            car_models=None if covered is None else CarModel.objects.filter(pk__in=covered),
        )
        self.world.promotions[row.pk] = things.Promotion(
            row.pk,
            seller,
            percent,
            max(starts_at, self.now),
            ends_at,
            None if covered is None else frozenset(covered),
        )


def as_data(one: things.Criterion) -> dict[str, object]:
    """A criterion as the services take it."""
    if one.values:
        return {"characteristic": one.trait, "must": one.must, "values": list(one.values)}
    return {
        "characteristic": one.trait, "must": one.must, "low": one.least, "high": one.most,
    }  # fmt: skip
