"""The site as a WSGI application, for the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "docplatform.settings")
os.environ.setdefault("DOCPLATFORM_ROLE", "web")
application = get_wsgi_application()
