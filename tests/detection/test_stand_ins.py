"""MediaPipe is loaded without what it imports for plots and sound; whoever wants these in the same program has them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mediapipe", reason="MediaPipe has no wheels for this kind of machine")

FIND = "import numpy, scrubber; scrubber.find_faces(numpy.zeros((64, 64, 3), numpy.uint8), preset='thorough')"
LOADED = "import sys; assert 'mediapipe.tasks.python.vision.drawing_utils' in sys.modules"
ABSENT = "assert not [name for name in sys.modules if name.startswith(('matplotlib', 'sounddevice'))]"
PLOTS = "from mediapipe.tasks.python.vision import drawing_utils; assert drawing_utils.plt.Figure"
SAME = "assert sys.modules['matplotlib.pyplot'].Figure is drawing_utils.plt.Figure"
REAL = "import matplotlib, matplotlib.figure, matplotlib.pyplot as plots; assert matplotlib.__file__ and plots.Figure"


@pytest.mark.parametrize(
    "lines",
    [
        (FIND, LOADED, ABSENT),
        (FIND, ABSENT.replace("assert", "import sys; assert"), REAL, PLOTS, SAME),
        (FIND, LOADED, PLOTS, SAME, REAL),
        ("import matplotlib; before = matplotlib", FIND, "assert matplotlib is before", REAL, PLOTS),
        (REAL, FIND, "import sys; assert sys.modules['matplotlib.pyplot'] is plots", PLOTS, SAME),
        (FIND, "import matplotlib.pyplot, sys", "from matplotlib import cm, pyplot; assert cm.viridis"),
    ],
    ids=["never", "afterwards", "through MediaPipe", "in part before", "before", "piece by piece"],
)
def test_plots_are_absent_until_somebody_wants_them(lines: tuple[str, ...], tmp_path: Path) -> None:
    variables = os.environ | {"MPLCONFIGDIR": str(tmp_path), "MPLBACKEND": "agg"}
    subprocess.run([sys.executable, "-c", "\n".join(lines)], env=variables, check=True, timeout=120)


def test_a_sound_library_that_is_missing_is_told_to_whoever_records() -> None:
    lines = (
        "import sys",
        FIND,
        "sys.modules['sounddevice'] = None",
        "from mediapipe.tasks.python.audio.core import audio_record",
        "try: audio_record.AudioRecord(1, 16000, 100).start_recording()",
        "except ImportError: print('told')",
    )
    told = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "told"
