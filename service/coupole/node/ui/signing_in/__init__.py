"""Pages of signing in, of one's own account, of who works here, and of what was done."""

from __future__ import annotations

from collections.abc import Mapping

from coupole.errors import CoupoleError
from coupole.node.staff import (
    access,
    accounts,
    joining,
    openings,
    outside,
    own,
    passkeys,
    passwords,
    provider,
    proving,
    sessions,
    steps,
    throttle,
)
from coupole.node.ui.desk import Desk
from coupole.node.ui.signing_in import account, again, colleagues, elsewhere, entering, factors, logs, setting_up
from coupole.node.ui.signing_in.words import NOTICES

__all__ = ["NUMBERS", "add"]

NUMBERS: Mapping[type[CoupoleError], int] = {
    access.RightUnknown: 500,
    accounts.StaffNotFound: 404,
    accounts.LoginTaken: 409,
    accounts.AccountInvalid: 422,
    accounts.LastAdmin: 409,
    joining.CodeRefused: 401,
    openings.ReasonMissing: 422,
    provider.OutsideSignInRefused: 401,
    outside.OutsideAccountUnknown: 401,
    outside.OutsideSignInWeak: 403,
    outside.OutsideAccountTaken: 409,
    own.LastWayIn: 409,
    passkeys.PasskeyRefused: 401,
    passkeys.PasskeyLimit: 409,
    passwords.PasswordTooShort: 422,
    passwords.PasswordTooLong: 422,
    passwords.PasswordCommon: 422,
    passwords.SignInBusy: 503,
    proving.SignInRefused: 401,
    proving.SecondFactorRefused: 401,
    sessions.SessionOver: 401,
    setting_up.PasswordsDiffer: 422,
    steps.StepOver: 410,
    throttle.TooManyTries: 429,
}
"""The numbers of what these pages refuse."""


def add(desk: Desk) -> None:
    """Register the pages, their numbers and what they say after something was done."""
    desk.refuses(NUMBERS)
    desk.says(NOTICES)
    for group in (entering, setting_up, elsewhere, again, account, factors, colleagues, logs):
        group.add(desk)
