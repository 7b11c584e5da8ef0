"""What builders refuse about an instruction that is otherwise understood: arguments, flags, quotes, substitutions.

Seen with BuildKit, case by case, and described in the Dockerfile reference. A finding for each, at its place; the
instruction stays in the tree, so that everything else about the file is still checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from jettison.span import Span
from jettison.syntax.expand import bad_substitution
from jettison.syntax.tree import Comment, Directive, File, Instruction
from jettison.syntax.words import Flag

Refusal = tuple[str, Span]
_FLAGS: Final = {
    "FROM": frozenset(("platform",)),
    "RUN": frozenset(("mount", "network", "security", "device")),
    "COPY": frozenset(("chown", "chmod", "from", "link", "parents", "exclude")),
    "ADD": frozenset(("chown", "chmod", "link", "keep-git-dir", "checksum", "unpack", "exclude")),
    "HEALTHCHECK": frozenset(("interval", "timeout", "start-period", "start-interval", "retries")),
}
_NO_FLAGS: Final[frozenset[str]] = frozenset()
_SWITCHES: Final = frozenset(("link", "parents", "keep-git-dir", "unpack"))
_REPEATED: Final = frozenset(("mount", "exclude", "device"))
_DURATIONS: Final = frozenset(("interval", "timeout", "start-period", "start-interval"))
_DURATION: Final = re.compile(r"0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+")
_STAGE_NAME: Final = re.compile(r"[a-z][a-z0-9_.-]*")
_SIGNAL: Final = re.compile(r"(?:SIG)?(?:[A-Z]{2,}\d?|RT(?:MIN|MAX)(?:[+-]\d{1,2})?)|[1-9]\d?")
_SIGNALS: Final = frozenset(
    "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP "
    "TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX".split()
)
_QUOTES: Final = {
    escape: re.compile(
        # Atomic: what one repetition took no other tries again, or a quote that is never closed takes for ever. No
        # possessive repeats of groups: before 3.11.5 Python read those wrongly (gh-106052).
        r"""(?>(?:[^'"{e}]++|{e}(?:.|\Z)|'[^']*+'|"(?>(?:[^"{e}]++|{e}(?:.|\Z))*)")*)""".replace("{e}", re.escape(escape)),
        re.DOTALL,
    )
    for escape in "\\`"
}
_EXPANDED: Final = frozenset(
    ("ADD", "ARG", "COPY", "ENV", "EXPOSE", "FROM", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
)
_SOURCE: Final = re.compile(r"(?:^|[,=])from=([^,]*\$[^,]*)")
_DIRECTIVE: Final = re.compile(r"[ \t]*(\w+)[ \t]*=[ \t]*\S")
_ARRAY: Final = re.compile(r'\[\s*(?:["\[{\d-]|true|false|null)')
_MAX_ARRAY: Final = 64 * 1024


def is_plain(node: Instruction) -> bool:
    """Return whether an instruction is one of those, the most frequent, of which nothing is refused."""
    return (
        node.form == "shell"
        and node.keyword in ("RUN", "CMD", "ENTRYPOINT")
        and not node.flags
        and node.words[0].raw[:1] != "["
    )


def refusals(file: File, node: Instruction) -> Iterator[Refusal]:
    """Yield (why, where) for what builders refuse about one instruction."""
    inner = node.onbuild or node
    if inner.flags:
        yield from _flags(inner)
    check = _CHECKS.get(inner.keyword)
    if check is not None:
        yield from check(inner)
    if inner.keyword in _EXPANDED and inner.form != "exec":
        yield from _texts(inner, file.escape)
    if inner.form != "exec" and inner.words and (inner.words[-1].raw[:1] == "[" or inner.words[0].raw[:1] == "["):
        yield from _array(inner)


def directive_refusals(file: File) -> Iterator[Refusal]:
    """Yield (why, where) for what builders refuse about the directives."""
    if not file.directives:
        return
    directive = file.directives.get("escape")
    if directive is not None and directive.value not in ("\\", "`"):
        yield "the escape character is a backslash or a back quote", directive.span
    # The tree ends the directives at one that it has; what follows them is a comment.
    after = next((b for a, b in pairwise(file.nodes) if isinstance(a, Directive) and not isinstance(b, Directive)), None)
    again = _DIRECTIVE.match(after.text) if isinstance(after, Comment) else None
    if after is not None and again and again[1].lower() in file.directives:
        yield f"the directive {again[1].lower()} is given twice", after.span


def _flags(node: Instruction) -> Iterator[Refusal]:
    known = _FLAGS.get(node.keyword, _NO_FLAGS)
    seen: set[str] = set()
    for flag in node.flags:
        if flag.name not in known:
            yield f"{node.keyword} has no flag --{flag.name[:40]}", flag.span
        elif flag.name in seen and flag.name not in _REPEATED:
            yield f"--{flag.name} is given twice", flag.span
        elif flag.name in _SWITCHES:
            if (flag.value or "true").lower() not in ("true", "false") and "$" not in (flag.value or ""):
                yield f"--{flag.name} is true or false", flag.span
        elif flag.value is None:
            yield f"--{flag.name} needs a value", flag.span
        elif "$" in flag.value and (source := _SOURCE.search(f"{flag.name}={flag.value}")):
            yield f"from takes no variables: name a stage that begins with FROM {source[1][:40]}", flag.span
        elif flag.name in _DURATIONS or flag.name == "retries":
            yield from _health_flag(flag)
        seen.add(flag.name)


def _health_flag(flag: Flag) -> Iterator[Refusal]:
    value = flag.value or ""
    if flag.name == "retries":
        if not re.fullmatch(r"\+?\d+", value, re.ASCII):
            yield "--retries is a whole number", flag.span
    elif not _DURATION.fullmatch(value.removeprefix("+")):
        yield f"--{flag.name}={value[:20]}: a duration with its unit was expected, such as 30s", flag.span


def _pairs(node: Instruction) -> Iterator[Refusal]:
    for name, value in node.pairs:
        if not name.raw:
            yield f"{node.keyword}: a name is missing before the equals sign", name.span
        elif node.keyword != "ARG" and value is not None and not value.raw and value.span.start != name.span.end + 1:
            # An equals sign would stand between them.
            yield f"{name.value[:40]}: no value; it is written {node.keyword} name=value", name.span


def _copy(node: Instruction) -> Iterator[Refusal]:
    if len(node.words) < 2:
        yield f"{node.keyword} needs a source and a target", node.body_span


def _from(node: Instruction) -> Iterator[Refusal]:
    words = node.words
    if len(words) not in (1, 3) or (len(words) == 3 and words[1].value.upper() != "AS"):
        yield "FROM takes an image, and AS with a name", node.body_span
    elif len(words) == 3 and not _STAGE_NAME.fullmatch(words[2].value.lower()):
        yield (
            f"{words[2].value[:40]}: the name of a stage begins with a letter and holds letters, digits, - _ .",
            words[2].span,
        )
    if "$" not in words[0].raw and _has_upper_case_path(words[0].value):
        yield f"{words[0].value[:60]}: the names of images are in lower case", words[0].span


def _has_upper_case_path(reference: str) -> bool:
    name = reference.partition("@")[0]
    first, slash, rest = name.partition("/")
    # What holds a dot, a colon or a capital before the first slash is a registry.
    if slash and (any(mark in first for mark in ".:") or first == "localhost" or first != first.lower()):
        name = rest
    head, slash, last = name.rpartition("/")
    path = head + slash + last.partition(":")[0]
    return path != path.lower()


def _array_only(node: Instruction) -> Iterator[Refusal]:
    if node.form != "exec":
        yield "SHELL takes a JSON array of texts", node.body_span
    elif not node.words:
        yield "the array is empty", node.body_span


def _not_empty(node: Instruction) -> Iterator[Refusal]:
    if node.form == "exec" and not node.words:
        yield "the array is empty", node.body_span


def _stop_signal(node: Instruction) -> Iterator[Refusal]:
    word = node.words[0]
    value = word.value.upper().removeprefix("SIG")
    known = value.isdigit() or value.partition("+")[0].partition("-")[0] in _SIGNALS
    if "$" not in word.raw and (not known or not _SIGNAL.fullmatch(word.value.upper())):
        yield f"{word.value[:40]} is no signal", word.span


def _health(node: Instruction) -> Iterator[Refusal]:
    kind = node.words[0].value.upper()
    if kind not in ("CMD", "NONE"):
        yield f"{node.words[0].value[:40]}: HEALTHCHECK is followed by CMD or NONE", node.words[0].span
    elif kind == "NONE" and len(node.words) > 1:
        yield "HEALTHCHECK NONE takes no arguments", node.words[1].span
    elif kind == "CMD" and len(node.words) < 2:
        yield "HEALTHCHECK CMD needs a command", node.words[0].span


def _texts(node: Instruction, escape: str) -> Iterator[Refusal]:
    for word in node.words:
        raw = word.raw
        if ("'" in raw or '"' in raw) and not _QUOTES[escape].fullmatch(raw):
            yield "a quote is never closed", word.span
        elif "${" in raw and (problem := bad_substitution(raw, escape)):
            yield problem, word.span


def _array(node: Instruction) -> Iterator[Refusal]:
    text = node.words[-1].raw if node.keyword == "HEALTHCHECK" else " ".join(word.raw for word in node.words)
    if holds_other_values(text):
        yield "an array holds texts in double quotes and nothing else", node.body_span


def holds_other_values(text: str) -> bool:
    """Return whether a text is a JSON array, of more than texts: builders refuse it instead of taking it for words."""
    if len(text) > _MAX_ARRAY or not _ARRAY.match(text):
        return False
    from json import JSONDecoder

    try:
        JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return True


_CHECKS: Final = {
    "ADD": _copy,
    "ARG": _pairs,
    "COPY": _copy,
    "ENV": _pairs,
    "FROM": _from,
    "HEALTHCHECK": _health,
    "LABEL": _pairs,
    "RUN": _not_empty,
    "SHELL": _array_only,
    "STOPSIGNAL": _stop_signal,
    "VOLUME": _not_empty,
}
