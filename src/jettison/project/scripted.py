"""PHP, Ruby and static pages: the folder that is served, or the file that starts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from jettison.project.service import Program
from jettison.project.start_line import plain_words, procfile_line

if TYPE_CHECKING:
    from jettison.knowledge.ecosystem import Framework
    from jettison.project.dependencies import Dependencies
    from jettison.project.tree import Tree

_RUBY_MAINS: Final = ("app.rb", "server.rb", "main.rb", "web.rb", "bin/server")
_SITE_FOLDERS: Final = ("", "public", "dist", "_site", "site", "www")


def php(tree: Tree, framework: Framework | None, known: Dependencies) -> Program:
    """Return the folder that the web server shows."""
    folder = framework.web_root if framework else "."
    served = "{root}" if folder in ("", ".") else f"{{root}}/{folder}"
    startable = any(tree.has(name) for name in ("index.php", "public/index.php", "web/index.php", "artisan"))
    # What a project lacks here and declares elsewhere must not stop the installation: the runtime has it.
    moved = f" -e 's#{{root}}#{served}#'" if served != "{root}" else ""
    return Program({"moved": moved, "ignore": " --ignore-platform-reqs"}, startable=startable)


def ruby(tree: Tree, framework: Framework | None, known: Dependencies) -> Program:
    """Return what starts a Ruby program."""
    frozen = "1" if tree.has("Gemfile.lock") else ""
    stated = plain_words(procfile_line(tree))
    if stated and stated[0][0] in ("bundle", "ruby", "puma", "rackup"):
        return Program({"frozen": frozen}, stated[0], stated[1], notes=("started as its Procfile says",))
    main = next((name for name in _RUBY_MAINS if tree.has(name)), "")
    if not main and framework is None:
        found = [
            f
            for f in tree.sources((".rb",))
            if "/" not in f and re.search(r"TCPServer|WEBrick|Sinatra|Roda", tree.text(f))
        ]
        main = found[0] if found else ""
    start = ("bundle", "exec", "ruby", main) if main and tree.has("Gemfile") else ()
    return Program({"frozen": frozen, "main": main}, () if framework else start, startable=bool(framework or main))


def static(tree: Tree, framework: Framework | None, known: Dependencies) -> Program:
    """Return the folder of pages."""
    folder = next((f for f in _SITE_FOLDERS if tree.has(f"{f}/index.html" if f else "index.html")), "")
    return Program(web_root=folder or ".", port=8080)
