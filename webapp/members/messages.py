"""What Flask-Security says on our pages and in mail, in our words and both languages.

Its own Chinese catalogue has holes, and its English is not ours.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l


def configuration() -> dict[str, Any]:
    """The messages that our pages can show, as Flask-Security's settings."""
    wrong = _l("The e-mail address or the password is not right. Try again.")
    lapsed = _l("This link no longer works. Ask for a new one.")
    short = _l("Choose a password of at least 10 characters. A few words in a row are good.")
    texts = {
        "GENERIC_AUTHN_FAILED": (wrong, "error"),
        "USER_DOES_NOT_EXIST": (wrong, "error"),
        "INVALID_PASSWORD": (_l("The password is not right."), "error"),
        "DISABLED_ACCOUNT": (_l("This account is closed. Ask an administrator."), "error"),
        "EMAIL_NOT_PROVIDED": (_l("Write your e-mail address."), "error"),
        "INVALID_EMAIL_ADDRESS": (
            _l("This is not an e-mail address. It looks like name@example.org."),
            "error",
        ),
        "PASSWORD_NOT_PROVIDED": (_l("Write the password."), "error"),
        "PASSWORD_INVALID_LENGTH": (short, "error"),
        "PASSWORD_MISMATCH": (_l("The two passwords differ."), "error"),
        "RETYPE_PASSWORD_MISMATCH": (_l("The two passwords differ."), "error"),
        "PASSWORD_IS_THE_SAME": (_l("This is the present password. Choose another."), "error"),
        "PASSWORD_CHANGE": (_l("Your password is changed."), "success"),
        "PASSWORD_RESET_NO_LOGIN": (
            _l("Your new password is set. Sign in with it."),
            "success",
        ),
        "PASSWORD_RESET_REQUEST": (
            _l("If this address has an account, a link to set a new password is on its way."),
            "info",
        ),
        "PASSWORD_RESET_EXPIRED": (lapsed, "error"),
        "INVALID_RESET_PASSWORD_TOKEN": (lapsed, "error"),
        "LOGIN": (_l("Sign in to open this page."), "info"),
        "UNAUTHENTICATED": (_l("Sign in to open this page."), "info"),
        "REAUTHENTICATION_REQUIRED": (_l("Confirm that it is you."), "info"),
        "REAUTHENTICATION_SUCCESSFUL": (_l("Thank you."), "info"),
        "ANONYMOUS_USER_REQUIRED": (_l("You are signed in already."), "info"),
        "INVALID_INPUT": (_l("This cannot be used. Write it anew."), "error"),
        "INVALID_INPUT_LENGTH": (_l("This is too long. Shorten it."), "error"),
    }
    found: dict[str, Any] = {f"SECURITY_MSG_{name}": value for name, value in texts.items()}
    found |= {
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_EMAIL_SUBJECT_PASSWORD_RESET": _l("Set a new password"),
        "SECURITY_EMAIL_SUBJECT_PASSWORD_NOTICE": _l("Your password was set anew"),
        "SECURITY_EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": _l("Your password was changed"),
    }
    return found
