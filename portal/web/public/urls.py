"""Addresses of the public pages."""

from django.urls import path

from portal.web.public.car_model import CarModelPage
from portal.web.public.car_models import CarModelsPage
from portal.web.public.health import Healthz, Readyz
from portal.web.public.home import HomePage
from portal.web.public.robots import Robots
from portal.web.public.showroom import ShowroomPage
from portal.web.public.showrooms import ShowroomsPage

app_name = "public"

urlpatterns = [
    path("", HomePage.as_view(), name="home"),
    path("car-models/", CarModelsPage.as_view(), name="car-models"),
    path("car-models/<int:pk>/", CarModelPage.as_view(), name="car-model"),
    path("showrooms/", ShowroomsPage.as_view(), name="showrooms"),
    path("showrooms/<int:pk>/", ShowroomPage.as_view(), name="showroom"),
    path("healthz", Healthz.as_view(), name="healthz"),
    path("readyz", Readyz.as_view(), name="readyz"),
    path("robots.txt", Robots.as_view(), name="robots"),
]
