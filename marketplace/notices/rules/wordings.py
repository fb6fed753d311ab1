"""The words of each kind of notice, before its values are put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from marketplace.notices.rules.kinds import NoticeKind

_SEE = _("See it on Forecourt")
_OPEN_ACCOUNT = _("Open your account")
_NEW_PASSWORD = _("Choose a new password")

_SECURE = _("If it wasn't you, choose a new password at once and end the sessions you don't know.")

_FOR_AN_OFFER = _("You get this because you posted an offer on Forecourt.")
_FOR_AN_ACCOUNT = _("You get this because it concerns the safety of your account on Forecourt.")
_FOR_AN_ADDRESS = _("You get this because somebody entered this address on Forecourt.")
_FOR_A_TEAM = _("You get this because it concerns a team of yours on Forecourt.")


@dataclass(frozen=True, slots=True)
class Wording:
    """The text of a kind. A value `price_cents` is shown as money where `%(price)s` stands.

    `term` is a sentence that depends on the whole number `term_of` among the values, and is left
    out without it. `link` names the page that the value `path` leads to, or else `page`, the page
    in the portal; `code_only` has no link in its e-mail. `second_link` goes with `reset_path`.
    """

    title: Promise
    body: Promise
    why: Promise = _FOR_AN_ACCOUNT
    advice: Promise | None = None
    term: Promise | None = None
    term_of: str = ""
    link: Promise = _OPEN_ACCOUNT
    page: str = "/account/"
    second_link: Promise | None = None
    code_only: bool = False


def wording_of(kind: NoticeKind, values: Mapping[str, object]) -> Wording:
    """The words for these values: a code says what it changes, and only a link can undo."""
    if kind is NoticeKind.CHANGE_CODE:
        return _CHANGE_CODES.get(str(values.get("what")), _CHANGE_CODE)
    if kind is NoticeKind.ADDRESS_CHANGED and values.get("path"):
        return _ADDRESS_CHANGED_WITH_UNDO
    return _WORDINGS[kind]


def _change_code(title: Promise, body: Promise) -> Wording:
    return Wording(
        title,
        body,
        advice=_(
            "If it wasn't you, tell nobody the code, and nothing changes. "
            "Choose a new password if you have an account."
        ),
        term=ngettext_lazy(
            "The code works for %(minutes)d minute.",
            "The code works for %(minutes)d minutes.",
            "minutes",
        ),
        term_of="minutes",
        link=_("Confirm the change"),
    )


_CHANGE_CODE = _change_code(
    _("Confirm the change of your account"),
    _("You asked to change your account. It changes when you enter this code."),
)

_CHANGE_CODES = {
    "password": _change_code(
        _("Confirm your new password"),
        _("You asked to change your password. It changes when you enter this code."),
    ),
    "username": _change_code(
        _("Confirm your new username"),
        _("You asked to change your username. It changes when you enter this code."),
    ),
    "email": _change_code(
        _("Confirm your new e-mail address"),
        _(
            "You asked to change the e-mail address of your account. "
            "It changes when you enter this code."
        ),
    ),
}

_ADDRESS_CHANGED = _("Your e-mail address was changed")
_OLD_AND_NEW_ADDRESS = _("The address of your account was %(old_email)s and is now %(new_email)s.")

_ADDRESS_CHANGED_WITH_UNDO = Wording(
    _ADDRESS_CHANGED,
    _OLD_AND_NEW_ADDRESS,
    advice=_("If it wasn't you, undo the change now, then choose a new password."),
    term=ngettext_lazy(
        "The change can be undone for %(hours)d hour.",
        "The change can be undone for %(hours)d hours.",
        "hours",
    ),
    term_of="hours",
    link=_("Undo the change"),
)

_WORDINGS = {
    NoticeKind.OFFER_FILLED: Wording(
        _("%(car_model)s is yours"),
        _(
            "You bought %(car_model)s from %(showroom)s for %(price)s. "
            "Whatever you had offered beyond that is back in your wallet."
        ),
        why=_FOR_AN_OFFER,
        link=_SEE,
        page="/car-models/",
    ),
    NoticeKind.OFFER_EXPIRED: Wording(
        _("Your offer has expired: %(car_model)s"),
        _(
            "No showroom sold %(car_model)s for %(max_price)s or less in time. "
            "The money held for the offer is back in your wallet."
        ),
        why=_FOR_AN_OFFER,
        link=_SEE,
        page="/car-models/",
    ),
    NoticeKind.CONFIRM_ADDRESS: Wording(
        _("Confirm your e-mail address"),
        _("Hello %(username)s, please confirm that this address is yours. Then you can trade."),
        advice=_("If you have no account on Forecourt, do nothing: the address stays unconfirmed."),
        why=_FOR_AN_ADDRESS,
        link=_("Confirm the address"),
    ),
    NoticeKind.ADDRESS_IN_USE: Wording(
        _("You already have an account"),
        _(
            "Somebody, probably you, entered this address for an account, and it already has one. "
            "Log in, or choose a new password if you don't remember yours."
        ),
        advice=_("If it wasn't you, do nothing: your account is as it was."),
        why=_FOR_AN_ADDRESS,
        link=_("Log in"),
        second_link=_NEW_PASSWORD,
    ),
    NoticeKind.UNKNOWN_ACCOUNT: Wording(
        _("No account has this address"),
        _(
            "Somebody, probably you, asked for a way into the account with this address, and there "
            "is none. Perhaps you signed up with another address, or not yet."
        ),
        advice=_("If it wasn't you, do nothing."),
        why=_FOR_AN_ADDRESS,
        link=_("Sign up"),
    ),
    NoticeKind.PASSWORD_RESET: Wording(
        _NEW_PASSWORD,
        _(
            "Somebody, probably you, asked for a new password for the account %(username)s. "
            "The link works once, and not for long."
        ),
        advice=_("If it wasn't you, do nothing: your password stays as it is."),
        link=_NEW_PASSWORD,
    ),
    NoticeKind.LOG_IN_CODE: Wording(
        _("Your code to log in"),
        _("Enter this code to log in. It works once, and not for long."),
        advice=_("If it wasn't you, tell nobody the code, and nobody gets in."),
        code_only=True,
    ),
    NoticeKind.PASSWORD_CHANGED: Wording(
        _("Your password was changed"),
        _("Your account on Forecourt has a new password."),
        advice=_SECURE,
    ),
    NoticeKind.USERNAME_CHANGED: Wording(
        _("Your username was changed"),
        _("Your username was %(old)s and is now %(new)s."),
        advice=_SECURE,
    ),
    NoticeKind.ADDRESS_CHANGED: Wording(_ADDRESS_CHANGED, _OLD_AND_NEW_ADDRESS, advice=_SECURE),
    NoticeKind.ADDRESS_CHANGE_UNDONE: Wording(
        _("Your e-mail address is back"),
        _("The change was undone: the address of your account is %(email)s again."),
        advice=_("If somebody else made the change, choose a new password at once."),
    ),
    NoticeKind.SECOND_FACTOR_ADDED: Wording(
        _("Two-factor log-in is on"),
        _("From now on, logging in takes a code from your app as well as your password."),
        advice=_SECURE,
    ),
    NoticeKind.SECOND_FACTOR_REMOVED: Wording(
        _("Two-factor log-in is off"),
        _("Logging in no longer takes a code from your app."),
        advice=_SECURE,
    ),
    NoticeKind.RECOVERY_CODES_MADE: Wording(
        _("You have new recovery codes"),
        _("New recovery codes were made for your account. Any older ones no longer work."),
        advice=_SECURE,
    ),
    NoticeKind.PASSKEY_ADDED: Wording(
        _("A passkey was added"),
        _("Your account has a new passkey. Whoever has it can log in with it."),
        advice=_SECURE,
    ),
    NoticeKind.PASSKEY_REMOVED: Wording(
        _("A passkey was removed"),
        _("A passkey of your account was removed. Nobody can log in with it any more."),
        advice=_SECURE,
    ),
    NoticeKind.NEW_DEVICE: Wording(
        _("New log-in to your account"),
        _("Somebody logged in to your account with %(device)s from %(ip)s on %(at)s."),
        advice=_("If it wasn't you, end that session and choose a new password at once."),
        link=_("See your sessions"),
        page="/account/sessions/",
    ),
    NoticeKind.INVITATION: Wording(
        _("%(inviter)s invites you to %(party)s"),
        _("%(inviter)s asks you to join %(party)s on Forecourt. Your role would be: %(role)s."),
        term=ngettext_lazy(
            "The invitation is open for %(days)d day.",
            "The invitation is open for %(days)d days.",
            "days",
        ),
        term_of="days",
        advice=_("If you don't know them, do nothing."),
        why=_("You get this because somebody invited this address to a team on Forecourt."),
        link=_("Accept the invitation"),
    ),
    NoticeKind.INVITATION_ACCEPTED: Wording(
        _("%(person)s joined %(party)s"),
        _("%(person)s accepted the invitation to %(party)s. Role: %(role)s."),
        advice=_("If that is not whom you invited, end the membership."),
        why=_FOR_A_TEAM,
    ),
    NoticeKind.ROLE_CHANGED: Wording(
        _("Your role in %(party)s was changed"),
        _("Your role in %(party)s is now: %(role)s."),
        advice=_("If you didn't expect that, ask an owner."),
        why=_FOR_A_TEAM,
    ),
    NoticeKind.MEMBERSHIP_ENDED: Wording(
        _("You no longer act for %(party)s"),
        _("Your membership in %(party)s has ended: you can't see or change anything there."),
        advice=_("If you didn't expect that, ask an owner."),
        why=_FOR_A_TEAM,
    ),
}
