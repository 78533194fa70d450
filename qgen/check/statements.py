"""The body of a C function to a Python function that runs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgen.check import api
from qgen.check.code import UNSET, Blank, Elements, Frame, Record, Run, converted, truth
from qgen.check.ctype import CHAR, VOID, Array, CType, Int, Pointer, Signature
from qgen.check.declarators import type_of
from qgen.check.expressions import Expressions, Local
from qgen.check.notes import Refused
from qgen.check.parse import line_of
from qgen.check.scan import AUTOFREE
from qgen.check.symbols import Unit
from qgen.check.vocabulary import READ_ONLY, WRITTEN

RETURNED = object()
"""What a statement gives that ends the function; the value is in the frame."""
_RESULT = "return"

Store = Callable[[Frame, Any], None]


class Statements(Expressions):
    """Reads one function."""

    def __init__(self, unit: Unit, type_: Signature, params: tuple[str, ...]):
        super().__init__(unit)
        self.result = type_.result
        self.open_blocks: list[list[str]] = []
        for name, param in zip(params, type_.params, strict=True):
            self.locals[name] = Local(name, param, 0, read=True)

    def function(self, body: Any) -> Run:
        """The function with this body; its result, or None."""
        run = self._block(body)

        def call(frame: Frame) -> Any:
            run(frame)
            return frame.get(_RESULT)

        if self.result != VOID and not _returns(body):
            self.unit.notes.add(line_of(body), "the function returns nothing")
        return call

    def _block(self, node: Any) -> Run:
        """A block; the locals that it declares end with it."""
        self.open_blocks.append([])
        runs = []
        for item in node.block_items or ():
            try:
                runs.append(self.statement(item))
            except Refused as refusal:
                self.unit.notes.refused(refusal)
        for name in self.open_blocks.pop():
            local = self.locals.pop(name)
            if not local.read:
                self.unit.notes.add(local.line, f"the local {name!r} is never read")

        def run(frame: Frame) -> Any:
            for each in runs:
                if each(frame) is RETURNED:
                    return RETURNED
            return None

        return run

    def statement(self, node: Any) -> Run:
        """One statement; `Refused` where no board needs it."""
        match type(node).__name__:
            case "Decl":
                return self._declaration(node)
            case "Assignment":
                return self._assignment(node)
            case "FuncCall":
                return self._effect(node)
            case "UnaryOp" if node.op in ("p++", "++", "p--", "--"):
                return self._increment(node)
            case "If":
                return self._if(node)
            case "For":
                return self._for(node)
            case "Return":
                return self._return(node)
            case "Compound":
                return self._block(node)
        raise Refused(line_of(node), "a statement that no board needs")

    def _declaration(self, node: Any) -> Run:
        line, name = line_of(node), node.name
        if not name or not self.open_blocks:
            raise Refused(line, "a declaration of nothing")
        type_ = type_of(node.type, self.unit, self.length)
        if isinstance(type_, Array) and isinstance(type_.of, Int):
            return self._array(node, type_)
        is_list = isinstance(type_, Array) and isinstance(type_.of, Pointer)
        if not isinstance(type_, (Int, Pointer)) and not is_list:
            raise Refused(line, f"a local of type '{type_}'")
        if name in self.locals:
            raise Refused(line, f"the local {name!r} hides another one")
        autofree = AUTOFREE in node.storage
        if [s for s in node.storage if s != AUTOFREE]:
            raise Refused(line, f"the local {name!r} outlives the function")
        local = Local(name, type_, line, autofree)
        run = None
        if node.init is not None:
            self._judge_owner(node.init, local, line)
            run = self._value(node.init, type_, line, repr(name))
        self.locals[name] = local
        self.open_blocks[-1].append(name)
        if isinstance(type_, Array):
            count = type_.length or 0
            return _storing(name, lambda _frame: Elements([UNSET] * count))
        if run is None:
            return lambda _frame: None
        return _storing(name, run)

    def _array(self, node: Any, type_: Array) -> Run:
        """An array of integers with what it is initialised with, if anything."""
        line, name, kind = line_of(node), node.name, type(node.init).__name__
        if node.storage or name in self.locals:
            raise Refused(line, f"the local {name!r} is no plain local")
        run: Run
        if kind == "Constant" and type_ == Array(CHAR, None):
            text = self.expression(node.init).value
            length, run = len(text) + 1, lambda _frame: text
        else:
            length, run = self._numbers(node, type_)
        self.locals[name] = Local(name, Array(type_.of, length), line)
        self.open_blocks[-1].append(name)
        return _storing(name, run)

    def _numbers(self, node: Any, type_: Array) -> tuple[int, Run]:
        """The length of an array of numbers, and what it holds at first."""
        line = line_of(node)
        items: list[Any] = []
        if node.init is not None:
            if type(node.init).__name__ != "InitList":
                raise Refused(line, f"a local of type '{type_}'")
            items = node.init.exprs or []
        length = len(items) if type_.length is None else type_.length
        if len(items) > length or not length or type_.of == CHAR:
            raise Refused(line, f"a local of type '{type_}'")
        runs = [self._value(i, type_.of, line, repr(node.name)) for i in items]
        # What the initialiser does not name is zero.
        rest = [UNSET if node.init is None else Blank()] * (length - len(runs))
        return length, lambda frame: [*(run(frame) for run in runs), *rest]

    def _value(self, node: Any, type_: CType, line: int, what: str) -> Run:
        return converted(self.expression(node), type_, line, what)

    def _judge_owner(self, value: Any, local: Local | None, line: int) -> None:
        """A result that has to be freed needs a local that frees it."""
        if type(value).__name__ != "FuncCall" or type(value.name).__name__ != "ID":
            return
        function = api.find(value.name.name, self.unit.target)
        if function is None or not function.owned:
            return
        if local is None or not local.autofree:
            self.unit.notes.add(line, f"nobody frees what {function.name}() gives")

    def _assignment(self, node: Any) -> Run:
        line = line_of(node)
        if node.op != "=":
            raise Refused(line, f"the assignment {node.op!r} does not belong here")
        type_, store, local = self._place(node.lvalue)
        self._judge_owner(node.rvalue, local, line)
        run = self._value(node.rvalue, type_, line, "what is assigned to")
        return lambda frame: store(frame, run(frame))

    def _place(self, node: Any) -> tuple[CType, Store, Local | None]:
        """Where an assignment stores: its type, how, and the local if it is one."""
        line = line_of(node)
        match type(node).__name__:
            case "ID":
                local = self.locals.get(node.name)
                if local is None:
                    raise Refused(line, f"{node.name!r} is no local")
                name = local.name
                return local.type, lambda f, v: f.__setitem__(name, v), local
            case "StructRef":
                type_, store = self._field_place(node)
                return type_, store, None
            case "ArrayRef":
                type_, store = self._element_place(node)
                return type_, store, None
            case "UnaryOp" if node.op == "*":
                type_, store = self._pointed_place(node)
                return type_, store, None
        raise Refused(line, "an assignment to something that is no variable")

    def _field_place(self, node: Any) -> tuple[CType, Store]:
        base, type_, name = self.member(node, read=False)
        line = line_of(node)
        if not isinstance(type_, (Int, Pointer)):
            raise Refused(line, f"{name!r} is of type '{type_}': it is not assigned to")

        def store(frame: Frame, value: Any) -> None:
            record: Record = base(frame)
            if record.struct in READ_ONLY and (record.struct, name) not in WRITTEN:
                raise Refused(line, f"{name!r} of '{record.struct}' is not the board's")
            if name in record.fields and name not in self.unit.preset:
                self.unit.notes.add(line, f"{name!r} is assigned twice")
            record.fields[name] = value
            record.lines[name] = line

        return type_, store

    def _pointed_place(self, node: Any) -> tuple[CType, Store]:
        """``*pointer``, through which a function gives a number."""
        pointer = self.expression(node.expr)
        if not isinstance(pointer.type, Pointer) or not isinstance(
            pointer.type.to, Int
        ):
            raise Refused(line_of(node), f"'{pointer.type}' gives no number")
        run = pointer.run
        return pointer.type.to, lambda frame, value: run(frame).put(value)

    def _element_place(self, node: Any) -> tuple[CType, Store]:
        """An element of an array, a local or one in the machine's state."""
        line = line_of(node)
        if type(node.name).__name__ == "ID":
            return self._local_element(node)
        if type(node.name).__name__ != "StructRef":
            raise Refused(line, "an assignment to an element of no field")
        base, type_, name = self.member(node.name, read=False)
        index = self.expression(node.subscript)
        if not isinstance(type_, Array) or not isinstance(index.type, Int):
            raise Refused(line, f"'{type_}' has no elements by number")
        number = index.run

        def store(frame: Frame, value: Any) -> None:
            array, place = base(frame).fields[name], number(frame)
            if not 0 <= place < len(array):
                raise Refused(line, f"there is no element {place} of {len(array)}")
            if array[place] is not UNSET:
                raise Refused(line, f"element {place} is assigned twice")
            array[place] = value

        return type_.of, store

    def _local_element(self, node: Any) -> tuple[CType, Store]:
        """An element of a local array of numbers."""
        line, read = line_of(node), self.locals.get(node.name.name)
        before = read is not None and read.read
        array, type_, number = self._indexed(node)
        if read is not None:
            read.read = before  # it is written
        if not isinstance(type_, Int):
            raise Refused(line, f"an element of type '{type_}' is assigned to")

        def store(frame: Frame, value: Any) -> None:
            elements, place = array(frame), number(frame)
            if not 0 <= place < len(elements):
                raise Refused(line, f"there is no element {place} of {len(elements)}")
            if elements[place] is not UNSET and not isinstance(elements[place], Blank):
                raise Refused(line, f"element {place} is assigned twice")
            elements[place] = value

        return type_, store

    def _effect(self, node: Any) -> Run:
        """A call whose result is dropped."""
        code = self.expression(node)
        name = node.name.name
        function = api.find(name, self.unit.target) or self.unit.helpers.get(name)
        if function is not None and function.used:
            line = line_of(node)
            self.unit.notes.add(line, f"the result of {function.name}() is dropped")
        if code.type != VOID and function is None:
            raise Refused(line_of(node), "a value that is computed and dropped")
        run = code.run

        def effect(frame: Frame) -> None:
            run(frame)

        return effect

    def _increment(self, node: Any) -> Run:
        line = line_of(node)
        type_, store, local = self._place(node.expr)
        if local is None or not isinstance(type_, Int):
            raise Refused(line, "only the index of a loop is counted")
        read, step = self.expression(node.expr).run, -1 if "--" in node.op else 1
        if step < 0 and not type_.signed:
            raise Refused(line, "an index without a sign never falls below zero")
        return lambda frame: store(frame, read(frame) + step)

    def _if(self, node: Any) -> Run:
        holds = truth(self.condition(node.cond), line_of(node))
        then = self._branch(node.iftrue, line_of(node))
        other = None if node.iffalse is None else self.statement(node.iffalse)

        def run(frame: Frame) -> Any:
            if holds(frame):
                return then(frame)
            return None if other is None else other(frame)

        return run

    def _branch(self, node: Any, line: int) -> Run:
        if type(node).__name__ != "Compound":
            raise Refused(line, "QEMU's style wants braces here")
        return self._block(node)

    def _for(self, node: Any) -> Run:
        line = line_of(node)
        if node.init is None or node.cond is None or node.next is None:
            raise Refused(line, "a loop that is not counted")
        start = self.statement(node.init)
        holds = truth(self.expression(node.cond), line)
        step = self.statement(node.next)
        body = self._branch(node.stmt, line)
        host, index = self.unit.host, _assigned(node.init)

        def run(frame: Frame) -> Any:
            left = host.machine.loop_limit
            start(frame)
            if index in frame:
                frame[index] = int(frame[index])  # a count comes from nowhere
            while holds(frame):
                if not left:
                    raise Refused(line, "the loop runs more often than it should")
                left -= 1
                if body(frame) is RETURNED:
                    return RETURNED
                step(frame)
            return None

        return run

    def _return(self, node: Any) -> Run:
        line = line_of(node)
        if node.expr is None:
            if self.result != VOID:
                raise Refused(line, "the function has to return something")
            return lambda _frame: RETURNED
        if self.result == VOID:
            raise Refused(line, "the function returns nothing")
        value = self._value(node.expr, self.result, line, "what is returned")

        def run(frame: Frame) -> Any:
            frame[_RESULT] = value(frame)
            return RETURNED

        return run


def _storing(name: str, run: Run) -> Run:
    def store(frame: Frame) -> None:
        frame[name] = run(frame)

    return store


def _assigned(node: Any) -> str:
    """The local that an assignment assigns to."""
    return str(getattr(getattr(node, "lvalue", None), "name", ""))


def _returns(body: Any) -> bool:
    """Whether the last statement is a return."""
    items = body.block_items or ()
    return bool(items) and type(list(items)[-1]).__name__ == "Return"
