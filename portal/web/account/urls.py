"""Addresses of the pages about the person: allauth's under the names it knows, and our own."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from portal.web.account import entrance, security
from portal.web.account.appearance import Language, Theme
from portal.web.account.changes import ChangePage

_NAMED_BY_US: list[URLPattern | URLResolver] = [
    path("language/", Language.as_view(), name="language"),
    path("theme/", Theme.as_view(), name="theme"),
    path("confirm-email/again/", entrance.SendLetterAgain.as_view(), name="send-letter-again"),
    path("account/sessions/<int:pk>/end/", security.EndSession.as_view(), name="end-session"),
]

_ENTRANCE = [
    path("log-in/", entrance.LogIn.as_view(), name="account_login"),
    path("log-in/code/", entrance.RequestCode.as_view(), name="account_request_login_code"),
    path("log-in/code/confirm/", entrance.EnterCode.as_view(), name="account_confirm_login_code"),
    path("log-out/", entrance.LogOut.as_view(), name="account_logout"),
    path("sign-up/", entrance.SignUp.as_view(), name="account_signup"),
    path("inactive/", entrance.Inactive.as_view(), name="account_inactive"),
    path("confirm-email/", entrance.LetterSent.as_view(), name="account_email_verification_sent"),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$",
        entrance.ConfirmAddress.as_view(),
        name="account_confirm_email",
    ),
    path("password/reset/", entrance.ForgotPassword.as_view(), name="account_reset_password"),
    path(
        "password/reset/sent/",
        entrance.ForgotPasswordDone.as_view(),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        entrance.ChoosePassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        entrance.ChoosePasswordDone.as_view(),
        name="account_reset_password_from_key_done",
    ),
]

_SECURITY = [
    path("reauthenticate/", security.Reauthenticate.as_view(), name="account_reauthenticate"),
    path("account/sessions/", security.Sessions.as_view(), name="usersessions_list"),
    path("two-factor/", security.TwoFactor.as_view(), name="mfa_index"),
    path("two-factor/code/", security.SecondFactor.as_view(), name="mfa_authenticate"),
    path(
        "two-factor/reauthenticate/",
        security.ReauthenticateByCode.as_view(),
        name="mfa_reauthenticate",
    ),
    path("two-factor/app/add/", security.AddApp.as_view(), name="mfa_activate_totp"),
    path("two-factor/app/remove/", security.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path(
        "two-factor/recovery-codes/",
        security.RecoveryCodes.as_view(),
        name="mfa_view_recovery_codes",
    ),
    path(
        "two-factor/recovery-codes/new/",
        security.NewRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "two-factor/recovery-codes/download/",
        security.DownloadRecoveryCodes.as_view(),
        name="mfa_download_recovery_codes",
    ),
    path("two-factor/passkeys/", security.Passkeys.as_view(), name="mfa_list_webauthn"),
    path("two-factor/passkeys/add/", security.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        "two-factor/passkeys/<int:pk>/rename/",
        security.RenamePasskey.as_view(),
        name="mfa_edit_webauthn",
    ),
    path(
        "two-factor/passkeys/<int:pk>/remove/",
        security.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path(
        "two-factor/passkeys/reauthenticate/",
        security.ReauthenticateByPasskey.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("log-in/passkey/", security.LogInByPasskey.as_view(), name="mfa_login_webauthn"),
]

#: Under these names allauth looks for pages of its own. Every change has to be confirmed here.
_CHANGES = [
    path("account/changes/email/", ChangePage.as_view(), {"kind": "email"}, "account_email"),
    path(
        "account/changes/password/",
        ChangePage.as_view(),
        {"kind": "password"},
        "account_change_password",
    ),
]

urlpatterns = [
    path("", include((_NAMED_BY_US, "account"))),
    *_ENTRANCE,
    *_SECURITY,
    *_CHANGES,
    path("", include("portal.web.account.own_urls")),
    path("", include("portal.web.account.party_urls")),
]
