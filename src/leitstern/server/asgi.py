"""ASGI entry: ``leitstern.server.asgi:application``, the pages behind their front."""

from __future__ import annotations

import os

from leitstern import private
from leitstern.server.front import Front, end_with_parent
from leitstern.server.wsgi import application as pages

from django.conf import settings  # isort: skip - the settings stand only now

private.from_now_on()
application = Front(pages, settings.THREADS, proxies=settings.PROXIES)
if os.environ.get("LEITSTERN_WARM") == "1":  # started by `leitstern serve`
    end_with_parent()
