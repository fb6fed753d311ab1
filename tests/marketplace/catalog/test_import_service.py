"""A file of car models becomes the catalogue: in bulk, twice the same, bad rows left out."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.catalog.errors import CarModelListed, FileUnreadable
from marketplace.catalog.models import CarModel
from marketplace.catalog.rules.text_lines import LONGEST_LINE, text_lines
from marketplace.catalog.services import (
    MOST_BAD_ROWS,
    OUR_CAR_MODELS,
    deactivate_car_model,
    import_car_models,
    reactivate_car_model,
)
from tests.marketplace import factories
from tests.marketplace.catalog.epa_sample import epa_rows

NOW = factories.NOW
LATER = NOW + timedelta(days=1)
HEADER = (
    "make,name,variant,model_year,body_type,fuel,transmission,drive,power_hp,engine_cc,seats,"
    "origin_country,list_price\n"
)


def car(name: str, *, price: str = "30000.00", power: str = "150") -> str:
    return f"Aurora,{name},LX,2024,sedan,petrol,manual,fwd,{power},1600,5,DE,{price}\n"


def written(at) -> int:
    return CarModel.objects.filter(updated_at=at).count()


@pytest.mark.django_db
def test_our_own_file_goes_in_and_a_second_time_changes_nothing():
    with OUR_CAR_MODELS.open("rb") as file:
        first = import_car_models(lines=text_lines(file), at=NOW)
    with OUR_CAR_MODELS.open("rb") as file:
        second = import_car_models(lines=text_lines(file), at=LATER)

    assert first.added == CarModel.objects.count() >= 300
    assert (first.changed, first.unchanged, first.bad_count) == (0, 0, 0)
    assert (second.added, second.changed, second.unchanged) == (0, 0, first.added)
    assert written(LATER) == 0


@pytest.mark.django_db
def test_good_rows_go_in_though_others_are_bad():
    report = import_car_models(
        lines=[HEADER, car("One"), car("Two", price="-1"), car("Three", power="many"), car("Four")],
        at=NOW,
    )

    assert list(CarModel.objects.values_list("name", flat=True)) == ["Four", "One"]
    assert [row.line for row in report.bad] == [3, 4]
    assert (report.added, report.bad_count) == (2, 2)


@pytest.mark.django_db
def test_every_characteristic_is_stored():
    line = "Aurora,Volt,,2025,suv,electric,single_speed,awd,204,,7,KR,41234.56\n"
    import_car_models(lines=[HEADER, line], at=NOW)

    stored = CarModel.objects.values_list(
        "make", "name", "variant", "model_year", "body_type", "fuel", "transmission", "drive",
        "power_hp", "engine_cc", "seats", "origin_country", "suggested_price_cents", "is_active",
        "created_at", "updated_at",
    ).get()  # fmt: skip
    assert stored == (
        "Aurora", "Volt", "", 2025, "suv", "electric", "single_speed", "awd", 204, None, 7, "KR",
        4_123_456, True, NOW, NOW,
    )  # fmt: skip


@pytest.mark.django_db
def test_only_the_row_that_changed_is_written():
    import_car_models(lines=[HEADER, car("One"), car("Two")], at=NOW)

    report = import_car_models(lines=[HEADER, car("One"), car("Two", price="31000")], at=LATER)

    assert (report.added, report.changed, report.unchanged) == (0, 1, 1)
    changed = CarModel.objects.get(updated_at=LATER)
    assert (changed.name, changed.suggested_price_cents) == ("Two", 3_100_000)
    assert changed.created_at == NOW


@pytest.mark.django_db
def test_an_epa_file_of_many_batches_twice_changes_nothing_though_it_names_cars_often():
    # More than two batches, so that rows of the same car are far apart.
    lines = list(epa_rows(12_000, seed=3))
    first = import_car_models(lines=lines, at=NOW)

    second = import_car_models(lines=lines, at=LATER)

    assert first.added == CarModel.objects.count() < 12_000 - first.bad_count
    assert (second.added, second.changed, second.unchanged) == (0, 0, first.added)
    assert written(LATER) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("between", [0, 6_000], ids=["in one batch", "far apart"])
def test_of_two_rows_of_one_epa_car_the_later_one_counts(between):
    head, row, *others = epa_rows(between + 1, seed=1)
    cells = next(csv.DictReader([head, row])) | {"model": "Twice", "drive": "All-Wheel Drive"}

    def classed(vehicle_class: str) -> str:
        line = io.StringIO()
        csv.DictWriter(line, cells).writerow(cells | {"VClass": vehicle_class})
        return line.getvalue()

    lines = [head, classed("Compact Cars"), *others, classed("Minivan - 2WD")]
    import_car_models(lines=lines, at=NOW)

    assert CarModel.objects.get(name="Twice").body_type == CarModel.BodyType.MINIVAN


@pytest.mark.django_db
def test_the_number_of_statements_depends_on_batches_not_on_rows():
    def statements(rows: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            import_car_models(
                lines=[HEADER, *(car(f"{rows}-{number}") for number in range(rows))], at=NOW
            )
        return len(queries)

    assert statements(10) == statements(1_000)


@pytest.mark.django_db
def test_a_file_does_not_bring_back_what_an_administrator_took_out():
    import_car_models(lines=[HEADER, car("One"), car("Two")], at=NOW)
    deactivate_car_model(car_model=CarModel.objects.get(name="One"), at=NOW)

    report = import_car_models(lines=[HEADER, car("One", price="1000"), car("Two")], at=LATER)

    assert (report.added, report.changed, report.unchanged, report.withdrawn) == (0, 0, 1, 1)
    one = CarModel.objects.get(name="One")
    assert (one.is_active, one.suggested_price_cents) == (False, 3_000_000)


@pytest.mark.django_db
def test_an_inactive_namesake_does_not_hide_the_active_car_model():
    old = factories.make_car_model(
        make="Aurora", name="One", variant="LX", model_year=2024, is_active=False
    )
    new = factories.make_car_model(make="Aurora", name="One", variant="LX", model_year=2024)

    report = import_car_models(lines=[HEADER, car("One", price="12345")], at=LATER)

    assert (report.added, report.changed, report.withdrawn) == (0, 1, 0)
    assert CarModel.objects.get(pk=new.pk).suggested_price_cents == 1_234_500
    assert CarModel.objects.get(pk=old.pk).suggested_price_cents == 2_500_000


@pytest.mark.django_db
def test_a_car_model_comes_back_unless_its_name_is_taken():
    old = factories.make_car_model(name="One")
    deactivate_car_model(car_model=old, at=NOW)
    reactivate_car_model(car_model=old, at=NOW)
    assert CarModel.objects.get(pk=old.pk).is_active
    deactivate_car_model(car_model=old, at=NOW)
    factories.make_car_model(name="One")

    with pytest.raises(CarModelListed):
        reactivate_car_model(car_model=old, at=NOW)

    assert not CarModel.objects.get(pk=old.pk).is_active


@pytest.mark.django_db
def test_a_file_of_bad_rows_keeps_only_the_first_and_counts_them_all():
    count = MOST_BAD_ROWS + 7
    report = import_car_models(lines=[HEADER, *("x\n" for _ in range(count))], at=NOW)

    assert (len(report.bad), report.bad_count) == (MOST_BAD_ROWS, count)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "columns"),
        (b"make,name\nAurora,One\n", "variant"),
        (b"\0" * 5_000, "columns"),
        ((HEADER + car("One")).encode("utf-16"), "Line 1 "),
        (HEADER.encode() + car("One").encode() + "Škoda".encode("cp1250"), "Line 3 "),
        (HEADER.encode() + b"x" * (LONGEST_LINE + 1), "Line 2 "),
    ],
    ids=["empty", "columns", "NUL bytes", "UTF-16", "Windows", "one enormous line"],
)
def test_a_file_that_is_no_text_of_car_models_is_refused_as_a_whole(content, complaint):
    with pytest.raises(FileUnreadable, match=complaint):
        import_car_models(lines=text_lines(io.BytesIO(content)), at=NOW)

    assert CarModel.objects.count() == 0


@pytest.mark.django_db
def test_progress_adds_up_to_the_rows_of_the_file():
    told: list[int] = []
    import_car_models(
        lines=[HEADER, *(car(str(number)) for number in range(5_500))],
        at=NOW,
        on_progress=told.append,
    )

    assert sum(told) == 5_500 and len(told) == 2


@pytest.mark.django_db
def test_the_command_prints_counts_and_bad_lines(tmp_path, capsys):
    file = tmp_path / "cars.csv"
    file.write_text(HEADER + car("One") + "x\n" * 60, encoding="utf-8")

    call_command("import_car_models", str(file))

    output = capsys.readouterr()
    assert output.out.startswith("1 added, 0 changed, 0 as before")
    assert "60 bad rows" in output.out
    assert output.err.count("\n") == 51 and "Line 3: " in output.err and "10 more" in output.err


@pytest.mark.django_db
def test_the_command_without_a_file_imports_our_own():
    call_command("import_car_models")

    assert CarModel.objects.count() >= 300


@pytest.mark.django_db
@pytest.mark.parametrize("content", [None, "directory", b"\xff\xfe\0", HEADER.encode() + b"x\n"])
def test_the_command_fails_if_nothing_could_be_read(tmp_path, content):
    path = tmp_path / "cars.csv"
    if content == "directory":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)

    with pytest.raises(CommandError, match="cars.csv"):
        call_command("import_car_models", str(path))

    assert CarModel.objects.count() == 0
