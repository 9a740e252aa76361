"""Which way the lines of a page run, to a quarter turn and to a tenth of a degree, from its marks alone."""

from __future__ import annotations

import numpy as np

from invoice_ocr.clean.sight import usual_size

_ASKED = 250  # marks whose neighbours are looked for
_FEWEST = 30  # marks below which nothing is said
_FARTHEST = 15.0  # degrees of tilt looked for
_COARSE, _FINE = 0.25, 0.05  # degrees between two tries
_LETTER = 0.4  # of the usual mark's size, from which marks are letters and no crumbs of them
SIDEWAYS = 0.6  # of the marks with their nearest neighbour above or below: the lines run up or down


def share_upright(marks: np.ndarray) -> float:
    """The share of marks whose nearest neighbour stands beside and not above or below them, 0..1; 0.5 when unknown.

    marks: float32, shape (n, 4), left, top, width, height. Letters of a line are nearer than lines are to each other
    (O'Gorman, The document spectrum for page layout analysis, 1993).
    """
    if len(marks) >= _FEWEST:
        size = np.sqrt(marks[:, 2] * marks[:, 3])
        letters = marks[size >= _LETTER * usual_size(marks, size)]
        marks = letters if len(letters) >= _FEWEST else marks
    if len(marks) < _FEWEST:
        return 0.5
    beside, stacked = gaps(marks[:: max(1, len(marks) // _ASKED)], marks)
    told = np.isfinite(np.minimum(beside, stacked)) & (beside != stacked)
    if told.sum() < _FEWEST // 2:
        return 0.5
    return float((beside < stacked)[told].mean())


def gaps(some: np.ndarray, marks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far the nearest mark beside each of some marks is, and the nearest above or below it; infinite without one.

    some, marks: float32, shapes (m, 4) and (n, 4), left, top, width, height. Returns float32, shape (m,), twice.
    """
    left, top, width, height = marks.T
    x, y, half_width, half_height = left + width / 2, top + height / 2, width / 2, height / 2
    across, down = some[:, 2:3] / 2, some[:, 3:] / 2
    gap_x = np.abs(some[:, :1] + across - x) - (across + half_width)
    gap_y = np.abs(some[:, 1:2] + down - y) - (down + half_height)
    beside = np.where((gap_y < 0) & (gap_x >= 0), gap_x, np.inf).min(1, initial=np.inf)
    stacked = np.where((gap_x < 0) & (gap_y >= 0), gap_y, np.inf).min(1, initial=np.inf)
    return beside, stacked


def tilt_of(marks: np.ndarray) -> float:
    """Degrees, -15..15, by which lines fall to the right; 0.0 when the marks do not say.

    marks: float32, shape (n, 4), of a page whose lines run across. The feet of letters fall into the fewest rows where
    the page is seen at the right angle (Postl, Detection of linear oblique structures, 1986).
    """
    if len(marks) < _FEWEST:
        return 0.0
    x, y = marks[:, 0] + marks[:, 2] / 2, marks[:, 1] + marks[:, 3]
    tries = np.arange(-_FARTHEST, _FARTHEST + _COARSE / 2, _COARSE)
    scores = np.array([_sharpness(x, y, angle, 3.0) for angle in tries])
    best = float(tries[scores.argmax()])
    if scores.max() < 1.25 * np.median(scores):
        return 0.0
    near = np.arange(best - 2 * _COARSE, best + 2 * _COARSE + _FINE / 2, _FINE)
    fine = np.array([_sharpness(x, y, angle, 1.5) for angle in near])
    return float((near * fine**8).sum() / (fine**8).sum())


def _sharpness(x: np.ndarray, y: np.ndarray, angle: float, row: float) -> float:
    """The sum of squares of how many feet stand in each row, `row` pixels high, of a page seen at an angle.

    Each foot is shared between two rows, so that nothing hangs on where rows begin.
    """
    along = np.radians(angle)
    place = (y * np.cos(along) - x * np.sin(along)) / row
    place -= place.min()
    lower = place.astype(np.intp)
    share = place - lower
    size = int(lower.max()) + 2
    filled = np.bincount(lower, 1 - share, size) + np.bincount(lower + 1, share, size)
    return float(np.square(filled).sum())
