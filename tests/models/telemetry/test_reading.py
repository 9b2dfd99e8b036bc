"""Traces in four formats: the same spans are found, packed or not; what is wrong is told with its place."""

from __future__ import annotations

import gzip
import io
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import TelemetryError
from models.telemetry import json_elements
from models.telemetry.attributes import instance_of, peer_of, sampled_share
from models.telemetry.json_elements import elements
from models.telemetry.reading import Format, Read, read_spans, read_stream
from models.telemetry.span import Peer, SpanKind, span_table
from traces import WRITERS, Told, as_jaeger, as_otlp, as_zipkin, shop_traces

KNOWN = shop_traces(20)


def found_in(content, name="traces"):
    read = Read()
    return list(read_stream(io.BufferedReader(io.BytesIO(content)), name, read)), read


def by_id(spans):
    return {span.id: span for span in spans}


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda text: pa.compress(text, "zstd", asbytes=True)])
def test_each_format_tells_the_same_spans(form, pack):
    found, read = found_in(pack(WRITERS[form](KNOWN)))
    assert read.spans == len(found) == len(KNOWN)
    assert (read.unplaced, read.backwards) == (0, 0)
    told = by_id(found)
    for span in KNOWN:
        other = told[span.id]
        assert (other.service, other.operation, other.parent) == (span.service, span.operation, span.parent)
        assert other.kind is SpanKind[span.kind.upper()]
        assert abs(other.start_ns - span.start_ns) < 1000
        assert abs(other.end_ns - span.end_ns) < 2000
        assert int(other.trace, 16) == int(span.trace, 16)


def test_lines_of_otlp_with_a_blank_first_one():
    found, read = found_in(as_otlp(KNOWN, lines=True))
    assert len(found) == len(KNOWN)
    assert read.files == {"traces": Format.OTLP}


def test_folders_are_read_in_the_order_of_their_names(tmp_path):
    for name, content in (
        ("b.json", as_jaeger(KNOWN[5:])),
        ("a.json.gz", gzip.compress(as_zipkin(KNOWN[:5]))),
    ):
        (tmp_path / name).write_bytes(content)
    read = Read()
    found = list(read_spans([tmp_path], read))
    assert list(read.files) == ["a.json.gz", "b.json"]
    assert set(by_id(found)) == {span.id for span in KNOWN}


def test_the_table_knows_parents_and_traces_in_any_order():
    table = span_table(found_in(as_otlp(KNOWN))[0])
    assert (len(table), table.traces, table.repeated) == (len(KNOWN), 20, 0)
    assert np.all(np.diff(table.trace) >= 0)
    names = np.array(table.names)
    asked = {span.id: span for span in KNOWN}
    for row in range(len(table)):
        parent = table.parent[row]
        service = names[table.service[row]]
        if service in ("stock", "price"):
            assert names[table.operation[parent]] == f"ask {service}"
    roots = table.parent == -1
    assert int(roots.sum()) == 20
    assert set(names[table.operation[roots]]) == {"GET /"}
    assert len(asked) == len(table)


def test_spans_that_stand_twice_count_once_and_missing_parents_are_told():
    twice = [*KNOWN, *KNOWN[:7]]
    table = span_table(found_in(as_otlp(twice))[0])
    assert (len(table), table.repeated) == (len(KNOWN), 7)
    without = [span for span in KNOWN if span.operation != "ask stock"]
    table = span_table(found_in(as_otlp(without))[0])
    assert int((table.parent == -2).sum()) == 20


def test_client_and_server_may_share_an_id():
    """As Zipkin's own libraries do: the server is under the client, and the next call under the server."""
    spans = [
        Told("1" * 32, "a" * 16, "", "web", "get", "client", 1_000_000, 9_000_000),
        Told("1" * 32, "a" * 16, "", "api", "get", "server", 2_000_000, 8_000_000),
        Told("1" * 32, "b" * 16, "a" * 16, "api", "select", "client", 3_000_000, 4_000_000),
    ]
    table = span_table(found_in(as_zipkin(spans))[0])
    services = [table.names[k] for k in table.service]
    assert services == ["web", "api", "api"]
    assert table.parent.tolist() == [-1, 0, 1]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "it is empty"),
        (b"hello", "this is no trace; allowed are OTLP JSON"),
        (b'{"a": 1}', "this JSON is no trace; allowed are"),
        (b'{"errors": [{"code": 500, "msg": "no such trace"}]}', "a server's answer instead of traces"),
        (b'{"resourceMetrics": []}', "metrics or logs; traces are asked for"),
        (as_otlp(KNOWN)[:-40], "it is cut off at byte"),
        (as_jaeger(KNOWN) + b"]", "a bracket too many"),
        (as_otlp(KNOWN).replace(b'"kind": 2,', b'"kind": nothing,', 1), "it is no JSON at byte"),
        (b"trace_id,span_id\n1,2\n", "lacks columns (parent: one of parent_span_id"),
        (WRITERS["table"](KNOWN).replace(b"server,1", b"server,x", 1), "line 2: "),
        (gzip.compress(as_otlp(KNOWN))[:-30], "end-of-stream"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(content, told):
    with pytest.raises(TelemetryError, match="traces: ") as caught:
        found_in(content)
    assert told in str(caught.value)


def test_spans_that_lack_a_time_are_counted_and_the_others_read():
    told = json.loads(as_zipkin(KNOWN))
    del told[3]["timestamp"], told[4]["duration"]
    told[5]["duration"] = -5
    found, read = found_in(json.dumps(told).encode())
    assert (read.unplaced, read.backwards, len(found)) == (2, 1, len(KNOWN) - 3)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)
PARTS = st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=4), max_size=6)


@given(parts=PARTS, chunk=st.integers(1, 40), depth=st.sampled_from([0, 1, 2]), is_ascii=st.booleans())
def test_elements_are_found_wherever_a_chunk_ends(parts, chunk, depth, is_ascii):
    texts = [json.dumps(part, ensure_ascii=is_ascii) for part in parts]
    text = {0: "\n".join(texts), 1: f"[{', '.join(texts)}]", 2: f'{{"data": [{",".join(texts)}]}}'}[depth]
    was = json_elements._CHUNK
    json_elements._CHUNK = chunk
    try:
        assert list(elements(io.BytesIO(text.encode()), depth)) == parts
    finally:
        json_elements._CHUNK = was


@pytest.mark.parametrize(
    ("attributes", "peer"),
    [
        ({"db.system": "redis"}, (Peer.CACHE, "redis")),
        ({"db.system.name": "postgresql", "db.name": "orders"}, (Peer.STORE, "orders")),
        ({"messaging.system": "kafka", "messaging.destination.name": "mails"}, (Peer.QUEUE, "mails")),
        ({"peer.service": "stripe"}, (Peer.EXTERNAL, "stripe")),
        ({"url.full": "https://pay.example/charge?card=4111"}, (Peer.EXTERNAL, "")),
        ({"peer.service": "anna@example.org"}, (Peer.EXTERNAL, "")),
        ({"db.system": "SELECT * FROM users"}, (Peer.STORE, "")),
        ({"http.method": "GET"}, (Peer.UNKNOWN, "")),
    ],
)
def test_the_other_side_is_named_by_plain_words_only(attributes, peer):
    assert peer_of(attributes) == peer


def test_a_copy_is_told_apart_and_not_named():
    one, other = (instance_of({"host.name": name}) for name in ("db-7.internal", "db-8.internal"))
    assert one != other
    assert "db" not in one
    assert instance_of({}) == ""


@pytest.mark.parametrize(
    ("state", "share"), [("ot=th:8", 0.5), ("vendor=1,ot=rv:0123;th:c", 0.25), ("ot=th:0", 1.0)]
)
def test_what_was_kept_stands_in_the_trace_state(state, share):
    assert sampled_share(state) == share
    assert np.isnan(sampled_share("vendor=th:8"))


@pytest.mark.parametrize(
    ("limit", "most", "told"), [("MOST_SPANS", 7, "more than 7 spans"), ("MOST_BYTES", 2000, "longer than")]
)
def test_what_is_too_much_is_refused_before_it_is_read(monkeypatch, limit, most, told):
    monkeypatch.setattr(f"models.telemetry.reading.{limit}", most)
    with pytest.raises(TelemetryError, match=told):
        found_in(gzip.compress(as_otlp(KNOWN)))
