"""Addresses of the analyses; the names begin with ``insight``."""

from django.urls import path

from leitstern.server.views.insight import index, reverse

urlpatterns = [
    path("", index.index, name="insight"),
    path("/reverse", reverse.reverse, name="insight_reverse"),
]
