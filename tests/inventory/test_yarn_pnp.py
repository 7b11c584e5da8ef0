"""What Yarn's Plug'n'Play keeps packed is listed as npm's packages are."""

from __future__ import annotations

import json
import time

from jettison.inventory import yarn_pnp

from .trees import inventory

CACHE = "../root/.yarn/berry/cache"
STATE = {
    "__info": ["This file's content is generated."],
    "packageRegistryData": [
        [None, [[None, {"packageLocation": "./"}]]],
        ["app", [["workspace:.", {"packageLocation": "./"}]]],
        ["axios", [["npm:0.21.0", {"packageLocation": f"{CACHE}/axios-npm-0.21.0-92-10c0.zip/node_modules/axios/"}]]],
        ["@types/node", [["npm:20.1.0", {"packageLocation": "./.yarn/cache/@types-node-1.zip/node_modules/@types/node/"}]]],
        ["short", [["npm:left-pad@1.3.0", {"packageLocation": "./.yarn/unplugged/left-pad/node_modules/left-pad/"}]]],
        ["scoped", [["npm:@scope/real@2.0.0-rc.1", {}]]],
        [
            "debug",
            [
                ["npm:4.3.4", {"packageLocation": "./.yarn/cache/debug-1.zip/node_modules/debug/"}],
                ["virtual:9223cb#npm:4.3.4", {"packageLocation": "./.yarn/__virtual__/debug/0/cache/debug-1.zip/x/"}],
            ],
        ],
        ["patched", [["patch:patched@npm%3A1.0.0#~/x.patch", {}]]],
        ["bad", "text"],
    ],
}  # fmt: skip
EXPECTED = {
    ("npm", "@scope/real", "2.0.0-rc.1"),
    ("npm", "@types/node", "20.1.0"),
    ("npm", "axios", "0.21.0"),
    ("npm", "debug", "4.3.4"),
    ("npm", "left-pad", "1.3.0"),
}


def script(state: object) -> bytes:
    """Return the state as Yarn writes it into its script: in a text of JavaScript that goes on over lines."""
    text = json.dumps(state, indent=2).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\\n")
    return f"#!/usr/bin/env node\n/* eslint-disable */\nconst RAW_RUNTIME_STATE =\n'{text}';\n\nfunction x() {{}}\n".encode()


def test_both_forms_of_the_file_name_each_package_once() -> None:
    for name, data in ((".pnp.cjs", script(STATE)), (".pnp.data.json", json.dumps(STATE).encode())):
        assert {package.key for package in inventory({f"srv/app/{name}": data}).packages} == EXPECTED


def test_the_archives_belong_to_the_packages() -> None:
    files = {
        "srv/.pnp.cjs": script(STATE),
        "root/.yarn/berry/cache/axios-npm-0.21.0-92-10c0.zip": b"x" * 90,
        "srv/.yarn/cache/debug-1.zip": b"y" * 70,
    }
    found = inventory(files)
    owners = {path: owner.name for path in files if (owner := found.owner(path)) is not None}
    assert owners["root/.yarn/berry/cache/axios-npm-0.21.0-92-10c0.zip"] == "axios"
    assert owners["srv/.yarn/cache/debug-1.zip"] == "debug"


def test_what_is_cut_or_hostile_lists_nothing_and_takes_no_time() -> None:
    start = time.process_time()
    for data in (
        script(STATE)[:400],
        b"const RAW_RUNTIME_STATE = '" + b"a" * 3_000_000,
        b"const RAW_RUNTIME_STATE = '" + b"\\a" * 1_500_000,
        script({"packageRegistryData": {"a": 1}}),
        script({"packageRegistryData": [["a", [["npm:1" + "0" * 500, {}]]], [1, 2], ["b"]]}),
    ):
        assert yarn_pnp.read("srv/.pnp.cjs", data) == []
    assert time.process_time() - start < 5
    (package,) = yarn_pnp.read(
        "srv/.pnp.cjs",
        script({"packageRegistryData": [["a", [["npm:1.0.0", {"packageLocation": "../../../x.zip/a/"}]]]]}),
    )
    assert package.files == ("x.zip",)
