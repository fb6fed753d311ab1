"""Estimates of what the EPA's table does not tell: power, seats and list price.

They are rules of thumb of our own, good enough to trade with: near for ordinary cars, far off for
exotic ones. The same car gets the same figures on every run.
"""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.catalog.rules.characteristics import BodyType, Fuel

_MOST_POWER_HP = 2_000
_USUAL_CYLINDERS = 4
_CC_A_CYLINDER = 500
_FUEL_CELL_HP = 170
_MOTOR_HP = {BodyType.PICKUP: 500, BodyType.SUV: 300, BodyType.SEDAN: 250}
_SMALL_MOTOR_HP = 150
_POWER_PERCENT = {Fuel.DIESEL: 95, Fuel.HYBRID: 105, Fuel.PLUG_IN_HYBRID: 140}
_BOOST_PERCENT = 150

_DOLLARS_A_HP = 100
_CAR_DOLLARS = 8_000
_BODY_DOLLARS = {
    BodyType.SUV: 10_000,
    BodyType.WAGON: 9_000,
    BodyType.CONVERTIBLE: 12_000,
    BodyType.PICKUP: 12_000,
    BodyType.VAN: 13_000,
    BodyType.MINIVAN: 13_000,
}
_FUEL_PRICE_PERCENT = {
    Fuel.DIESEL: 108,
    Fuel.HYBRID: 108,
    Fuel.PLUG_IN_HYBRID: 112,
    Fuel.ELECTRIC: 110,
    Fuel.HYDROGEN: 190,
}
_MAKES_BY_PRICE_PERCENT = {
    130: "Acura, Cadillac, Genesis, Infiniti, Jaguar, Lexus, Lincoln, Polestar, Tesla, Volvo",
    140: "Alfa Romeo, Audi, BMW, Hummer, Land Rover, Lotus, Lucid, Mercedes-Benz, Rivian",
    190: "BMW Alpina, Maserati, Maybach, Porsche",
    350: "Aston Martin, Bentley, Ferrari, Lamborghini, McLaren Automotive, Spyker",
    500: "Rolls-Royce",
    2000: "Bugatti, Bugatti Rimac, Koenigsegg, Pagani",
}
_MAKE_PRICE_PERCENT = {
    make: percent
    for percent, makes in _MAKES_BY_PRICE_PERCENT.items()
    for make in makes.split(", ")
}
_YEAR_OF_PRICES = 2024
_YEARLY_PER_MILLE = 15
_CHEAPEST_PER_MILLE, _DEAREST_PER_MILLE = 250, 1_500
_STEP_DOLLARS = 50


@dataclass(frozen=True, slots=True)
class EpaCar:
    """What the EPA's table does tell. `motor_kw` is 0 if unknown; the class is in lower case."""

    make: str
    model_year: int
    vehicle_class: str
    body_type: BodyType
    fuel: Fuel
    engine_cc: int | None
    cylinders: int | None
    is_boosted: bool
    motor_kw: int


def estimated_power_hp(car: EpaCar) -> int:
    """An estimate: an engine gave 50 hp a litre in 1984, and one more each year up to 80.

    A turbo or compressor adds half; a plug-in hybrid's motor adds 40 %. An engine of unknown size
    has half a litre a cylinder. An electric car has the power of its motors, or what is usual for
    its body.
    """
    if car.fuel is Fuel.HYDROGEN:
        return _FUEL_CELL_HP
    if car.fuel is Fuel.ELECTRIC:
        motor_hp = car.motor_kw * 134 // 100
        usual_hp = _MOTOR_HP.get(car.body_type, _SMALL_MOTOR_HP)
        return min(motor_hp, _MOST_POWER_HP) or usual_hp
    engine_cc = car.engine_cc or (car.cylinders or _USUAL_CYLINDERS) * _CC_A_CYLINDER
    hp_a_litre = min(max(car.model_year - 1984, 0), 30) + 50
    percent = _POWER_PERCENT.get(car.fuel, 100)
    if car.is_boosted and car.fuel is not Fuel.DIESEL:
        percent = percent * _BOOST_PERCENT // 100
    return min(max(engine_cc * hp_a_litre * percent // 100_000, 1), _MOST_POWER_HP)


def estimated_seats(car: EpaCar) -> int:
    """An estimate from the class: what most cars of it have."""
    if "two seater" in car.vehicle_class or "cargo" in car.vehicle_class:
        return 2
    if car.body_type is BodyType.VAN:
        return 12 if "passenger" in car.vehicle_class else 8
    if car.body_type is BodyType.MINIVAN or "standard sport utility" in car.vehicle_class:
        return 7
    is_narrow = car.body_type in (BodyType.COUPE, BodyType.CONVERTIBLE)
    return 4 if is_narrow or "minicompact" in car.vehicle_class else 5


def estimated_list_price_cents(car: EpaCar, *, power_hp: int) -> int:
    """An estimate: a sum for the body, 100 dollars a hp, more for a dear fuel and a dear make.

    In the money of the model year: 1.5 % of the price of 2024 less for each year before it. Rounded
    down to 50 dollars.
    """
    dollars = _BODY_DOLLARS.get(car.body_type, _CAR_DOLLARS) + _DOLLARS_A_HP * power_hp
    dollars = dollars * _FUEL_PRICE_PERCENT.get(car.fuel, 100) // 100
    dollars = dollars * _MAKE_PRICE_PERCENT.get(car.make, 100) // 100
    per_mille = 1000 + (car.model_year - _YEAR_OF_PRICES) * _YEARLY_PER_MILLE
    dollars = dollars * min(max(per_mille, _CHEAPEST_PER_MILLE), _DEAREST_PER_MILLE) // 1000
    return dollars // _STEP_DOLLARS * _STEP_DOLLARS * 100
