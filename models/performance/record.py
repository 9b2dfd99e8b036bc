"""Records of arrays that compiled code takes as one address.

A tuple of arrays would be taken apart at every call: each array is seven words and a count of its users, to
which all threads write. An address is one word, and the arrays belong to Python as long as it lasts.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, get_type_hints

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.imputils import impl_ret_borrowed
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)
from numpy.typing import NDArray

#: Whole numbers in a row, and reals in a row, in rows, and in rows of rows: type of a number, axes.
Ints = Annotated[NDArray[np.int64], "int64", 1]
Floats = Annotated[NDArray[np.float64], "float64", 1]
Floats2 = Annotated[NDArray[np.float64], "float64", 2]
Floats3 = Annotated[NDArray[np.float64], "float64", 3]

_MOST_AXES = 3
_WORDS = 1 + _MOST_AXES
_NUMBERS = {"int64": types.int64, "float64": types.float64}


class Record:
    """Arrays under names, of the kinds that a subclass annotates.

    Attributes:
        address: Where the places and sizes of the arrays stand in memory, for compiled code.
    """

    compiled_type: ClassVar[RecordType]

    def __init_subclass__(cls) -> None:
        fields = tuple(
            (name, *hint.__metadata__)
            for name, hint in get_type_hints(cls, include_extras=True).items()
            if hasattr(hint, "__metadata__")
        )
        cls.compiled_type = RecordType(cls.__name__, fields)
        typeof_impl.register(cls)(lambda value, _: type(value).compiled_type)

    def __init__(self, **arrays: NDArray[Any]) -> None:
        fields = self.compiled_type.fields
        if arrays.keys() != {name for name, _, _ in fields}:
            raise TypeError(f"{type(self).__name__} takes the arrays {[name for name, _, _ in fields]}")
        table = np.zeros((len(fields), _WORDS), dtype=np.int64)
        for k, (name, number, axes) in enumerate(fields):
            array = arrays[name]
            if array.dtype != number or array.ndim != axes or not array.flags.c_contiguous:
                raise TypeError(f"{name} must be {axes} axes of {number} in one piece")
            table[k, 0], table[k, 1 : 1 + axes] = array.ctypes.data, array.shape
            setattr(self, name, array)
        self._table = table
        self.address = int(table.ctypes.data)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of the arrays."""
        return tuple(name for name, _, _ in cls.compiled_type.fields)


class RecordType(types.Type):
    """The type of a record for compiled code; equal fields are equal types, in any process."""

    def __init__(self, name: str, fields: tuple[tuple[str, str, int], ...]) -> None:
        self.fields = fields
        super().__init__(name=f"{name}{fields}")

    def place(self, name: str) -> int:
        """Position of an array, or -1."""
        return next((k for k, field in enumerate(self.fields) if field[0] == name), -1)

    def array(self, name: str) -> Any:
        """The type of one of its arrays."""
        _, number, axes = self.fields[self.place(name)]
        return types.Array(_NUMBERS[number], axes, "C")


@register_model(RecordType)
class _AddressModel(models.OpaqueModel):
    """A record is an address."""


@unbox(RecordType)  # type: ignore[untyped-decorator]
def _unbox(typ: RecordType, value: Any, context: Any) -> NativeValue:
    number = context.pyapi.object_getattr_string(value, "address")
    address = context.pyapi.long_as_voidptr(number)
    context.pyapi.decref(number)
    return NativeValue(address)


@infer_getattr
class _Fields(AttributeTemplate):
    key = RecordType

    def generic_resolve(self, typ: RecordType, attr: str) -> Any:  # type: ignore[override]
        """The type of an attribute."""
        return typ.array(attr) if typ.place(attr) >= 0 else None


@lower_getattr_generic(RecordType)  # type: ignore[untyped-decorator]
def _lower(context: Any, builder: Any, typ: RecordType, value: Any, name: str) -> Any:
    from numba.np.arrayobj import make_array, populate_array  # takes long to load; only compiling needs it

    array = typ.array(name)
    word = ir.IntType(64)
    table = builder.bitcast(value, word.as_pointer())
    first = typ.place(name) * _WORDS

    def read(k: int) -> Any:
        found = builder.load(builder.gep(table, [ir.Constant(word, first + k)]))
        # The table never changes while compiled code runs: it needn't be read again after each store.
        found.set_metadata("invariant.load", builder.module.add_metadata([]))
        return found

    made = make_array(array)(context, builder)
    shape = [read(1 + axis) for axis in range(array.ndim)]
    size = ir.Constant(word, 8)
    strides = [size]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length, flags=("nsw",)))
    data = builder.inttoptr(read(0), context.get_value_type(array.dtype).as_pointer())
    populate_array(
        made,
        data=data,
        shape=cgutils.pack_array(builder, shape),
        strides=cgutils.pack_array(builder, strides),
        itemsize=size,
        meminfo=None,
    )
    return impl_ret_borrowed(context, builder, array, made._getvalue())
