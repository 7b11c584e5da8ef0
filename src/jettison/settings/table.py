"""Every setting as data: the reader, `config show`, the editor schema and the page are made from it.

Imported only when a settings file exists or is asked about.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Key(NamedTuple):
    """One setting. `kind` names how its value is checked (see `read.py`) and what the schema says."""

    name: str
    kind: str
    default: str
    summary: str
    example: str


KEYS: Final = (
    Key(
        "select", "rules", "the rules that are on by default", "only these rules run", 'select = ["security", "JT104"]'
    ),
    Key(
        "extend-select",
        "rules",
        "[]",
        "these rules run as well as those on by default",
        'extend-select = ["style", "JT902"]',
    ),
    Key("ignore", "rules", "[]", "these rules do not run", 'ignore = ["DL3008", "joinable-runs"]'),
    Key(
        "required",
        "rules",
        "[]",
        "these rules always run: no comment, `ignore`, `per-path-ignores` or baseline mutes them",
        'required = ["JT302"]',
    ),
    Key("severity", "severities", "{}", "the severity of single rules", '[severity]\nJT305 = "high"'),
    Key(
        "per-path-ignores",
        "path-rules",
        "{}",
        "rules that do not run for files whose path, relative to the settings file, matches a pattern",
        '[per-path-ignores]\n"legacy/**" = ["reproducibility"]',
    ),
    Key(
        "exclude",
        "texts",
        "[]",
        "files and folders that are not looked into when a folder is checked; patterns as in .dockerignore, "
        "a pattern without a slash matches at any depth",
        'exclude = ["third_party", "*.template.dockerfile"]',
    ),
    Key(
        "optimize",
        "proof",
        "{}",
        "what `optimize` asks both images: HTTP requests, commands, the environment they run with, the source file "
        "that a rebuild touches, and arguments of the build; the command line adds to it",
        '[optimize]\nprobes = ["/", "POST /items"]\nchecks = ["app --version"]\ntouch = "src/main.go"\n'
        'env = { DATABASE_URL = "sqlite:///tmp/x.db" }\nbuild-args = { VERSION = "1.0" }',
    ),
    Key(
        "scan",
        "scan",
        "{}",
        "what `scan` looks for, the level from which it fails, whether what no version fixes is left out, the age in days after which data counts as stale, VEX "
        "documents and files with exceptions (paths relative to the settings file), exceptions with a reason, and "
        "what single vulnerabilities count as; all but the first two hold for `check --image`, `compare` and `optimize` too; the command line goes first",
        '[scan]\nfail-on = "high"\nscanners = ["vuln", "secret"]\nonly-fixed = true\nmax-age = 14\nvex = ["security/app.vex.json"]\n'
        'ignore-files = ["security/ignore.toml"]\nseverity = { "CVE-2024-1234" = "low" }\n\n[[scan.ignore]]\n'
        'id = "CVE-2024-5678"\nreason = "the option is not compiled in"\nexpires = 2027-01-31',
    ),
    Key("fail-on", "level", '"low"', "the lowest severity that makes the exit code 1", 'fail-on = "medium"'),
    Key(
        "foreign-comments",
        "bool",
        "true",
        "whether the comments of other tools (`# hadolint ignore=` and the like) mute their rules here as well",
        "foreign-comments = false",
    ),
    Key(
        "shellcheck",
        "bool",
        "false",
        "whether the program shellcheck looks at the shell text of RUN, HEALTHCHECK, CMD and ENTRYPOINT as well; "
        "`pip install 'jettison[shellcheck]'` brings it",
        "shellcheck = true",
    ),
    Key(
        "plugins",
        "plugins",
        "false",
        "rules of installed packages: true for all, or the names of their entry points",
        'plugins = ["acme"]',
    ),
    Key(
        "rule-paths",
        "texts",
        "[]",
        "folders or files with rules of your own, below the folder of the settings file; they are Python and are run",
        'rule-paths = ["tools/rules"]',
    ),
    Key("rules", "rule-options", "{}", "options of single rules", '[rules.JT902]\nregistries = ["docker.io"]'),
)
NAMES: Final = {key.name: key for key in KEYS}
