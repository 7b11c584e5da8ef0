"""Traps: things a program opens by itself. What its text or environment tells is kept; what only running tells is
refuted by the proof and backed out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jettison.engine.base import Engine
from jettison.optimize.job import optimize
from jettison.optimize.records import Outcome, Request
from jettison.report.optimize_text import render_outcome
from jettison.terminal import Palette

NETWORK = os.environ.get("JETTISON_BUILD_NETWORK") or None
ROOTFS = "root file system of the needed packages"
pytestmark = pytest.mark.engine

# It stops when it is asked to: what does not takes ten seconds, each time.
SERVER = """
import http.server, signal, sys
signal.signal(signal.SIGTERM, lambda *arguments: sys.exit(0))

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = answer().encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
"""
START = "\nhttp.server.HTTPServer(('0.0.0.0', 8000), Handler).serve_forever()\n"
# A library by dlopen, a template, a time zone, certificates, a locale, a shell, a plug-in found by a scan, data of a package,
# a link that has to stay one, folders that were given to its user.
TOLD = """
import ctypes, datetime, importlib, locale, os, pkgutil, ssl, subprocess, zoneinfo
from pathlib import Path
import plugins

def answer():
    found = [str(bool(ctypes.CDLL("libxml2.so.2").xmlCheckVersion))]
    found.append(Path("templates/page.html").read_text())
    found.append(datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).isoformat())
    found.append(str(ssl.create_default_context().cert_store_stats()["x509_ca"] > 50))
    locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
    found.append(locale.str(1.5))
    found.append(subprocess.run("echo shell | tr a-z A-Z", shell=True, capture_output=True, text=True).stdout)
    for module in pkgutil.iter_modules(plugins.__path__):
        found.append(importlib.import_module(f"plugins.{module.name}").NAME)
    found.append((Path(plugins.__file__).parent / "data.json").read_text())
    found.append(os.readlink("/usr/local/share/data.json"))
    for folder in ("/data", "/app", os.path.expanduser("~")):
        Path(folder, "written").write_text("")
    return "\\n".join(found)
"""
# The name of the library stands nowhere as one word.
UNTOLD = """
import ctypes

def answer():
    return str(bool(ctypes.CDLL("lib" + "yaml" + "-0.so" + ".2").yaml_get_version))
"""
# A package from the index that is linked with libpq; a wheel of our own, as small as can be, that is linked with
# libxml2 and libOpenGL as lxml and opencv-python are (libGL, of the same libglvnd, would bring 300 MB of drivers); and a library that is looked up by its bare name.
LINKED = """
import ctypes, ctypes.util
import drawing
import psycopg2.extensions

def answer():
    # The loader's list has libpng16.so.16 for the first; only a linker finds the second, which is the same library.
    names = [ctypes.util.find_library("png16"), ctypes.util.find_library("png")]
    found = [bool(ctypes.CDLL(name).png_get_io_ptr) for name in names]
    return f"{psycopg2.extensions.libpq_version()} {drawing.answer()} {names} {found}"
"""
DRAWING = """
#include <Python.h>
#include <libxml/parser.h>
unsigned int glGetError(void);
static PyObject *answer(PyObject *self, PyObject *none) {
  xmlDocPtr page = xmlReadMemory("<p/>", 4, "p.xml", NULL, 0);
  long read = page != NULL;
  xmlFreeDoc(page);
  return PyLong_FromLong(read * 10 + (glGetError() == 0));
}
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "drawing", "", -1, methods};
PyMODINIT_FUNC PyInit_drawing(void) { return PyModule_Create(&module); }
"""
SETUP = """
from setuptools import Extension, setup
setup(name="drawing", version="1.0", py_modules=[], ext_modules=[
    Extension("drawing", ["drawing.c"], include_dirs=["/usr/include/libxml2"], libraries=["xml2", "OpenGL"])])
"""
ADDON = """
#include <node_api.h>
#include <yaml.h>
static napi_value init(napi_env env, napi_value exports) {
  napi_value text;
  napi_create_string_utf8(env, yaml_get_version_string(), NAPI_AUTO_LENGTH, &text);
  napi_set_named_property(env, exports, "yaml", text);
  return exports;
}
NAPI_MODULE(addon, init)
"""


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each opens one port, and answers there at once."""
    monkeypatch.setattr("jettison.proof.observe.STAY_SECONDS", 0.5)
    monkeypatch.setattr("jettison.proof.observe.HEALTH_SECONDS", 4.0)


def run(project: Path, **settings: object) -> Outcome:
    return optimize(Request(str(project), network=NETWORK, **settings), lambda text: None)  # type: ignore[arg-type]


def python_project(tmp_path: Path, app: str, packages: str, more: str = "") -> Path:
    project = tmp_path / "app"
    for folder in ("templates", "plugins"):
        (project / folder).mkdir(parents=True)
    (project / "templates" / "page.html").write_text("<h1>hello</h1>\n")
    (project / "plugins" / "__init__.py").write_text("")
    (project / "plugins" / "first.py").write_text("NAME = 'first plug-in'\n")
    (project / "plugins" / "data.json").write_text('{"data": 1}\n')
    (project / "requirements.txt").write_text("")
    (project / "app.py").write_text(SERVER + app + START)
    (project / "Dockerfile").write_text(
        f"FROM python:3.11-slim\nRUN apt-get update && apt-get install -y {packages}\n{more}"
        'WORKDIR /app\nCOPY . .\nEXPOSE 8000\nCMD ["python3", "app.py"]\n'
    )
    return project


def test_what_the_program_tells_is_kept(engine: Engine, tmp_path: Path) -> None:
    locales = "RUN echo 'de_DE.UTF-8 UTF-8' > /etc/locale.gen && locale-gen\nENV LC_ALL=de_DE.UTF-8\n"
    locales += "RUN ln -s /app/plugins/data.json /usr/local/share/data.json\n"
    locales += "RUN useradd -m -u 1234 app && install -d -o app /data /app\nUSER app\n"
    project = python_project(tmp_path, TOLD, "libxml2 locales tzdata ca-certificates gcc", locales)
    outcome = run(project, trace=False)
    report = render_outcome(outcome, Palette(False))
    assert outcome.verdict == "proven", report
    assert outcome.chosen is not None and outcome.chosen.name == ROOTFS, report
    assert outcome.before is not None and outcome.after is not None
    assert outcome.before.size_unpacked > 3 * outcome.after.size_unpacked, report


def untold(folder: Path) -> Path:
    """Return a project whose Dockerfile does not name the library either: it comes with a package for the build."""
    return python_project(folder, UNTOLD, "libyaml-dev")


def test_a_library_that_only_running_names_is_refuted(engine: Engine, tmp_path: Path) -> None:
    outcome = run(untold(tmp_path), trace=False)
    report = render_outcome(outcome, Palette(False))
    first = outcome.attempts[0]
    assert (first.candidate, first.outcome) == (ROOTFS, "refuted"), report
    assert outcome.verdict == "proven", report
    assert outcome.chosen is not None and outcome.chosen.name != ROOTFS, report


def test_a_library_that_only_running_names_is_seen(engine: Engine, tmp_path: Path) -> None:
    from jettison.proof.trace import can_trace

    outcome = run(untold(tmp_path))
    report = render_outcome(outcome, Palette(False))
    assert outcome.verdict == "proven" and outcome.chosen is not None, report
    if can_trace():
        assert outcome.chosen.name == ROOTFS, report
        assert any("watched while it ran" in note for note in outcome.notes), report


def test_libraries_that_wheels_are_linked_with_or_look_up_are_kept(engine: Engine, tmp_path: Path) -> None:
    project = python_project(
        tmp_path,
        LINKED,
        "gcc python3-dev libpq-dev libxml2-dev libopengl-dev libpng-dev",
        "COPY drawing /tmp/drawing\nRUN pip install psycopg2==2.9.9 /tmp/drawing\n",
    )
    (project / "drawing").mkdir()
    (project / "drawing" / "drawing.c").write_text(DRAWING)
    (project / "drawing" / "setup.py").write_text(SETUP)
    outcome = run(project, trace=False)
    report = render_outcome(outcome, Palette(False))
    assert outcome.verdict == "proven", report
    assert outcome.chosen is not None and outcome.chosen.name == ROOTFS, report
    text = outcome.chosen.dockerfile.decode().split(" AS rootfs")[1]
    for package in (" libpq5", " libxml2", " libopengl0", " libpng16-16"):
        assert package in text, text
    assert "-dev" not in text.replace(" libpng-dev", ""), text


def test_a_low_port_keeps_the_user_that_may_open_it(engine: Engine, tmp_path: Path) -> None:
    project = python_project(tmp_path, "\ndef answer():\n    return 'low'\n", "media-types")
    for name in ("app.py", "Dockerfile"):
        (project / name).write_text((project / name).read_text().replace("8000", "80"))
    outcome = run(project, trace=False)
    report = render_outcome(outcome, Palette(False))
    assert outcome.verdict == "proven", report
    # Who is not root may open port 80 on some engines only.
    assert [back.change for back in outcome.backed_out] == ["user"], report
    assert outcome.chosen is not None and "USER" not in outcome.chosen.dockerfile.decode(), report


def test_a_native_addon_keeps_its_library_and_not_the_headers(engine: Engine, tmp_path: Path) -> None:
    project = tmp_path / "app"
    project.mkdir()
    (project / "addon.c").write_text(ADDON)
    (project / "package.json").write_text('{"name": "app", "version": "1.0.0", "scripts": {"start": "node app.js"}}\n')
    (project / "app.js").write_text(
        "const { yaml } = require('./addon.node');\n"
        "require('http').createServer((_, r) => r.end(yaml)).listen(3000);\n"
        "process.on('SIGTERM', () => process.exit(0));\n"
    )
    (project / "Dockerfile").write_text(
        "FROM node:18\nWORKDIR /app\nCOPY . .\n"
        "RUN gcc -shared -fPIC -I/usr/include/node -o addon.node addon.c -lyaml\n"
        "EXPOSE 3000\nCMD npm start\n"
    )
    outcome = run(project)
    report = render_outcome(outcome, Palette(False))
    assert outcome.verdict == "proven", report
    assert outcome.chosen is not None and outcome.chosen.name == ROOTFS, report
    text = outcome.chosen.dockerfile.decode()
    assert " libyaml-0-2" in text and "libyaml-dev" not in text, text


def test_a_program_that_does_not_stop_alone_is_started_below_an_init(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"scripts": {"start": "node a.js"}}')
    (tmp_path / "a.js").write_text("require('http').createServer((q, r) => r.end('x')).listen(8080)\n")
    (tmp_path / "Dockerfile").write_text(
        'FROM node:18\nWORKDIR /app\nCOPY package.json .\nRUN npm install\nCOPY . .\nEXPOSE 8080\nCMD ["npm", "start"]\n'
    )
    outcome = optimize(Request(str(tmp_path), network=NETWORK, trace=False), lambda text: None)
    report = render_outcome(outcome, Palette(False))
    assert outcome.verdict == "proven", report
    assert [each.change for each in outcome.backed_out] == ["exec-form"], report
    assert outcome.chosen is not None
    assert b'CMD ["/usr/bin/tini", "--", "node", "a.js"]' in outcome.chosen.dockerfile
    assert b"npm" not in outcome.chosen.dockerfile.rpartition(b"FROM")[2]
