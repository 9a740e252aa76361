"""Printed words, e-invoices and payment codes compared: agreement is proof, disagreement an issue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.fuzz import ratio

from invoice_ocr.choices import GUESSED, TOTALS, Choice, Resolution
from invoice_ocr.finding.paper import Paper
from invoice_ocr.model import (
    FIELD_KINDS,
    Candidate,
    Document,
    Issue,
    Statement,
    Value,
    Witness,
)
from invoice_ocr.rulepack import RulePack
from invoice_ocr.values.identifier import find_ibans
from invoice_ocr.values.text import fold

# Fields whose disagreement sends the document to review. Names, references and terms are worded differently by right.
_HARD = frozenset(
    ("document_type", "invoice_number", "issue_date", "due_date", "currency", *TOTALS, "seller_vat_id", "iban", "bic")
)
_NAMES = ("seller_name", "buyer_name")
_LOOSE = (*_NAMES, "payment_terms")
_BANK = ("iban", "bic")
_CORE = ("invoice_number", "issue_date", "total_gross", "currency", "iban", "bic")
# What tells that a witness speaks of this document, when it is printed there.
_TELLING = {"e-invoice": ("invoice_number", "total_gross"), "qr": ("iban", "amount_due", "total_gross")}
_SELF_BILLED = "389"  # an invoice that its buyer writes, which German prints call Gutschrift

# Supports of values that one witness alone states: with no pages to compare; beside pages that it agrees with
# otherwise; and where the pages should show them and do not, as with bank details.
NO_PAGES, BESIDE, _UNSEEN = 0.99, 0.97, 0.9
_PRINTED = 0.85  # of a value that a witness states and that is printed without a label
_WEAK = 0.5
_DISPUTED = 0.6  # times the support, where a witness says otherwise


def confront(
    resolution: Resolution,
    candidates: Sequence[Candidate],
    witnesses: Sequence[Witness],
    document: Document,
    pack: RulePack,
) -> tuple[Resolution, list[Issue]]:
    """The resolution after the witnesses were heard, and what they contradict.

    Codes: e-invoice.mismatch, qr.mismatch, iban.mismatch (whoever says so); e-invoice.differs and qr.differs tell of
    other wordings; qr.unverified that a signature inside a code was not checked.
    """
    if not witnesses:
        return resolution, []
    bench = _Bench(resolution, candidates, sorted(witnesses, key=lambda one: one.source), Paper(document, pack))
    for name in FIELD_KINDS:
        bench.judge(name)
    signed = sorted({witness.title for witness in witnesses if witness.form in {"zatca", "india"}})
    told = [Issue("qr.unverified", f"the signature inside the {title} was not verified") for title in signed]
    return replace(resolution, choices=bench.choices), [*bench.issues, *told]


@dataclass
class _Bench:
    """Where witnesses are compared field by field. witnesses: e-invoices before codes."""

    resolution: Resolution
    candidates: Sequence[Candidate]
    witnesses: Sequence[Witness]
    paper: Paper

    def __post_init__(self) -> None:
        self.choices: dict[str, Choice] = dict(self.resolution.choices)
        quoted = self.choices.get("payment_reference")
        if (
            quoted
            and quoted.evidence.rule == GUESSED
            and any(statement.name == "payment_reference" for one in self.witnesses for statement in one.statements)
        ):
            del self.choices["payment_reference"]  # nobody printed it: what is said to be quoted holds
        self.issues: list[Issue] = []
        self.known = self.paper.blank or any(
            self.paper.find(statement.value, "")
            for witness in self.witnesses
            for statement in witness.statements
            if statement.name in _TELLING[witness.source]
        )

    def judge(self, name: str) -> None:
        """Decide one field, and note what contradicts."""
        statements = [said for witness in self.witnesses for said in self._of(witness, name)]
        if not statements:
            return
        choice = self._standing(name, statements[0].evidence.source)
        agreeing = [s for s in statements if choice and _confirms(choice, s)]
        if choice and agreeing:
            self.choices[name] = _confirmed(choice, agreeing)
        else:
            self._take(name, choice, statements)
        taken = self.choices.get(name)
        for witness in self.witnesses:
            said = self._of(witness, name)
            if witness.source == "qr" and name not in _HARD:
                continue  # it names who holds the account and what to write on the transfer, in words of its own
            if name in _BANK and any(self.paper.find(statement.value, "") for statement in said):
                continue  # one of several accounts that the pages name
            if taken and said and not any(_confirms(taken, statement) for statement in said):
                self._object(name, taken, said[0], witness)

    def _of(self, witness: Witness, name: str) -> list[Statement]:
        """What a witness says of a field. The amount of a payment code may be any that is printed: less a discount."""
        said = [statement for statement in witness.statements if statement.name == name]
        if witness.source == "qr" and name in {"amount_due", "total_gross"}:
            asked = [statement for statement in witness.statements if statement.name == "amount_due"]
            gross, due = (self.choices.get(total) for total in ("total_gross", "amount_due"))
            if name == "total_gross":
                said += [replace(one, name=name) for one in asked if gross and gross.value == one.value]
            elif not (due and any(due.value == one.value for one in said)):
                said = [one for one in said if not self.paper.find(one.value, "")]
        return said

    def _standing(self, name: str, against: str) -> Choice | None:
        """What the pages say. An e-invoice, which tells of part payments, need not heed what was only derived."""
        choice = self.choices.get(name)
        derived = choice is not None and choice.evidence.source == "derived" and not choice.proof
        return None if derived and against == "e-invoice" and name != "currency" else choice

    def _take(self, name: str, choice: Choice | None, statements: Sequence[Statement]) -> None:
        """Decide a field for which the pages say nothing, or something else than every witness."""
        leader = statements[0]
        with_it = tuple(s.evidence for s in statements if same(name, s.value, leader.value))
        labelled = self._labelled(name, leader.value)
        seen = labelled or self.paper.find(leader.value, leader.evidence.rule)
        weak = choice is None or choice.support < _WEAK or name not in _HARD or _is_guess(name, choice)
        weak = weak or name in _BANK
        rivals = (_as_candidate(choice),) if choice else ()
        if labelled and (weak or _labelled_strongly(labelled, choice)):
            support = max(labelled.score, _PRINTED)
            self.choices[name] = Choice(name, leader.value, labelled.evidence, support, rivals, witnesses=with_it)
        elif seen and weak:
            place = seen.evidence if isinstance(seen, Candidate) else seen
            self.choices[name] = Choice(name, leader.value, place, _PRINTED, rivals, witnesses=with_it)
        elif choice is None or _gives_way(choice, leader):
            support = self._alone(name) if choice is None else min(_UNSEEN, self._alone(name))
            self.choices[name] = Choice(name, leader.value, leader.evidence, support, rivals, witnesses=with_it[1:])
            if choice is not None:
                self._object(name, choice, leader, None)

    def _labelled(self, name: str, value: Value) -> Candidate | None:
        """The best candidate of the pages that a label of the field introduces and that has this value."""
        mine = [
            c
            for c in self.candidates
            if c.name == name
            and not c.evidence.rule.startswith("universal.")
            and any(same(name, reading, value) for reading in (c.value, *c.readings))
        ]
        return max(mine, key=lambda c: c.score, default=None)

    def _alone(self, name: str) -> float:
        if self.paper.blank:
            return NO_PAGES
        return _UNSEEN if name in _CORE or not self.known else BESIDE

    def _object(self, name: str, choice: Choice, said: Statement, witness: Witness | None) -> None:
        """Note that a witness contradicts what was chosen, and believe it less."""
        source = witness.source if witness else said.evidence.source
        title = witness.title if witness else next(w.title for w in self.witnesses if said in w.statements)
        hard = name in _HARD
        code = "iban.mismatch" if name == "iban" else f"{source}.mismatch" if hard else f"{source}.differs"
        message = f"{title} says {said.value}, not {choice.value}"
        if any(issue.message == message for issue in self.issues):
            return
        self.issues.append(Issue(code, message, (name,)))
        standing = self.choices[name]
        if standing.value != said.value:
            rivals = (Candidate(name, said.value, _UNSEEN, said.evidence, (said.value,)), *standing.rivals)
            self.choices[name] = replace(standing, support=standing.support * _DISPUTED, rivals=rivals)


def same(name: str, one: Value, other: Value) -> bool:
    """Whether two values of a field say the same, spelling aside."""
    if not (isinstance(one, str) and isinstance(other, str)):
        return one == other
    first, second = fold(one), fold(other)
    if first == second or not (first and second):
        return first == second
    short, long = sorted((first, second), key=len)
    if name in _LOOSE:
        return (len(short) > 4 and short in long) or ratio(first, second) >= 85
    if name in {"seller_vat_id", "buyer_vat_id"}:  # printed without its country
        return len(short) > 7 and long.endswith(short)
    if name == "seller_registration":  # of the firm, or of its branch, whose number goes on: SIREN and SIRET
        return len(short) >= 9 and long.startswith(short)
    if name == "bic":  # of the head office, or with its branch
        return long.removesuffix("xxx") == short
    return False


def _labelled_strongly(candidate: Candidate, choice: Choice | None) -> bool:
    """Whether the pages name a candidate by its label, hardly less clearly than a choice that nothing proves."""
    return choice is None or (not choice.proof and candidate.score >= 0.5 * choice.support)


def _confirms(choice: Choice, said: Statement) -> bool:
    if choice.name == "document_type" and _is_invoice_all_the_same(choice, said):
        return True
    return any(same(choice.name, reading, said.value) for reading in (choice.value, *choice.readings))


def _is_invoice_all_the_same(choice: Choice, said: Statement) -> bool:
    """A till slip that is an invoice in law, and a self-billed invoice under the title of a credit note."""
    slip = choice.value == "receipt" and said.value == "invoice"
    return slip or (choice.value == "credit_note" and said.evidence.text == _SELF_BILLED)


def _confirmed(choice: Choice, agreeing: Sequence[Statement]) -> Choice:
    """The choice with the witnesses that say the same, and their value where the pages leave it open."""
    said = agreeing[0].value
    spelled = isinstance(said, str) and isinstance(choice.value, str) and choice.name not in _LOOSE
    value = choice.value if spelled and choice.name != "document_type" else said
    if choice.name == "payment_terms" and isinstance(choice.value, str):
        value = choice.value
    witnesses = (*choice.witnesses, *(statement.evidence for statement in agreeing))
    return replace(choice, value=value, readings=(value,), witnesses=witnesses)


def _gives_way(choice: Choice, leader: Statement) -> bool:
    """Whether a witness's value is shown in place of a printed one, both in doubt: an account with wrong check digits
    was misread, and names and references that no label settles are spelled best in an e-invoice.
    """
    if choice.name == "iban":
        return not find_ibans(str(choice.value)) and bool(find_ibans(str(leader.value)))
    return choice.name not in _HARD and leader.evidence.source == "e-invoice"


def _is_guess(name: str, choice: Choice | None) -> bool:
    """Whether a choice stands without a label of its own, or is a number that others could easily be taken for."""
    return choice is not None and not choice.proof and (
        choice.evidence.rule.startswith("universal.") or name == "invoice_number"
    )  # fmt: skip


def _as_candidate(choice: Choice) -> Candidate:
    return Candidate(choice.name, choice.value, choice.support, choice.evidence, (choice.value,))


def share_out(
    witnesses: Sequence[Witness], documents: Sequence[Document], pack: RulePack
) -> tuple[list[list[Witness]], list[Issue]]:
    """For each document the witnesses that speak of it: codes on its pages, e-invoices whose number it prints.

    The issues, e-invoice.unmatched, tell of e-invoices that speak of none.
    """
    shares: list[list[Witness]] = [[] for _ in documents]
    issues = []
    papers = [Paper(document, pack) for document in documents]
    for witness in witnesses:
        numbers = [said.value for said in witness.statements if said.name == "invoice_number"]
        mine = [
            share
            for share, paper, document in zip(shares, papers, documents, strict=True)
            if any(page.number == witness.page for page in document.pages)
            or (not witness.page and any(paper.find(number, "") for number in numbers))
        ]
        for share in mine[:1]:
            share.append(witness)
        if not mine and not witness.page and len(documents) == 1:
            shares[0].append(witness)
        elif not mine and not witness.page:
            said = f"{witness.title} is of invoice {', '.join(map(str, numbers))}, which is none of these"
            issues.append(Issue("e-invoice.unmatched", said, ("invoice_number",)))
    return shares, issues
