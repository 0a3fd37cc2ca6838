"""Which scripts stand behind a page's first one, so that browsers fetch them all at once, not one after the other."""

import posixpath
import re
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

IMPORT = re.compile(r'^(?:import|export)\b[^"]*?\bfrom "(\.{1,2}/[^"]+)";', re.MULTILINE)


@cache
def behind(entry: str) -> tuple[str, ...]:
    """The modules that `entry` (a name below static/) imports, directly or not, without itself."""
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        path = finders.find(name)
        for target in IMPORT.findall(Path(path).read_text() if isinstance(path, str) else ""):
            imported = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
            if imported not in found:
                found[imported] = None
                waiting.append(imported)
    return tuple(found)
