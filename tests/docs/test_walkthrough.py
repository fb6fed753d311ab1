"""The reader of tutorials notices what doesn't fit."""

from __future__ import annotations

import pytest

from tests.docs.walkthrough import Answer, Memory, Request, steps


@pytest.mark.parametrize(
    ("shown", "came", "problems"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, 0),
        ({"a": 1}, {"a": 2}, 1),
        ({"a": 1}, {}, 1),
        ([1, "…"], [1, 2, 3], 0),
        ([1], [1, 2], 1),
        ([1, 2], [1], 1),
        ("…", None, 0),
        ({"x": "{name}", "y": "{name}"}, {"x": 5, "y": 5}, 0),
        ({"x": "{name}", "y": "{name}"}, {"x": 5, "y": 6}, 1),
    ],
)
def test_what_is_shown_has_to_come(shown: object, came: object, problems: int) -> None:
    assert len(list(Memory().mismatches(shown, came))) == problems


def test_a_page_is_read_in_its_order() -> None:
    page = "\n".join(
        ["```http", "POST /x/", "A: b", "", '{"y": 1}', "```", "<!-- do: wait a bit -->"]
        + ["```json", "HTTP 201", '{"z": 2}', "```"]
    )
    assert list(steps(page)) == [
        Request("POST", "/x/", {"A": "b"}, '{"y": 1}'),
        "wait a bit",
        Answer(201, {"z": 2}),
    ]


def test_a_name_that_never_came_up_is_an_error() -> None:
    with pytest.raises(KeyError):
        Memory().filled("/offers/{offer}/")
