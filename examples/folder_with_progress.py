"""Make a folder of photos safe, watch it happen, and list the outcomes.

    python folder_with_progress.py photos safe

Photos are opened in worker processes, yet the script needs no `if __name__ == "__main__":`.
"""

import argparse
import sys
from collections import defaultdict
from pathlib import Path

from rich.progress import MofNCompleteColumn, Progress

import scrubber

parser = argparse.ArgumentParser(description="Make a folder of photos safe to publish.")
parser.add_argument("photos", type=Path)
parser.add_argument("safe", type=Path, help="folder for the copies; it is made if it is not there")
parser.add_argument("--preset", choices=["fast", "balanced", "thorough"], default="balanced")
given = parser.parse_args()

# Files that are no photos give no result, so there are at most as many results as files.
most = sum(path.is_file() for path in given.photos.rglob("*"))

outcomes: dict[str, list[scrubber.Result]] = defaultdict(list)
with Progress(*Progress.get_default_columns(), MofNCompleteColumn()) as progress:
    bar = progress.add_task("Photos", total=most)
    # Results come one by one while the workers go on. Nobody agreed to be shown here, so every face is hidden:
    # give consent=scrubber.Consent.load("consent.toml") and purpose="social" to show those who did.
    for result in scrubber.scrub_folder(given.photos, given.safe, policy=scrubber.Policy(preset=given.preset)):
        outcomes[result.status].append(result)
        progress.advance(bar)
    progress.update(bar, total=sum(map(len, outcomes.values())))

for status, results in sorted(outcomes.items()):
    print(f"{status}: {len(results)}")
    for result in results:
        why = f" ({result.reason})" if result.reason else ""
        print(f"  {result.input}{why} → {result.output or 'no copy'}")
        for warning in result.warnings:
            print(f"    {warning}")

# A photo that failed or was withheld has no copy. Whoever started the script should notice.
sys.exit(3 if outcomes.keys() & {"failed", "withheld"} else 0)
