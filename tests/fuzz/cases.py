"""What is sent: Schemathesis' own cases, with existing things put into them most of the time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.generation.drivers import CoverageGenerator
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.overrides import Override

from tests.fuzz.seeds import Seed

Case = schemathesis.Case
Operation = Any  # Schemathesis doesn't export it

#: Names in bodies and queries whose values mean things in this market.
_REFERENCES = frozenset("""
    seller buyer party car_model car_models ids token code current_password key password
    username email id authenticators sessions refresh_token
    """.split())
_IF_MATCH = {"If-Match": "*"}
_MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def load(raw: dict[str, Any], application: Any) -> Any:
    """The schema and who answers. Who asks is our business: it is no parameter of the cases."""
    config = SchemathesisConfig.from_dict(
        {
            "generation": {"with-security-parameters": False},
            "checks": {
                name: {"expected-statuses": ["4xx"]}
                for name in ("negative_data_rejection", "missing_required_header")
            },
        }
    )
    schema = schemathesis.openapi.from_dict(raw, config=config)
    schema.app = application
    return schema


def operations_of(schema: Any) -> list[Operation]:
    """All operations."""
    return [result.ok() for result in schema.get_all_operations()]


def case_of(operation: Operation, seed: Seed) -> Case:
    """The seed itself."""
    return operation.Case(
        path_parameters=dict(seed.path_parameters),
        query=dict(seed.query),
        headers={"Idempotency-Key": "seed"} | _IF_MATCH,
        body=NOT_SET if seed.body is None else seed.body,
        media_type=None if seed.body is None else "application/json",
    )


def systematic(operation: Operation, seeds: Sequence[Seed]) -> Iterator[Case]:
    """The bounds of everything that the schema says, from inside and from outside."""
    for case in CoverageGenerator(
        operation=operation,
        generation_modes=list(_MODES),
        generation_config=operation.schema.config.generation_for(
            operation=operation, phase="coverage"
        ),
        auth_storage=None,
        override=Override(),
        feedback=NO_FEEDBACK,
    ):
        yield _grounded(case, seeds, Random(repr(case)), mixing=0)


def random_cases(operation: Operation, seeds: Sequence[Seed]) -> st.SearchStrategy[Case]:
    """Cases that fit the schema and cases that don't, where both can be."""
    can_be_wrong = operation.body or operation.query or operation.path_parameters
    modes = _MODES if can_be_wrong else _MODES[:1]
    return st.one_of(
        st.tuples(operation.as_strategy(generation_mode=mode), st.randoms()).map(
            lambda drawn: _grounded(drawn[0], seeds, drawn[1], mixing=0.3)
        )
        for mode in modes
    )


def _grounded(case: Case, seeds: Sequence[Seed], dice: Random, *, mixing: float) -> Case:
    """The case with things that exist, in those parts that are not meant to be wrong."""
    if not seeds or dice.random() < 0.1:
        return case
    seed = dice.choice(seeds)
    wrong = wrong_parts(case)
    if seed.path_parameters and ParameterLocation.PATH not in wrong:
        case.path_parameters = dict(seed.path_parameters)
    if ParameterLocation.HEADER not in wrong:
        case.headers.pop("X-Session-Token", None)  # the session is that of the access token
        if "If-Match" in case.headers:
            case.headers.update(_IF_MATCH)
    if ParameterLocation.QUERY not in wrong:
        case.query = _referring(case.query, seed.query, dice, mixing)
    if ParameterLocation.BODY not in wrong:
        case.body = _referring(case.body, seed.body, dice, mixing)
    return case


def wrong_parts(case: Case) -> set[ParameterLocation]:
    """The parts of the request that don't fit the schema, on purpose."""
    meta = case.meta
    if meta is None:
        return set()
    wrong = {part for part, said in meta.components.items() if said.mode.is_negative}
    if case.body is NOT_SET and not any(body.is_required for body in case.operation.body):
        wrong.discard(ParameterLocation.BODY)  # it may be left out
    return wrong


def _referring(generated: Any, known: Any, dice: Random, mixing: float) -> Any:
    """The same with references to what exists, and with something of what is known to work."""
    if not isinstance(generated, dict) or not isinstance(known, Mapping):
        return generated
    mixed = dict(generated)
    for name, value in known.items():
        if (name in _REFERENCES and name in mixed) or dice.random() < mixing:
            mixed[name] = value
        elif isinstance(value, list) and isinstance(mixed.get(name), list) and value:
            rows = mixed[name]
            mixed[name] = [_referring(row, value[0], dice, mixing) for row in rows]
    return mixed
