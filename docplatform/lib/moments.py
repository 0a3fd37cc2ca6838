"""Moments as they stand in the API."""

from datetime import UTC, datetime


def moment(value: datetime) -> str:
    """ISO 8601 in UTC, always with microseconds: clients parse exactly this."""
    return f"{value.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"
