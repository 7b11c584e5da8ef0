"""What an image is started with, and the claims about starts that are not run."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jettison.needs.started import Started
from jettison.proof.claims import NOT_PROVEN, PROVEN, REFUTED, Claim

if TYPE_CHECKING:
    from jettison.image.image import Image
    from jettison.proof.run_as import RunAs


@dataclass(frozen=True, slots=True)
class Setting:
    """In what setting both images ran.

    run_as: how a service starts them, None for their own start command; others: what else a Compose file starts from
    them; stated: whether the project says what to start, or the base alone; lacks: in words, what they need beside
    them and did not get; checks: whether commands were run inside; files: those of the
    project that its Compose file puts there, as both found them.
    """

    run_as: RunAs | None = None
    others: tuple[RunAs, ...] = ()
    stated: bool = True
    lacks: str = ""
    checks: bool = False
    files: tuple[str, ...] = ()

    def started(self, image: Image) -> Image:
        """Return the image with the configuration that its container has."""
        return image if self.run_as is None else image._replace(config=self.run_as.applied(image.config))


ALONE: Final = Setting()


def setting_claims(before: Image, after: Image, setting: Setting) -> list[Claim]:
    """Return what is to be said of services that were not there, and of starts that were not tried."""
    claims = [_other_start(before, after, other) for other in setting.others]
    if setting.lacks:
        title = "it works together with what it needs beside it"
        more = "--no-services leaves that out"
        claims.append(Claim("services", title, NOT_PROVEN, (f"both images ran {setting.lacks}", more)))
    return claims


def _other_start(before: Image, after: Image, other: RunAs) -> Claim:
    title = f"the programs of another start are there: {other.text}"
    old, new = (_programs(image._replace(config=other.applied(image.config)), other) for image in (before, after))
    absent = sorted(old - new)
    if absent:
        return Claim("other-start", title, REFUTED, (f"not found: {', '.join(absent)}",), ("multi-stage",))
    seen = f"{', '.join(sorted(new))}; it was not run" if new else "the original has none of them either"
    return Claim("other-start", title, PROVEN if new else NOT_PROVEN, (seen,), decides=False)


def _programs(image: Image, start: RunAs) -> frozenset[str]:
    """Return the names of programs that a start names and that its container finds."""
    named = Started(image)
    named.command(start.words, "it is started")
    found = {name for name in named.names if Started(image).program(name, "")}
    # What is named by its path is not looked for by its name.
    found |= {posixpath.basename(word) for word in start.words if "/" in word and Started(image).program(word, "")}
    return frozenset(found)


def unsaid_start(started: tuple[str, ...], exit_code: int) -> Claim:
    """Return the claim where nothing of the project says what to start, and what was started ended at once."""
    own = " ".join(started)[:60]
    return Claim(
        "starts",
        "it starts and stays up as before",
        NOT_PROVEN,
        (
            f"both end with code {exit_code}, but all that was started is {own or 'nothing'}",
            "neither the Dockerfile nor a Compose file says what to start: add CMD",
        ),
    )
