"""One set of values for every kind, and what its notice says with them in English."""

from __future__ import annotations

from marketplace.notices.rules import NoticeKind, NoticeText

SITE = "https://cars.example"
CODE = "K7QX4M"
PATH = "/account/secret-token/"

_SECURE = "If it wasn't you, choose a new password at once and end the sessions you don't know."
_ASK = "If you didn't expect that, ask an owner."

VALUES: dict[NoticeKind, dict[str, object]] = {
    NoticeKind.OFFER_FILLED: {
        "car_model": "Aurora Swift",
        "car_model_id": 7,
        "showroom": "Riga Motors",
        "price_cents": 1_990_000,
    },
    NoticeKind.OFFER_EXPIRED: {
        "car_model": "Aurora Swift",
        "car_model_id": 7,
        "max_price_cents": 123_456_789,
    },
    NoticeKind.CONFIRM_ADDRESS: {"path": PATH, "username": "ann"},
    NoticeKind.ADDRESS_IN_USE: {"path": "/account/login/", "reset_path": "/account/reset/"},
    NoticeKind.UNKNOWN_ACCOUNT: {"path": "/account/signup/"},
    NoticeKind.PASSWORD_RESET: {"path": PATH, "username": "ann"},
    NoticeKind.LOG_IN_CODE: {"code": CODE},
    NoticeKind.CHANGE_CODE: {"what": "password", "code": CODE, "path": PATH, "minutes": 15},
    NoticeKind.PASSWORD_CHANGED: {},
    NoticeKind.USERNAME_CHANGED: {"old": "ann", "new": "anna"},
    NoticeKind.ADDRESS_CHANGED: {
        "old_email": "ann@old.example",
        "new_email": "ann@new.example",
        "path": PATH,
        "hours": 48,
    },
    NoticeKind.ADDRESS_CHANGE_UNDONE: {"email": "ann@old.example"},
    NoticeKind.SECOND_FACTOR_ADDED: {},
    NoticeKind.SECOND_FACTOR_REMOVED: {},
    NoticeKind.RECOVERY_CODES_MADE: {},
    NoticeKind.PASSKEY_ADDED: {},
    NoticeKind.PASSKEY_REMOVED: {},
    NoticeKind.NEW_DEVICE: {
        "device": "Firefox on Linux",
        "ip": "192.0.2.7",
        "at": "2026-03-01T11:30:00+02:00",
    },
    NoticeKind.INVITATION: {
        "party": "Riga Motors",
        "role": "manager",
        "inviter": "Bob",
        "path": PATH,
        "days": 7,
    },
    NoticeKind.INVITATION_ACCEPTED: {"party": "Riga Motors", "person": "ann", "role": "analyst"},
    NoticeKind.ROLE_CHANGED: {"party": "Riga Motors", "role": "owner"},
    NoticeKind.MEMBERSHIP_ENDED: {"party": "Riga Motors"},
}

TEXTS = {
    NoticeKind.OFFER_FILLED: NoticeText(
        "Aurora Swift is yours",
        "You bought Aurora Swift from Riga Motors for $19,900.00. "
        "Whatever you had offered beyond that is back in your wallet.",
        "/car-models/7/",
    ),
    NoticeKind.OFFER_EXPIRED: NoticeText(
        "Your offer has expired: Aurora Swift",
        "No showroom sold Aurora Swift for $1,234,567.89 or less in time. "
        "The money held for the offer is back in your wallet.",
        "/car-models/7/",
    ),
    NoticeKind.CONFIRM_ADDRESS: NoticeText(
        "Confirm your e-mail address",
        "Hello ann, please confirm that this address is yours. Then you can trade. "
        "If you have no account on Forecourt, do nothing: the address stays unconfirmed.",
        "/account/",
    ),
    NoticeKind.ADDRESS_IN_USE: NoticeText(
        "You already have an account",
        "Somebody, probably you, entered this address for an account, and it already has one. "
        "Log in, or choose a new password if you don't remember yours. "
        "If it wasn't you, do nothing: your account is as it was.",
        "/account/",
    ),
    NoticeKind.UNKNOWN_ACCOUNT: NoticeText(
        "No account has this address",
        "Somebody, probably you, asked for a way into the account with this address, and there "
        "is none. Perhaps you signed up with another address, or not yet. "
        "If it wasn't you, do nothing.",
        "/account/",
    ),
    NoticeKind.PASSWORD_RESET: NoticeText(
        "Choose a new password",
        "Somebody, probably you, asked for a new password for the account ann. "
        "The link works once, and not for long. "
        "If it wasn't you, do nothing: your password stays as it is.",
        "/account/",
    ),
    NoticeKind.LOG_IN_CODE: NoticeText(
        "Your code to log in",
        "Enter this code to log in. It works once, and not for long. "
        "If it wasn't you, tell nobody the code, and nobody gets in.",
        "/account/",
    ),
    NoticeKind.CHANGE_CODE: NoticeText(
        "Confirm your new password",
        "You asked to change your password. It changes when you enter this code. "
        "The code works for 15 minutes. "
        "If it wasn't you, tell nobody the code, and nothing changes. "
        "Choose a new password if you have an account.",
        "/account/",
    ),
    NoticeKind.PASSWORD_CHANGED: NoticeText(
        "Your password was changed",
        f"Your account on Forecourt has a new password. {_SECURE}",
        "/account/",
    ),
    NoticeKind.USERNAME_CHANGED: NoticeText(
        "Your username was changed",
        f"Your username was ann and is now anna. {_SECURE}",
        "/account/",
    ),
    NoticeKind.ADDRESS_CHANGED: NoticeText(
        "Your e-mail address was changed",
        "The address of your account was ann@old.example and is now ann@new.example. "
        "The change can be undone for 48 hours. "
        "If it wasn't you, undo the change now, then choose a new password.",
        "/account/",
    ),
    NoticeKind.ADDRESS_CHANGE_UNDONE: NoticeText(
        "Your e-mail address is back",
        "The change was undone: the address of your account is ann@old.example again. "
        "If somebody else made the change, choose a new password at once.",
        "/account/",
    ),
    NoticeKind.SECOND_FACTOR_ADDED: NoticeText(
        "Two-factor log-in is on",
        "From now on, logging in takes a code from your app as well as your password. "
        f"{_SECURE}",
        "/account/",
    ),
    NoticeKind.SECOND_FACTOR_REMOVED: NoticeText(
        "Two-factor log-in is off",
        f"Logging in no longer takes a code from your app. {_SECURE}",
        "/account/",
    ),
    NoticeKind.RECOVERY_CODES_MADE: NoticeText(
        "You have new recovery codes",
        f"New recovery codes were made for your account. Any older ones no longer work. {_SECURE}",
        "/account/",
    ),
    NoticeKind.PASSKEY_ADDED: NoticeText(
        "A passkey was added",
        f"Your account has a new passkey. Whoever has it can log in with it. {_SECURE}",
        "/account/",
    ),
    NoticeKind.PASSKEY_REMOVED: NoticeText(
        "A passkey was removed",
        "A passkey of your account was removed. Nobody can log in with it any more. " + _SECURE,
        "/account/",
    ),
    NoticeKind.NEW_DEVICE: NoticeText(
        "New log-in to your account",
        "Somebody logged in to your account with Firefox on Linux from 192.0.2.7 "
        "on 1 Mar 2026, 09:30 UTC. "
        "If it wasn't you, end that session and choose a new password at once.",
        "/account/sessions/",
    ),
    NoticeKind.INVITATION: NoticeText(
        "Bob invites you to Riga Motors",
        "Bob asks you to join Riga Motors on Forecourt. Your role would be: manager. "
        "The invitation is open for 7 days. If you don't know them, do nothing.",
        "/account/",
    ),
    NoticeKind.INVITATION_ACCEPTED: NoticeText(
        "ann joined Riga Motors",
        "ann accepted the invitation to Riga Motors. Role: analyst. "
        "If that is not whom you invited, end the membership.",
        "/account/",
    ),
    NoticeKind.ROLE_CHANGED: NoticeText(
        "Your role in Riga Motors was changed",
        f"Your role in Riga Motors is now: owner. {_ASK}",
        "/account/",
    ),
    NoticeKind.MEMBERSHIP_ENDED: NoticeText(
        "You no longer act for Riga Motors",
        "Your membership in Riga Motors has ended: you can't see or change anything there. "
        f"{_ASK}",
        "/account/",
    ),
}

#: What the buttons of the e-mails are called and where they lead.
BUTTONS = {
    NoticeKind.OFFER_FILLED: [("See it on Forecourt", "/car-models/7/")],
    NoticeKind.OFFER_EXPIRED: [("See it on Forecourt", "/car-models/7/")],
    NoticeKind.CONFIRM_ADDRESS: [("Confirm the address", PATH)],
    NoticeKind.ADDRESS_IN_USE: [
        ("Log in", "/account/login/"),
        ("Choose a new password", "/account/reset/"),
    ],
    NoticeKind.UNKNOWN_ACCOUNT: [("Sign up", "/account/signup/")],
    NoticeKind.PASSWORD_RESET: [("Choose a new password", PATH)],
    NoticeKind.LOG_IN_CODE: [],
    NoticeKind.CHANGE_CODE: [("Confirm the change", PATH)],
    NoticeKind.ADDRESS_CHANGED: [("Undo the change", PATH)],
    NoticeKind.NEW_DEVICE: [("See your sessions", "/account/sessions/")],
    NoticeKind.INVITATION: [("Accept the invitation", PATH)],
}
