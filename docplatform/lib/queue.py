"""The only door to django-q2: a wake-up tells one cluster of workers to look for ready steps."""

from functools import partial

from django.conf import settings
from django.db import transaction
from django_q.brokers import get_broker
from django_q.tasks import async_task


def wake(queue: str, *, task: str, times: int = 1) -> None:
    """Tell up to `times` workers of `queue`, after the commit, to call the function with the dotted name `task`.

    The message carries nothing: losing it, or sending it twice, is harmless, because rows hold the truth. That is
    why a broker that is away fails no request, and why there are never more messages waiting than workers.
    """
    transaction.on_commit(partial(_send, queue, task, times), robust=True)


def _send(queue: str, task: str, times: int) -> None:
    waiting = get_broker(queue).queue_size()
    for _ in range(min(times, settings.Q_CLUSTER["workers"] - waiting)):
        async_task(task, queue, cluster=queue)


def later(task: str, *args: str) -> None:
    """Have the function with the dotted name `task` called soon after the commit, by the workers of the fast queue.

    For what may be lost without harm, because a person will ask again.
    """
    transaction.on_commit(partial(async_task, task, *args, cluster="fast"))
