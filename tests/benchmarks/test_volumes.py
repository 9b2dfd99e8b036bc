"""Shares of hypervolume, the page, and what is missed: against exact values and sets built by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from benchmarks._pages import table, write_part
from benchmarks._volumes import exact_front, known_yardstick, volume, yardstick_of
from benchmarks.peers import PEERS
from benchmarks.problems import dtlz2, mnk_landscape
from benchmarks.search_against_exact import main as against_exact
from benchmarks.search_against_exact import missed_by
from benchmarks.search_against_peers import main as against_peers
from models.evaluation import Dimension, Evaluation
from optimizer.pareto.dominance import hypervolume, non_dominated
from optimizer.pareto.front import Front


def test_one_point_is_a_box():
    ideal, nadir = np.array([0.0, 10.0]), np.array([2.0, 30.0])
    assert volume(np.array([[1.0, 20.0]]), ideal, nadir) == pytest.approx(0.6 * 0.6)
    assert volume(np.array([[2.3, 20.0]]), ideal, nadir) == 0.0
    assert volume(np.empty((0, 2)), ideal, nadir) == 0.0
    assert volume(np.array([[np.inf, 10.0], [0.0, 10.0]]), ideal, nadir) == pytest.approx(1.1**2)


def test_in_six_dimensions_it_is_the_exact_one_within_what_is_promised():
    points = np.random.default_rng(1).random((150, 6))
    points = points[non_dominated(points)]
    exact = hypervolume(points, reference=np.full(6, 1.1))
    assert volume(points, np.zeros(6), np.ones(6)) == pytest.approx(exact, rel=0.003)


def test_a_part_of_a_front_is_a_part_of_its_volume():
    front = np.array([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]])
    stick = yardstick_of([front[:2], front[1:], np.array([[2.0, 2.0]])], "all")
    # Three steps from the left: widths 0.5, 0.5 and 0.1, heights 0.1, 0.6 and 1.1.
    assert stick.whole == pytest.approx(0.5 * 0.1 + 0.5 * 0.6 + 0.1 * 1.1)
    assert stick.share(front) == pytest.approx(1.0)
    assert 0.0 < stick.share(front[:1]) < stick.share(front[:2]) < 1.0


def test_nothing_found_is_nothing_to_measure_against():
    with pytest.raises(ValueError, match="nothing to measure against"):
        yardstick_of([np.empty((0, 3))], "all")


def test_many_points_of_the_front_of_dtlz2_come_close_to_all_of_it():
    problem = dtlz2()
    stick = known_yardstick(problem, exact_up_to=0)
    assert stick is not None
    U = np.random.default_rng(3).random((4000, 15))
    U[:, 5:] = 0.5
    on_front = stick.share(problem.evaluator(U).losses)
    U[:, 5:] = 0.9
    off_front = stick.share(problem.evaluator(U).losses)
    assert 0.8 < on_front < 1.003
    assert off_front < 0.6 * on_front


def test_the_exact_front_is_what_the_definition_says():
    problem = mnk_landscape(bits=8, m=3)
    every = problem.evaluator(np.array(list(product((0.0, 1.0), repeat=8))))
    losses = every.losses[every.feasible]
    expected = losses[[not any(np.all(o <= x) and np.any(o < x) for o in losses) for x in losses]]
    found = exact_front(problem).losses
    assert sorted(map(tuple, found)) == sorted(map(tuple, expected))
    assert known_yardstick(problem, exact_up_to=255) is None
    stick = known_yardstick(problem, exact_up_to=256)
    assert stick is not None
    assert stick.share(found) == pytest.approx(1.0)


def front(points):
    """A front over the designs 0, 1 ... with the losses (i, -i)."""
    X = np.array(points, dtype=float)[:, None]
    dimensions = (Dimension("a", "", "lower"), Dimension("b", "", "lower"))
    return Front(Evaluation(X, np.column_stack([X, -X]), np.zeros((len(X), 0)), (), dimensions))


def test_what_is_missed_is_counted_against_the_truth():
    exact = front(range(10))
    missed = missed_by("ten", 100, 1, exact, [front([0, 1, 2, 3]), front([2, 3, 4, 5]), front([3, 50])])
    assert missed.truly == pytest.approx(0.4)
    assert missed.false == 1
    assert missed.agreed == pytest.approx(1 / 7)
    assert missed.estimate is not None
    assert missed.estimate.times == (5, 1, 1)
    nothing = missed_by("none", 100, 1, exact, [front([]), front([])])
    assert nothing.truly == 1.0
    assert nothing.estimate is None
    assert nothing.is_held is None


def test_a_part_of_the_page_is_replaced_and_the_rest_kept(tmp_path):
    page = tmp_path / "page.md"
    write_part("one", "first", page)
    write_part("two", r"second \1", page)
    once = page.read_text()
    write_part("one", "other", page)
    assert page.read_text() == once.replace("first", "other")
    assert r"second \1" in once
    page.write_text(once.replace("<!-- one: end -->", ""))
    with pytest.raises(ValueError, match="mend the page"):
        write_part("one", "again", page)


def test_a_table_has_as_many_cells_in_every_line():
    lines = table(["a", "b"], [["1", "2"], ["3", "4"]]).splitlines()
    assert [line.count("|") for line in lines] == [3, 3, 3, 3]


def test_the_comparison_prints_every_peer_even_the_missing(capsys, monkeypatch):
    gone = type(PEERS["pygmo NSGA-II"])("pygmo NSGA-II", "gone", ("no_such_module",), lambda task: None)
    monkeypatch.setitem(PEERS, "pygmo NSGA-II", gone)
    arguments = ["--problems", "RE25", "--evaluations", "600", "--seconds", "--seeds", "2", "--peers"]
    against_peers([*arguments, "Sobol sample", "pymoo NSGA-II", "pygmo NSGA-II"])
    printed = capsys.readouterr().out
    rows = [line for line in printed.splitlines() if line.startswith("| ")]
    assert [row.split("|")[1].strip() for row in rows[2:]] == [
        "Sobol sample",
        "pymoo NSGA-II",
        "pygmo NSGA-II",
    ]
    assert rows[-1].split("|")[2].strip() == "not installed"


def test_the_search_against_exact_knows_its_problems(capsys):
    arguments = ["--peer", "Sobol sample", "--evaluations", "500", "--seeds", "1"]
    against_exact([*arguments, "--problems", "MNK"])
    printed = capsys.readouterr().out
    assert "of 262,144 designs are on the front" in printed
    assert printed.count("| MNK | 500 ") == 2
    with pytest.raises(SystemExit, match="can't be counted out"):
        against_exact([*arguments, "--problems", "RE25"])
    with pytest.raises(SystemExit):
        against_exact([*arguments, "--restarts", "1"])
