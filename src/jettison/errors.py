"""One exception base per boundary; every message says what, where, and what to do."""


class JettisonError(Exception):
    """Base of every error that is shown to the user as a message, never as a traceback.

    `exit_code` is the documented process exit code for this kind of failure.
    """

    exit_code = 2


class UsageError(JettisonError):
    """The command line or a configuration value is wrong."""


class SourceError(JettisonError):
    """A file or folder of the project cannot be used (missing, unreadable, not a Dockerfile)."""

    exit_code = 3


class EngineError(JettisonError):
    """The container engine is missing, refused a request, or died."""

    exit_code = 4


class ServiceError(EngineError):
    """A service that a program needs beside it could not be had, or did not start; `service` is its name."""

    def __init__(self, service: str, message: str) -> None:
        super().__init__(message)
        self.service = service


class DiskFullError(EngineError):
    """The engine's disk is full."""


class BuildError(EngineError):
    """A build failed; `log_tail` holds the last lines of its output, already safe to print."""

    exit_code = 5

    def __init__(self, message: str, log_tail: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.log_tail = log_tail
        self.line = line

    @property
    def more(self) -> list[str]:
        """Return the last lines of the output, each once, without those that the message says already."""
        said = str(self)
        told = (line.strip() for line in self.log_tail.splitlines())
        new = (
            line for line in told if line.strip("-") and line.removeprefix("ERROR: ") not in said and line != "CANCELED"
        )
        return list(dict.fromkeys(new))


class ImageError(JettisonError):
    """An image or archive cannot be read (damaged, too large, unsupported)."""

    exit_code = 6
