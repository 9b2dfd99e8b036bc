"""`watch-rules`: alarms as files."""

from __future__ import annotations

import json

FACEBOOK = "facebook-bgp-cascade"


def test_rules_are_written_once_and_told(tradespace, tmp_path):
    options = ("watch-rules", FACEBOOK, "--design", "today", "--out", tmp_path / "rules")
    code, out, _ = tradespace(*options)
    assert code == 0
    assert "RetryAmplification" in out
    assert "never holds" in out
    assert {path.name for path in (tmp_path / "rules").iterdir()} == {"rules.yaml", "rules.test.yaml"}
    code, _, err = tradespace(*options)
    assert code == 2
    assert "--force" in err


def test_an_unknown_format_is_refused(tradespace):
    code, out, _ = tradespace("watch-rules", FACEBOOK, "--design", "today", "--format", "grafana", "--json")
    assert code == 0
    assert {one["signal"] for one in json.loads(out)["alarms"]} >= {"gc_share", "correlation"}
    code, _, err = tradespace("watch-rules", FACEBOOK, "--design", "today", "--format", "nagios")
    assert code == 2
    assert "datadog-json" in err
