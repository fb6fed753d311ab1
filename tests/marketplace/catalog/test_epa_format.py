"""What a row of the EPA's `vehicles.csv` turns into."""

from __future__ import annotations

import csv

import pytest

from marketplace.catalog.rules import epa_format
from marketplace.catalog.rules.characteristics import BodyType, Drive, Fuel, Transmission
from marketplace.catalog.rules.importing import BadRow, CarModelRow, read_car_models
from tests.marketplace.catalog.epa_sample import epa_rows

EPA_HEADER = ",".join((*epa_format.COLUMNS, "atvType", "fuelType2", "tCharger", "evMotor"))
EPA_CELLS = {
    "year": "2020",
    "make": "Toyota",
    "model": "Camry",
    "VClass": "Midsize Cars",
    "drive": "Front-Wheel Drive",
    "trany": "Automatic (S8)",
    "cylinders": "4",
    "displ": "2.5",
    "fuelType1": "Regular Gasoline",
    "atvType": "",
    "fuelType2": "",
    "tCharger": "",
    "evMotor": "",
}


def read_epa(**cells: str) -> CarModelRow | BadRow:
    line = ",".join((EPA_CELLS | cells).values())
    return next(read_car_models([EPA_HEADER, line]))


def good_epa(**cells: str) -> CarModelRow:
    row = read_epa(**cells)
    assert isinstance(row, CarModelRow), row
    return row


def test_a_row_of_the_epa_becomes_a_car_model_with_estimates():
    assert good_epa() == CarModelRow(
        make="Toyota",
        name="Camry",
        variant="2.5 L 4-cyl automatic fwd",
        model_year=2020,
        body_type=BodyType.SEDAN,
        fuel=Fuel.PETROL,
        transmission=Transmission.AUTOMATIC,
        drive=Drive.FWD,
        power_hp=200,
        engine_cc=2500,
        seats=5,
        origin_country="JP",
        list_price_cents=2_630_000,
    )


@pytest.mark.parametrize(
    ("vehicle_class", "body_type", "seats"),
    [
        ("Two Seaters", BodyType.COUPE, 2),
        ("Minicompact Cars", BodyType.SEDAN, 4),
        ("Subcompact Cars", BodyType.SEDAN, 5),
        ("Compact Cars", BodyType.SEDAN, 5),
        ("Large Cars", BodyType.SEDAN, 5),
        ("Midsize-Large Station Wagons", BodyType.WAGON, 5),
        ("Small Station Wagons", BodyType.WAGON, 5),
        ("Standard Pickup Trucks 4WD", BodyType.PICKUP, 5),
        ("Standard Pickup Trucks/2wd", BodyType.PICKUP, 5),
        ("Small Sport Utility Vehicle 2WD", BodyType.SUV, 5),
        ("Standard Sport Utility Vehicle 4WD", BodyType.SUV, 7),
        ("Sport Utility Vehicle - 4WD", BodyType.SUV, 5),
        ("Special Purpose Vehicles/4wd", BodyType.SUV, 5),
        ("Minivan - 2WD", BodyType.MINIVAN, 7),
        ("Vans", BodyType.VAN, 8),
        ('"Vans, Cargo Type"', BodyType.VAN, 2),
        ('"Vans, Passenger Type"', BodyType.VAN, 12),
    ],
)
def test_the_epa_class_tells_the_body_and_the_seats(vehicle_class, body_type, seats):
    row = good_epa(VClass=vehicle_class)
    assert (row.body_type, row.seats) == (body_type, seats)


@pytest.mark.parametrize(
    ("model", "vehicle_class", "body_type", "seats"),
    [
        ("Mustang Convertible", "Subcompact Cars", BodyType.CONVERTIBLE, 4),
        ("488 Spider", "Two Seaters", BodyType.CONVERTIBLE, 2),
        ("Accord Coupe", "Compact Cars", BodyType.COUPE, 4),
        ("Corolla Hatchback", "Compact Cars", BodyType.HATCHBACK, 5),
        ("GLE Coupe", "Standard Sport Utility Vehicle 4WD", BodyType.SUV, 7),
    ],
)
def test_the_model_name_tells_the_body_of_a_car(model, vehicle_class, body_type, seats):
    row = good_epa(model=model, VClass=vehicle_class)
    assert (row.body_type, row.seats) == (body_type, seats)


@pytest.mark.parametrize(
    ("drive", "vehicle_class", "code"),
    [
        ("Front-Wheel Drive", "Compact Cars", Drive.FWD),
        ("Rear-Wheel Drive", "Compact Cars", Drive.RWD),
        ("All-Wheel Drive", "Compact Cars", Drive.AWD),
        ("4-Wheel Drive", "Compact Cars", Drive.FOUR_WD),
        ("Part-time 4-Wheel Drive", "Small Pickup Trucks 4WD", Drive.FOUR_WD),
        ("4-Wheel or All-Wheel Drive", "Compact Cars", Drive.AWD),
        ("4-Wheel or All-Wheel Drive", "Special Purpose Vehicles", Drive.FOUR_WD),
        ("2-Wheel Drive", "Compact Cars", Drive.FWD),
        ("2-Wheel Drive", "Standard Pickup Trucks 2WD", Drive.RWD),
        ("", "Compact Cars", Drive.FWD),
        ("", "Two Seaters", Drive.RWD),
        ("", "Special Purpose Vehicles/4wd", Drive.FOUR_WD),
        ("", "Minivan - 4WD", Drive.AWD),
    ],
)
def test_the_epa_drive_is_read_or_follows_from_the_body(drive, vehicle_class, code):
    assert good_epa(drive=drive, VClass=vehicle_class).drive is code


@pytest.mark.parametrize(
    ("trany", "code"),
    [
        ("Manual 5-spd", Transmission.MANUAL),
        ("Manual 4-spd Doubled", Transmission.MANUAL),
        ("Automatic 4-spd", Transmission.AUTOMATIC),
        ("Automatic (S8)", Transmission.AUTOMATIC),
        ("Automatic (L3)", Transmission.AUTOMATIC),
        ("Automatic (A2)", Transmission.AUTOMATIC),
        ("Automatic (variable gear ratios)", Transmission.CVT),
        ("Automatic (AV-S7)", Transmission.CVT),
        ("Automatic (AM-S7)", Transmission.DUAL_CLUTCH),
        ("Automatic (AM6)", Transmission.DUAL_CLUTCH),
        ("Automatic (A1)", Transmission.SINGLE_SPEED),
        ("", Transmission.AUTOMATIC),
    ],
)
def test_the_epa_gearbox_is_read(trany, code):
    assert good_epa(trany=trany).transmission is code


@pytest.mark.parametrize(
    ("cells", "fuel"),
    [
        ({"fuelType1": "Premium Gasoline"}, Fuel.PETROL),
        ({"fuelType1": "Midgrade Gasoline", "atvType": "FFV", "fuelType2": "E85"}, Fuel.PETROL),
        ({"fuelType1": "Diesel", "atvType": "Diesel"}, Fuel.DIESEL),
        ({"atvType": "Hybrid"}, Fuel.HYBRID),
        ({"atvType": "Plug-in Hybrid"}, Fuel.PLUG_IN_HYBRID),
        ({"fuelType2": "Electricity"}, Fuel.PLUG_IN_HYBRID),
        ({"fuelType1": "Electricity", "atvType": "EV"}, Fuel.ELECTRIC),
        ({"fuelType1": "Hydrogen", "atvType": "FCV"}, Fuel.HYDROGEN),
    ],
)
def test_the_epa_fuel_is_read(cells, fuel):
    assert good_epa(**cells).fuel is fuel


@pytest.mark.parametrize("nothing", ["", "NA"])
def test_an_electric_car_of_the_epa_has_no_engine_and_the_power_of_its_motors(nothing):
    row = good_epa(
        fuelType1="Electricity",
        trany="",
        displ=nothing,
        cylinders=nothing,
        drive="All-Wheel Drive",
        evMotor="100 kW and 200 kW ACPM",
    )
    assert row.variant == "electric single-speed awd"
    assert (row.engine_cc, row.power_hp) == (None, 402)


@pytest.mark.parametrize(
    ("cells", "variant", "power_hp"),
    [
        ({"tCharger": "T", "displ": "2.0"}, "2.0 L 4-cyl turbo automatic fwd", 240),
        ({"year": "1984", "displ": "2.0"}, "2.0 L 4-cyl automatic fwd", 100),
        ({"atvType": "Plug-in Hybrid"}, "2.5 L 4-cyl plug-in-hybrid automatic fwd", 280),
        ({"trany": "Automatic (AM-S7)"}, "2.5 L 4-cyl dual-clutch fwd", 200),
        ({"displ": "NA"}, "4-cyl automatic fwd", 160),
        ({"displ": "", "cylinders": "NA"}, "automatic fwd", 160),
        ({"displ": "1.3", "cylinders": ""}, "1.3 L automatic fwd", 104),
    ],
)
def test_engine_gearbox_and_drive_make_the_variant_of_an_epa_row(cells, variant, power_hp):
    row = good_epa(**cells)
    assert (row.variant, row.power_hp) == (variant, power_hp)


def test_a_premium_make_and_a_later_year_cost_more():
    plain, premium = good_epa(), good_epa(make="BMW")
    assert premium.list_price_cents > plain.list_price_cents
    assert good_epa(year="1990", displ="4.0").list_price_cents < plain.list_price_cents


def test_an_unknown_make_has_no_country_of_origin():
    assert good_epa(make="Superior Coaches Div E.p. Dutton").origin_country == ""
    assert good_epa(make="volkswagen").origin_country == "DE"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"year": "20"}, "year must be a whole number from 1950 to 2100, not '20'."),
        ({"make": ""}, "make is empty."),
        ({"model": "m" * 61}, "model is longer than 60 characters."),
        ({"model": "Cam\0ry"}, "model holds a NUL byte."),
        ({"VClass": "Boats"}, "VClass is 'Boats', which the catalogue has no word for."),
        (
            {"fuelType1": "Natural Gas"},
            "fuelType1 is 'Natural Gas', which the catalogue has no word for.",
        ),
        ({"drive": "Chain"}, "drive is 'Chain', which the catalogue has no word for."),
        ({"trany": "Pedals"}, "trany is 'Pedals', which the catalogue has no word for."),
        ({"displ": "big"}, "displ must be a number of litres, not 'big'."),
        ({"displ": "-2.0"}, "displ must be a number of litres, not '-2.0'."),
        ({"cylinders": "four"}, "cylinders must be a number of cylinders, not 'four'."),
    ],
)
def test_a_bad_cell_of_the_epa_makes_a_bad_row(cells, reason):
    row = read_epa(**cells)
    assert isinstance(row, BadRow)
    assert (row.line, row.reason) == (2, reason)


def test_the_nine_columns_we_name_are_enough_for_the_epa_format():
    line = ",".join(EPA_CELLS[column] for column in epa_format.COLUMNS)
    row = next(read_car_models([",".join(epa_format.COLUMNS), line]))
    assert isinstance(row, CarModelRow)


def test_rows_of_the_epa_that_agree_in_the_variant_are_one_car_model():
    line = ",".join(EPA_CELLS.values())
    first, second = list(read_car_models([EPA_HEADER, line, line]))
    assert isinstance(first, CarModelRow) and isinstance(second, CarModelRow)
    assert (
        first.identity
        == second.identity
        == (
            "Toyota",
            "Camry",
            "2.5 L 4-cyl automatic fwd",
            2020,
        )
    )


def test_a_long_file_of_the_epa_is_read_without_a_bad_row():
    rows = list(read_car_models(epa_rows(2_000)))
    assert [row for row in rows if isinstance(row, BadRow)] == []
    assert len(rows) == 2_000
    assert {row.fuel for row in rows if isinstance(row, CarModelRow)} >= {
        Fuel.PETROL,
        Fuel.DIESEL,
        Fuel.HYBRID,
        Fuel.ELECTRIC,
    }


def test_the_sample_of_the_epa_depends_on_its_seed_alone():
    assert list(epa_rows(50)) == list(epa_rows(50))
    assert list(epa_rows(50)) != list(epa_rows(50, seed=2))
    header, *rows = csv.reader(epa_rows(50))
    assert {len(row) for row in rows} == {len(header)}
