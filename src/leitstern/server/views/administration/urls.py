"""The addresses beneath ``/administration``."""

from __future__ import annotations

from django.urls import path

from leitstern.server.views.administration import accounts, company, index, logs, people, privacy, staff

urlpatterns = [
    path("", index, name="administration"),
    path("/accounts", accounts.index, name="administration_accounts"),
    path("/accounts/<int:id>", accounts.account, name="administration_account"),
    path("/people", people.index, name="administration_people"),
    path("/people/staff", staff.index, name="administration_people_staff"),
    path("/company", company.index, name="administration_company"),
    path("/privacy", privacy.index, name="administration_privacy"),
    path("/privacy/account/<int:id>", privacy.decide_account, name="administration_privacy_account"),
    path("/privacy/<int:id>", privacy.decide, name="administration_privacy_decide"),
    path("/rules", privacy.rules, name="administration_privacy_rules"),
    path("/audit", logs.audit, name="administration_audit"),
    path("/access-log", logs.access, name="administration_access"),
]
