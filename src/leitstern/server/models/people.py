"""Accounts and their tokens."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from leitstern import clock
from leitstern.access.viewer import Viewer


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts. One without a password is entered by an invitation or single sign-on only."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Account:
        """A new account."""
        account = self.model(email=self.normalize_email(email).lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        """The account with an e-mail address, however it is capitalised."""
        return self.get(email__iexact=username)


class Account(AbstractBaseUser):
    """Somebody who may log in.

    ``person`` is the person's id in the data, where the account is somebody there. ``roles`` are
    granted ones (`access.viewer.ROLES`); ``leads`` are ids of teams the account leads although the data
    do not say so.
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    person = models.CharField(max_length=200, null=True, blank=True, unique=True)
    roles = models.JSONField(default=list, blank=True)
    leads = models.JSONField(default=list, blank=True)
    language = models.CharField(max_length=2, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def mfa_on(self) -> bool:
        """Whether a one-time code is asked for at the log-in."""
        from allauth.mfa.utils import is_mfa_enabled

        return bool(is_mfa_enabled(self))

    @property
    def viewer(self) -> Viewer:
        """The account as the access policy knows it."""
        return Viewer(self.pk, self.person or None, frozenset(self.roles), frozenset(self.leads))


class Token(models.Model):
    """A key to the API. Only a digest is kept; the key itself is shown once."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    start = models.CharField(max_length=12)  # the first letters, so that a person recognises it
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class Invitation(models.Model):
    """A link that is good once: to set the password of ``account``, or, without one, to make the first.

    Only a digest of its token is kept.
    """

    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)


class AccountChange(models.Model):
    """A change of an account that one person proposed; it holds once a second one approves.

    ``kind``: ``rights`` (``after`` has roles, person and leads), ``reset`` (a new invitation), ``codes_off``
    or ``disable``. ``used_at``: when an approved invitation or switching off was carried out.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=20)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)
    used_at = models.DateTimeField(null=True)
