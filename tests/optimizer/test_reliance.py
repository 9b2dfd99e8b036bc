"""What is told of designs of which the model isn't sure, or which may not last."""

from __future__ import annotations

import numpy as np

from models.performance import unsure
from models.performance.clients import CLOSED
from optimizer.sections.content import plain
from optimizer.sections.reliance import reasons_of, risk_to_fall, warnings_of, why_unsure


def test_every_reason_of_the_model_has_words():
    names = [name for name in vars(unsure) if name.isupper() and not name.startswith("_")]
    reasons = sorted({getattr(unsure, name) for name in names} | {CLOSED})
    assert reasons == [2**k for k in range(13)]
    assert all(len(reasons_of(reason)) == 1 for reason in reasons)
    assert len(reasons_of(sum(reasons))) == len(reasons)
    assert reasons_of(0.0) == ()


def test_what_is_told_of_a_row():
    indicators = {"unsure": np.array([0.0, 12.0]), "tips_over": np.array([0.01, 0.3])}
    assert why_unsure(indicators, 0) == ""
    assert "; " in why_unsure(indicators, 1)
    assert why_unsure({}, 0) == ""
    assert risk_to_fall(indicators, 0) is None
    assert risk_to_fall(indicators, 1) == 0.3
    assert risk_to_fall({}, 0) is None


def test_sentences():
    assert warnings_of(0.0, 0.0) == ()
    (falls,) = warnings_of(0.0, 0.3)
    assert "30" in plain(falls)
    (unsure_of,) = warnings_of(2.0, 0.0)
    assert "breaker" in plain(unsure_of)
