"""The account endpoints in the schema: django-allauth's own description of them, made ours.

Only what is mounted appears, under our paths, with its components under names of their own and with
the refusals that stand before allauth.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from allauth.headless import spec
from allauth.headless.spec.internal import schema as of_allauth
from django.urls import resolve

from portal.api.errors import MEDIA_TYPE
from portal.api.schema import LIMITS, refusal

Node = dict[str, Any]

_ROOT = "/api/auth/app"
_PREFIX = "Auth"
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_TAG = "accounts"

#: What allauth answers and its description does not say.
_UNSAID: dict[tuple[str, str], tuple[int, ...]] = {}


def add_accounts(result: Node, generator: Any, request: Any, public: bool) -> Node:
    """Hook: the account endpoints beside the resources."""
    del generator, request, public
    described = deepcopy(_described())
    paths = {path: item for path, item in _paths(described) if _is_mounted(path)}
    for path, item in paths.items():
        for method in _METHODS & item.keys():
            item[method] = _operation(path, method, item[method], described)
    used = _renamed({"paths": paths, "components": _used(paths, described["components"])})
    result["paths"] |= used["paths"]
    for kind, components in used["components"].items():
        known = result["components"].setdefault(kind, {})
        known |= {_PREFIX + name: component for name, component in components.items()}
    return result


@cache
def _described() -> Node:
    """allauth's description, with the sign-up fields and the user of this portal."""
    text = (Path(spec.__file__).parent / "doc" / "openapi.yaml").read_text(encoding="utf-8")
    described: Node = yaml.safe_load(text)
    of_allauth.specify_user(described)
    of_allauth.specify_signup_fields(described)
    of_allauth.specify_custom_signup_form(described)
    return described


def _paths(described: Node) -> Iterator[tuple[str, Node]]:
    for path, item in described["paths"].items():
        ours = path.replace("/_allauth/{client}", _ROOT).replace("/_allauth/app", _ROOT)
        parameters = _without_client(item.get("parameters", []))
        yield ours, {key: value for key, value in item.items() if key in _METHODS} | (
            {"parameters": parameters} if parameters else {}
        )


def _is_mounted(path: str) -> bool:
    return path.startswith(_ROOT) and resolve(path).url_name != "no-such-path"


def _without_client(parameters: list[Node]) -> list[Node]:
    return [one for one in parameters if not one.get("$ref", "").endswith("/Client")]


def _operation(path: str, method: str, said: Node, described: Node) -> Node:
    """The operation with a name, our token, our limits, and the refusals that it may meet."""
    where = path.removeprefix(f"{_ROOT}/v1/").replace("/", "_").replace("-", "_")
    said["operationId"] = f"{_TAG}_{where}_{method}"
    said["tags"] = [_TAG]
    said["security"] = [{"accessToken": []}, {}]
    parameters = _without_client(said.pop("parameters", []))
    if parameters:
        said["parameters"] = parameters
    responses = {
        str(status): _own(response, described) for status, response in said["responses"].items()
    }
    for status in (400, 429, *_UNSAID.get((where, method), ())):
        meant = responses.setdefault(str(status), {"description": refusal(status)["description"]})
        meant.setdefault("content", {}).setdefault(
            MEDIA_TYPE, {"schema": {"$ref": "#/components/schemas/Problem"}}
        )
    responses["429"]["content"].setdefault(
        "application/json",
        {"schema": {"type": "object", "properties": {"status": {"type": "integer"}}}},
    )
    for response in responses.values():
        response.setdefault("headers", {}).update(LIMITS)
    said["responses"] = responses
    return said


def _own(response: Node, described: Node) -> Node:
    """A response as a copy of its own, so that something can be added."""
    name = response.get("$ref", "").removeprefix("#/components/responses/")
    return deepcopy(described["components"]["responses"][name] if name else response)


def _used(paths: Node, components: Node) -> Node:
    """The components that the paths refer to, directly or by others."""
    found: Node = {}
    waiting = list(_references(paths))
    while waiting:
        kind, name = waiting.pop().removeprefix("#/components/").split("/")
        if name != "Problem" and name not in found.setdefault(kind, {}):
            found[kind][name] = components[kind][name]
            waiting += _references(components[kind][name])
    return {kind: named for kind, named in found.items() if named}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _renamed(node: Any) -> Any:
    """The same with our prefix before each component's name that is referred to."""
    if isinstance(node, list):
        return [_renamed(value) for value in node]
    if not isinstance(node, dict):
        return node
    return {
        key: (
            value.rpartition("/")[0] + f"/{_PREFIX}" + value.rpartition("/")[2]
            if key == "$ref" and not value.endswith("/Problem")
            else _renamed(value)
        )
        for key, value in node.items()
    }
