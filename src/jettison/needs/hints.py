"""What the text of a program says of things that it uses and no table of its files shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from jettison.knowledge.runtime_files import FINDERS, HINTS, PLAIN_LOCALES, PROCESSES, SHELLS

MAX_TEXT: Final = 1 << 20
_STRING: Final = re.compile(r"\"([^\"\n]{1,200})\"|'([^'\n]{1,200})'|`([^`\n]{1,200})`")
_WORDS: Final = re.compile(r"[\w./+-]{2,100}")
MAX_PATHS: Final = 5000
_PATH: Final = re.compile(r"[\w.-]*(?:/[\w.-]+)+")
_LIBRARY: Final = re.compile(r"\blib[\w+.-]{1,60}\.so(?:\.\d{1,4}){0,3}\b")


class Hints(NamedTuple):
    """packages: names by the hint that asks for them; programs: words that may be programs; libraries: names;
    paths: what looks like a path of a folder or file; found: bare names ("xml2") by which libraries are looked up;
    linkers: programs that such a look-up starts where the loader's list does not have the name."""

    packages: dict[str, str]
    programs: frozenset[str]
    libraries: frozenset[str]
    shell: bool
    paths: frozenset[str] = frozenset()
    found: frozenset[str] = frozenset()
    linkers: frozenset[str] = frozenset()


def read_hints(texts: Iterable[str], variables: Mapping[str, str]) -> Hints:
    """Return the hints of a program's own texts and of the environment it runs in."""
    packages: dict[str, str] = {}
    programs: set[str] = set()
    libraries: set[str] = set()
    paths: set[str] = set()
    found: set[str] = set()
    linkers: set[str] = set()
    shell = False
    for name, facts in HINTS.items():
        for variable in facts["variables"]:
            if variables.get(variable, "") not in PLAIN_LOCALES:
                packages.update(dict.fromkeys(facts["packages"], f"the variable {variable} is set ({name})"))
    for text in texts:
        text = text[:MAX_TEXT]
        for name, facts in HINTS.items():
            word = next((word for word in facts["words"] if word in text), None)
            if word is not None:
                for package in facts["packages"]:
                    packages.setdefault(package, f"the program says {word} ({name})")
        paths.update(path.strip("./") for path in _PATH.findall(text)[:MAX_PATHS])
        libraries.update(_LIBRARY.findall(text))
        for call, starts, linking in FINDERS:
            names = call.findall(text)
            found.update(names)
            programs.update(starts if names else ())
            linkers.update(linking if names else ())
        if any(mark in text for mark in PROCESSES):
            shell = shell or any(mark in text for mark in SHELLS)
            for match in _STRING.finditer(text):
                programs.update(_WORDS.findall(match[1] or match[2] or match[3] or ""))
    return Hints(
        packages,
        frozenset(programs),
        frozenset(libraries),
        shell,
        frozenset(paths),
        frozenset(found),
        frozenset(linkers),
    )
