"""Options that take a protection away, by the program that takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jettison.knowledge._compiled import UNSAFE_OPTIONS

if TYPE_CHECKING:
    from jettison.syntax.shell_command import Command
    from jettison.syntax.words import Word

VARIABLES: Final[dict[str, list[str]]] = {
    name: values for name, values in UNSAFE_OPTIONS["tls_variables"].items() if name != "source"
}


def _by_program(kind: str) -> dict[str, Any]:
    # With the flags that hold their value, by which a longer word may end.
    return {
        program: {**facts, "valued": tuple(flag for flag in facts["flags"] if "=" in flag)}
        for facts in UNSAFE_OPTIONS[kind].values()
        for program in facts["programs"]
    }


TLS: Final = _by_program("tls")
UNSIGNED: Final = _by_program("unsigned")


def unsafe_word(command: Command, table: dict[str, Any]) -> Word | None:
    """Return the word of a command that takes a protection away, or None."""
    facts = table.get(command.name)
    if facts is None:
        return None
    flags, valued = facts["flags"], facts["valued"]
    pairs, clusters = facts.get("pairs", {}), facts.get("clusters", "")
    words = command.argv[1:]
    for index, word in enumerate(words):
        text = word.value
        if text in flags or text.split("=")[0] in flags or (valued and text.endswith(valued)):
            return word
        following = words[index + 1].value if index + 1 < len(words) else None
        if text in pairs and following is not None and (pairs[text] == ["*"] or following in pairs[text]):
            return word
        if clusters and text[:1] == "-" and text[1:2] != "-" and text[1:].isalpha() and clusters in text:
            return word
    return None


def is_unsafe(name: str, value: str) -> bool:
    """Return whether a variable of this value turns verification off."""
    values = VARIABLES.get(name)
    return values is not None and (value in values or ("*" in values and bool(value)))
