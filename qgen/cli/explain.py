"""``qgen explain``."""

from __future__ import annotations

import click

from qgen.diagnostics import Code, did_you_mean


class _Code(click.ParamType):  # type: ignore[type-arg]
    name = "code"

    def convert(
        self,
        value: str | Code,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Code:
        """The code of that name, in capitals or not."""
        if isinstance(value, Code):
            return value
        name = value.upper()
        if name not in Code.__members__:
            near = did_you_mean(name, Code.__members__) or "'qgen explain' lists them"
            self.fail(f"there is no code {value!r}; {near}", param, ctx)
        return Code[name]

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        """The codes that begin so, with what they mean."""
        from click.shell_completion import CompletionItem

        begun = incomplete.upper()
        return [
            CompletionItem(code.name, help=code.value)
            for code in Code
            if code.name.startswith(begun)
        ]


@click.command("explain")
@click.argument("code", type=_Code(), required=False)
def command(code: Code | None) -> None:
    """Tell the long story of a finding's code, or list all codes.

    What it means, what QEMU would do with such a board, how to mend it, and a wrong and
    a right example.

    \b
    Examples:
      qgen explain Q0204
      qgen explain
    """
    if code is None:
        for each in Code:
            click.echo(f"{each.name}  {each.value}")
        return
    from qgen.explanations import HEAD, explanation

    story = explanation(code)
    click.echo(story.plain, nl=False)
    if story.wrong is not None and not story.whole:
        keys = [key for key in HEAD if f"\n{key}:" not in f"\n{story.wrong}"]
        if keys:
            click.echo(f"\n(The examples leave out {', '.join(keys)}.)")
