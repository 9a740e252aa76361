"""Help that users read: examples, and no names of Python's types."""

from __future__ import annotations

from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperOption

EXAMPLES = {
    "extract": (
        "invoice-ocr extract invoice.pdf",
        "invoice-ocr extract inbox/ -o invoices.xlsx",
        "invoice-ocr extract inbox/ --to jsonl > invoices.jsonl",
    ),
    "read": (
        "invoice-ocr read scan.jpg",
        "invoice-ocr read scan.jpg -o scan.pdf",
        "invoice-ocr read scans/ --to json -o words/",
    ),
    "batch": (
        "invoice-ocr batch inbox/ -o invoices.xlsx",
        "invoice-ocr batch inbox/ --ledger books.ledger --report report.html",
        "invoice-ocr batch inbox/ --ledger books.ledger --retry failed",
    ),
    "watch": ("invoice-ocr watch incoming/ -o invoices.csv",),
    "export": (
        "invoice-ocr export books.ledger -o invoices.xlsx",
        "invoice-ocr export books.ledger --to ubl -o einvoices/",
        "invoice-ocr export books.ledger --mapping accounts.yaml -o bookings.csv",
    ),
    "search": ('invoice-ocr search books.ledger "blue pens"',),
    "correct": (
        "invoice-ocr correct books.ledger invoice.pdf total_gross=119.00",
        "invoice-ocr correct books.ledger invoice.pdf due_date=",
        "invoice-ocr correct books.ledger invoice.pdf decision=post",
        "invoice-ocr correct books.ledger",
    ),
    "status": (
        "invoice-ocr status books.ledger",
        "invoice-ocr status books.ledger --review",
    ),
    "explain": ("invoice-ocr explain invoice.pdf total_gross",),
    "score": ("invoice-ocr score truth.jsonl inbox/",),
    "doctor": ("invoice-ocr doctor", "invoice-ocr doctor --lang pl"),
    "check": ("invoice-ocr rules check myrules/",),
    "test": ("invoice-ocr rules test myrules/", "invoice-ocr rules test de"),
    "new": ("invoice-ocr rules new invoice.pdf invoice_number=RE-17 total_gross=119.00 --into myrules/",),
    "fit": ("invoice-ocr rules fit truth.jsonl inbox/ -o myrules/confidence.yaml",),
}


class Command(TyperCommand):
    """A command whose help leaves out `<bool>` and the like."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        for parameter in self.get_params(ctx):
            if isinstance(parameter, TyperArgument):
                parameter.display_type_rich = _nothing  # type: ignore[method-assign]
            elif isinstance(parameter, TyperOption) and parameter.is_flag:
                parameter.metavar = ""
        super().format_help(ctx, formatter)


def examples(verb: str) -> str:
    """What stands under a verb's help: each paragraph becomes a line there."""
    return "\n\n".join(["Examples:", *(f"  {example}" for example in EXAMPLES[verb])])


def _nothing(ctx: Any) -> None:  # noqa: ARG001  as Typer calls it
    return None
