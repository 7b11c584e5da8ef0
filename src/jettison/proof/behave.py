"""Two behaviours are compared: a claim for each thing that was asked."""

from __future__ import annotations

import re
from typing import Final

from jettison.proof.behaviour import KILLED, Answer, Behaviour
from jettison.proof.claims import NOT_PROVEN, PROVEN, REFUTED, Claim
from jettison.proof.observe import could_not_run
from jettison.proof.stable_parts import agreement
from jettison.proof.telling_line import telling_line
from jettison.terminal import safe

# What differs from one answer to the next of the same program: times and random identities.
_VOLATILE: Final = re.compile(
    rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.]*(?:Z|[+-]\d\d:?\d\d)?|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b1[5-9]\d{8}(?:\.\d+)?\b"
)

# What npm, yarn and pnpm say before they start a script, and of themselves.
_STARTERS: Final = re.compile(r"> |\$ |yarn run |npm |Done in ", re.IGNORECASE)


def behaviour_claims(before: Behaviour, again: Behaviour | None, after: Behaviour) -> list[Claim]:
    """Return the claims that compare two behaviours; `again` is a second run of the original."""
    claims = [_up_claim(before, again, after)]
    if not before.stayed_up and before.exit_code:
        return claims
    claims.append(_ports_claim(before, after))
    claims.append(_answers_claim(before, again, after))
    if again is not None and (logged := _log_claim(before, again, after)):
        claims.append(logged)
    claims.extend(_check_claims(before, again, after))
    if after.health is not None:
        claims.append(_health_claim(before.health, after.health))
    if before.service_health is not None and after.service_health is not None:
        claims.append(_service_health_claim(before.service_health, after.service_health))
    claims.append(_stop_claim(before, after))
    return claims


def _up_claim(before: Behaviour, again: Behaviour | None, after: Behaviour) -> Claim:
    title = "it starts and stays up as before"
    causes = (
        "user",
        "exec-form",
        "init",
        "dockerignore",
        "prod-deps",
        "node-environment",
        "strip",
        "installers",
        "multi-stage",
    )
    if not before.stayed_up and before.exit_code:
        why = f"the original itself ends with code {before.exit_code}: {telling_line(before.output)}"
        advice = "give what it needs with --env, or start what it depends on"
        seen = "the new image runs"
        if not after.stayed_up:
            seen = f"the new image ends with code {after.exit_code}: {telling_line(after.output)}"
        return Claim("starts", title, NOT_PROVEN, (why, seen, *_surroundings(before), advice))
    if before.stayed_up == after.stayed_up and before.exit_code == after.exit_code:
        seen = "both run" if after.stayed_up else f"both end with code {after.exit_code}"
        if not after.stayed_up and not _same_text(before.output, after.output):
            if again is not None and not _same_text(before.output, again.output):
                return Claim("starts", title, NOT_PROVEN, (seen, "the original itself prints something else each time"))
            return Claim(
                "starts", title, REFUTED, ("both end, with different output", telling_line(after.output)), causes
            )
        if before.waits and after.waits and not before.checks:
            why = f"nothing but {', '.join(before.waits)} was seen to run: a script that waits for what is not there"
            said = [f"it says: {telling_line(before.output)}"] if before.output.strip() else []
            advice = "start what it depends on, or give what it needs with --env"
            return Claim("starts", title, NOT_PROVEN, (seen, why, *said, advice))
        return Claim("starts", title, PROVEN, (seen, *_surroundings(after)))
    return Claim(
        "starts", title, REFUTED, (f"it ends with code {after.exit_code}: {telling_line(after.output)}",), causes
    )


def _surroundings(seen: Behaviour) -> list[str]:
    found = []
    if seen.run_as:
        found.append(f"run as {seen.run_as}")
    if seen.needs:
        found.append(f"beside the services {', '.join(seen.needs)}")
    if seen.capabilities:
        found.append(f"with the capabilities {', '.join(seen.capabilities)}: it does not run without")
    return found


def _same_text(old: str, new: str) -> bool:
    return old == new or _VOLATILE.sub(b"", old.encode()) == _VOLATILE.sub(b"", new.encode())


def _ports_claim(before: Behaviour, after: Behaviour) -> Claim:
    title = "it listens on the same ports"
    if before.ports == after.ports and not before.ports and before.expected:
        # Nothing is nothing: whatever both wait for, neither was seen to serve.
        seen = "neither listened in the time it was given, though it is said to"
        return Claim("ports", title, NOT_PROVEN, (seen,))
    if before.ports == after.ports:
        return Claim("ports", title, PROVEN, (f"TCP {', '.join(map(str, after.ports)) or 'none'}",))
    return Claim(
        "ports",
        title,
        REFUTED,
        (f"before {before.ports}, after {after.ports}",),
        ("user", "exec-form", "init", "multi-stage"),
    )


def _answers_claim(before: Behaviour, again: Behaviour | None, after: Behaviour) -> Claim:
    title = "it answers the same HTTP requests with the same status and body"
    if not before.answers:
        decides = bool(before.ports) or before.expected
        why = "its ports cannot be reached from here" if before.ports else "nothing listened, so nothing was asked"
        return Claim("http", title, NOT_PROVEN, (why,), decides=decides)
    wrong: list[str] = []
    flaky: list[str] = []
    same: list[str] = []
    for key, old in before.answers.items():
        new = after.answers.get(key)
        second = again.answers.get(key) if again is not None else None
        place = f"port {key[0]} {key[1]}"
        verdict, seen = _compare(old, second, new)
        {PROVEN: same, NOT_PROVEN: flaky, REFUTED: wrong}[verdict].append(f"{place}: {seen}")
    if wrong:
        return Claim(
            "http",
            title,
            REFUTED,
            tuple(wrong),
            ("dockerignore", "user", "prod-deps", "node-environment", "multi-stage"),
        )
    if flaky:
        return Claim("http", title, NOT_PROVEN, (*flaky, *same))
    if all(answer.status == 0 for answer in before.answers.values()):
        return Claim("http", title, NOT_PROVEN, ("no HTTP is spoken on the open ports",))
    if _only_fails(before):
        why = "both answer with errors of their own: nothing was seen to work; give what it needs, or name a --probe"
        return Claim("http", title, NOT_PROVEN, (why, *same))
    return Claim("http", title, PROVEN, tuple(same))


def _only_fails(seen: Behaviour) -> bool:
    """Return whether a server gave errors of its own, and nothing else but that a page is not there."""
    statuses = {answer.status for answer in seen.answers.values()}
    return any(status >= 500 for status in statuses) and not any(0 < each < 500 and each != 404 for each in statuses)


def _equal(old: Answer, new: Answer) -> bool:
    if (old.status, old.content_type) != (new.status, new.content_type):
        return False
    return old.body == new.body or _VOLATILE.sub(b"", old.body) == _VOLATILE.sub(b"", new.body)


def _compare(old: Answer, second: Answer | None, new: Answer | None) -> tuple[str, str]:
    """Return (verdict, what was seen) of one answer; `second` is what another run of the original gave.

    Only what the original repeats can be asked of the new image: the status, and the parts of the body on which its
    two runs agree.
    """
    if new is None:
        return REFUTED, f"before {old.status}, {len(old.body)} bytes; after no answer"
    if _equal(old, new):
        return PROVEN, f"{new.status}, {len(new.body)} bytes"
    difference = f"before {old.status}, {len(old.body)} bytes; after {new.status}, {len(new.body)} bytes"
    if second is None or _equal(old, second) or new.status not in (old.status, second.status):
        return REFUTED, difference
    shared = agreement(old.body, second.body, new.body)
    if shared is not None and not shared.holds:
        return REFUTED, f"{difference}; it differs where the original repeats itself"
    if shared is not None:
        return (
            PROVEN,
            f"{new.status}, {shared.parts} of {shared.of} {shared.kind}; the others differ in the original too",
        )
    return NOT_PROVEN, "the original answers differently each time"


def _log_claim(before: Behaviour, again: Behaviour, after: Behaviour) -> Claim | None:
    """Return the claim about what the engine gets to read; None where the original writes nothing that can be told."""
    if not (before.stayed_up and again.stayed_up and after.stayed_up):
        return None
    title = "what it logs reaches the engine as before"
    causes = ("user", "exec-form", "init", "multi-stage")
    if before.logs_requests and again.logs_requests:
        if after.logs_requests:
            return Claim("log", title, PROVEN, ("both tell of the requests that were made",))
        return Claim("log", title, REFUTED, ("the original logs the requests, the new image does not",), causes)
    if not (_says(before.output) and _says(again.output)):
        return None
    if _says(after.output):
        return Claim("log", title, PROVEN, ("both write to their output",))
    return Claim("log", title, REFUTED, ("the original writes to its output, the new image writes nothing",), causes)


def _says(output: str) -> bool:
    """Return whether a program wrote something, apart from the package manager that started it."""
    return any(line.strip() and not _STARTERS.match(line) for line in output.splitlines())


def _check_claims(before: Behaviour, again: Behaviour | None, after: Behaviour) -> list[Claim]:
    claims = []
    for check, old in before.checks.items():
        new = after.checks.get(check)
        second = again.checks.get(check) if again is not None else None
        title = f"the check command gives the same: {check[:60]}"
        verdict, seen = _compare_check(old, second, new)
        claims.append(Claim("check", title, verdict, (seen,), ("user", "multi-stage") if verdict == REFUTED else ()))
    return claims


def _compare_check(
    old: tuple[int, bytes], second: tuple[int, bytes] | None, new: tuple[int, bytes] | None
) -> tuple[str, str]:
    if new is None:
        return REFUTED, f"exit code {old[0]} before, it could not be asked after"
    for which, (code, output) in (("original", old), ("new image", new)):
        text = safe(output.decode("utf-8", "replace"))
        if code and could_not_run(text):
            return NOT_PROVEN, f"the engine could not run it in the {which}: {telling_line(text)}"
    seen = f"exit code {old[0]} and {new[0]}, {len(old[1])} and {len(new[1])} bytes"
    if old[0] == new[0] and _VOLATILE.sub(b"", old[1]) == _VOLATILE.sub(b"", new[1]):
        return PROVEN, seen
    if second is not None and old[0] == new[0] and second != old:
        return NOT_PROVEN, "the original gives something else each time"
    return REFUTED, seen


def _health_claim(before: tuple[int, bytes] | None, after: tuple[int, bytes]) -> Claim:
    """Return the claim about an image's own check; before: what the original's gave, None where it has none."""
    title = "its health check passes"
    if after[0] == 0:
        return Claim("health", title, PROVEN, ("exit code 0 in the running container",))
    why, unrun = _failed_check(after)
    if unrun:
        return Claim("health", title, NOT_PROVEN, (f"the engine could not run it: {why}",), ("healthcheck",))
    if before is not None and before[0]:
        seen = (f"the original fails its own as well: {_failed_check(before)[0]}", f"after: {why}")
        return Claim("health", title, NOT_PROVEN, seen, decides=False)
    return Claim("health", title, REFUTED, (why,), ("healthcheck",))


def _service_health_claim(before: tuple[int, bytes], after: tuple[int, bytes]) -> Claim:
    title = "the health check of its Compose file passes as before"
    if before[0] == 0 and after[0] == 0:
        return Claim("service-health", title, PROVEN, ("exit code 0 in both running containers",))
    if before[0]:
        same = f"the new image gives exit code {after[0]}"
        seen = (f"the original fails it as well: {_failed_check(before)[0]}", same)
        return Claim("service-health", title, NOT_PROVEN, seen, decides=False)
    why, unrun = _failed_check(after)
    if unrun:
        return Claim("service-health", title, NOT_PROVEN, (f"the engine could not run it: {why}",))
    return Claim("service-health", title, REFUTED, (why,), ("user", "multi-stage"))


def _failed_check(result: tuple[int, bytes]) -> tuple[str, bool]:
    """Return in words what a check gave, and whether the engine, not the image, kept it from running."""
    text = safe(result[1].decode("utf-8", "replace"))
    return f"exit code {result[0]}: {telling_line(text)}", could_not_run(text)


def _stop_claim(before: Behaviour, after: Behaviour) -> Claim:
    title = "it stops on SIGTERM no worse than before"
    evidence = (f"before: {before.stop_text}; after: {after.stop_text}",)
    if before.stayed_up and before.stop_code != KILLED and after.stop_code == KILLED:
        return Claim("stop", title, REFUTED, evidence, ("exec-form", "init", "multi-stage"))
    return Claim("stop", title, PROVEN, evidence)
