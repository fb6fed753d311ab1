"""The table of who may do what, read off the resources' own declarations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portal.api.permissions import Hat
from portal.api.resources import Resource

_HEAD = """# Who may do what through the API

Written from the code by `manage.py permissions`; what stands here is what is enforced. A role counts
in the party that is asked for: in anybody else's party everybody but staff is a stranger, and a
stranger's answer is 404. A role that is known there but not meant gets 403, and who is not logged in 401.
“person” is whoever is logged in.
"""

_COLUMNS = tuple(Hat)


def permission_table(resources: Iterable[tuple[str, type[Resource], str]]) -> str:
    """The table as Markdown: resource × act × hat."""
    lines = [_HEAD, _row(["resource", "act", *(hat.value for hat in _COLUMNS)])]
    lines.append("|" + "---|" * (len(_COLUMNS) + 2))
    for name, act, *marks in _rows(resources):
        lines.append(_row([name, act, *marks]))
    return "\n".join(lines) + "\n"


def _rows(resources: Iterable[tuple[str, type[Resource], str]]) -> Iterator[list[str]]:
    for _path, resource, name in resources:
        for act, audience in resource.for_whom.items():
            marks = ["yes" if hat in audience else "–" for hat in _COLUMNS]
            yield [name, act.replace("_", " "), *marks]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
