"""The command line: words to library calls, results to text. No logic of its own."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
import traceback
from importlib import import_module
from itertools import combinations
from types import TracebackType

from scrubber import environment

environment.trust_own_path()  # before anything is imported that is not Python's own

import click

from scrubber._version import __version__
from scrubber.cli import passphrase
from scrubber.cli.output import echo, echo_error, no_room
from scrubber.errors import ScrubberError
from scrubber.printing import escaped

_COMMANDS = ("run", "inspect", "faces", "verify", "published", "consent", "doctor")
_NO_ROOM = (errno.ENOSPC, errno.EIO, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
_INTERRUPTED = 130  # 128 + SIGINT, as shells have it


class _Lazy(click.Group):
    """Loads a command's module only when that command is used, so that `--help` comes at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"scrubber.cli.{cmd_name}").command
        return command


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="scrubber")
def cli() -> None:
    """Make photos safe to publish: nothing but the picture, and nobody in it who did not agree.

    \b
    Example:
      scrubber run photos -o clean --consent consent.toml --for social
    """
    environment.silence()
    passphrase.take()


def main() -> None:
    """Run the command line and exit with a code that INTERFACE lists; errors are one line, not a traceback."""
    environment.begin_again_if_searched()
    sys.excepthook = _show_unforeseen
    _end_in_order()
    try:
        code = cli.main(prog_name="scrubber", standalone_mode=False)
    except click.ClickException as error:
        _show(error)
        _hint_at_quotes(sys.argv[1:])
        code = error.exit_code
    except ScrubberError as error:
        echo_error(error)
        _hint_at_quotes(sys.argv[1:])
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        more = "; what was published so far is whole and safe; give the same command again: it carries on"
        echo(f"scrubber: interrupted{more if sys.argv[1:2] == ['run'] else ''}", err=True)
        code = _INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; nothing is left to say, not even when Python flushes at exit.
        sys.stderr.close()
        code = 1
    except OSError as error:
        if error.filename is not None:
            echo(f"scrubber: {error.filename}: {error.strerror or error}; check the path and its permissions", err=True)
            code = 1
        elif error.errno in _NO_ROOM:  # for a page of help, which click prints itself
            refused = no_room(error)
            echo_error(refused)
            code = refused.exit_code
        else:
            raise
    sys.exit(code if isinstance(code, int) else 0)


def _end_in_order() -> None:
    """A log-out or a `kill` ends a run as Ctrl-C does: workers and temporary files go. What is ignored stays so."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def _show(error: click.ClickException) -> None:
    """What click has to say about a wrong word, which the message repeats."""
    page = io.StringIO()
    error.show(page)
    text = page.getvalue().replace(error.message, escaped(error.message))
    echo(*text.rstrip("\n").split("\n"), err=True)


def _hint_at_quotes(words: list[str]) -> None:
    """A path with spaces that a shell took apart, among words of which one was refused."""
    for start, end in combinations(range(len(words) + 1), 2):
        path = " ".join(words[start:end])
        if end - start > 1 and not os.path.lexists(words[start]) and os.path.lexists(path):
            echo(f'hint: a path with spaces needs quotation marks: "{path}"', err=True)
            return


def _show_unforeseen(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A mistake of ours, which may hold the name of a file; indented, so that no part of it looks like a verdict."""
    first, *more = "".join(traceback.format_exception(kind, error, trace)).rstrip("\n").split("\n")
    echo(first, *(f"  {line}" for line in more), err=True)
