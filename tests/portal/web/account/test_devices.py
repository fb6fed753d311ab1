"""What a device is called."""

from __future__ import annotations

import pytest

from portal.web.account.devices import device_name

_MOZILLA = "Mozilla/5.0"
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"{_MOZILLA} (Windows NT 10.0; Win64) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        (
            f"{_MOZILLA} (Windows NT 10.0) {_WEBKIT} Chrome/130 Safari/537.36 Edg/130",
            "Edge, Windows",
        ),
        (f"{_MOZILLA} (Linux; Android 15) {_WEBKIT} Chrome/130 Safari/537.36", "Chrome, Android"),
        (f"{_MOZILLA} (Macintosh; Intel Mac OS X 14_0) {_WEBKIT} Safari/605", "Safari, macOS"),
        (f"{_MOZILLA} (iPad; CPU OS 18_0 like Mac OS X) {_WEBKIT} Safari/604", "Safari, iPad"),
        ("curl/8.5.0", "curl"),
        ("python-requests/2.32", "Python"),
        ("<b>my own reader</b> 1.0", "<b>my own reader</b> 1.0"),
        ("", "Unknown device"),
    ],
)
def test_a_device_is_called_as_people_call_it(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
