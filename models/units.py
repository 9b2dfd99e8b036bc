"""How a number is printed with its unit: one place for every format."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

#: From here on a share is shown as nines: 99.95 % says more than 1.00.
_NINES_FROM = 0.9
#: What misses less than this to a whole is whole: the noise of the calculation.
_AS_GOOD_AS_ALL = 5e-13
#: Nobody knows an availability better than this without a model of failures that come together: five nines.
KNOWN_AVAILABILITY = 0.99999
#: A share below this has more zeros than anybody reads: it is told by how small it is at least.
_TINY = 1e-8


def quantity(value: float | None, unit: str) -> str:
    """A value with its unit, for people.

    Args:
        value: The value in its unit; None or infinity = unbounded.
        unit: `ms`, `requests/s`, `USD`, `fraction` (a share of 1), `uptime` (a share
            of 1 that is known only so far), `more` (a change by a share, which has no
            whole: never in nines), or any other unit, which is put behind the number.
    """
    if value is None or math.isinf(value):
        return "unbounded"
    if math.isnan(value):
        return "not known"
    if unit == "ms":
        return milliseconds(value)
    if unit == "requests/s":
        return f"{_grouped(float(f'{value:.3g}') if abs(value) >= 1000.0 else value)}/s"
    if unit == "USD":
        return usd(value)
    if unit == "fraction":
        return percent(value)
    if unit == "uptime":
        if value > KNOWN_AVAILABILITY:
            return f"above {100.0 * KNOWN_AVAILABILITY:.12g} %"
        return percent(value)
    if unit == "more":
        return change(value)
    return f"{_grouped(value)} {unit}".strip()


def outward(value: float, unit: str, *, up: bool) -> float:
    """A limit that somebody can type and that lets a value through: rounded away from what it forbids.

    Args:
        value: The value that must be within it.
        unit: Its unit, as for `quantity`; the answer is printed whole by it.
        up: Whether larger values are forbidden.
    """
    if not math.isfinite(value) or value == 0.0:
        return value
    if unit == "fraction" and _NINES_FROM < value < 1.0:
        return 1.0 - _rounded(1.0 - value, 2, up=not up)
    least = 0 if unit == "USD" and abs(value) >= 10.0 else -2 if unit == "USD" else -300
    return _rounded(value, 3, up=up, least=least)


def _rounded(value: float, digits: int, *, up: bool, least: int = -300) -> float:
    """A value to significant digits, up or down; digits below `10**least` are left out."""
    exact = Decimal(repr(value))
    place = max(exact.adjusted() - digits + 1, least)
    mode = ROUND_CEILING if up else ROUND_FLOOR
    return float(exact.scaleb(-place).to_integral_value(rounding=mode).scaleb(place))


def milliseconds(value: float) -> str:
    """A time: microseconds to days, whichever reads best."""
    size = abs(value)
    if size < 1e-6:  # below a nanosecond nothing happens
        return "0 ms"
    if size < 1.0:
        return f"{_digits(value * 1000.0)} µs"
    if size < 1000.0:
        return f"{_digits(value)} ms"
    seconds = value / 1000.0
    if abs(seconds) < 120.0:
        return f"{_digits(seconds)} s"
    minutes = seconds / 60.0
    if abs(minutes) < 120.0:
        return f"{_digits(minutes)} min"
    return f"{_digits(minutes / 60.0)} h"


def usd(value: float) -> str:
    """An amount of money: whole dollars, cents below ten."""
    if abs(value) < 0.005:
        return "0 USD"
    if abs(value) < 10.0:
        return f"{value:.2f} USD"
    return f"{_whole(value)} USD"


def percent(share: float) -> str:
    """A share in percent, rounded; close to 100 % with as many nines as it has, and never up to 100 %."""
    if share >= 1.0 - _AS_GOOD_AS_ALL and share <= 1.0:
        return "100 %"
    if _NINES_FROM < share < 1.0:
        # As many decimals as the distance from 100 % needs to show two digits, so that rounding never reaches
        # 100 %; in decimal digits, of which a share has 14: what lies beyond is the noise of the calculation.
        whole = Decimal(f"{share:.14f}").scaleb(2)
        decimals = max(1, 1 - (100 - whole).adjusted())
        return f"{whole.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)} %"
    if abs(share) <= _AS_GOOD_AS_ALL:
        return "0 %"
    if abs(share) < _TINY:
        return f"{'under ' if share > 0.0 else 'above -'}{Decimal(str(_TINY)).scaleb(2):f} %"
    return f"{_digits(100.0 * share)} %"


def change(share: float) -> str:
    """A change by a share of what is there, in percent: 0.9944 is 99.4 %, as 1.84 is 184 %."""
    return "0 %" if abs(share) <= _AS_GOOD_AS_ALL else f"{_digits(100.0 * share)} %"


def nines(share: float) -> str:
    """An availability in nines, never more than are true: 0.9995 is 3.3 nines."""
    if share >= 1.0 - _AS_GOOD_AS_ALL:
        return "12 nines or more"
    if share <= 0.0:
        return "0 nines"
    return f"{math.floor(-10.0 * math.log10(1.0 - share) + 1e-6) / 10.0:.1f} nines"


def duration(seconds: float) -> str:
    """A time that people wait, in the unit in which they would say it."""
    for unit, length in (("years", 31_557_600.0), ("days", 86_400.0), ("h", 3_600.0), ("min", 60.0)):
        if seconds >= 1.5 * length:
            return f"{_grouped(float(f'{seconds / length:.2g}'))} {unit}"
    return f"{_grouped(float(f'{seconds:.2g}'))} s"


def count(value: int | None) -> str:
    """A number of things, with thousands apart; large ones by their power of ten."""
    if value is None:
        return "uncountably many"
    return f"{value:,}" if value < 10**12 else f"{float(value):.2e}"


def _grouped(value: float) -> str:
    return _whole(value) if abs(value) >= 1000.0 else _digits(value)


def _whole(value: float) -> str:
    """A whole number with thousands apart; beyond 10^15, where nobody counts digits, its power of ten."""
    return f"{value:,.0f}" if abs(value) < 1e15 else f"{value:.2e}"


def _digits(value: float) -> str:
    """Three digits, without exponents from 10^-9 to 10^15."""
    if value == 0.0:
        return "0"
    size = abs(value)
    if size >= 100.0:
        return _whole(value)
    if size >= 10.0:
        return f"{value:.1f}"
    if size >= 1.0:
        return f"{value:.2f}"
    if size < 1e-9:
        return f"{value:.1e}"
    return f"{Decimal(f'{value:.3g}'):f}"
