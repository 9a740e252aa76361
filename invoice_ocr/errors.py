"""Everything that can go wrong, each with its code, its fix and its exit code.

InvoiceOcrError
├── InputError                    costs one input; the run goes on
│   ├── NotADocument E_NOT_A_DOCUMENT   ├── Empty E_EMPTY                ├── Truncated E_TRUNCATED
│   ├── Encrypted E_ENCRYPTED           ├── Unsupported E_UNSUPPORTED    ├── NotFound E_NOT_FOUND
│   ├── TooBigFile E_TOO_BIG_FILE       ├── TooManyPages E_TOO_MANY_PAGES
│   ├── PageTooBig E_PAGE_TOO_BIG       ├── ImageBomb E_IMAGE_BOMB
│   ├── ParserCrash E_PARSER_CRASH      ├── Timeout E_TIMEOUT            ├── OutOfMemory E_OUT_OF_MEMORY
│   ├── XmlUnsafe E_XML_UNSAFE          ├── XmlInvalid E_XML_INVALID     ├── NetworkBlocked E_NETWORK_BLOCKED
│   ├── Several E_SEVERAL             (from Python: more than the one that was asked for)
│   └── NotExportable E_NOT_EXPORTABLE  (an output: what was read does not suffice for it)
└── RunError                      stops the run
    ├── ModelIntegrity E_MODEL_INTEGRITY (exit 3)   ├── MissingPart E_MISSING_PART (exit 3)
    ├── RuleError E_RULE (exit 9)                   ├── ConfigError E_CONFIG (exit 9)
    ├── OutputReadonly E_OUTPUT_READONLY (exit 7)   ├── DiskFull E_DISK_FULL (exit 7)
    ├── Locked E_LOCKED (exit 75)                   └── WrongUsage E_USAGE (exit 2)
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the command's exit status says. Stable: scripts rely on it."""

    OK = 0
    BUG = 1
    USAGE = 2
    MISSING_PART = 3
    NEEDS_REVIEW = 4
    SOME_FAILED = 5
    ALL_FAILED = 6
    OUTPUT = 7
    CONFIG = 9
    LOCKED = 75
    INTERRUPTED = 130
    TERMINATED = 143


class InvoiceOcrError(Exception):
    """Base of all. `message` says what happened, `fix` what to do about it; `fix` falls back to the class's own."""

    code: ClassVar[str] = "E_INTERNAL"
    exit_code: ClassVar[ExitCode] = ExitCode.BUG
    default_fix: ClassVar[str] = "Run again with --debug and report what it prints."

    def __init__(self, message: str, *, fix: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix or self.default_fix

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.fix))


def _rebuild(kind: type[InvoiceOcrError], message: str, fix: str) -> InvoiceOcrError:
    return kind(message, fix=fix)


class InputError(InvoiceOcrError):
    """One input cannot be read; others can."""

    exit_code = ExitCode.SOME_FAILED


class NotFound(InputError):
    code = "E_NOT_FOUND"
    default_fix = "Check the path; a pattern in quotes is expanded here, one without by your shell."


class NotADocument(InputError):
    code = "E_NOT_A_DOCUMENT"
    default_fix = "Convert it to PDF, PNG, JPEG, TIFF, BMP, WebP, HEIC or AVIF first."


class Empty(InputError):
    code = "E_EMPTY"
    default_fix = "The copy may be incomplete; fetch the file again."


class Truncated(InputError):
    code = "E_TRUNCATED"
    default_fix = "The copy may be incomplete or damaged; fetch the file again."


class Encrypted(InputError):
    code = "E_ENCRYPTED"
    default_fix = "Give the password with --password-file, or: qpdf --decrypt --password=... in.pdf out.pdf"


class Unsupported(InputError):
    code = "E_UNSUPPORTED"
    default_fix = "Print it to an ordinary PDF first."


class TooBigFile(InputError):
    code = "E_TOO_BIG_FILE"
    default_fix = "--max-file-mb raises the limit."


class TooManyPages(InputError):
    code = "E_TOO_MANY_PAGES"
    default_fix = "--max-pages raises the limit; --pages reads some of them."


class PageTooBig(InputError):
    code = "E_PAGE_TOO_BIG"
    default_fix = "--max-image-mpixels raises the limit; --dpi lowers the resolution."


class ImageBomb(InputError):
    code = "E_IMAGE_BOMB"
    default_fix = "--max-image-mpixels raises the limit if you trust the file."


class ParserCrash(InputError):
    code = "E_PARSER_CRASH"
    default_fix = "The file is damaged in a way that kills its parser; print it to a new PDF."


class Timeout(InputError):
    code = "E_TIMEOUT"
    default_fix = "--timeout raises the limit."


class OutOfMemory(InputError):
    code = "E_OUT_OF_MEMORY"
    default_fix = "--max-memory-mb raises the limit; --dpi lowers the resolution."


class XmlUnsafe(InputError):
    code = "E_XML_UNSAFE"
    default_fix = "An e-invoice needs no DTD and no entities; ask its sender for a clean file."


class XmlInvalid(InputError):
    code = "E_XML_INVALID"
    default_fix = "Only UBL and CII invoices are read from XML."


class NetworkBlocked(InputError):
    code = "E_NETWORK_BLOCKED"
    default_fix = "--allow-private-hosts if you mean it."


class Several(InputError):
    code = "E_SEVERAL"
    default_fix = "Give a list of one, which may come to several results."


class NotExportable(InputError):
    code = "E_NOT_EXPORTABLE"
    default_fix = "invoice-ocr correct supplies what is missing; --force writes what is for review."


class RunError(InvoiceOcrError):
    """Nothing can go on until this is mended."""


class ModelIntegrity(RunError):
    code = "E_MODEL_INTEGRITY"
    exit_code = ExitCode.MISSING_PART
    default_fix = "Install the package again: pip install --force-reinstall invoice-ocr"


class MissingPart(RunError):
    code = "E_MISSING_PART"
    exit_code = ExitCode.MISSING_PART
    default_fix = "Install the part named above."


class RuleError(RunError):
    code = "E_RULE"
    exit_code = ExitCode.CONFIG
    default_fix = "invoice-ocr rules check shows every mistake."


class ConfigError(RunError):
    code = "E_CONFIG"
    exit_code = ExitCode.CONFIG
    default_fix = "invoice-ocr extract --help lists every setting."


class WrongUsage(ConfigError):
    """What was typed for this one command, rather than what is set for all."""

    code = "E_USAGE"
    exit_code = ExitCode.USAGE
    default_fix = "invoice-ocr --help lists every command."


class OutputReadonly(RunError):
    code = "E_OUTPUT_READONLY"
    exit_code = ExitCode.OUTPUT
    default_fix = "Choose another place with -o."


class DiskFull(RunError):
    code = "E_DISK_FULL"
    exit_code = ExitCode.OUTPUT
    default_fix = "Free some space and run the same command again."


class Locked(RunError):
    code = "E_LOCKED"
    exit_code = ExitCode.LOCKED
    default_fix = "Wait for the other run to end."
