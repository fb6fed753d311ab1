"""The accounts by which a visitor may look at the demo world from every side."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: For the demo only, and known to everybody; a demo world is refused in production.
DEMO_PASSWORD = "forecourt-demo"  # nosec B105

#: Every person of the demo world has an address here. The domain is reserved: no mail gets there.
DEMO_DOMAIN = "example.com"


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """One account, and what it is there to show."""

    username: str
    first_name: str
    last_name: str
    purpose: str | Promise

    @property
    def email(self) -> str:
        """The address to log in by."""
        return f"{self.username}@{DEMO_DOMAIN}"


CUSTOMER = DemoLogin("customer", "Clara", "Lindqvist", _("Customer: buys cars by posting offers"))
SHOWROOM = DemoLogin("showroom", "Marco", "Bellini", _("Owner of a showroom"))
MANAGER = DemoLogin(
    "manager", "Priya", "Raman", _("Manager of that showroom, and analyst of a supplier")
)
ANALYST = DemoLogin("analyst", "Jonas", "Keller", _("Analyst of that showroom, who only reads"))
SUPPLIER = DemoLogin("supplier", "Yuki", "Tanabe", _("Owner of a supplier"))

#: Written last of all: where this account is, the demo world is complete.
ADMIN = DemoLogin("admin", "Ada", "Novak", _("Administrator: sees and may do everything"))

LOGINS = (ADMIN, CUSTOMER, SHOWROOM, MANAGER, ANALYST, SUPPLIER)
