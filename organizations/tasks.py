"""What workers do for people."""

from organizations.actions import passwords


def mail_password_link(email: str) -> None:
    """Mail a link to whoever has this address."""
    passwords.mail_link(email)
