"""The jobs of the market."""
from portal.access import StaffOnly
from portal.web.rendering import Page


class MonitorPage(StaffOnly, Page):
    template_name = "account/log_in.html"
