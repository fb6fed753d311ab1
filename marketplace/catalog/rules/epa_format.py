"""The format of `vehicles.csv`, the U.S. EPA's table of all cars tested since 1984.

Only the columns named here matter; the file has some 84, and the rest may be there or not. What the
table doesn't tell at all (power, seats, price) is estimated in `epa_estimates`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from marketplace.catalog.rules.car_model_rows import (
    LONGEST_MAKE,
    LONGEST_NAME,
    BadCell,
    CarModelRow,
    Row,
    gettext_noop,
    model_year_of,
    quoted,
    text_of,
)
from marketplace.catalog.rules.characteristics import BodyType, Drive, Fuel, Transmission
from marketplace.catalog.rules.epa_estimates import (
    EpaCar,
    estimated_list_price_cents,
    estimated_power_hp,
    estimated_seats,
)
from marketplace.catalog.rules.origins import origin_of

COLUMNS = (
    "year",
    "make",
    "model",
    "VClass",
    "drive",
    "trany",
    "cylinders",
    "displ",
    "fuelType1",
)

_BODY_BY_WORD_OF_CLASS = (
    ("minivan", BodyType.MINIVAN),
    ("pickup", BodyType.PICKUP),
    ("sport utility", BodyType.SUV),
    ("special purpose", BodyType.SUV),
    ("van", BodyType.VAN),
    ("wagon", BodyType.WAGON),
    ("two seater", BodyType.COUPE),
    ("cars", BodyType.SEDAN),
)
_BODY_BY_WORD_OF_MODEL = (
    (re.compile(r"convertible|cabriolet|roadster|spyder|spider|volante"), BodyType.CONVERTIBLE),
    (re.compile(r"coupe"), BodyType.COUPE),
    (re.compile(r"hatchback|sportback|5-door|5dr"), BodyType.HATCHBACK),
)
_DRIVES = {
    "Front-Wheel Drive": Drive.FWD,
    "Rear-Wheel Drive": Drive.RWD,
    "All-Wheel Drive": Drive.AWD,
    "4-Wheel Drive": Drive.FOUR_WD,
    "Part-time 4-Wheel Drive": Drive.FOUR_WD,
}
_FUELS = {
    "Regular Gasoline": Fuel.PETROL,
    "Midgrade Gasoline": Fuel.PETROL,
    "Premium Gasoline": Fuel.PETROL,
    "Diesel": Fuel.DIESEL,
    "Electricity": Fuel.ELECTRIC,
    "Hydrogen": Fuel.HYDROGEN,
}
_WITHOUT_ENGINE = frozenset({Fuel.ELECTRIC, Fuel.HYDROGEN})
_HEAVY = frozenset({BodyType.PICKUP, BodyType.SUV, BodyType.VAN})
_UNKNOWN = frozenset({"", "NA"})
_LITRES = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,3})?")
_CYLINDERS = re.compile(r"([0-9]{1,2})(?:\.0)?")
_KILOWATTS = re.compile(r"([0-9]{1,4}) ?kW")


def epa_row(row: Row) -> CarModelRow:
    """The car model that a row of the EPA's table describes.

    The table has no key of its own for "the same car", so engine, gearbox and drive make up the
    variant ("2.0 L 4-cyl turbo automatic awd"). Rows that agree in it are one car model.

    Raises:
        BadCell: a cell makes no sense, or the catalogue has no code for it (natural gas).
    """
    model = text_of(row, "model", longest=LONGEST_NAME)
    fuel = _fuel(row)
    body_type = _body_type(row, model)
    transmission = _transmission(row)
    drive = _drive(row, body_type)
    car = EpaCar(
        make=text_of(row, "make", longest=LONGEST_MAKE),
        model_year=model_year_of(row, "year"),
        vehicle_class=row["VClass"].strip().lower(),
        body_type=body_type,
        fuel=fuel,
        engine_cc=_engine_cc(row, fuel),
        cylinders=_cylinders(row, fuel),
        is_boosted=bool(_boosts(row)),
        motor_kw=sum(map(int, _KILOWATTS.findall(row.get("evMotor", "")))),
    )
    power_hp = estimated_power_hp(car)
    return CarModelRow(
        make=car.make,
        name=model,
        variant=_variant(row, car, transmission, drive),
        model_year=car.model_year,
        body_type=body_type,
        fuel=fuel,
        transmission=transmission,
        drive=drive,
        power_hp=power_hp,
        engine_cc=car.engine_cc,
        seats=estimated_seats(car),
        origin_country=origin_of(car.make),
        list_price_cents=estimated_list_price_cents(car, power_hp=power_hp),
    )


def _unknown(row: Row, column: str) -> BadCell:
    message = gettext_noop("%(column)s is %(value)s, which the catalogue has no word for.")
    return BadCell(message, column=column, value=quoted(row[column].strip()))


def _fuel(row: Row) -> Fuel:
    fuel = _FUELS.get(row["fuelType1"].strip())
    if fuel is None:
        raise _unknown(row, "fuelType1")
    if fuel in _WITHOUT_ENGINE:
        return fuel
    kind = row.get("atvType", "").strip()
    if kind == "Plug-in Hybrid" or row.get("fuelType2", "").strip() == "Electricity":
        return Fuel.PLUG_IN_HYBRID
    return Fuel.HYBRID if kind == "Hybrid" else fuel


def _body_type(row: Row, model: str) -> BodyType:
    """The class says it for everything but cars; a car's model name often says more."""
    vehicle_class = row["VClass"].lower()
    body_type = next((body for word, body in _BODY_BY_WORD_OF_CLASS if word in vehicle_class), None)
    if body_type is None:
        raise _unknown(row, "VClass")
    if body_type not in (BodyType.SEDAN, BodyType.COUPE):
        return body_type
    words = model.lower()
    return next((body for word, body in _BODY_BY_WORD_OF_MODEL if word.search(words)), body_type)


def _transmission(row: Row) -> Transmission:
    """The gearbox; "(A1)" has one gear, "(AM…)" is the EPA's automated manual, "(AV…)" has none."""
    text = row["trany"].strip()
    if text.startswith("Manual"):
        return Transmission.MANUAL
    if text in _UNKNOWN:
        no_engine = _FUELS.get(row["fuelType1"].strip()) in _WITHOUT_ENGINE
        return Transmission.SINGLE_SPEED if no_engine else Transmission.AUTOMATIC
    if not text.startswith("Automatic"):
        raise _unknown(row, "trany")
    if "variable" in text or "(AV" in text:
        return Transmission.CVT
    if "(AM" in text:
        return Transmission.DUAL_CLUTCH
    return Transmission.SINGLE_SPEED if "(A1)" in text else Transmission.AUTOMATIC


def _drive(row: Row, body_type: BodyType) -> Drive:
    """The driven wheels. Old rows tell only how many, or nothing: then the body decides."""
    text = row["drive"].strip()
    if text in _DRIVES:
        return _DRIVES[text]
    is_heavy = body_type in _HEAVY
    is_4wd = text in _UNKNOWN and row["VClass"].strip().upper().endswith("4WD")
    if text == "4-Wheel or All-Wheel Drive" or is_4wd:
        return Drive.FOUR_WD if is_heavy else Drive.AWD
    if text == "2-Wheel Drive" or text in _UNKNOWN:
        return Drive.RWD if is_heavy or body_type is BodyType.COUPE else Drive.FWD
    raise _unknown(row, "drive")


def _engine_cc(row: Row, fuel: Fuel) -> int | None:
    text = row["displ"].strip()
    if fuel in _WITHOUT_ENGINE or text in _UNKNOWN:
        return None
    if not _LITRES.fullmatch(text):
        message = gettext_noop("%(column)s must be a number of litres, not %(value)s.")
        raise BadCell(message, column="displ", value=quoted(text))
    return int(Decimal(text) * 1000) or None


def _cylinders(row: Row, fuel: Fuel) -> int | None:
    text = row["cylinders"].strip()
    if fuel in _WITHOUT_ENGINE or text in _UNKNOWN:
        return None
    match = _CYLINDERS.fullmatch(text)
    if match is None:
        message = gettext_noop("%(column)s must be a number of cylinders, not %(value)s.")
        raise BadCell(message, column="cylinders", value=quoted(text))
    return int(match[1]) or None


def _boosts(row: Row) -> list[str]:
    boosts = {"turbo": row.get("tCharger"), "supercharged": row.get("sCharger")}
    return [word for word, flag in boosts.items() if flag and flag.strip() in ("T", "S")]


def _variant(row: Row, car: EpaCar, transmission: Transmission, drive: Drive) -> str:
    parts = []
    if car.engine_cc is not None:
        parts.append(f"{car.engine_cc / 1000:.1f} L")
    if car.cylinders is not None:
        parts.append(f"{car.cylinders}-cyl")
    parts += _boosts(row)
    if car.fuel is not Fuel.PETROL:
        parts.append(car.fuel.replace("_", "-"))
    parts += [transmission.replace("_", "-"), drive]
    return " ".join(parts)
