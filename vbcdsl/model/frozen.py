"""`frozen`: as `attrs.frozen`, for the many small classes of syntax and rules, but quick to define.

attrs writes and compiles the methods of a class when the class is defined; for the 160 node classes that took
longer than reading a contract. Here a method is written when it is first called: most contracts use few kinds of
nodes. Fields are declared as for attrs (`attrs.field(default=…, eq=False, kw_only=True, repr=False)`), and
`attrs.evolve`, `attrs.fields`, `attrs.asdict` and `attrs.has` take these classes. There are no converters,
validators or slots.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from attrs import frozen as frozen  # a checker of types reads the classes as those of attrs
else:

    def frozen(cls: type) -> type:
        """The class with the methods of a frozen attrs class."""
        own: list[Field] = []
        for name in cls.__annotations__:
            default = cls.__dict__.get(name, _NOTHING)
            own.append(Field(name, default))
            if default is not _NOTHING:
                delattr(cls, name)
        names = {field.name for field in own}
        inherited = [field for field in getattr(cls, _FIELDS, ()) if field.name not in names]
        fields = (*inherited, *own)
        setattr(cls, _FIELDS, fields)
        cls.__match_args__ = tuple(field.name for field in fields if not field.kw_only)
        for name, writer in _WRITERS.items():
            setattr(cls, name, _later(cls, name, writer))
        cls.__setattr__ = cls.__delattr__ = _refuse
        return cls


_FIELDS: Final = "__attrs_attrs__"
_NOTHING: Final = object()
_COMPARED: Final[dict[Any, tuple[str, ...]]] = {}
_set = object.__setattr__


def compared(cls: Any) -> tuple[str, ...]:
    """The names of the fields of a class that count in comparisons."""
    found = _COMPARED.get(cls)
    if found is None:
        fields = getattr(cls, _FIELDS)
        found = _COMPARED[cls] = tuple(field.name for field in fields if field.eq is not False)
    return found


class Field:
    """A field, with the attributes of attrs' own that `evolve`, `fields` and `asdict` look at."""

    __slots__ = ("default", "eq", "factory", "init", "kw_only", "name", "repr")

    def __init__(self, name: str, declared: Any) -> None:
        self.name = name
        self.init = True
        self.eq = self.repr = True
        self.kw_only = False
        self.default: Any = declared
        self.factory: Callable[[], Any] | None = None
        if type(declared).__name__ == "_CountingAttr":  # what `attrs.field` returns
            import attrs

            self.eq, self.repr = declared.eq is not False, declared.repr is not False
            self.kw_only = bool(declared.kw_only)
            self.default = declared._default
            if self.default is attrs.NOTHING:
                self.default = _NOTHING
            elif isinstance(self.default, attrs.Factory):  # type: ignore[arg-type]
                self.factory, self.default = self.default.factory, _NOTHING

    @property
    def alias(self) -> str:
        """The name of the argument."""
        return self.name


def _later(cls: type, name: str, writer: Callable[[tuple[Field, ...]], Any]) -> Callable[..., Any]:
    """A method that writes itself when it is first called."""

    def first(self: Any, *args: Any, **kwargs: Any) -> Any:
        written = writer(getattr(cls, _FIELDS))
        written.__qualname__ = f"{cls.__qualname__}.{name}"
        setattr(cls, name, written)
        return written(self, *args, **kwargs)

    return first


def _refuse(self: object, *_: object) -> NoReturn:
    from attrs.exceptions import FrozenInstanceError

    raise FrozenInstanceError()


def _written(name: str, source: str, values: dict[str, Any]) -> Any:
    exec(source, values)  # the words in it are names of fields
    return values[name]


@cache
def _pattern(positional: int, named: int) -> FunctionType:
    """An `__init__` for so many fields. Compiled once: those of all classes differ in names alone."""
    places = [f"a{number}" for number in range(positional + named)]
    signature = ", ".join(["self", *places[:positional], *(["*", *places[positional:]] if named else [])])
    body = [f"    _set(self, {place!r}, {place})" for place in places] or ["    pass"]
    written = _written("__init__", f"def __init__({signature}):\n" + "\n".join(body), {"_set": _set})
    assert isinstance(written, FunctionType)
    return written


def _init(fields: tuple[Field, ...]) -> Any:
    if any(field.factory is not None for field in fields):
        return _init_with_factories(fields)
    arguments = [field for field in fields if not field.kw_only]
    named = [field for field in fields if field.kw_only]
    pattern = _pattern(len(arguments), len(named))
    names = [field.name for field in (*arguments, *named)]
    spelled = {f"a{number}": name for number, name in enumerate(names)}
    code = pattern.__code__.replace(
        co_varnames=("self", *names),
        co_consts=tuple(
            spelled.get(each, each) if isinstance(each, str) else each for each in pattern.__code__.co_consts
        ),
    )
    defaults = tuple(field.default for field in arguments if field.default is not _NOTHING)
    written = FunctionType(code, pattern.__globals__, "__init__", defaults)
    written.__kwdefaults__ = {field.name: field.default for field in named if field.default is not _NOTHING}
    return written


def _init_with_factories(fields: tuple[Field, ...]) -> Any:
    values: dict[str, Any] = {"_set": _set, "_NOTHING": _NOTHING}
    arguments, named, body = ["self"], list[str](), list[str]()
    for field in fields:
        argument = field.name
        if field.factory is not None:
            values[f"_make_{field.name}"] = field.factory
            argument += "=_NOTHING"
            body.append(f"    if {field.name} is _NOTHING: {field.name} = _make_{field.name}()")
        elif field.default is not _NOTHING:
            values[f"_default_{field.name}"] = field.default
            argument += f"=_default_{field.name}"
        (named if field.kw_only else arguments).append(argument)
        body.append(f"    _set(self, {field.name!r}, {field.name})")
    signature = ", ".join([*arguments, *(["*", *named] if named else [])])
    return _written("__init__", f"def __init__({signature}):\n" + "\n".join(body), values)


def _compared(fields: tuple[Field, ...], owner: str) -> str:
    parts = [f"{owner}.{field.name}" for field in fields if field.eq]
    return "(" + "".join(f"{part}, " for part in parts) + ")"


def _eq(fields: tuple[Field, ...]) -> Any:
    body = (
        "def __eq__(self, other):\n    if other.__class__ is not self.__class__:\n        return NotImplemented\n"
        f"    return {_compared(fields, 'self')} == {_compared(fields, 'other')}"
    )
    return _written("__eq__", body, {})


def _hash(fields: tuple[Field, ...]) -> Any:
    return _written(
        "__hash__",
        f"def __hash__(self):\n    return hash((self.__class__, {_compared(fields, 'self')}))",
        {},
    )


def _repr(fields: tuple[Field, ...]) -> Any:
    names = [field.name for field in fields if field.repr]

    def __repr__(self: object) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({shown})"

    return __repr__


_WRITERS: Final = {"__init__": _init, "__eq__": _eq, "__hash__": _hash, "__repr__": _repr}
