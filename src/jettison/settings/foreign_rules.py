"""Rules of other packages and of the user's own folder. They are Python and are run: only ever on request."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import TYPE_CHECKING, Final

from jettison.rules.base import Rule
from jettison.rules.index import register

if TYPE_CHECKING:
    from jettison.settings.settings import Settings
    from jettison.settings.values import Report

GROUP: Final = "jettison.rules"
MAX_FILES: Final = 1000
_ADDED: Final[set[str]] = set()


def add_rules(settings: Settings, report: Report) -> None:
    """Make the rules that the settings ask for known; what cannot be loaded is reported."""
    if settings.plugins:
        _add_packages(settings.plugins, report)
    for name in settings.rule_paths:
        _add_path(settings.folder, name, report)


def _add_packages(wanted: bool | tuple[str, ...], report: Report) -> None:
    from importlib.metadata import entry_points

    points = {point.name: point for point in entry_points(group=GROUP)}
    names = tuple(points) if wanted is True else tuple(wanted or ())
    for name in names:
        if name not in points:
            report(
                "plugins", f"no installed package offers {name!r} (there are: {', '.join(sorted(points)) or 'none'})"
            )
            continue
        if f"{GROUP}:{name}" in _ADDED:
            continue
        _ADDED.add(f"{GROUP}:{name}")
        try:
            _register(points[name].load(), f"plugin {name}", "plugins", report)
        except Exception as error:
            report("plugins", f"{name!r} cannot be loaded: {type(error).__name__}: {error}")


def _add_path(folder: str, name: str, report: Report) -> None:
    root = os.path.realpath(folder)
    full = os.path.realpath(os.path.join(root, name))
    if os.path.commonpath((root, full)) != root:
        report("rule-paths", f"{name!r} is not below the folder of the settings file")
        return
    if not os.path.exists(full):
        report("rule-paths", f"{name!r} does not exist")
        return
    for path in _modules(full):
        if path in _ADDED:
            continue
        _ADDED.add(path)
        try:
            _register(_run(path), os.path.relpath(path, root), "rule-paths", report)
        except Exception as error:
            report("rule-paths", f"{os.path.relpath(path, root)} cannot be loaded: {type(error).__name__}: {error}")


def _modules(path: str) -> Iterator[str]:
    if os.path.isfile(path):
        yield path
        return
    names = sorted(name for name in os.listdir(path) if name.endswith(".py") and not name.startswith("_"))
    yield from (os.path.join(path, name) for name in names[:MAX_FILES])


def _run(path: str) -> ModuleType:
    name = f"jettison_rules_{len(_ADDED)}_{os.path.basename(path)[:-3]}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError("not a Python module")
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _register(found: object, where: str, key: str, report: Report) -> None:
    """Register a Rule, a list of rules, or what a module holds as RULE or RULES."""
    if isinstance(found, ModuleType):
        found = getattr(found, "RULES", None) or getattr(found, "RULE", None)
    rules = list(found) if isinstance(found, (list, tuple)) else [found]
    for rule in rules:
        if not isinstance(rule, Rule):
            report(key, f"{where} holds no RULE (a jettison.rules.base.Rule) and no RULES")
        elif not register(rule):
            report(key, f"{where}: the code {rule.code!r} or the name {rule.name!r} is taken")
