"""The room's pages of the admin: they open, and they keep secrets."""

import pytest
from django.urls import reverse

from marketplace.accounts.models import Change, Device, FormerAddress, Invitation, Viewing
from marketplace.accounts.services import (
    begin_viewing,
    confirm_change,
    invite_member,
    note_device,
)
from marketplace.parties.models import FormerUsername
from marketplace.parties.rules import MemberRole
from tests.marketplace.accounts.letters import ask, sent_code
from tests.marketplace.factories import NOW, make_showroom, make_superuser, make_user

pytestmark = pytest.mark.django_db

SECRETS = {
    Change: ("value", "code_digest"),
    FormerAddress: ("token_digest",),
    Invitation: ("token_digest",),
    Device: ("digest",),
    Viewing: (),
    FormerUsername: (),
}


@pytest.fixture(name="root")
def root_(client):
    """An administrator, and a row in every table."""
    root, ann = make_superuser(), make_user()
    for kind in (Change.Kind.USERNAME, Change.Kind.EMAIL):
        ask(ann, kind)
        confirm_change(user=ann, kind=kind, code=sent_code(), at=NOW)
    ask(ann, Change.Kind.PASSWORD)
    showroom = make_showroom(owner=ann)
    invite_member(by=ann, party=showroom, email="bob@example.com", role=MemberRole.ANALYST, at=NOW)
    note_device(user=ann, digest="5ec2e7", description="Firefox", ip="192.0.2.7", at=NOW)
    begin_viewing(administrator=root, person=ann, reason="A ticket", at=NOW)
    client.force_login(root)
    return client


@pytest.mark.parametrize("model", SECRETS)
def test_a_page_shows_the_record_without_its_secrets(root, model):
    record = model.objects.order_by("pk").last()
    pages = [
        reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist"),
        reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_change", args=[record.pk]),
    ]

    for page in pages:
        answer = root.get(page)
        assert answer.status_code == 200
        for name in SECRETS[model]:
            assert getattr(record, name)[:6] not in answer.content.decode()
