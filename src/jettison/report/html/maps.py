"""The treemap on a page: the frame that the script fills, hidden where scripts do not run."""

from __future__ import annotations

from typing import Final

from jettison.report.html.parts import Html, esc

# One pattern serves all maps of a page.
HATCH: Final = Html(
    '<svg class="defs" width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="6" height="6" '
    'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v6"/></pattern></defs></svg>\n'
)
SEARCH: Final = Html(
    '<form class="search" role="search" hidden><input type="search" aria-label="Search files, packages and findings" '
    'placeholder="Search files, packages, findings  ( / )" autocomplete="off" spellcheck="false">'
    '<output aria-live="polite"></output></form>\n<ul id="hits" aria-label="Files found"></ul>\n'
)
LEGEND: Final = Html(
    '<ul class="legend"><li class="own">this Dockerfile</li><li class="base">base image</li>'
    '<li class="hidden">hidden: stored, never seen</li></ul>'
)
LEGEND_WITHOUT_BASE: Final = Html(
    '<ul class="legend"><li class="own">visible</li><li class="hidden">hidden: stored, never seen</li></ul>'
)


def treemap(index: int, label: str, lines: bool, based: bool, half: bool = False) -> Html:
    """Return the frame of the treemap of the page's image `index`. lines: its Dockerfile is known."""
    first = "By line" if lines else "By layer"
    size = " half" if half else ""
    return Html(
        f'<div class="map{size}" data-image="{index}" data-mode="lines" hidden><div class="map-bar">'
        f'<div class="modes" role="group" aria-label="Group by">'
        f'<button type="button" data-mode-of="lines" aria-pressed="true">{first}</button>'
        '<button type="button" data-mode-of="folders" aria-pressed="false">By folder</button></div>'
        f"{LEGEND if based else LEGEND_WITHOUT_BASE}</div>"
        '<nav class="crumbs" aria-label="Place in the image"></nav>'
        f'<svg class="tiles" role="group" aria-label="{esc(label)}"></svg>'
        '<output class="detail" aria-live="polite"></output></div>\n'
    )


def pair(labels: tuple[str, str], based: tuple[bool, bool]) -> Html:
    """Return two treemaps side by side, images 0 and 1 of the page, on one scale. based: their Dockerfile is known."""
    halves = "".join(
        f"<div><h3>{esc(label)}</h3>{treemap(index, label, based[index], based[index], half=True)}</div>"
        for index, label in enumerate(labels)
    )
    return Html(
        '<label class="scale" hidden><input type="checkbox" checked> same scale</label>'
        f'<div class="pair">{halves}</div>\n'
    )
