"""What workers do for people."""

from organizations.actions import messages, notifications, passwords


def mail_password_link(email: str) -> None:
    """Mail a link to whoever has this address."""
    passwords.mail_link(email)


def mail_notification(notification_id: str) -> None:
    """Mail what the person's inbox says."""
    notifications.mail(int(notification_id))


def mail_messages(queue: str) -> None:
    """Mail what people's programs have to say to them."""
    messages.mail_due()
