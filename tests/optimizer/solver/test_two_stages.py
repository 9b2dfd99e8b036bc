"""Looking at every design in two stages finds what evaluating all finds; what is chosen is counted."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import yaml

from models import compile_system, load_scenario
from models.operations import operations_of_all
from models.scenario.load import scenario_from_text
from optimizer.files.gallery import path_of
from optimizer.model import PER_S, Work
from optimizer.scenario_model import work_of
from optimizer.search.checkpoints import CheckpointError
from optimizer.solver.choice import choice_of, work_of_search
from optimizer.solver.config import SolveConfig
from optimizer.solver.solution import Solution
from optimizer.solver.solver import solve
from scenarios import scenario

EXACT = SolveConfig(method="exact", chunk=700)


@pytest.fixture
def two_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two stages also where all designs are few."""
    monkeypatch.setattr("optimizer.solver.methods.COUNTED_OUT", 0)


@pytest.fixture(scope="module")
def social():
    return compile_system(load_scenario(path_of("read-heavy-social-feed")))


def same_front(a: Solution, b: Solution) -> bool:
    mine, other = a.front.evaluation, b.front.evaluation
    return all(
        getattr(mine, name).tobytes() == getattr(other, name).tobytes() for name in ("X", "values", "excess")
    )


#: Scenarios, and the decisions of each that are left as they are today: a space that is soon looked at.
SMALLER = {
    "read-heavy-social-feed": ("post_shards", "partial_feed"),
    "lambda-retry-storm": ("caching", "table_copies", "old_answers"),
    "web-api-three-tier": (),
}


def smaller(name):
    told = yaml.safe_load(path_of(name).read_text(encoding="utf-8"))
    for decision in SMALLER[name]:
        del told["decisions"][decision]
        told.get("today", {}).pop(decision, None)
    told["decisions"] = {  # a bare "on" is true in YAML 1.1
        name: {"on" if key is True else key: value for key, value in decision.items()}
        for name, decision in told["decisions"].items()
    }
    return compile_system(scenario_from_text(yaml.safe_dump(told)))


@pytest.mark.usefixtures("two_stages")
@pytest.mark.parametrize("name", SMALLER)
def test_two_stages_find_the_same_designs_and_count_what_they_say_they_count(name):
    system = smaller(name)
    quick = solve(system, EXACT)
    whole = solve(system, replace(EXACT, all_values=True))
    assert same_front(quick, whole)
    assert quick.certificate.skipped > 0 == whole.certificate.skipped
    assert quick.certificate.evaluated == whole.certificate.evaluated == system.space.size
    assert quick.certificate.feasible == whole.certificate.feasible
    assert whole.at_least == ()
    for limit, many in whole.broken.items():
        assert quick.broken[limit] <= many
        assert limit in quick.at_least or quick.broken[limit] == many
        assert quick.broken_alone[limit] <= whole.broken_alone[limit]


@pytest.mark.usefixtures("two_stages")
def test_where_nothing_is_feasible_the_nearest_design_is_the_same():
    components = {"web": {"kind": "service", "slots": 1, "service_ms": 100}}
    flows = {"all": {"share": 1.0, "trace": ["web"]}}
    phases = [{"name": "p", "rate": 1000, "hours": 1}]
    decisions = {
        "replicas": {"integer": [1, 40], "sets": "web.replicas"},
        "faster": {"on": {"multiply": {"web.service_ms": 0.9}}, "effort_days": 3},
    }
    system = compile_system(
        scenario(
            components=components,
            flows=flows,
            phases=phases,
            decisions=decisions,
            limits={"saturation": 0.7, "effort_days": 1},
        )
    )
    quick, whole = solve(system, EXACT), solve(system, replace(EXACT, all_values=True))
    assert quick.certificate.feasible == 0
    assert quick.certificate.skipped == system.space.size
    assert quick.closest is not None
    assert whole.closest is not None
    assert quick.closest.X.tolist() == whole.closest.X.tolist()
    assert quick.closest.excess.tolist() == whole.closest.excess.tolist()


@pytest.mark.usefixtures("two_stages")
def test_threads_and_chunks_never_change_a_bit(social):
    one = solve(social, EXACT)
    two = solve(social, replace(EXACT, workers=2, chunk=300))
    assert same_front(one, two)
    assert one.certificate == two.certificate
    assert one.broken == two.broken


@pytest.mark.usefixtures("two_stages")
@pytest.mark.parametrize("all_values", [False, True])
def test_an_enumeration_goes_on_where_it_was_interrupted(social, tmp_path, all_values):
    config = replace(EXACT, all_values=all_values)
    file = tmp_path / "week.npz"

    def stop(done: int, total: int, on_front: int) -> None:
        if done >= 3000:
            raise KeyboardInterrupt

    first = solve(social, config, progress=stop, checkpoint=file)
    assert first.certificate.ended_early == "interrupted"
    begun = []
    rest = solve(social, config, progress=lambda done, *_: begun.append(done), checkpoint=file)
    assert begun[0] > 3000
    whole = solve(social, config)
    assert same_front(rest, whole)
    assert rest.certificate == whole.certificate
    assert (rest.broken, rest.broken_alone) == (whole.broken, whole.broken_alone)


def test_a_checkpoint_of_something_else_is_refused(social, tmp_path):
    file = tmp_path / "kept.npz"
    solve(social, EXACT, checkpoint=file)
    with pytest.raises(CheckpointError, match="another"):
        solve(social, replace(EXACT, all_values=True), checkpoint=file)
    with pytest.raises(CheckpointError, match="version"):
        solve(social, SolveConfig(method="archive", evaluations=500), checkpoint=file)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError, match="no checkpoint of an enumeration"):
        solve(social, EXACT, checkpoint=file)
    was, now = (text.encode("utf-32-le") for text in ('"feasible": ', '"feasible":9'))
    assert was in content
    file.write_bytes(content.replace(was, now, 1))
    with pytest.raises(CheckpointError):
        solve(social, EXACT, checkpoint=file)


def test_the_same_is_chosen_on_every_machine(social):
    work = work_of(social, 0)
    assert work == work_of(social, 0)
    assert work.all == operations_of_all(social, seed=0)
    assert choice_of(work, social.space.size, SolveConfig()).is_exact


def test_the_bundled_week_is_always_exact():
    system = compile_system(load_scenario(path_of("black-friday-week")))
    for seed in range(5):
        choice = choice_of(work_of(system, seed), system.space.size, SolveConfig(seed=seed))
        assert choice.is_exact
        assert "all are looked at" in choice.why


def test_a_search_is_never_more_work_than_looking_at_everything():
    much = Work(each=1000.0, all=200.0 * PER_S)
    config = SolveConfig(exact_seconds=60.0)
    assert not choice_of(much, 10**6, config).is_exact
    searched = replace(config, evaluations=400_000)
    assert work_of_search(much, searched) == much.all
    assert choice_of(much, 10**6, searched).is_exact
    assert not choice_of(much, 10**6, replace(searched, evaluations=399_999)).is_exact
    assert choice_of(much, 10**6, replace(searched, evaluations=200_000, restarts=2)).is_exact
    # Where only time bounds a search, it is over when the time is.
    assert not choice_of(much, 10**6, replace(config, seconds=5.0)).is_exact
    assert not choice_of(Work(1.0, np.inf), None, config).is_exact


def test_the_certificate_says_why(social):
    assert "all are looked at" in solve(social, SolveConfig()).certificate.why
    config = SolveConfig(exact_seconds=1e-6, evaluations=300)
    told = str(solve(social, config).certificate)
    assert "; looking at all 7,776 designs is about" in told


def test_pieces_can_be_sent_to_other_processes(social):
    """What a cluster is given is the model in one thread, and what tells cheaply."""
    import pickle

    from models.evaluator import evaluate
    from models.screening import screen
    from optimizer.solver.enumerate import Look

    look = Look(partial(evaluate, social, threads=1), social.space, partial(screen, social, threads=1))
    there = pickle.loads(pickle.dumps(look))((0, 200))
    assert there.broken == look((0, 200)).broken
