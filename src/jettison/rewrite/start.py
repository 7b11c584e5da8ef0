"""What a start command comes to when the package manager in front of it is taken away."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from jettison.rules.runtime.shell_form_entry import plain_argv

if TYPE_CHECKING:
    from jettison.model.context import BuildContext
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction

_PLAIN: Final = re.compile(r"[\w./=:@-]+(?:\s+[\w./=:@,-]+)*\Z")
_MANAGERS: Final = ("npm", "yarn", "pnpm")


def argv_of(model: Model, node: Instruction | None) -> list[str] | None:
    """Return the words of a CMD or ENTRYPOINT that needs no shell, else None."""
    if node is None:
        return []
    return [word.value for word in node.words] if node.form == "exec" else plain_argv(model, node)


def script_argv(context: BuildContext | None, argv: list[str]) -> list[str] | None:
    """Return what `npm start` and its like run, when the script is one plain command; else None.

    npm puts node_modules/.bin on PATH, so a program's name is looked up there first.
    """
    words = [word for word in argv if word not in ("--silent", "-s")]
    if context is None or not words or words[0] not in _MANAGERS:
        return None
    name = words[-1]
    if words[1:] not in (["start"], ["run", name], ["run-script", name], [name]) or len(words) < 2:
        return None
    scripts = manifest(context).get("scripts")
    scripts = scripts if isinstance(scripts, dict) else {}
    script = str(scripts.get(name) or "").strip()
    if not _PLAIN.match(script) or f"pre{name}" in scripts or f"post{name}" in scripts:
        return None
    found = script.split()
    if "=" in found[0] or found[0] in (*_MANAGERS, "npx"):
        return None
    return found if found[0] == "node" or "/" in found[0] else [f"node_modules/.bin/{found[0]}", *found[1:]]


def manifest(context: BuildContext) -> dict[str, Any]:
    """Return package.json of the project, {} when there is none that can be read."""
    try:
        data = json.loads(context.read("package.json"))
    except (ValueError, OSError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
