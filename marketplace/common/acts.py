"""A business act: one transaction, and a clean "busy" when somebody else holds what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError

from marketplace.common.errors import Busy, MarketplaceError

P = ParamSpec("P")
R = TypeVar("R")

#: PostgreSQL's lock_not_available, deadlock_detected and serialization_failure.
_BUSY_STATES = frozenset({"55P03", "40P01", "40001"})


def act(service: Callable[P, R]) -> Callable[P, R]:
    """Run a service in one transaction.

    Raises:
        Busy: a lock was not free in time; nothing was done, and trying again will do.
    """

    return busy_if_locked(transaction.atomic(service))


def busy_if_locked(service: Callable[P, R]) -> Callable[P, R]:
    """Say "busy" where the database says that somebody else holds a lock for too long."""

    @wraps(service)
    def answered(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return service(*args, **kwargs)
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) in _BUSY_STATES:
                raise Busy() from error
            raise

    return answered


def part_of_an_act(step: Callable[P, R]) -> Callable[P, R]:
    """A step that many acts share. It stands or falls with the caller's transaction, and needs one.

    Raises:
        TransactionManagementError: there is none.
    """

    @wraps(step)
    def taken(*args: P.args, **kwargs: P.kwargs) -> R:
        if not connection.in_atomic_block:
            raise TransactionManagementError(f"{step.__name__} is part of an act")
        return step(*args, **kwargs)

    return taken


@contextmanager
def refused_by(refusals: Mapping[str, type[MarketplaceError]]) -> Iterator[None]:
    """Turn the word of a constraint, by its name, into a refusal; the transaction goes on."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if constraint not in refusals:
            raise
        raise refusals[constraint]() from error
