"""Sessions whose time is over."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session

from marketplace.common.acts import act


@act
def forget_ended_sessions(*, at: datetime) -> int:
    """Forget the sessions that nobody can use any more; returns how many."""
    return Session.objects.filter(expire_date__lt=at).delete()[0]
