"""`docs/api.md` is what `docs/make_api.py` makes of the docstrings, and it leaves nothing out."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

import scrubber
from scrubber import errors
from scrubber.output.outcomes import OUTCOMES


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "api.md").read_text(encoding="utf-8")


def test_the_page_is_what_the_script_makes(page: str, root: Path) -> None:
    made = runpy.run_path(str(root / "docs" / "make_api.py"))["page"]()
    assert page == made, "run python docs/make_api.py"


def test_every_public_name_has_a_place_and_a_docstring(page: str) -> None:
    headings = re.findall(r"^### `(\w+)`\n\n(.)", page, re.MULTILINE)
    assert sorted(name for name, _ in headings) == sorted(set(scrubber.__all__) - {"__version__"})
    assert "``:" not in page
    assert not re.search(r"^- `[^`]+`: $", page, re.MULTILINE)


def test_its_links_lead_somewhere(page: str, root: Path) -> None:
    anchors = {
        re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in re.findall(r"^#+ (.+)$", page, re.M)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= anchors
    for target in re.findall(r"\]\(([^)#]+)\)", page):
        assert (root / "docs" / target).exists(), target


def test_the_tree_of_errors_is_true() -> None:
    """Each line has the name, below its base, and the exit code or the reason."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    drawn = re.findall(
        r"^ {4}([│├└─ ]*)(\w+Error|\w+) +(?:exit code )?(\d|reason \"[\w-]+\")", errors.__doc__ or "", re.M
    )
    assert [name for _, name, _ in drawn] == [kind.__name__ for kind in sorted(kinds, key=lambda kind: _path(kind))]
    for lines, name, code in drawn:
        kind = getattr(scrubber, name)
        assert len(lines) // 4 == kind.__mro__.index(errors.ScrubberError)
        assert code in (str(kind.exit_code), f'reason "{getattr(kind, "reason", None)}"')
        assert not code.startswith("reason") or kind.reason in OUTCOMES


def _path(kind: type[Exception]) -> list[int]:
    """Where a class stands in the tree: the places of its bases in the source, and its own."""
    order = list(vars(errors).values())
    return [order.index(each) for each in reversed(kind.__mro__) if each in order]
