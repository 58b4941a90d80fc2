"""The forms around a password."""

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

from workflows.people.accounts import LONGEST_PASSWORD


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Who are you?"""

    email = EmailField("E-mail address", [InputRequired("Enter your work e-mail address."), Length(max=254)])
    password = PasswordField(
        "Password", [InputRequired("Enter your password."), Length(max=LONGEST_PASSWORD, message="This is too long.")]
    )


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password, confirmed with the current one."""

    current_password = PasswordField(
        "Current password",
        [InputRequired("Enter the password you use now."), Length(max=LONGEST_PASSWORD, message="This is too long.")],
    )
    new_password = PasswordField(
        "New password",
        [InputRequired("Enter a new password."), Length(max=LONGEST_PASSWORD, message="This is too long.")],
    )
    repeated_password = PasswordField(
        "New password, once more", [EqualTo("new_password", "This is not the same as the new password above.")]
    )
