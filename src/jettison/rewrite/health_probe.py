"""The command that asks a service of this container for its health page, with what the image has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.knowledge.runtime_files import PROBES, PROBES_BY_VARIABLE

if TYPE_CHECKING:
    from jettison.project.detect import Project

# One request with system calls alone: "%(port)s" sets p, "%(path)s" is the page.
_GO: Final = (
    "package main",
    'import . "syscall"',
    "func main() {",
    "%(port)s",
    "s, _ := Socket(AF_INET, SOCK_STREAM, 0)",
    "t := Timeval{Sec: 3}",
    "SetsockoptTimeval(s, SOL_SOCKET, SO_SNDTIMEO, &t)",
    "SetsockoptTimeval(s, SOL_SOCKET, SO_RCVTIMEO, &t)",
    "if Connect(s, &SockaddrInet4{Port: p, Addr: [4]byte{127, 0, 0, 1}}) != nil { Exit(1) }",
    'Write(s, []byte("GET %(path)s HTTP/1.0\\r\\n\\r\\n"))',
    "b := make([]byte, 12)",
    "if n, _ := Read(s, b); n < 10 || b[9] != 50 { Exit(1) }",
    "}",
)
_GO_PORT: Final = (
    'v, _ := Getenv("%(variable)s")',
    "p := 0",
    "for _, c := range v { p = p*10 + int(c-48) }",
    "if p == 0 { p = %(port)s }",
)


def probe_words(name: str, project: Project, port: int | str) -> list[str]:
    """Return the words of a probe that an image can run; name: what runs it, as `python`.

    Where the port came from a variable, the probe takes it from there too, and `port` is only its default.
    """
    table = PROBES_BY_VARIABLE if project.port_variable else PROBES
    facts = {"{variable}": project.port_variable, "{port}": str(port), "{path}": project.health_path}
    words = list(table[name])
    for key, value in facts.items():
        words = [word.replace(key, value) for word in words]
    return words


def go_probe(project: Project) -> tuple[str, ...]:
    """Return the lines of a Go program that asks for the health page."""
    lines: list[str] = []
    for line in _GO:
        if line == "%(port)s" and project.port_variable:
            lines += [each % {"variable": project.port_variable, "port": project.port} for each in _GO_PORT]
        elif line == "%(port)s":
            lines.append(f"p := {project.port}")
        else:
            lines.append(line.replace("%(path)s", project.health_path))
    return tuple(lines)
