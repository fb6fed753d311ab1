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
from allauth.headless.base.views import AuthenticatedAPIView, AuthenticationStageAPIView
from allauth.headless.constants import Flow
from allauth.headless.spec.internal import schema as of_allauth
from django.urls import resolve

from portal.api.errors import MEDIA_TYPE
from portal.api.schema import LIMITS, refusal

Node = dict[str, Any]

_ROOT = "/api/auth/app"
_PREFIX = "Auth"
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_TAG = "accounts"

_SCHEMAS = "#/components/schemas/"
_JSON = "application/json"
#: What allauth answers wherever it meets it, and what it means.
_ANSWERS: dict[int, tuple[str, tuple[str, ...]]] = {
    400: ("Some values are not valid.", ("ErrorResponse",)),
    401: (
        "Not logged in, or not to the end; or who logged in long ago has to do it again.",
        ("AuthenticationResponse", "ReauthenticationResponse"),
    ),
    409: ("Not in this state of things.", ("ConflictResponse",)),
    410: ("The session has ended.", ("SessionGoneResponse",)),
}


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
    _correct(described["components"])
    _complete(described["paths"])
    return described


def _correct(components: Node) -> None:
    """What the description says and the package doesn't keep to."""
    schemas = components["schemas"]
    schemas["Flow"]["properties"]["id"]["enum"] = sorted(flow.value for flow in Flow)
    said = schemas["AuthenticationMeta"]["allOf"][1]["properties"]["is_authenticated"]
    schemas["AuthenticationMethod"]["anyOf"] = schemas["AuthenticationMethod"].pop("oneOf")
    said |= {"nullable": True, "description": "Null where nobody has begun to log in."}
    components["parameters"]["PasswordLess"]["schema"] = {"type": "string"}
    for body in components["requestBodies"].values():
        body["required"] = True


def _complete(paths: Node) -> None:
    """Successes that the description leaves out."""
    base = "/_allauth/{client}/v1/"
    asked = paths[base + "auth/code/request"]["post"]["responses"]
    asked["200"] = paths[base + "auth/login"]["post"]["responses"]["200"]
    codes = paths[base + "account/authenticators/recovery-codes"]
    codes["post"]["responses"]["200"] = codes["get"]["responses"]["200"]


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
    view = getattr(resolve(path).func, "view_class")
    needs_somebody = issubclass(view, AuthenticatedAPIView)
    said["security"] = [{"accessToken": []}] + [{}] * (not needs_somebody)
    parameters = _without_client(said.pop("parameters", []))
    if parameters:
        said["parameters"] = parameters
    responses = {
        str(status): _own(response, described) for status, response in said["responses"].items()
    }
    is_stage = issubclass(view, AuthenticationStageAPIView)
    for status in [400, 410, *[401] * (needs_somebody or is_stage)]:
        _may_be(responses, status)
    responses["400"]["content"].setdefault(MEDIA_TYPE, {"schema": {"$ref": f"{_SCHEMAS}Problem"}})
    responses["429"] = _too_many()
    for response in responses.values():
        response.setdefault("headers", {}).update(LIMITS)
    said["responses"] = responses
    return said


def _may_be(responses: Node, status: int) -> None:
    """Add an answer of allauth's."""
    description, names = _ANSWERS[status]
    bodies = [{"$ref": _SCHEMAS + name} for name in names]
    said = responses.setdefault(str(status), {"description": description})
    said.setdefault("content", {})[_JSON] = {
        "schema": bodies[0] if len(bodies) == 1 else {"anyOf": bodies}
    }


def _too_many() -> Node:
    """Ours, or allauth's, which says no more than the status."""
    said = refusal(429)
    said["content"][_JSON] = {
        "schema": {"type": "object", "properties": {"status": {"type": "integer"}}}
    }
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
