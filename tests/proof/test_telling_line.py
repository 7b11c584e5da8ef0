"""The line that tells why a program ended, in the forms of several languages."""

from __future__ import annotations

import pytest

from jettison.proof.telling_line import telling_line

NODE = """node:internal/modules/cjs/loader:1143
  throw err;
  ^

Error: Cannot find module 'errorhandler'
Require stack:
- /usr/src/app/app.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:1140:15)
    at Module._load (node:internal/modules/cjs/loader:981:27) {
  code: 'MODULE_NOT_FOUND',
  requireStack: [ '/usr/src/app/app.js' ]
}

Node.js v18.20.4
"""
PYTHON = """Traceback (most recent call last):
  File "/app/app.py", line 1, in <module>
    import flask
ModuleNotFoundError: No module named 'flask'
"""
JAVA = """Exception in thread "main" java.lang.IllegalStateException: no database
\tat org.example.App.main(App.java:7)
"""


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (NODE, "Error: Cannot find module 'errorhandler'"),
        (PYTHON, "ModuleNotFoundError: No module named 'flask'"),
        (JAVA, 'Exception in thread "main" java.lang.IllegalStateException: no database'),
        ("starting\nmkdir: cannot create directory 'x': Permission denied\nbye\n", "mkdir: cannot create directory 'x': Permission denied"),
        ("one\ntwo\n\n", "two"),
        ("", "no output"),
    ],
)  # fmt: skip
def test_the_reason_is_found(output: str, line: str) -> None:
    assert telling_line(output) == line
