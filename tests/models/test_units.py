"""Numbers for people: nothing is promised that isn't true, and nothing needs counting of digits."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.units import count, milliseconds, nines, percent, quantity, usd

FINITE = st.floats(allow_nan=False, allow_infinity=False)
UNITS = ["ms", "requests/s", "USD", "fraction", "days", ""]


def _said(text: str) -> Decimal:
    return Decimal(text.removesuffix(" %").replace(",", ""))


@given(missing=st.floats(1e-12, 0.0999, exclude_min=True))
def test_a_share_near_1_is_rounded_and_never_up_to_all(missing):
    share = 1.0 - missing
    said, true = _said(percent(share)), 100 * Decimal(share)
    # Half a step of the second digit of what is missing, beside the 14 digits of the share itself.
    assert abs(true - said) <= (100 - true) / 20 + Decimal("1e-12")
    assert said < 100


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.9898, "99.0 %"),
        (0.98949, "98.9 %"),
        (0.9944, "99.44 %"),
        (0.99996, "99.9960 %"),
        (0.9999996, "99.999960 %"),
        (3.2e-52, "0 %"),
        (-3.2e-52, "0 %"),
        (2e-10, "under 0.000001 %"),
        (-2e-10, "above -0.000001 %"),
        (2e-8, "0.000002 %"),
    ],
)
def test_a_share_reads_as_a_person_would_write_it(share, said):
    assert percent(share) == quantity(share, "fraction") == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.9944, "99.4 %"), (1.84, "184 %"), (0.005, "0.5 %"), (0.0, "0 %"), (-0.25, "-25.0 %")],
)
def test_a_change_by_a_share_is_never_in_nines(share, said):
    assert quantity(share, "more") == said


@given(st.floats(-1.0, 2.0))
def test_no_share_is_written_with_an_exponent(share):
    assert "e" not in percent(share).replace("under", "").replace("above", "")


@pytest.mark.parametrize("digits", range(1, 12))
def test_nines_are_shown_as_written(digits):
    share = float("0." + "9" * digits)
    assert _said(percent(share)) == 100 * Decimal("0." + "9" * digits)
    assert nines(share) == f"{digits}.0 nines"
    assert _said(percent(share)).normalize() == _said(percent(math.nextafter(share, 0.0))).normalize()


@given(missing=st.floats(1e-12, 0.999, exclude_min=True))
def test_nines_never_overstate(missing):
    share = 1.0 - missing
    if nines(share) == "12 nines or more":
        assert share >= 1.0 - 1e-12
        return
    said = float(nines(share).removesuffix(" nines"))
    true = -math.log10(1.0 - share)
    assert said <= true + 1e-6
    assert true - said < 0.1 + 1e-6


def test_a_share_of_all_is_100_percent_and_only_that():
    assert percent(1.0) == percent(1.0 - 1e-15) == "100 %"
    assert percent(1.0 - 1e-11) != "100 %"
    assert nines(1.0) == "12 nines or more"
    assert nines(0.0) == nines(-1.0) == "0 nines"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0 ms"),
        (-0.0, "0 ms"),
        (1e-9, "0 ms"),
        (-1e-7, "0 ms"),
        (5e-324, "0 ms"),
        (0.5, "500 µs"),
        (12.94, "12.9 ms"),
        (1500.0, "1.50 s"),
        (119_000.0, "119 s"),
        (180_000.0, "3.00 min"),
        (36_000_000.0, "10.0 h"),
    ],
)
def test_times_take_the_unit_that_reads_best(value, text):
    assert milliseconds(value) == text


@pytest.mark.parametrize("unit", UNITS)
def test_what_has_no_end_is_unbounded_and_what_is_not_there_says_so(unit):
    assert quantity(math.inf, unit) == "unbounded"
    assert quantity(None, unit) == "unbounded"
    assert quantity(math.nan, unit) == "not known"


def test_thousands_stand_apart():
    assert quantity(1234567.4, "requests/s") == "1,230,000/s"
    assert usd(1234567.4) == "1,234,567 USD"
    assert usd(9.994) == "9.99 USD"
    assert quantity(50000.0, "days") == "50,000 days"
    assert count(2_000_000) == "2,000,000"
    assert count(None) == "uncountably many"
    assert count(5 * 10**20) == "5.00e+20"
    assert percent(35.0) == "3,500 %"


@given(value=FINITE, unit=st.sampled_from(UNITS))
def test_any_number_is_short_and_keeps_its_sign(value, unit):
    text = quantity(value, unit)
    assert len(text) <= 30
    assert not text.startswith("-0 ")
    if text.startswith("-"):
        assert value < 0.0


@given(value=st.floats(1e-9, 1e14), unit=st.sampled_from(["requests/s", "days"]))
def test_an_ordinary_number_has_no_exponent_and_is_what_it_says(value, unit):
    text = quantity(value, unit)
    number = text.removesuffix("/s").removesuffix(" days").replace(",", "")
    assert "e" not in number
    assert float(number) == pytest.approx(value, rel=0.0051)
