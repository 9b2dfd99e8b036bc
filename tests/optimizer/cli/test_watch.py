"""`watch`: a running system now, from a file or from a Prometheus on the loopback address."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fake_system import FakeSystem, running
from models.dimensions.emergence import emergence_score

HEROKU = "heroku-gc-spiral"
COLUMNS = "offered_per_s,utilisation,attempts_per_call,p50_ms,p99_ms,gc_share\n"


def from_csv(tradespace, tmp_path, text):
    path = tmp_path / "now.csv"
    path.write_text(text)
    return tradespace("watch", HEROKU, "--design", "today", "--csv", path, "--json")


def test_the_score_is_that_of_the_model_and_a_switch_is_told(tradespace, tmp_path):
    code, out, err = from_csv(
        tradespace, tmp_path, f"{COLUMNS}1,0.1,1,10,20,0\n100000,0.95,1.25,100,300,0.1\n"
    )
    told = json.loads(out)
    assert code == 1, err
    coupling = told["terms"]["coupling"] * 0.7
    wanted = emergence_score(
        utilisation=np.array([0.95]),
        coupling=np.array([coupling]),
        retry_rate=np.array([0.2]),
        p99_over_p50=np.array([3.0]),
        gc_share=np.array([0.1]),
    )
    assert told["score"] == pytest.approx(float(wanted.score[0]))
    names = {one["name"] for one in told["raised"]}
    assert {"AtItsBreakingPoint", "Switch1", "BusyBottleneck"} <= names
    assert told["phase"] == "evening"


def test_a_quiet_system_has_nothing_to_do(tradespace, tmp_path):
    code, out, _ = from_csv(tradespace, tmp_path, f"{COLUMNS}1,0.1,1,10,20,\n")
    told = json.loads(out)
    assert code == 0
    assert not [one for one in told["raised"] if one["is_urgent"]]
    assert told["values"]["gc_share"] is None


def test_only_the_address_that_was_typed_is_asked(tradespace):
    answers = {
        "process_cpu": 0.5,
        "histogram_quantile(0.99": 200.0,
        "histogram_quantile(0.50": 100.0,
        "jvm_gc": 0.05,
        "http_client": 1.0,
    }

    def number(query, *_):
        return next((value for key, value in answers.items() if key in query), 2.0)

    system = FakeSystem(number)
    with running(system) as address:
        code, out, err = tradespace("watch", HEROKU, "--design", "today", "--prometheus", address, "--json")
    told = json.loads(out)
    assert code == 0, err
    assert told["values"]["utilisation"] == 0.5
    assert told["values"]["p99_ms"] == 200.0 * 1.0
    assert told["terms"]["p99_over_p50"] == pytest.approx(2.0 / 10.0)
    assert len(system.asked) >= 6


def test_what_can_not_be_read_is_refused(tradespace, tmp_path):
    for text, said in (
        ("a,b\n1,2\n", "columns"),
        (COLUMNS, "columns"),
        (f"{COLUMNS}1,much,1,1,1,0\n", "much"),
        (f"{COLUMNS}-1,0.1,1,1,1,0\n", "from 0 on"),
    ):
        code, _, err = from_csv(tradespace, tmp_path, text)
        assert code == 2, text
        assert said in err
    for address in ("ftp://127.0.0.1", "127.0.0.1:9", "http://127.0.0.1:9"):
        code, _, err = tradespace("watch", HEROKU, "--design", "today", "--prometheus", address)
        assert code == 2
        assert address in err
    code, _, err = tradespace("watch", HEROKU, "--design", "today")
    assert code == 2
    assert "--prometheus" in err
