"""Reading JSON strictly: what could be understood in two ways, or not be kept, is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer


class JsonParser(BaseParser):
    """JSON in UTF-8: no duplicate keys, no NaN or infinity, no half characters."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The data.

        Raises:
            ParseError: it is none.
            RequestDataTooBig: it is more than the portal reads.
        """
        return parsed(_read(stream))


def parsed(body: bytes) -> Any:
    """The data that the bytes say.

    Raises:
        ParseError: they are no JSON, or JSON that could be understood in two ways.
    """
    try:
        data = json.loads(
            body.decode(),
            object_pairs_hook=_without_duplicates,
            parse_constant=_no_number,
            parse_float=_finite,
        )
        json.dumps(data, ensure_ascii=False).encode()  # fails for half a surrogate pair
    except RecursionError as error:
        raise ParseError(_("The JSON is nested too deeply.")) from error
    except ValueError as error:
        raise ParseError(_("The body is not valid JSON.")) from error
    return data


def _read(stream: IO[bytes]) -> bytes:
    """The body; the framework hands out the stream before anybody has measured it."""
    body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise RequestDataTooBig()
    return body


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ParseError(_("A key stands twice in one object."), code="duplicate_key")
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("out of range")
    return number
