"""Who: people, organizations, plans, and the log of what they did."""

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "organizations"
