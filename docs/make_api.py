"""Writes `docs/api.md`, the reference of the library, from its docstrings.

    python docs/make_api.py

It documents every name in `scrubber.__all__`. A test fails while the page is not what this makes.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, cast, get_args, get_overloads

import scrubber
from scrubber import errors, policy, results, values
from scrubber.consent import explain
from scrubber.output.outcomes import OUTCOMES

PAGE: Final = Path(__file__).with_name("api.md")
WIDTH: Final = 100  # characters; a longer signature gets a line for each parameter

SECTIONS: Final = {
    "Photos and folders": ("scrub", "scrub_folder", "scrub_bytes", "Session", "SafeCopy"),
    "In two steps": ("analyse", "render", "preview", "Analysis"),
    "Pictures": ("find_faces", "hide", "inspect", "verify"),
    "Settings": ("Policy", "Limits", "Consent"),
    "Values": ("Result", "Decision", "Region", "Box", "Landmarks", "Leak", "Verdict", "SourceId"),
}
VERSION: Final = "__version__"

# What annotations call by a short name, in full.
LITERALS: Final = {
    name: " | ".join(f'"{value}"' for value in get_args(getattr(home, name)))
    for home, names in ((policy, "Style Preset Names Format"), (values, "Action Kind"), (results, "Status"))
    for name in names.split()
}
ALIASES: Final = LITERALS | {
    "Path_": "str | os.PathLike[str]",
    "Pixels": "NDArray[np.uint8]",
    "RegionLike": "Region | Box | Sequence[float]",
    "Passphrase": "str | Callable[[], str]",
    "Point": "tuple[float, float]",
}

HEAD: Final = """\
# The library

<!-- Made by docs/make_api.py from the docstrings. Change these, and run it. -->

`import scrubber` gives all names on this page, and loads no model and no heavy library until one is needed. Every
call and value is typed. [examples/](../examples) has scripts to start from, [consent.md](consent.md) explains the
manifest.

- **Boxes** are pixels of the upright picture, after its EXIF orientation; origin at the top left, x to the right, y
  down.
- **Arrays** are H×W×3, `uint8`, RGB. Sizes of frames are `(height, width)`, as arrays have them.
- **Frames** of animations and pages of documents count from 0, regions from 1.
- **Values** are immutable, can be pickled, and those of reports have `as_json`.
- **Errors** that scrubber raises on purpose are kinds of [`ScrubberError`](#errors); their messages name the file and
  the remedy. An argument of a wrong type is a `TypeError` or a `UsageError`.
"""


def page() -> str:
    """The whole page. Raises `ValueError` for a public name that no section has."""
    listed = {name for names in SECTIONS.values() for name in names} | {VERSION}
    others = {name for name in scrubber.__all__ if name not in listed and not is_error(getattr(scrubber, name))}
    if others:
        raise ValueError(f"docs/make_api.py: add {', '.join(sorted(others))} to SECTIONS")
    parts = [HEAD, contents()]
    for title, names in SECTIONS.items():
        parts += [f"## {title}", *(part for name in names for part in entry(name, getattr(scrubber, name)))]
    parts += ["## Errors", *error_section(), "## Codes", *code_section()]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def contents() -> str:
    """One line for each section, with links to its names."""
    lines = [
        f"- {title}: {' · '.join(f'[`{name}`](#{name.lower()})' for name in SECTIONS[title])}" for title in SECTIONS
    ]
    return "\n".join([*lines, "- [Errors](#errors)", "- [Codes](#codes)"])


def entry(name: str, thing: Any) -> Iterator[str]:
    yield f"### `{name}`"
    if not inspect.isclass(thing):
        yield code("\n".join(signature(each, name) for each in get_overloads(thing) or [thing]))
        yield prose(thing.__doc__, name)
        return
    if not dataclasses.is_dataclass(thing):
        yield code(signature(thing.__init__, name))
    yield prose(thing.__doc__, name)
    lists = {"Fields": list(field_lines(thing, name)) if dataclasses.is_dataclass(thing) else []}
    members = vars(thing).items()
    lists["Properties"] = [property_line(key, each, name) for key, each in members if isinstance(each, property)]
    lists["Methods"] = [
        method_line(key, each, name)
        for key, each in members
        if not key.startswith("_") and (inspect.isfunction(each) or isinstance(each, classmethod))
    ]
    for title, lines in lists.items():
        if lines:
            yield "\n".join([f"{title}:", "", *lines])


def field_lines(kind: type, own: str) -> Iterator[str]:
    """The fields of a value type: what each is, what it is if left out, and what its docstring says."""
    said = field_docstrings(kind)
    for field in dataclasses.fields(kind):
        default = ""
        if field.default is not dataclasses.MISSING:
            default = f" = {literal(field.default)}"
        elif field.default_factory is not dataclasses.MISSING:
            default = " = Limits()" if field.default_factory is policy.Limits else f" = {field.default_factory()!r}"
        text = f": {indented(prose(said[field.name], own))}" if field.name in said else ""
        yield f"- `{field.name}: {spelt(field.type)}{default}`{text}"


def field_docstrings(kind: type) -> dict[str, str]:
    """The strings that stand below fields in the source."""
    said = {}
    [source] = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    for field, below in pairwise(cast("ast.ClassDef", source).body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                said[name] = inspect.cleandoc(text)
    return said


def property_line(name: str, member: property, own: str) -> str:
    kind = spelt(inspect.signature(member.fget).return_annotation)  # type: ignore[arg-type]
    return f"- `{name}: {kind}`: {indented(prose(member.__doc__, own))}"


def method_line(name: str, member: Any, own: str) -> str:
    """A method in one line; one that is called on the class has its name in front."""
    function = getattr(member, "__func__", member)
    called = f"{own}.{name}" if isinstance(member, classmethod) else name
    arguments, gives = call(function)
    return f"- `{called}({', '.join(arguments)}){gives}`: {indented(prose(function.__doc__, own))}"


def signature(function: Any, name: str) -> str:
    """How `function` is called, in one line if that is short."""
    arguments, gives = call(function)
    line = f"{name}({', '.join(arguments)}){gives}"
    return line if len(line) <= WIDTH else f"{name}(\n" + "".join(f"    {each},\n" for each in arguments) + f"){gives}"


def call(function: Any) -> tuple[list[str], str]:
    """The arguments of `function` as its source has them, without `self`, and what it gives."""
    called, arguments = inspect.signature(function), []
    for parameter in called.parameters.values():
        if parameter.name in ("self", "cls"):
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in arguments:
            arguments.append("*")
        star = "*" if parameter.kind is parameter.VAR_POSITIONAL else ""
        default = "" if parameter.default is parameter.empty else f" = {literal(parameter.default)}"
        arguments.append(f"{star}{parameter.name}: {spelt(parameter.annotation)}{default}")
    gives = called.return_annotation
    return arguments, "" if gives in ("None", called.empty) else f" -> {spelt(gives)}"


def error_section() -> Iterator[str]:
    yield prose(errors.__doc__, "")
    for name, error in vars(errors).items():
        if is_error(error):
            reason = f", reason `{error.reason}`" if issubclass(error, errors.PhotoError) else ""
            yield f"### `{name}`"
            yield prose(error.__doc__, name)
            yield f"Exit code {error.exit_code}{reason}."


def code_section() -> Iterator[str]:
    """What the short words in results mean."""
    yield "`Result.reason` says why a photo has no copy:"
    yield "\n".join(f"- `{reason}`: {outcome.words}. Remedy: {outcome.remedy}." for reason, outcome in OUTCOMES.items())
    yield "`Decision.reason` says why a region is hidden or shown:"
    yield "\n".join(f"- `{reason}`: {explain(example(reason))}" for reason in get_args(values.Reason))
    yield "`Leak.kind`, the most dangerous first: " + ", ".join(f"`{kind}`" for kind in values.LEAK_KINDS) + "."


def example(reason: values.Reason) -> values.Decision:
    return values.Decision(values.Region(values.Box(0, 0, 1, 1)), "hide", reason)


def is_error(thing: Any) -> bool:
    return inspect.isclass(thing) and issubclass(thing, Exception)


def spelt(annotation: Any) -> str:
    """An annotation as the source has it, with short private names in full."""
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    return re.sub(r"\b\w+\b", lambda match: ALIASES.get(match[0], match[0]), text)


def literal(value: Any) -> str:
    if type(value) is int:
        return f"{value:_}"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def prose(docstring: str | None, own: str) -> str:
    """A docstring as Markdown. Classes and functions that it names are links, but for the one that it describes."""
    text = inspect.cleandoc(docstring or "")

    def linked(match: re.Match[str]) -> str:
        name = match[2]
        known = name in scrubber.__all__ and name not in (own, VERSION)
        return f"[{match[0]}](#{name.lower()})" if known else match[0]

    text = re.sub(r"`(scrubber\.)?(\w+)`", linked, text)
    return re.sub(r"reason\s+code\b|`LEAK_KINDS`", r"[\g<0>](#codes)", text)


def indented(text: str) -> str:
    """Below a point of a list."""
    return textwrap.indent(text, "  ").strip()


def code(text: str) -> str:
    return f"```python\n{text}\n```"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
