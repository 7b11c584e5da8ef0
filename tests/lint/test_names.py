"""Names of rules: ours and those of other tools, with and without the tool's name."""

from __future__ import annotations

import pytest

from jettison.rules.index import ENTRIES, finding_codes, resolve


@pytest.mark.parametrize(
    "name",
    ["DL3006", "dl3006", "hadolint/DL3006", "JT305", "unpinned-base", "DS-0001", "AVD-DS-0001", "DS001", "trivy/DS-0001",
     "checkov/CKV_DOCKER_7"],
)  # fmt: skip
def test_one_rule_by_many_names(name: str) -> None:
    assert "JT305" in resolve(name)


@pytest.mark.parametrize("name", ["", "/", "hadolint/", "nobody/DL3006", "avd-", "ds", "DL9999", "SC", "SCx", "*"])
def test_what_names_nothing(name: str) -> None:
    assert resolve(name) == finding_codes(name) == ()


def test_the_beginning_of_codes_names_them_all() -> None:
    assert set(resolve("JT3")) == {entry.code for entry in ENTRIES if entry.code.startswith("JT3")} != set()
    assert set(resolve("jt10")) < set(resolve("JT1")) < set(resolve("ALL")) == {entry.code for entry in ENTRIES}
    assert resolve("J") == resolve("JT2041") == ()


def test_groups_build_checks_and_shellcheck() -> None:
    assert set(resolve("cache")) == {entry.code for entry in ENTRIES if entry.group == "cache"} | set(resolve("cache"))
    assert "JT404" in resolve("buildkit/WorkdirRelativePath")
    assert finding_codes("shellcheck/sc2046") == ("SC2046",)
    assert resolve("SC2046") == () or resolve("SC2046")[0].startswith("JT")


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.code for entry in ENTRIES])
def test_every_foreign_id_resolves(entry: object) -> None:
    for name in (entry.code, entry.name, *entry.foreign):  # type: ignore[attr-defined]
        assert entry.code in resolve(name)  # type: ignore[attr-defined]
