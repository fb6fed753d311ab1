"""Addresses of a party's team."""

from django.urls import path

from portal.web.team.members import TeamPage

urlpatterns = [
    path("<int:party_id>/", TeamPage.as_view(), name="team"),
]
