"""The container files speak of commands, variables and files that exist, and nothing in them runs as root."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PARTS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "docplatform"}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_a_command_that_exists(part: str) -> None:
    name, *options = PARTS[part]["command"]
    command = load_command_class(get_commands()[name], name)
    assert command.create_parser("manage.py", name).parse_args(options)


def test_every_queue_has_its_workers_and_all_wait_for_the_tables() -> None:
    assert {"prepare", "web", "fast", "bulk"} == set(PARTS)
    waiting = [PARTS[name]["depends_on"]["prepare"]["condition"] for name in ("web", "fast", "bulk")]
    assert waiting == ["service_completed_successfully"] * 3


def test_every_variable_is_one_that_people_know() -> None:
    told = set(re.findall(r"#?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text()))
    assert set(COMPOSE["x-part"]["environment"]) <= told


def test_the_image_copies_what_is_there_and_runs_as_a_user_of_its_own() -> None:
    sources = [line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("COPY ")]
    assert all((ROOT / source).exists() for source in sources)
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert users == ["docplatform"]
    assert DOCKERFILE.index("USER docplatform") < DOCKERFILE.index("ENTRYPOINT")
