#!/usr/bin/env python3
"""Runs a management command: `manage.py up` starts everything."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "docplatform.settings")
    if sys.argv[1:2] in (["up"], ["web"], ["worker"], ["prepare"], ["demo"], ["bench"]):
        os.environ["DOCPLATFORM_ROLE"] = sys.argv[1]  # before the settings are read
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"DocPlatform is not configured right: {error}")
