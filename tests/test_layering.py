"""Who may import whom: lower parts never import higher ones. All imports are read, lazy ones too."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent / "src" / "jettison"
LOW = {"errors", "findings", "named_tuple", "severity", "span", "terminal", "atomic", "cache_folder"}
# Part -> parts it may import, besides LOW and itself.
ALLOWED: dict[str, set[str]] = {
    "syntax": set(),
    "knowledge": {"syntax"},
    "model": {"syntax", "knowledge"},
    "rules": {"syntax", "knowledge", "model"},
    "settings": {"model", "rules"},
    "lint": {"syntax", "model", "rules", "settings", "report", "shellcheck"},
    # The walk over folders is the command line's, and Compose files are found by it.
    "compose": {"lint", "settings", "cli"},
    "shellcheck": {"syntax", "model", "lint", "report"},
    "project": {"model", "knowledge"},
    "generate": {"syntax", "knowledge", "model", "project", "lint", "report", "engine", "image", "proof"},
    "slim": {"engine", "image", "knowledge", "needs", "optimize", "proof", "rewrite", "secretscan"},
    "needs": {"syntax", "knowledge", "model", "image", "inventory", "proof"},
    "rewrite": {"syntax", "knowledge", "model", "rules", "lint", "project", "engine", "image", "needs"},
    "engine": set(),
    "inventory": {"knowledge"},
    "sbom": {"inventory", "knowledge"},
    "secretscan": {"knowledge", "image", "inventory"},
    "vulnerabilities": {"inventory", "knowledge", "sbom", "image", "secretscan", "settings"},
    # attribution and inspection join an image with its Dockerfile; the rest knows nothing of Dockerfiles.
    "image": {"engine", "inventory", "model", "syntax", "secretscan"},
    "proof": {"syntax", "model", "engine", "image"},
    "optimize": {"cli", "compose", "settings", "engine", "image", "inventory", "knowledge", "lint", "model", "needs", "project", "proof", "report", "rewrite", "rules", "secretscan", "syntax", "vulnerabilities"},
    "report": {"engine", "generate", "image", "inventory", "lint", "secretscan", "model", "optimize", "proof", "rules", "sbom", "slim", "syntax", "vulnerabilities"},
    "tui": {"image", "inventory", "report"},
}  # fmt: skip
JOINS = {"attribution.py", "step_text.py", "inspection.py"}


def imported() -> dict[str, set[tuple[str, str]]]:
    """Return part -> (part it imports, file)."""
    found = defaultdict(set)
    for path in ROOT.rglob("*.py"):
        part = path.relative_to(ROOT).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("jettison."):
                found[part].add(((node.module or "").split(".")[1], path.name))
    return found


def test_no_part_imports_what_lies_above_it() -> None:
    wrong = [
        f"{part}/{file} imports {other}"
        for part, others in imported().items()
        if part not in LOW | {"cli", "__init__"}
        for other, file in others
        if other not in ALLOWED[part] | LOW | {part}
    ]
    assert wrong == []


def test_the_low_parts_import_each_other_only() -> None:
    wrong = [f"{part} imports {other}" for part in LOW for other, _ in imported()[part] if other not in LOW]
    assert wrong == []


def test_an_image_knows_nothing_of_dockerfiles_but_where_they_are_joined() -> None:
    wrong = [file for other, file in imported()["image"] if other in ("model", "syntax") and file not in JOINS]
    assert wrong == []
