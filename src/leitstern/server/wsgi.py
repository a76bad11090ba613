"""WSGI entry: ``leitstern.server.wsgi:application``."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leitstern.server.settings")
application = get_wsgi_application()

from leitstern.server import warm  # noqa: E402 - the settings stand only now

warm.start()
