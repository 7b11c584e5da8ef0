"""Identifiers of the SPDX licence list, by the many ways in which packages write them."""

from __future__ import annotations

from typing import Final

from jettison.knowledge._compiled import LICENCES

_BY_LOWER: Final[dict[str, str]] = {id_.lower(): id_ for id_ in LICENCES["ids"]} | LICENCES["spellings"]
_EXCEPTIONS: Final[dict[str, str]] = {id_.lower(): id_ for id_ in LICENCES["exceptions"]}


def spdx_id(text: str) -> str:
    """Return the identifier for one licence's name, "" where it is not known."""
    return _BY_LOWER.get(text.strip().lower(), "")


def spdx_expression(text: str) -> str:
    """Return an SPDX expression for "A and B", "A OR (B AND C)", "A WITH exception" where every name is known, else ""."""
    words = text.replace("(", " ( ").replace(")", " ) ").split()
    if len(words) > 64:
        return ""
    parts: list[str] = []
    depth, want_name = 0, True
    # None without WITH, "" from WITH on until its exception is named.
    exception: str | None = None
    for word in words:
        if word == "(" and want_name:
            depth += 1
        elif word == ")" and not want_name and depth:
            depth -= 1
        elif word.upper() in ("AND", "OR") and not want_name:
            word, want_name, exception = word.upper(), True, None
        elif word.upper() == "WITH" and not want_name and exception is None:
            word, exception = "WITH", ""
        elif exception == "":
            if word.lower() not in _EXCEPTIONS:
                return spdx_id(text)
            word = exception = _EXCEPTIONS[word.lower()]
        elif want_name and (known := spdx_id(word)):
            word, want_name = known, False
        else:
            return spdx_id(text)
        parts.append(word)
    if want_name or depth or exception == "":
        return ""
    return " ".join(parts).replace("( ", "(").replace(" )", ")")
