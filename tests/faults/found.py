"""What a program of this folder finds: it prints one JSON object."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

FAULTS = Path(__file__).parent
ROOT = FAULTS.parent.parent


def found_by(program: str, *arguments: object, timeout: float) -> dict[str, Any]:
    """What `program` (a file of this folder) prints, run with these arguments for `timeout` seconds at most."""
    done = subprocess.run(
        [sys.executable, str(FAULTS / program), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
