"""Benchmark of the rate limit: an empty view of the API with the limit beside the same without."""

import statistics
import time

from django.test import Client
from django.test.utils import override_settings
from django.urls import path

from docplatform.management.bench.lists import Empty
from docplatform.management.bench.report import Line
from organizations.models import User

ROUNDS = 200
PLENTY = 10_000  # a second: the benchmark itself meets no refusal
BOUND = 1.5

urlpatterns = [path("api/empty/", Empty.as_view())]


@override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"], RATE_BURST=PLENTY, ANONYMOUS_PER_DAY=0)
def rate_limit(user: User, *, rounds: int = ROUNDS) -> Line:
    """Milliseconds; in turn, so that whatever else the machine does disturbs both."""
    client = Client()
    client.force_login(user)
    _seconds(client, PLENTY)
    seconds: dict[int, list[float]] = {0: [], PLENTY: []}
    for number in range(2 * rounds):  # without, with, with, without: neither profits from coming second
        rate = PLENTY if number % 4 in (1, 2) else 0
        seconds[rate].append(_seconds(client, rate))
    ours, floor = statistics.median(seconds[PLENTY]) * 1000, statistics.median(seconds[0]) * 1000
    return Line("rate limit on an empty view", ours, floor, "ms", BOUND)


def _seconds(client: Client, rate: int) -> float:
    with override_settings(RATE_PER_SECOND=rate):
        began = time.perf_counter()
        answer = client.get("/api/empty/")
        seconds = time.perf_counter() - began
    if answer.status_code != 200:
        raise RuntimeError(f"The empty view answered {answer.status_code}.")
    return seconds
