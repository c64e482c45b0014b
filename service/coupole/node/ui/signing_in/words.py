"""What these pages call roles, browsers, ways to sign in and what was done."""

from __future__ import annotations

from coupole.node.staff.accounts import Role
from coupole.node.ui.desk import Guest
from coupole.web.translations import marked

ROLES: dict[Role, tuple[str, str]] = {
    "coach": (marked("Coach"), marked("own people; those of others with a reason")),
    "officer": (marked("Insertion officer"), marked("all people of the workshop")),
    "reader": (marked("Reader"), marked("reads all people, without health, justice and origin; changes nothing")),
    "auditor": (marked("Auditor"), marked("reads what was done and what left; nobody’s file")),
    "admin": (marked("Administrator"), marked("everything, who works here and the settings too")),
}

HOW: dict[str, str] = {
    "password": marked("password and app"),
    "passkey": marked("passkey"),
    "outside": marked("account elsewhere"),
    "code": marked("code"),
}

BROWSERS = {"edge": "Edge", "firefox": "Firefox", "chrome": "Chrome", "safari": "Safari"}
SYSTEMS = {"android": "Android", "ios": "iOS", "windows": "Windows", "macos": "macOS", "linux": "Linux"}

EVENTS: dict[str, str] = {
    "account_made": marked("Account made"),
    "account_changed": marked("Account changed"),
    "account_disabled": marked("Account closed"),
    "account_enabled": marked("Account opened again"),
    "role_changed": marked("Role changed"),
    "code_made": marked("Code made"),
    "code_used": marked("Code used"),
    "code_refused": marked("Wrong code"),
    "password_changed": marked("Password changed"),
    "totp_changed": marked("Authenticator app changed"),
    "recovery_codes_made": marked("Recovery codes made"),
    "recovery_code_used": marked("Recovery code used"),
    "passkey_added": marked("Passkey added"),
    "passkey_removed": marked("Passkey removed"),
    "passkey_refused": marked("Passkey refused"),
    "outside_account_linked": marked("Account elsewhere linked"),
    "outside_account_unlinked": marked("Account elsewhere unlinked"),
    "outside_sign_in_refused": marked("Signing in elsewhere failed"),
    "signed_in": marked("Signed in"),
    "signed_out": marked("Signed out"),
    "session_ended": marked("Session ended"),
    "sign_in_refused": marked("Wrong name or password"),
    "second_factor_refused": marked("Wrong second factor"),
    "sign_in_slowed": marked("Many wrong tries"),
    "verified_again": marked("Showed again who they are"),
    "access_refused": marked("Refused by their role"),
    "many_openings": marked("Opened many files that are not theirs"),
    "own_field_changed": marked("Field of our own made or changed"),
    "own_pathway_changed": marked("Pathway of our own made or changed"),
}

RELATIONS: dict[str, str] = {
    "assigned": marked("their own"),
    "team": marked("their team’s"),
    "other": marked("somebody else’s"),
}

NOTICES: dict[str, str] = {
    "signed_out": marked("You are signed out."),
    "session_ended": marked("That browser is signed out."),
    "sessions_ended": marked("All other browsers are signed out."),
    "passkey_added": marked("The passkey was added."),
    "passkey_removed": marked("The passkey was removed."),
    "password_changed": marked("The password was changed; all other browsers are signed out."),
    "password_dropped": marked("Passwords are over: you sign in with a passkey."),
    "account_linked": marked("The account elsewhere was linked."),
    "account_unlinked": marked("The account elsewhere is linked no more."),
    "account_closed": marked("The account is closed, and every browser signed out."),
    "account_opened": marked("The account is open again."),
}


def role(guest: Guest, code: str) -> str:
    """What a role is called."""
    known: Role = code  # type: ignore[assignment]  # a role of an account
    return guest.gettext(ROLES[known][0])


def browser(guest: Guest, code: str) -> str:
    """What a browser is called in a list of sessions."""
    name, _, system = code.partition("-")
    if name not in BROWSERS or system not in SYSTEMS:
        return guest.gettext("A browser we do not know")
    return guest.gettext("%(browser)s on %(system)s", browser=BROWSERS[name], system=SYSTEMS[system])
