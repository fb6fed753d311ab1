"""What a browser or a program calls itself, as a person would say it."""

from __future__ import annotations

from django.utils.translation import gettext as _

#: What to look for, in this order: most browsers also claim to be the ones further down.
_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser", "Yandex"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
    ("python", "Python"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """Like "Firefox, Windows"; whatever it calls itself if we don't know it."""
    known = [
        next((name for mark, name in names if mark.lower() in user_agent.lower()), "")
        for names in (_PROGRAMS, _SYSTEMS)
    ]
    return ", ".join(filter(None, known)) or user_agent[:40] or _("Unknown device")
