"""The jobs of the market, for staff."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.common.nudges import Job, nudge
from marketplace.trading.selectors.monitor import JobState, SlotStatus, job_states
from portal.api.permissions import STAFF
from portal.api.resources import Resource
from portal.api.serializers import InstantField, Shown


class SlotSerializer(Shown):
    """A slot of the timetable, all its shards together. `at` is market time."""

    slot = serializers.CharField()
    status = serializers.ChoiceField(choices=[(one.value, one.name) for one in SlotStatus])
    at = InstantField()
    started_at = InstantField()
    duration_ms = serializers.IntegerField(allow_null=True)
    handled = serializers.IntegerField()
    failed = serializers.IntegerField()
    runs = serializers.IntegerField()
    shards = serializers.IntegerField()


class FailureSerializer(Shown):
    """A run that failed, or could not handle some of its items."""

    slot = serializers.CharField()
    shard = serializers.IntegerField()
    shards = serializers.IntegerField()
    started_at = InstantField()
    failed = serializers.IntegerField()
    error = serializers.CharField(allow_null=True)


class JobSerializer(Shown):
    """A job, its latest slots and its failures of the last 24 hours, the newest first."""

    name = serializers.CharField()
    slots = SlotSerializer(many=True)
    failures = FailureSerializer(many=True)
    failure_count = serializers.IntegerField()


class Jobs(Resource):
    """The jobs: how the last runs went."""

    for_whom = {"list": STAFF, "retrieve": STAFF, "run": STAFF}
    serializer_class = JobSerializer
    pagination_class = None
    filter_backends = []
    lookup_field = "name"
    lookup_value_regex = "[a-z-]{1,32}"

    @extend_schema(responses=JobSerializer(many=True))
    def list(self, _request: Request) -> Response:
        """Every job."""
        return Response([_shown(state) for state in job_states(at=timezone.now())])

    @extend_schema(responses=JobSerializer)
    def retrieve(self, _request: Request, name: str) -> Response:
        """One job."""
        return Response(_state(name))

    @extend_schema(request=None, responses={202: JobSerializer})
    @action(detail=True, methods=["post"])
    def run(self, _request: Request, name: str) -> Response:
        """Ring for the job; a worker takes it as soon as one is free."""
        state = _state(name)
        nudge(Job(name))
        return Response(state, status=202)


def _state(name: str) -> Any:
    states = job_states(at=timezone.now())
    found = next((state for state in states if state.job == name), None)
    if found is None:
        raise Http404
    return _shown(found)


def _shown(state: JobState) -> Any:
    values = asdict(state) | {"name": state.job.value}
    return JobSerializer(values).data
