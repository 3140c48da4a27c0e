"""Every channel is named by `inventory` and refused by `audit`; a clean file is neither."""

from __future__ import annotations

import io

import dirty_blocks as blocks
import pytest
from dirty import CHANNELS, CLEAN, PILLOW_NAMES, traces
from dirty_png import clean as clean_png
from dirty_webp import clean as clean_webp
from PIL import Image

from scrubber.formats import identify
from scrubber.inspection import inventory
from scrubber.values import LEAK_KINDS
from scrubber.verification.audit import audit

CANARY = b"CANARY-cormorant-4711"
channels = pytest.mark.parametrize("channel", CHANNELS.values(), ids=CHANNELS)
formats = pytest.mark.parametrize("form", CLEAN)


@channels
def test_a_dirty_file_is_a_picture_that_holds_its_canary(channel):
    data = channel.build(CANARY)
    assert traces(CANARY, data)
    assert identify(data) == channel.format
    if channel.format in PILLOW_NAMES:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            assert image.format in (PILLOW_NAMES[channel.format], "MPO")


@channels
def test_inventory_names_the_channel(channel):
    kinds = {leak.kind for leak in inventory(channel.build(CANARY))}
    assert channel.kind in kinds


@channels
def test_audit_refuses_the_channel_and_says_what_it_is(channel):
    leaks = audit(channel.build(CANARY))
    assert channel.kind in {leak.kind for leak in leaks}


@channels
def test_the_place_of_a_leak_never_repeats_what_leaked(channel):
    data = channel.build(CANARY)
    assert not [leak for leak in inventory(data) + audit(data) if CANARY.decode() in leak.where]


@channels
def test_leaks_come_sorted_by_danger(channel):
    order = [LEAK_KINDS.index(leak.kind) for leak in audit(channel.build(CANARY))]
    assert order == sorted(order)


@formats
def test_a_clean_file_leaks_nothing(form):
    assert inventory(CLEAN[form]()) == ()
    assert audit(CLEAN[form]()) == ()


@pytest.mark.parametrize(
    "options",
    [
        {"quality": 92},
        {"quality": 95, "subsampling": 0},
        {"quality": 95, "optimize": True},
        {"quality": 92, "progressive": True},
    ],
)
@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("size", [(48, 32), (37, 21), (1, 1), (300, 200)])
def test_what_pillow_writes_as_jpeg_is_on_the_list(options, mode, size):
    buffer = io.BytesIO()
    blocks.picture(size, mode).save(buffer, "JPEG", **options)
    assert audit(buffer.getvalue()) == ()


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("restarts", [{"restart_marker_blocks": 3}, {"restart_marker_rows": 1}], ids=str)
def test_restart_markers_pass_if_they_are_announced(progressive, restarts):
    buffer = io.BytesIO()
    blocks.picture((300, 200)).save(buffer, "JPEG", quality=92, progressive=progressive, **restarts)
    assert audit(buffer.getvalue()) == ()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "1", "I;16"])
def test_what_pillow_writes_as_png_is_on_the_list(mode):
    assert audit(clean_png(mode)) == ()


@pytest.mark.parametrize("colours", [2, 3, 16, 17, 200])
def test_a_palette_passes_if_each_of_its_colours_is_used(colours):
    image = blocks.picture((64, 64)).quantize(colours)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    assert audit(buffer.getvalue()) == ()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("options", [{"quality": 92}, {"lossless": True}])
def test_what_pillow_writes_as_webp_is_on_the_list(mode, options):
    assert audit(clean_webp(mode, **options)) == ()


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7" + bytes(64)])
def test_a_format_without_a_list_cannot_pass(data):
    assert [leak.kind for leak in audit(data)] == ["structure"]
    assert [leak.kind for leak in inventory(data)] == ["structure"]
