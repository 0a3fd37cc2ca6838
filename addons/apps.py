"""Afterwards: everything that reacts to an event."""

from django.apps import AppConfig


class AddonsConfig(AppConfig):
    name = "addons"
