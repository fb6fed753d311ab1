"""All settings, read from the environment. The defaults are development on one machine.

Production refuses to start with a default secret, DEBUG, the sandbox or without hosts.
"""

from __future__ import annotations

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# Which world this is

ENVIRONMENT = env.str("FORECOURT_ENV", default="development")
if ENVIRONMENT not in {"development", "test", "production"}:
    raise ImproperlyConfigured(
        f"FORECOURT_ENV is {ENVIRONMENT!r}, not development, test or production"
    )
PRODUCTION = ENVIRONMENT == "production"

DEBUG = env.bool("DEBUG", default=ENVIRONMENT == "development")
# No secret, and production refuses it.
_DEFAULT_SECRET = "for development on one machine only; production refuses it"  # nosec B105
SECRET_KEY = env.str("SECRET_KEY", default=_DEFAULT_SECRET)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
#: How many proxies of our own stand before gunicorn; the client's address is read behind them.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")

#: No database or Redis named: they come from the sandbox on this machine.
SANDBOX = not (DATABASE_URL and REDIS_URL)

if PRODUCTION:
    _refusals = {
        "SECRET_KEY must be set, long and secret": SECRET_KEY == _DEFAULT_SECRET
        or len(SECRET_KEY) < 50,
        "DEBUG must be off": DEBUG,
        "ALLOWED_HOSTS must name the hosts": not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS,
        "DATABASE_URL and REDIS_URL must be set": SANDBOX,
    }
    if any(_refusals.values()):
        raise ImproperlyConfigured(
            "; ".join(text for text, refused in _refusals.items() if refused)
        )

if SANDBOX:
    from portal.sandbox import postgres, redis

    _prefix = "test-" if ENVIRONMENT == "test" else ""
    DATABASE_URL = DATABASE_URL or postgres.database_url(
        VAR_DIR / f"{_prefix}postgres",
        options=postgres.NOT_DURABLE if ENVIRONMENT == "test" else {},
    )
    REDIS_URL = REDIS_URL or redis.redis_url(VAR_DIR / f"{_prefix}redis")

# Applications and middleware

INSTALLED_APPS = [
    "marketplace.common",
    "marketplace.parties",
    "marketplace.ledger",
    "marketplace.catalog",
    "marketplace.notices",
    "marketplace.receipts",
    "marketplace.accounts",
    "marketplace.pricing",
    "marketplace.trading",
    "marketplace.simulation",
    "portal.apps.PortalConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "portal.apps.PortalStaticFilesConfig",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_celery_beat",
    "django_countries",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "crispy_forms",
    "crispy_bootstrap5",
    "template_partials",
]

MIDDLEWARE = [
    "portal.web.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.identity.middleware.ActivityMiddleware",
    "portal.identity.middleware.RefusalMiddleware",
    "portal.web.viewing.ViewingMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.web.middleware.HtmxMiddleware",
]

if ENVIRONMENT == "development" and DEBUG:
    INSTALLED_APPS.append("debug_toolbar")
    MIDDLEWARE.insert(4, "debug_toolbar.middleware.DebugToolbarMiddleware")
    INTERNAL_IPS, DEBUG_TOOLBAR_CONFIG = ["127.0.0.1"], {"SHOW_COLLAPSED": True}

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.web.context.visitor",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "components/table.html"

# Database: a lock that is not free in three seconds is somebody else's; say so instead of hanging

DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        "connect_timeout": 5,
        "options": "-c lock_timeout=3s -c idle_in_transaction_session_timeout=120s"
        + (" -c forecourt.may_truncate=on" if ENVIRONMENT == "test" else ""),
    },
}

# Redis: the job queue, and nothing that must not be lost

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 2.5,
    "connect_retries_timeout": 2.0,
    "socket_connect_timeout": 2,
    "max_retries": 1,
    "retry_policy": {"timeout": 3.0},
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "portal.jobs.timetable:Timekeeper"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_TASK_DEFAULT_QUEUE = "forecourt"

CACHES = {
    "default": {
        "BACKEND": "portal.cache.PatientRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "forecourt",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}

#: Into how many shares a trading job is divided. More workers than this bring nothing.
TRADING_SHARDS = env.int("TRADING_SHARDS", default=8)

# People

AUTH_USER_MODEL = "parties.User"
AUTHENTICATION_BACKENDS = ["portal.access.EmailOrUsernameBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "public:home"
LOGOUT_REDIRECT_URL = "public:home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
if ENVIRONMENT == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PASSWORD_RESET_TIMEOUT = 3600

# Accounts. Signing up tells nobody which addresses have an account: several unconfirmed accounts
# may name one address, and whoever reads its mail confirms theirs ("strict").

ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
ACCOUNT_ADAPTER = "portal.identity.adapter.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "portal.identity.sign_up.SignUp"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_ADAPTER = "portal.identity.two_factor.TwoFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Forecourt"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
USERSESSIONS_TRACK_ACTIVITY = True

# The same accounts for programs: short access tokens, refresh tokens that turn over with each use,
# both tied to a session, so that logging out or revoking it ends them at once.

HEADLESS_CLIENTS = ("app",)
HEADLESS_TOKEN_STRATEGY = "portal.identity.tokens.TokenStrategy"  # nosec B105  # a class
HEADLESS_JWT_ALGORITHM = "HS256"
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 300
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = 24 * 3600
HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = True
HEADLESS_JWT_ROTATE_REFRESH_TOKEN = True

# API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.authentication.TokenAuthentication",
        "portal.api.authentication.PageAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.permissions.Nobody"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsing.JsonParser"],
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_PAGINATION_CLASS": "portal.api.pagination.Pages",
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.throttling.Allowance"],
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.ApiSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "portal.api.errors.problem_for",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
#: How often one may ask. An address that isn't logged in, a person, and what a person changes.
_MANY = "1000000/min"
API_RATE_ANONYMOUS = env.str(
    "API_RATE_ANONYMOUS", default=_MANY if ENVIRONMENT == "test" else "60/min"
)
API_RATE_PERSON = env.str("API_RATE_PERSON", default=_MANY if ENVIRONMENT == "test" else "600/min")
API_RATE_WRITES = env.str("API_RATE_WRITES", default=_MANY if ENVIRONMENT == "test" else "120/min")
SPECTACULAR_SETTINGS = {
    "TITLE": "Forecourt",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["portal.api.permissions.Anybody"],
    "COMPONENT_SPLIT_REQUEST": True,
    "AUTHENTICATION_WHITELIST": ["portal.api.authentication.TokenAuthentication"],
    "ENUM_NAME_OVERRIDES": {
        "PartyKind": "marketplace.parties.models.Party.Kind",
        "DiscountKind": "marketplace.pricing.rules.quoting.DiscountKind",
        "DecisionKind": "marketplace.trading.models.Decision.Kind",
        "SlotStatus": "marketplace.trading.selectors.monitor.SlotStatus",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.api.schema.add_problem",
        "portal.api.schema_accounts.add_accounts",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
}

# E-mail: files that /sandbox/mail/ shows, unless a server is named

EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Forecourt <market@forecourt.example>")

# Language and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

# Static files: our few, and the front-end packages that npm installed

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"] + [
    (prefix, folder)
    for prefix, folder in (
        ("tabler", BASE_DIR / "node_modules/@tabler/core/dist"),
        ("chart.js", BASE_DIR / "node_modules/chart.js/dist"),
    )
    if folder.is_dir()
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# Safety

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=365 * 24 * 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Logs

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "portal.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"handlers": [], "propagate": True}},
}
