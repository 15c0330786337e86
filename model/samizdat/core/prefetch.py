"""Prefetch memory before it is needed: a hint to the machine that changes no result.

Ties lead to citizens anywhere in memory, so that a pass along them waits for one cache line after
another. If they are prefetched some ties ahead, they arrive while earlier ones are processed.
"""

from typing import Any  # numba and llvmlite are untyped

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, overload
from numpy.typing import NDArray


def prefetch(array: NDArray[Any], place: int) -> None:
    """Prefetch ``array[place]``; interpreted, this does nothing."""


@intrinsic
def _ask(typing_context: Any, array: Any, place: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        shape = context.make_array(signature.args[0])(context, builder, arguments[0])
        address = builder.gep(shape.data, [arguments[1]])
        byte = ir.IntType(8).as_pointer()
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        hint = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        # to be read, to be kept near, data
        flags = [number(0), number(3), number(1)]
        builder.call(hint, [builder.bitcast(address, byte), *flags])
        return context.get_dummy_value()

    return types.void(array, place), emit


@overload(prefetch)
def _compiled_prefetch(array: Any, place: Any) -> Any:
    def ask(array: Any, place: Any) -> None:
        _ask(array, place)

    return ask
