"""The map of all doors."""

from http import HTTPStatus

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views import defaults
from django.views.generic import RedirectView

from portal.api.errors import for_programs

# Else the admin's own log-in would be a way around the second factor and the limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# allauth's own tables mirror ours or hold secrets: nobody edits them by hand.
for table in (EmailAddress, Authenticator, UserSession):
    admin.site.unregister(table)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("portal.web.public.urls")),
    path("", include("portal.web.account.urls")),
    path("team/", include("portal.web.team.urls")),
    path("staff/", include("portal.web.staff.urls")),
    path("sandbox/", include("portal.sandbox.urls")),
    # A password is changed in one way only, which needs a code by e-mail.
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("api/", include("portal.api.urls")),
]

if "debug_toolbar" in settings.INSTALLED_APPS:
    urlpatterns.append(path("__debug__/", include("debug_toolbar.urls")))

handler400 = for_programs(HTTPStatus.BAD_REQUEST, defaults.bad_request)
handler403 = for_programs(HTTPStatus.FORBIDDEN, defaults.permission_denied)
handler404 = for_programs(HTTPStatus.NOT_FOUND, defaults.page_not_found)
handler500 = for_programs(HTTPStatus.INTERNAL_SERVER_ERROR, defaults.server_error)
