"""Whoever asks, and whatever they send: the API answers as its schema says, and never breaks.

`FUZZ_EXAMPLES` says how many random requests each role makes of each operation, `FUZZ_SEED` which
ones. `make fuzz` sets the first high and leaves the second to chance; a failure names both.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import override_settings
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

from tests.fuzz.campaign import Campaign
from tests.fuzz.cases import load
from tests.fuzz.passkeys import credential
from tests.fuzz.seeds import ROLES
from tests.fuzz.server import Server
from tests.portal.matrix.asking import Asking, asking

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))


@pytest.fixture(name="market", scope="module")
def _market(django_db_setup: None, django_db_blocker: Any) -> Iterator[Asking]:
    """The market of the matrix with everybody logged in to it for as long as it takes."""
    del django_db_setup
    for_long = override_settings(HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN=10**6)
    with for_long, django_db_blocker.unblock(), asking() as everybody:
        passkeys = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
        passkeys.update(data={"name": "Key", "credential": credential()})
        yield everybody


@pytest.fixture(name="schema", scope="module")
def _schema(market: Asking) -> Any:
    """The schema, answered for in this process."""
    del market
    with translation.override(settings.LANGUAGE_CODE):
        return load(SchemaGenerator().get_schema(public=True), Server())


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """A refusal is no news here; a crash is told with its traceback."""
    caplog.set_level(logging.ERROR, logger="portal.requests")
    caplog.set_level(logging.ERROR, logger="django.request")


@pytest.mark.parametrize("role", ROLES)
def test_every_answer_is_as_the_schema_says(market: Asking, schema: Any, role: str) -> None:
    campaign = Campaign(market, schema, role, examples=EXAMPLES, seed=SEED)
    campaign.run()
    print(campaign.report())
    assert not campaign.failures, campaign.told()
    assert all(campaign.requests[operation.label] for operation in campaign.operations)
    assert not campaign.not_let_in, f"{role} never got in: {campaign.not_let_in}"
