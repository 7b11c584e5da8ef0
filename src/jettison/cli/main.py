"""The entry point: picks the command, runs it, turns errors into messages and exit codes."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Callable, Sequence
from typing import Final

from jettison import __version__
from jettison.cli.options import COMMANDS, Command, build_parser, plain_arguments
from jettison.errors import BuildError, ImageError, JettisonError
from jettison.terminal import safe, safe_line

EXIT_CODES: Final = """\
exit codes:
  0    done; for check: nothing at or above the fail level
  1    findings at or above the fail level; or optimize found no change that it could prove
  2    the command line or a setting is wrong
  3    a file or folder of the project cannot be used
  4    the container engine is missing, refused a request, or died
  5    a build failed
  6    an image or archive cannot be read
  70   an error in jettison itself
  130  interrupted"""

# What a full disk, a full quota or a broken device says of an output.
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def entry() -> None:
    """Run the command line of this process and exit with its code."""
    leaves = sys.argv[1:2] in (["check"], ["inspect"])
    if leaves:
        # What the imports make stays: to look for garbage meanwhile costs a twentieth of a short run.
        gc.disable()
    if sys.stdout is None:
        # Closed by the caller, who does not want it.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    if sys.stdout.encoding.lower() not in ("utf-8", "utf8"):
        # A sign that the terminal has not is no reason to tell nothing.
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    kept: list[object] = []
    code = main(sys.argv[1:], kept)
    if leaves:
        # They leave no thread and no file behind: what the interpreter would tear down is not worth the wait.
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> None:
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return
    os._exit(code)


def main(argv: Sequence[str], kept: list[object] | None = None) -> int:
    """Return the exit code of running the command line `argv` (without the program's name).

    `kept`: is given what the command worked with, so that a process that ends anyway does not free it piece by piece.
    """
    if not argv or argv[0] in ("-h", "--help", "help"):
        return _guarded(lambda: _out(_usage()))
    if argv[0] in ("-V", "--version"):
        return _guarded(lambda: _out(f"jettison {__version__}\n"))
    command = _find(argv[0])
    if command is None:
        _err(f"jettison: unknown command {_without_secrets(argv[0])!r}; `jettison --help` lists the commands\n")
        return 2
    return _run(command, argv[1:], kept)


def _run(command: Command, argv: Sequence[str], kept: list[object] | None) -> int:
    module = __import__(command.module, fromlist=["OPTIONS", "run"])
    args: object = plain_arguments(module.OPTIONS, argv)
    if args is None:
        try:
            parser = build_parser(command, module.OPTIONS, EXIT_CODES)
            # With options between paths; but that forgets a `--` on its way.
            args = (parser.parse_args if "--" in argv else parser.parse_intermixed_args)(list(argv))
        except SystemExit as stop:
            return int(stop.code or 0)
    if kept is not None:
        kept.append(args)
    return _guarded(lambda: module.run(args))


def _guarded(work: Callable[[], int]) -> int:
    """Return the exit code of some work, or of the error that ends it, after a message."""
    try:
        code = work()
        sys.stdout.flush()
        return code
    except BuildError as error:
        _err(f"jettison: {safe(_without_secrets(str(error)))}\n")
        _err("".join(f"  | {safe_line(line)}\n" for line in _without_secrets("\n".join(error.more)).splitlines()))
        return error.exit_code
    except JettisonError as error:
        # Names in an image may hold line breaks, and a line of their own may be a command to a CI service.
        told = _without_secrets(str(error))
        text = safe_line(told) if isinstance(error, ImageError) else safe(told)
        _err(f"jettison: {text}\n")
        return error.exit_code
    except KeyboardInterrupt:
        _err("jettison: interrupted; nothing of the project was changed\n")
        return 130
    except BrokenPipeError:
        # The reader went away (`| head`): not an error; keep the interpreter from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.errno not in _NO_ROOM:
            return _internal(error)
        # What is left in it must not fail again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _err(f"jettison: what it has to say cannot be written ({error.strerror}); is a disk full?\n")
        return 3
    except Exception as error:
        return _internal(error)


def _internal(error: Exception) -> int:
    if os.environ.get("JETTISON_DEBUG"):
        import traceback

        _err(safe(_without_secrets(traceback.format_exc())))
        return 70
    kind = type(error).__name__
    told = safe(_without_secrets(str(error)))[:300]
    _err(f"jettison: internal error ({kind}: {told}); JETTISON_DEBUG=1 shows where\n")
    return 70


def _without_secrets(text: str) -> str:
    # What was refused may be quoted: an address with a password, a setting, a line of a build's output.
    try:
        from jettison.report.mask import masked_text

        return masked_text(text)
    except Exception:
        # The error may be in what looks for them.
        return "an error whose text could not be looked through for secrets"


def _find(name: str) -> Command | None:
    return next((command for command in COMMANDS if command.name == name), None)


def _usage() -> str:
    rows = "".join(f"  {command.name:<11}{command.summary}\n" for command in COMMANDS)
    return (
        "usage: jettison COMMAND [OPTIONS]\n\n"
        "Makes container images small, fast to build and safe to run, and proves it.\n\n"
        f"commands:\n{rows}\n"
        "`jettison COMMAND --help` shows the options of a command.\n\n"
        f"{EXIT_CODES}\n"
    )


def _out(text: str) -> int:
    sys.stdout.write(text)
    return 0


def _err(text: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(text)
