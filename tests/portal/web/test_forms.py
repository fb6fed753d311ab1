"""Money that people type, and what a refusal looks like."""

from __future__ import annotations

import pytest
from django import forms

from marketplace.common.errors import Busy, Invalid
from portal.fields import MoneyField
from portal.web.forms import ServiceForm


class _Form(ServiceForm):
    name = forms.CharField(required=False)
    amount = MoneyField(min_value=100, max_value=10_000_000)


@pytest.mark.parametrize(
    ("typed", "cents"), [("25000", 2_500_000), ("25000.5", 2_500_050), (" 1.00 ", 100)]
)
def test_what_a_person_types_is_whole_cents(typed: str, cents: int) -> None:
    form = _Form({"amount": typed})
    assert form.is_valid() and form.cleaned_data["amount"] == cents


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abc",
        "1e9",
        "1,000",
        "12.345",
        "0.99",
        "-5",
        "100000.01",
        "9" * 400,
        "١٢",
        "1\x00",
        "nan",
    ],
)
def test_anything_else_is_an_error_at_the_field(typed: str) -> None:
    form = _Form({"amount": typed})
    assert not form.is_valid() and list(form.errors) == ["amount"]


def test_the_form_shows_cents_as_text_and_a_mistake_as_it_was_typed() -> None:
    assert 'value="25000.00"' in str(_Form(initial={"amount": 2_500_000})["amount"])
    assert 'value="12,5"' in str(_Form({"amount": "12,5"})["amount"])


def test_a_refusal_stands_at_its_field_which_takes_the_focus() -> None:
    form = _Form({"amount": "200"})
    assert form.is_valid()

    form.refuse(Invalid("Too little", field="amount"))
    form.focus_first_error()

    assert form.errors["amount"] == ["Too little"]
    assert "autofocus" in str(form["amount"]) and "autofocus" not in str(form["name"])


def test_a_refusal_without_a_field_of_the_form_stands_above_it() -> None:
    form = _Form({"amount": "200"})
    assert form.is_valid()

    form.refuse(Busy())
    form.refuse(Invalid("Elsewhere", field="no_such_field"))

    assert len(form.non_field_errors()) == 2
