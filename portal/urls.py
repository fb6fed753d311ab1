"""The map of all doors."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("portal.web.public.urls")),
    path("", include("portal.web.account.urls")),
    path("staff/", include("portal.web.staff.urls")),
    path("sandbox/", include("portal.sandbox.urls")),
    path("admin/", admin.site.urls),
]

if "debug_toolbar" in settings.INSTALLED_APPS:
    urlpatterns.append(path("__debug__/", include("debug_toolbar.urls")))
