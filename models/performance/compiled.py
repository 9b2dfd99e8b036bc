"""What compiled code is made with: numba, and scipy's special functions called from it.

Only this module knows numba. What is compiled is kept in a folder of its own for each state of the sources,
so that a function never runs beside an older version of one that it calls.
"""

from __future__ import annotations

import ctypes
import hashlib
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite.binding
import numba
from numba.core import event
from numba.core.runtime.nrt import rtsys
from numba.core.types import ExternalFunction
from scipy.special import cython_special

Function = TypeVar("Function", bound=Callable[..., Any])


#: What compiled code of a room takes over from modules that hold none: constants and the kinds of arguments.
_TAKEN_OVER = {
    "performance": (
        "performance/compiled.py",
        "performance/program.py",
        "performance/quadrature.py",
        "performance/record.py",
        "system/layout.py",
        "scenario/kinds/*.py",
    ),
    "simulation": ("performance/record.py", "simulation/columns.py"),
    "steps": ("performance/record.py", "performance/program.py", "steps/columns.py"),
}


def _sources(room: str) -> str:
    """A hash of everything that compiled code of a room depends on."""
    found = hashlib.sha256()
    for name in (sys.version, numba.__version__, llvmlite.__version__, __file__):
        found.update(name.encode())
    models = Path(__file__).parents[1]
    own = b"models.performance.compiled"
    paths = {path for path in models.glob(f"{room}/*.py") if own in path.read_bytes()}
    paths |= {path for pattern in _TAKEN_OVER[room] for path in models.glob(pattern)}
    paths.add(Path(__file__))
    for path in sorted(paths):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:16]


@cache
def folder_of(room: str) -> Path | None:
    """Where compiled code of a room is kept: in the environment, else with the user; None = nowhere."""
    homes = [Path(sys.prefix) / "var" / "tradespace", Path.home() / ".cache" / "tradespace"]
    if "TRADESPACE_KERNELS" in os.environ:
        homes.insert(0, Path(os.environ["TRADESPACE_KERNELS"]))
    for home in homes:
        folder = home / f"kernels-{_sources(room)}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None


FOLDER = folder_of("performance")
"""Where the kernel is kept; None = it is compiled anew by every process."""

if FOLDER is None:
    logging.getLogger(__name__).warning(
        "no folder can be written to keep compiled code in: it is compiled anew in memory"
    )


def compiled(function: Function) -> Function:
    """A function compiled when it is first called; it runs without the interpreter's lock."""
    return _compiled(function)


def internal(function: Function) -> Function:
    """A function that only compiled code calls: what takes its arguments from Python is left out."""
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def inlined(function: Function) -> Function:
    """The same, and copied into whatever calls it: for what is short and called all the time."""
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)


def _compiled(function: Function, **more: bool) -> Function:
    folder = folder_of(function.__module__.split(".")[1])
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "cache": folder is not None, **more}
    setattr(numba.config, "CACHE_DIR", str(folder or ""))  # noqa: B010  (numba's settings have no types)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", numba.NumbaWarning)
        found: Any = numba.njit(**options)(function)
    template = found.get_call_template

    def without_constants(args: Any, kws: Any) -> Any:
        # numba would compile a function anew for each constant that it is called with.
        plain = {name: numba.types.unliteral(kind) for name, kind in kws.items()}
        return template(tuple(numba.types.unliteral(kind) for kind in args), plain)

    found.get_call_template = without_constants
    _load_alone(found)
    return cast(Function, found)


def _load_alone(found: Any) -> None:
    """Lets kept code be loaded without all that numba knows of types and functions, which takes 0.4 s.

    That is needed to compile only, and is loaded then; kept code needs no more than numba's counted memory.
    """
    cache = found._cache
    if not hasattr(cache, "_load_overload"):
        return

    def load(signature: Any, target: Any) -> Any:
        rtsys.initialize(target)
        with cache._guard_against_spurious_io_errors():
            return cache._load_overload(signature, target)

    cache.load_overload = load


@contextmanager
def watched(told: Callable[[str], None]) -> Iterator[None]:
    """Tells the name of each function that is compiled meanwhile."""

    class Listener(event.Listener):
        def on_start(self, found: Any) -> None:
            """Nothing is told of a beginning."""

        def on_end(self, found: Any) -> None:
            told(found.data["dispatcher"].py_func.__name__)

    with event.install_listener("numba:compile", Listener()):
        yield


def _special(name: str, arguments: int) -> Any:
    """A function of scipy's for compiled code: its address as a symbol, since a pointer can't be cached."""
    capsules = cython_special.__pyx_capi__
    get_name, get_pointer = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    get_name.restype, get_name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    capsule = capsules[name]
    symbol = f"tradespace_{name}"
    llvmlite.binding.add_symbol(symbol, get_pointer(capsule, get_name(capsule)))
    double = numba.types.float64
    return ExternalFunction(symbol, double(*[double] * arguments, numba.types.intc))


gamma_lower = _special("gammainc", 2)
"""P(a, x), the regularised lower incomplete gamma function; the last argument is 0."""
gamma_upper = _special("gammaincc", 2)
"""Q(a, x), the regularised upper one."""
log_gamma = _special("gammaln", 1)
"""Logarithm of the gamma function."""
beta_lower = _special("__pyx_fuse_0betainc", 3)
"""The regularised incomplete beta function."""
scaled_erfc = _special("__pyx_fuse_1erfcx", 1)
"""exp(x^2) erfc(x)."""
normal_below = _special("__pyx_fuse_1ndtr", 1)
"""Distribution function of the standard normal law."""
normal_quantile = _special("ndtri", 1)
"""Its inverse."""
