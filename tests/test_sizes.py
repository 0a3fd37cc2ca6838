"""The sizes that keep every file readable at one sitting, and the two hiding places for side effects that we refuse."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("docplatform", "organizations", "projects", "documents", "addons")
MODULE_LINES = 400
SETTINGS_LINES = 250
FUNCTION_LINES = 60
VIEW_STATEMENTS = 12

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*endings: str, folders: tuple[str, ...] = PACKAGES) -> list[Path]:
    """Files below the folders, as paths from the top of the tree."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in endings)
    return sorted(path.relative_to(ROOT) for path in found if "migrations" not in path.parts)


def lines(path: Path) -> int:
    return len((ROOT / path).read_text().splitlines())


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


def functions(node: ast.AST) -> list[Function]:
    return [child for child in ast.walk(node) if isinstance(child, Function)]


def statements(function: Function) -> int:
    """How many statements a function has, nested ones too, its docstring not."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return sum(isinstance(node, ast.stmt) for statement in body for node in ast.walk(statement))


def view_functions(path: Path) -> list[Function]:
    """Methods of the classes of a view module, and functions that take a request."""
    methods = [item for node in tree(path).body if isinstance(node, ast.ClassDef) for item in functions(node)]
    plain = [node for node in tree(path).body if isinstance(node, Function)]
    return methods + [node for node in plain if node.args.args and node.args.args[0].arg == "request"]


def is_view_module(path: Path) -> bool:
    return "views" in path.parts or path.name == "views.py"


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def is_signal(name: str) -> bool:
    return name.startswith("django.dispatch") or name.endswith(".signals") or ".signals." in name


def listed(offenders: list[str]) -> str:
    return "\n".join(["", *offenders])


SOURCE = files(".py")


def test_files_are_short() -> None:
    """Split a longer one by noun."""
    paths = SOURCE + files(".js", ".css", ".html", folders=(*PACKAGES, "templates"))
    limits = {path: SETTINGS_LINES if path.name == "settings.py" else MODULE_LINES for path in paths}
    offenders = [f"{path}: {lines(path)}" for path, limit in limits.items() if lines(path) > limit]
    assert not offenders, listed(offenders)


def test_functions_are_short() -> None:
    spans = [(path, node.name, node.lineno, node.end_lineno or 0) for path in SOURCE for node in functions(tree(path))]
    long = [f"{path}:{first} {name}" for path, name, first, last in spans if last - first >= FUNCTION_LINES]
    assert not long, listed(long)


def test_views_parse_find_act_and_answer() -> None:
    """Whatever takes more statements belongs in an action, a serializer or a filter."""
    found = [(path, node) for path in SOURCE if is_view_module(path) for node in view_functions(path)]
    long = [f"{path}:{node.lineno} {node.name}" for path, node in found if statements(node) > VIEW_STATEMENTS]
    assert not long, listed(long)


def test_there_are_no_signals() -> None:
    names = [(path, name) for path in SOURCE for node in ast.walk(tree(path)) for name in imported(node)]
    offenders = [f"{path}: {name}" for path, name in names if is_signal(name)]
    assert not offenders, listed(offenders)


def test_no_class_overrides_save() -> None:
    nodes = [(path, node) for path in SOURCE for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
    offenders = [f"{path}: {node.name}" for path, node in nodes if any(f.name == "save" for f in functions(node))]
    assert not offenders, listed(offenders)
