"""How sure a few designs are: bands of each dimension, and how likely each limit holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from models.evaluation import Evaluation
from models.system.uncertainty import ASSUMED_SIGMA, Guess
from models.units import quantity
from optimizer.decide.confidence.robustness import Robustness
from optimizer.phrases import POINTS
from optimizer.report.sections.standing import NO_BANDS
from optimizer.sections.content import Axis
from optimizer.sections.wording import limit_label
from ui.beside import Beside
from ui.views.comparison import heads_of
from ui.views.folding import Entry, draw_folding
from ui.views.small_multiples import Span, draw_small_multiples
from ui.views.words import escaped


def draw_bands(
    axes: Sequence[Axis],
    designs: Sequence[Beside],
    evaluation: Evaluation,
    found: Sequence[Robustness | None],
) -> None:
    """What the guesses make of a few designs; or that the scenario names none.

    Args:
        axes: The dimensions.
        designs: The designs.
        evaluation: The same, evaluated.
        found: What the guesses do to each of them.
    """
    known = [one for one in found if one is not None]
    if len(known) < len(designs):
        st.info(f"{NO_BANDS} Name your guesses on the page Scenario, and this place shows what they do.")
        return
    st.markdown(
        escaped(_guesses(known[0].guesses))
        + f" In {known[0].draws} joint draws, the same for all designs: the line holds eight draws of ten, "
        " the mark on it is the middle, the upright stroke is what the file says."
    )
    moving = np.any([one.moves for one in known], axis=0)
    shown = [j for j in range(len(axes)) if moving[j]]
    spans = [
        [
            Span(float(evaluation.values[i, j]), *(float(v) for v in one.bands[:, 0, j]))
            for i, one in enumerate(known)
        ]
        for j in shown
    ]
    draw_small_multiples([axes[j] for j in shown], designs, spans, key="bands")
    still = [axes[j].name for j in range(len(axes)) if not moving[j]]
    if still:
        st.caption(f"No guess moves {', '.join(still)}.")
    _draw_limits(designs, known)


def _guesses(guesses: Sequence[Guess]) -> str:
    """Which numbers are guesses, and what is assumed where nobody wrote how far the rate may be off."""
    written = [guess.path for guess in guesses if not guess.is_assumed]
    told = []
    if written:
        many = len(written)
        are = (
            "1 number of the scenario is a guess"
            if many == 1
            else f"{many} numbers of the scenario are guesses"
        )
        told.append(f"{are}: {', '.join(written)}.")
    if len(written) < len(guesses):
        told.append(
            "The file doesn't say how far the rate may be off: "
            f"{quantity(ASSUMED_SIGMA, 'fraction')} are assumed."
        )
    return " ".join(told)


def _draw_limits(designs: Sequence[Beside], found: Sequence[Robustness]) -> None:
    rows = []
    for k, name in enumerate(found[0].limits):
        is_all = k == len(found[0].limits) - 1
        cells = [Entry("All limits together" if is_all else limit_label(name).capitalize())]
        for one in found:
            share, off = float(one.holds[0, k]), float(one.holds_error[0, k])
            is_sure = share >= found[0].wanted
            told = [] if is_sure else ["not robust"]
            told += [f"± {quantity(100.0 * off, POINTS)}"] if off > 0.0 else []
            cells.append(
                Entry(
                    quantity(share, "fraction"),
                    "; ".join(told),
                    "plain" if is_sure else "bad",
                    is_strong=is_all,
                    is_number=True,
                )
            )
        rows.append(cells)
    draw_folding(
        f"How likely each limit holds: its share of the draws, with the standard error; below "
        f"{quantity(found[0].wanted, 'fraction')} a design is not robust",
        "Limit",
        heads_of(designs),
        rows,
    )
