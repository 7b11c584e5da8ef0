"""What the final stage takes of the project's own files, and from which stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.model.context import IgnoreFile
from jettison.rewrite.assembly import in_dependencies, to_strip, word
from jettison.rewrite.copies import Copy, copies
from jettison.rewrite.dependency_stage import late_paths, stands_before
from jettison.rewrite.dockerignore import new_dockerignore
from jettison.rewrite.kept_back import kept_back

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jettison.needs.needs import Needs
    from jettison.rewrite.assembly import Assembly


# Bytes from which copying them again is worth a stage of their own.
WORTH_A_STAGE: Final = 64 * 1024
# Folder of the build stage in which links lie as they lie below /: what is inside a copied folder stays a link.
LINKS: Final = "/links"


class Taken(NamedTuple):
    """One COPY. early: all of it is there before the source is copied."""

    copy: Copy
    early: bool


def taken(job: Assembly, needs: Needs) -> tuple[Taken, ...]:
    """Return the copies: first what a change of the source leaves alone, then dependencies before the program."""
    image = job.image
    sizes = {path: entry.size for path, entry in image.files.items() if entry.kind != "dir"}
    folders = {path for path in needs.own if image.files[path].kind == "dir"}
    own = set(needs.own) - ignored(job, needs.own)
    # A folder is copied as a whole though a README lies in it: a list of files would miss the next new one.
    beside = {path for path, why in needs.unneeded.items() if "the any project" in why or in_dependencies(path)}
    beside |= set(needs.own) - own
    sizes = {path: size for path, size in sizes.items() if path not in beside}
    found = copies(own, sizes, folders & own)
    if job.before is None:
        return tuple(Taken(copy, False) for copy in found)
    late = (*late_paths(job.before, image, own), *to_strip(job, needs))
    split = tuple(sorted(_apart(found, late), key=lambda each: not each.early))
    roots = tuple(path for each in split if each.early for path in each.copy.sources)
    early = sum(size for path, size in sizes.items() if path.startswith(roots)) if roots else 0
    return split if early >= WORTH_A_STAGE else tuple(Taken(copy, False) for copy in found)


def _apart(found: Iterable[Copy], late: tuple[str, ...]) -> Iterator[Taken]:
    """Yield each copy, one of single files as two where only some of them are early."""
    for copy in found:
        early = tuple(path for path in copy.sources if stands_before(path, late))
        rest = tuple(path for path in copy.sources if path not in early)
        if early:
            yield Taken(copy._replace(sources=early), True)
        if rest:
            yield Taken(copy._replace(sources=rest), False)


def links(job: Assembly, found: Iterable[Taken]) -> list[str]:
    """Return what is copied by its own name and is a symbolic link: COPY would put what it leads to in its place."""
    return [path for each in found for path in each.copy.sources if _is_link(job, path)]


def _is_link(job: Assembly, path: str) -> bool:
    entry = job.image.files.get(path)
    return entry is not None and entry.kind == "link"


def copy_lines(
    job: Assembly, found: Iterable[Taken], early_stage: str, build: str, owner: str, owned: Sequence[str] = ()
) -> list[str]:
    """Return the COPY lines. early_stage, build: names of the stages; owner: of what the program writes to, or "".

    owned: folders that are there with an owner of their own, which a layer of its own (--link) would make root's.
    """
    written = tuple(folder.strip("/") for folder in job.evidence.written)
    found = tuple(found)
    apart = links(job, found)
    lines = []
    for copy, early in found:
        alone = job.features.link and not any(f"{copy.target}/".startswith(f"{folder}/") for folder in owned)
        flags = "--link " if alone and not copy.target.endswith("/") else ""
        if owner and any(
            folder == copy.target or folder.startswith(f"{copy.target.rstrip('/')}/") for folder in written
        ):
            flags += f"--chown={owner} "
        files = [path for path in copy.sources if path not in apart]
        if not files:
            continue
        sources = " ".join(word(f"/{path}") for path in files)
        lines.append(
            f"COPY {flags}--from={early_stage if early else build} {sources} {word('/' + copy.target.lstrip('/'))}\n"
        )
    if apart:
        lines.append(f"COPY --from={build} {LINKS}/ /\n")
    return lines


def ignored(job: Assembly, own: Iterable[str]) -> set[str]:
    """Return those of the paths that the new ignore file keeps out of the build."""
    context = job.original.context
    text = None if "dockerignore" in job.without else new_dockerignore(job.original)
    if context is None or text is None:
        return set()
    return kept_back(context, IgnoreFile.parse(text), own, job.image.files)
