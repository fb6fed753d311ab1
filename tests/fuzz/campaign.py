"""One role asks for everything."""

from __future__ import annotations

import time
from collections import Counter
from itertools import islice
from typing import Any
from zlib import crc32

import hypothesis
from hypothesis import HealthCheck, Phase
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from tests.fuzz import cases
from tests.fuzz.seeds import ROLES, Seed, seeds_of
from tests.portal.matrix.asking import Asking

load_all_checks()
_EACH = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "missing_required_header",
        "unsupported_method",
    ]
)
_OF_WRONG = CHECKS.get_by_names(["negative_data_rejection"])
#: It asks twice more without the token, so once for each operation is enough.
_ONCE = CHECKS.get_by_names(["ignored_auth"])
#: From so many random requests on, every role also makes all of the systematic ones. Below, every
#: third one is made, by one role for each operation.
_MANY = 20
_SHOWN = 8


class Campaign:
    """Every operation, as one role. Whatever is asked is undone."""

    def __init__(self, market: Asking, schema: Any, role: str, *, examples: int, seed: int) -> None:
        self.role, self.examples, self.seed = role, examples, seed
        self.operations = cases.operations_of(schema)
        self.headers = {"Accept-Encoding": "identity"}
        known = market.passes.get(ROLES[role])
        if known:
            self.headers["Authorization"] = f"Bearer {known.token}"
        paths = [(operation.method.upper(), operation.path) for operation in self.operations]
        self.seeds = seeds_of(market.world.ours, paths)
        self.failures: list[str] = []
        self.not_let_in: list[str] = []
        self.answers: Counter[int] = Counter()
        self.requests: Counter[str] = Counter()
        self.successes: Counter[str] = Counter()
        self.seconds = 0.0

    def run(self) -> None:
        """Ask: what is known to work, what lies at the bounds, and what chance brings."""
        started = time.process_time()
        for operation in self.operations:
            about = [seed for seed in self.seeds if seed.label == operation.label]
            own = [seed for seed in about if self.role in seed.lets_in]
            known = own or about
            for seed in known:
                self._try(cases.case_of(operation, seed))
            if self.examples >= _MANY or self._is_its_turn(operation.label, about):
                step = 1 if self.examples >= _MANY else 3
                for case in islice(cases.systematic(operation, known), 0, None, step):
                    self._try(case)
            self._fuzz(operation, known)
            if own and not self.successes[operation.label]:
                self.not_let_in.append(operation.label)
        self.seconds = time.process_time() - started

    def _fuzz(self, operation: cases.Operation, seeds: list[Seed]) -> None:
        def ask(case: cases.Case) -> None:
            self._ask(case)

        strategy = cases.random_cases(operation, seeds)
        settings = hypothesis.settings(
            max_examples=self.examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        seed = crc32(f"{self.seed} {self.role} {operation.label}".encode())
        try:
            hypothesis.seed(seed)(settings(hypothesis.given(case=strategy)(ask)))()
        except BaseExceptionGroup as failures:
            self.failures.append(_text(failures))
        except AssertionError as failure:
            self.failures.append(str(failure))

    def _try(self, case: cases.Case) -> None:
        try:
            self._ask(case)
        except (FailureGroup, AssertionError) as failure:
            self.failures.append(str(failure))

    def _ask(self, case: cases.Case) -> None:
        label = case.operation.label
        checks = [*_EACH]
        response = case.call(headers=self.headers)
        self.requests[label] += 1
        self.answers[response.status_code] += 1
        if cases.wrong_parts(case):
            checks += _OF_WRONG
        if response.status_code < 300:
            self.successes[label] += 1
            if self.successes[label] == 1 and "Authorization" in self.headers:
                checks += _ONCE
        case.validate_response(
            response, checks, headers=self.headers, transport_kwargs={"headers": self.headers}
        )

    def _is_its_turn(self, label: str, seeds: list[Seed]) -> bool:
        """Whether the systematic cases are this role's, among those whom the operation lets in."""
        allowed = {role for seed in seeds for role in seed.lets_in}
        roles = [role for role in ROLES if role in allowed] or list(ROLES)
        return roles[crc32(f"{self.seed} {label}".encode()) % len(roles)] == self.role

    def report(self) -> str:
        """How much was asked."""
        answers = ", ".join(f"{n} × {status}" for status, n in sorted(self.answers.items()))
        return f"{self.role}: {self.requests.total()} requests, {self.seconds:.0f} s: {answers}"

    def told(self) -> str:
        """What went wrong, and how to see it again."""
        again = f"FUZZ_SEED={self.seed} FUZZ_EXAMPLES={self.examples}"
        shown = "\n".join(self.failures[:_SHOWN])
        return f"{len(self.failures)} failures as {self.role}, again by {again}:\n{shown}"


def _text(failures: BaseException) -> str:
    """What the failures say, and not that they are a group."""
    if isinstance(failures, BaseExceptionGroup) and not isinstance(failures, FailureGroup):
        return "\n".join(_text(one) for one in failures.exceptions)
    return str(failures)
