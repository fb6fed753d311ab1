"""The jobs of the market: how the last runs went, when the next one is, and the handles on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import Invalid
from marketplace.common.nudges import Job
from marketplace.notices.selectors import outbox
from marketplace.trading.selectors.monitor import JobState, job_states
from portal.access import StaffOnly
from portal.web.forms import ServiceForm, ServiceFormPage
from portal.web.staff.timetable import PERIODS, Entry, pause, resume, run_every, run_now, timetable

#: What each job is called, and what it is for.
JOBS: dict[Job, tuple[str | Promise, str | Promise]] = {
    Job.MATCH_OFFERS: (
        _("Match offers"),
        _("Gives each open offer the lowest price it can accept."),
    ),
    Job.RESTOCK_SHOWROOMS: (
        _("Restock showrooms"),
        _("Buys what sells, from the cheapest supplier."),
    ),
    Job.REVIEW_SUPPLIERS: (
        _("Review suppliers"),
        _("Chooses who costs least over the coming months."),
    ),
    Job.FIND_ASSORTMENTS: (
        _("Find assortments"),
        _("Finds the car models that fit each showroom best."),
    ),
    Job.EXPIRE_OFFERS: (_("Expire offers"), _("Closes old offers and returns the money held.")),
    Job.DERIVE_PROFILES: (_("Derive profiles"), _("Works out what each customer likes.")),
    Job.FORGET_IDLE_RUNS: (
        _("Forget what is over"),
        _("Clears away runs that found nothing to do, old receipts and ended sessions."),
    ),
    Job.BRING_VISITORS: (
        _("Bring visitors"),
        _("In the demo world: lets customers come by and make offers."),
    ),
    Job.SEND_EMAILS: (_("Send e-mails"), _("Sends what is waiting in the outbox.")),
    Job.AUDIT_MARKET: (_("Audit the market"), _("Proves every night that the books balance.")),
}

#: What staff can do with a job, and what they are told when it is done.
ACTS: dict[str, tuple[Callable[..., None], str | Promise]] = {
    "run": (run_now, _("Asked for a run of “%(job)s”.")),
    "pause": (pause, _("“%(job)s” is paused.")),
    "resume": (resume, _("“%(job)s” runs again.")),
    "interval": (run_every, _("“%(job)s” has a new interval.")),
}


@dataclass(frozen=True, slots=True)
class _JobLine:
    job: Job
    name: str | Promise
    text: str | Promise
    state: JobState
    entry: Entry | None


class JobForm(ServiceForm):
    """Which job, and what to do with it."""

    job = forms.TypedChoiceField(choices=[(job.value, job.value) for job in Job], coerce=Job)
    act = forms.ChoiceField(choices=[(act, act) for act in ACTS])
    every = forms.IntegerField(label=_("Every"), min_value=1, max_value=1000, required=False)
    period = forms.ChoiceField(label=_("Period"), choices=list(PERIODS.items()), required=False)


class MonitorPage(StaffOnly, ServiceFormPage):
    """See how the jobs are doing; run, pause and resume them, change their intervals."""

    template_name = "staff/monitor.html"
    partials = ["jobs"]
    form_class = JobForm

    def get_context(self) -> dict[str, Any]:
        """Every job with its latest runs and its line of the timetable, and the outbox."""
        now = timezone.now()
        entries = timetable(at=now)
        states = {state.job: state for state in job_states(at=now)}
        return {
            "now": now,
            "jobs": [
                _JobLine(job, name, text, states[job], entries.get(job))
                for job, (name, text) in JOBS.items()
            ],
            "outbox": outbox(at=now),
            "periods": PERIODS,
        }

    def act(self, form: ServiceForm) -> None:
        """Do it, and say so."""
        job, act = form.cleaned_data["job"], form.cleaned_data["act"]
        service, done = ACTS[act]
        interval = {name: form.cleaned_data[name] for name in ("every", "period")}
        if act == "interval" and not all(interval.values()):
            raise Invalid(_("Enter a number from 1 to 1000 and choose a period."), field="every")
        service(job=job, **interval if act == "interval" else {})
        messages.success(self.request, str(done) % {"job": JOBS[job][0]})
