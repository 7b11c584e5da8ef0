"""Settings of a project that has hadolint's file and none of ours, read as they are.

Source: hadolint's documentation, section "Configure" (keys, severities, failure threshold).
"""

from __future__ import annotations

from typing import Final

from jettison.findings import Severity
from jettison.rules.index import finding_codes
from jettison.settings.find import MAX_BYTES
from jettison.settings.problem import ConfigError, Problem, read_limited
from jettison.settings.settings import Settings
from jettison.settings.values import meant
from jettison.settings.yaml_text import Value, YamlError, read_yaml

SEVERITIES: Final = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "info": Severity.LOW,
    "style": Severity.INFO,
}
_THRESHOLDS: Final = {
    "error": "high",
    "warning": "medium",
    "info": "low",
    "style": "info",
    "ignore": "info",
    "none": "never",
}
KEYS: Final = (
    "ignored",
    "override",
    "trustedRegistries",
    "label-schema",
    "strict-labels",
    "failure-threshold",
    "disable-ignore-pragma",
    "no-fail",
    "no-color",
    "format",
)
REGISTRIES: Final = "JT902"
LABELS: Final = "JT901"
_TRUE: Final = frozenset(("true", "yes", "on", "y"))


def read_hadolint(path: str) -> Settings:
    """Return the settings that a `.hadolint.yaml` stands for.

    Raises:
        ConfigError: it is not YAML, or a key of it is not what hadolint knows.
    """
    try:
        top = read_yaml(read_limited(path, MAX_BYTES))
    except YamlError as error:
        raise ConfigError(path, [Problem(error.line, "", str(error))]) from error
    reader = _Reader(path)
    if top is not None and top.data is not None:
        reader.read(top)
    if reader.problems:
        raise ConfigError(path, sorted(reader.problems))
    return reader.settings


class _Reader:
    __slots__ = ("path", "problems", "settings")

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.settings = Settings(path)

    def read(self, top: Value) -> None:
        if not isinstance(top.data, dict):
            self.problems.append(Problem(top.line, "", "keys and values were expected"))
            return
        for key, value in top.data.items():
            line = top.key_lines[key]
            if key not in KEYS:
                self.problems.append(Problem(line, key, f"hadolint has no such setting{meant(key, KEYS)}"))
            elif value.data is not None:
                self._apply(key, value, line)

    def _apply(self, key: str, value: Value, line: int) -> None:
        settings, place = self.settings, f"{self.path}:{line}"
        if key == "ignored":
            settings.ignore = frozenset(self._codes(key, value))
            settings.origins["ignore"] = place
        elif key == "override":
            self._override(value)
            settings.origins["severity"] = place
        elif key == "trustedRegistries":
            settings.options.setdefault(REGISTRIES, {})["registries"] = self._texts(key, value)
            settings.origins["rules"] = place
        elif key == "label-schema":
            self._labels(value)
            settings.origins["rules"] = place
        elif key == "strict-labels":
            settings.options.setdefault(LABELS, {})["strict"] = self._truth(value)
            settings.origins["rules"] = place
        elif key == "failure-threshold":
            self._threshold(value)
            settings.origins["fail-on"] = place
        elif key == "no-fail" and self._truth(value):
            settings.fail_on = "never"
            settings.origins["fail-on"] = place
        elif key == "disable-ignore-pragma":
            settings.foreign_comments = not self._truth(value)
            settings.origins["foreign-comments"] = place

    def _codes(self, key: str, value: Value) -> list[str]:
        # A rule of hadolint that none of ours stands for needs no muting; only its shape is checked.
        codes: list[str] = []
        for name in self._texts(key, value):
            codes += finding_codes(name)
        return codes

    def _texts(self, key: str, value: Value) -> list[str]:
        items = value.data if isinstance(value.data, list) else [value]
        found = [item.text for item in items if item.text]
        if len(found) != len(items):
            self.problems.append(Problem(value.line, key, "a list of texts was expected"))
        return found

    def _override(self, value: Value) -> None:
        if not isinstance(value.data, dict):
            self.problems.append(Problem(value.line, "override", "a table of severities was expected"))
            return
        for name, listed in value.data.items():
            key = f"override.{name}"
            if name not in SEVERITIES:
                said = f"{name!r} is not one of {', '.join(SEVERITIES)}{meant(name, SEVERITIES)}"
                self.problems.append(Problem(listed.line, key, said))
            elif listed.data is not None:
                self.settings.severity.update(dict.fromkeys(self._codes(key, listed), SEVERITIES[name]))

    def _labels(self, value: Value) -> None:
        if not isinstance(value.data, dict):
            self.problems.append(Problem(value.line, "label-schema", "a table of labels was expected"))
            return
        labels = {name: item.text or "text" for name, item in value.data.items()}
        self.settings.options.setdefault(LABELS, {})["labels"] = labels

    def _threshold(self, value: Value) -> None:
        text = (value.text or "").lower()
        if text not in _THRESHOLDS:
            said = f"{text!r} is not one of {', '.join(_THRESHOLDS)}{meant(text, _THRESHOLDS)}"
            self.problems.append(Problem(value.line, "failure-threshold", said))
        elif self.settings.fail_on != "never":
            self.settings.fail_on = _THRESHOLDS[text]

    def _truth(self, value: Value) -> bool:
        return (value.text or "").lower() in _TRUE
