"""A made-up `vehicles.csv` of the EPA, as long as a test wants it, the same for each seed."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator

COLUMNS = (
    "barrels08 barrelsA08 charge120 charge240 city08 city08U cityA08 cityA08U cityCD cityE "
    "cityUF co2 co2A co2TailpipeAGpm co2TailpipeGpm comb08 comb08U combA08 combA08U combE "
    "combinedCD combinedUF cylinders displ drive engId eng_dscr feScore fuelCost08 "
    "fuelCostA08 fuelType fuelType1 ghgScore ghgScoreA highway08 highway08U highwayA08 "
    "highwayA08U highwayCD highwayE highwayUF hlv hpv id lv2 lv4 make model mpgData "
    "phevBlended pv2 pv4 range rangeCity rangeCityA rangeHwy rangeHwyA trany UCity UCityA "
    "UHighway UHighwayA VClass year youSaveSpend baseModel guzzler trans_dscr tCharger "
    "sCharger atvType fuelType2 rangeA evMotor mfrCode c240Dscr charge240b c240bDscr "
    "createdOn modifiedOn startStop phevCity phevHwy phevComb"
).split()

_TEXT_COLUMNS = frozenset(
    "drive eng_dscr fuelType fuelType1 make model mpgData phevBlended trany VClass baseModel "
    "guzzler trans_dscr tCharger sCharger atvType fuelType2 evMotor mfrCode c240Dscr "
    "c240bDscr createdOn modifiedOn startStop".split()
)

_MODELS = {
    "Acura": "Integra TLX MDX RDX",
    "Audi": "A4 A6 Q5 Q7 TT",
    "BMW": "330i 530i X3 X5 Z4",
    "Chevrolet": "Malibu Camaro Silverado Tahoe Corvette Impala",
    "Dodge": "Charger Challenger Durango Caravan",
    "Ford": "Focus Fusion Mustang Explorer F150 Escape Ranger",
    "GMC": "Sierra Yukon Terrain",
    "Honda": "Civic Accord CR-V Pilot Odyssey",
    "Hyundai": "Elantra Sonata Tucson Accent",
    "Infiniti": "Q50 QX60 G35",
    "Jaguar": "XF XJ F-Type",
    "Jeep": "Wrangler Cherokee Compass",
    "Kia": "Rio Optima Sorento Soul",
    "Lexus": "ES IS RX LS",
    "Mazda": "3 6 MX-5 CX-5",
    "Mercedes-Benz": "C300 E350 S500 GLC300",
    "Nissan": "Altima Sentra Maxima Rogue Frontier",
    "Pontiac": "Firebird Bonneville Sunfire",
    "Porsche": "911 Boxster Cayenne",
    "Saab": "900 9-3 9-5",
    "Subaru": "Impreza Legacy Forester Outback",
    "Tesla": "Model S",
    "Toyota": "Camry Corolla RAV4 Tacoma Sienna 4Runner",
    "Volkswagen": "Golf Jetta Passat Tiguan",
    "Volvo": "S60 V70 XC90",
    "Superior Coaches Div E.p. Dutton": "Funeral Coach",
}
_TRIMS = ("", " Convertible", " Coupe", " Hatchback", " LX", " Sport", " GT", " Limited", " 4dr")
_CLASSES = (
    *("Compact Cars", "Midsize Cars", "Large Cars", "Subcompact Cars", "Minicompact Cars"),
    *(
        "Two Seaters",
        "Small Station Wagons",
        "Midsize Station Wagons",
        "Midsize-Large Station Wagons",
    ),
    *("Small Pickup Trucks 2WD", "Standard Pickup Trucks 4WD", "Standard Pickup Trucks/2wd"),
    *("Small Sport Utility Vehicle 2WD", "Standard Sport Utility Vehicle 4WD", "Minivan - 2WD"),
    *("Sport Utility Vehicle - 4WD", "Special Purpose Vehicle 2WD", "Special Purpose Vehicles/4wd"),
    *("Vans", "Vans, Cargo Type", "Vans, Passenger Type", "Minivan - 4WD"),
)
_DRIVES = (
    *("Front-Wheel Drive", "Rear-Wheel Drive", "All-Wheel Drive", "4-Wheel Drive"),
    *("4-Wheel or All-Wheel Drive", "Part-time 4-Wheel Drive", "2-Wheel Drive", ""),
)
_GEARBOXES = (
    *("Automatic 4-spd", "Manual 5-spd", "Manual 6-spd", "Automatic (S6)", "Automatic (S8)"),
    *("Automatic (variable gear ratios)", "Automatic (AM-S7)", "Automatic (AV-S8)"),
)
_ENGINES = ((3, "1.0"), (4, "1.6"), (4, "2.0"), (4, "2.5"), (6, "3.0"), (6, "3.5"), (8, "5.0"))
_PETROLS = ("Regular Gasoline", "Premium Gasoline", "Midgrade Gasoline")


def epa_rows(count: int, seed: int = 1) -> Iterator[str]:
    """The header and `count` rows, a line each."""
    chance = random.Random(seed)
    yield _line(COLUMNS)
    for number in range(1, count + 1):
        cells = _cells(chance, number)
        blanks = ("" if column in _TEXT_COLUMNS else "0" for column in COLUMNS)
        yield _line([cells.get(c, blank) for c, blank in zip(COLUMNS, blanks, strict=True)])


def _cells(chance: random.Random, number: int) -> dict[str, str]:
    make = chance.choice(list(_MODELS))
    base_model = chance.choice(_MODELS[make].split() if make != "Tesla" else ["Model S"])
    year = chance.randint(1984, 2025)
    cells = {
        "id": str(number),
        "make": make,
        "model": base_model + chance.choice(_TRIMS),
        "baseModel": base_model,
        "year": str(year),
        "VClass": chance.choice(_CLASSES),
        "drive": chance.choice(_DRIVES),
        "city08": str(chance.randint(10, 50)),
        "eng_dscr": chance.choice(("", "(FFS,TRBO)", "SIDI & PFI", 'CALIF, "B" spec')),
        "createdOn": "Tue Jan 01 00:00:00 EST 2013",
        "modifiedOn": "Tue Jan 01 00:00:00 EST 2013",
    }
    is_electric = make == "Tesla" or (year > 2010 and chance.random() < 0.05)
    return cells | (_motor(chance) if is_electric else _engine(chance, year))


def _motor(chance: random.Random) -> dict[str, str]:
    return {
        "fuelType": "Electricity",
        "fuelType1": "Electricity",
        "atvType": "EV",
        "trany": "Automatic (A1)",
        "cylinders": chance.choice(("", "NA")),
        "displ": chance.choice(("", "NA")),
        "evMotor": f"{chance.randint(60, 400)} kW ACPM",
    }


def _engine(chance: random.Random, year: int) -> dict[str, str]:
    cylinders, litres = chance.choice(_ENGINES)
    fuel = "Diesel" if chance.random() < 0.04 else chance.choice(_PETROLS)
    cells = {
        "fuelType": fuel.split()[0],
        "fuelType1": fuel,
        "trany": chance.choice(_GEARBOXES),
        "cylinders": str(cylinders),
        "displ": litres,
        "tCharger": "T" if chance.random() < 0.2 else "",
        "atvType": "Diesel" if fuel == "Diesel" else "",
    }
    if fuel != "Diesel" and year > 2000 and chance.random() < 0.1:
        cells["atvType"] = chance.choice(("Hybrid", "Plug-in Hybrid", "FFV"))
    if cells["atvType"] == "Plug-in Hybrid":
        cells["fuelType2"] = "Electricity"
    return cells


def _line(cells: list[str] | tuple[str, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()
