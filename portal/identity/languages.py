"""In which language somebody is written to."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_from_request


def language_for(request: HttpRequest | None) -> str:
    """The language that the visitor reads the portal in, one of ours."""
    return get_language_from_request(request) if request else settings.LANGUAGE_CODE
