"""Flags made from Settings: each option is spelled in settings.py and nowhere else."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from invoice_ocr import settings
from invoice_ocr.settings import Settings

OPENING = ("text", "pages", "dpi", "password_file")
READING = (*OPENING, "clean", "lang", "quality", "runtime", "device", "weights", "batch_size")
LIMITS = ("jobs", "timeout", "max_file_mb", "max_pages", "max_image_mpixels", "max_memory_mb", "allow_private_hosts")
SCALE = ("engine", "address", "actors", "actor_gpus")
UNDERSTANDING = ("witnesses", "rules", "own_names", "own_vat_ids", "min_confidence", "max_error")


def with_settings(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator: the function's parameter `settings` becomes one flag for each named option of Settings.

    The function is called with the Settings in force (flag, environment, file, default). Raises ConfigError then.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        own = [parameter for parameter in parameters_of(command) if parameter.name != "settings"]

        def wrapper(**given: Any) -> Any:
            flags = {name: given.pop(name) for name in names}
            return command(**given, settings=settings.load(flags))

        return as_command(wrapper, command, [*own, *(_flag(name) for name in names)])

    return decorate


def parameters_of(command: Callable[..., Any]) -> list[inspect.Parameter]:
    """A function's parameters with their annotations evaluated."""
    hints = get_type_hints(command, include_extras=True)
    return [p.replace(annotation=hints[name]) for name, p in inspect.signature(command).parameters.items()]


def as_command(
    wrapper: Callable[..., Any], command: Callable[..., Any], parameters: list[inspect.Parameter]
) -> Callable[..., Any]:
    """`wrapper`, for Typer to see as `command` with these parameters."""
    wrapper.__name__, wrapper.__doc__ = command.__name__, command.__doc__
    wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return wrapper


def _flag(name: str) -> inspect.Parameter:
    """The flag of an option. It stays text here: settings.check() reads it, with the same words for every source."""
    option = {f.name: f for f in fields(Settings)}[name]
    kind = settings.types()[name]
    spelled = "--" + name.replace("_", "-")
    shown = f" \\[default: {option.default}]" if option.default else ""  # Typer would put it in brackets of its own
    choices = option.metadata["choices"]
    made = typer.Option(
        spelled,
        *option.metadata["flags"],
        help=option.metadata["help"] + shown,
        metavar="" if kind is bool else _metavar(kind, choices),
        autocompletion=(lambda: list(choices)) if choices else None,
        rich_help_panel=option.metadata["group"],
        show_default=False,
    )
    annotation = Annotated[bool | None, made] if kind is bool else Annotated[str | None, made]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _metavar(kind: type, choices: tuple[str, ...]) -> str:
    if choices:
        return "|".join(choices)
    return {int: "N", float: "X", Path: "PATH"}.get(kind, "TEXT")
