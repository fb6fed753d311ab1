"""Form fields of our own, where no page's test looks closely."""

from __future__ import annotations

import pytest
from django import forms
from django.utils.translation import override

from portal.fields import CountryField


class Form(forms.Form):
    """One country."""

    country = CountryField()


@pytest.mark.parametrize(
    ("language", "germany", "last"),
    [("en", "Germany", "Zimbabwe"), ("es", "Alemania", "Zimbabue"), ("ru", "Германия", "Япония")],
)
def test_countries_are_named_and_sorted_in_the_visitors_language(
    language: str, germany: str, last: str
) -> None:
    with override(language):
        options = str(Form({"country": "DE"})["country"])
    assert f'<option value="DE" selected>{germany}</option>' in options
    assert options.endswith(f">{last}</option></select>")
    assert options.count(" selected") == 1 and 'name="country"' in options


def test_a_country_may_be_left_open_and_is_one_that_exists() -> None:
    assert Form({"country": ""}).is_valid()
    assert Form({"country": "XX"}).errors["country"]
    assert '<option value="" selected>—</option>' in str(Form({"country": ""})["country"])


def test_what_somebody_typed_is_text_in_the_element() -> None:
    field = str(Form({"country": '"><script>'})["country"])
    assert "<script>" not in field
