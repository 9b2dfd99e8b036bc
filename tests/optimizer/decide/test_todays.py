"""A design that decides as today's does is called so wherever designs are listed."""

from __future__ import annotations

import numpy as np

from models import compile_system, load_scenario
from optimizer.changes import TODAYS, is_today, today_of
from optimizer.files.gallery import path_of
from optimizer.scenario_model import labels_of
from optimizer.sections.content import plain
from optimizer.sections.wording import against_today


def test_todays_design_is_called_so_and_no_other():
    scenario = load_scenario(path_of("black-friday-exercise"))
    space = compile_system(scenario).space
    labels = labels_of(scenario)
    today = today_of(space)
    assert is_today(space, today)
    assert TODAYS in plain(against_today(labels, space, today))
    for j in range(space.n_columns):
        x = np.array(today)
        x[j] = 1.0 - x[j]
        assert not is_today(space, x)
        assert TODAYS not in plain(against_today(labels, space, x))
