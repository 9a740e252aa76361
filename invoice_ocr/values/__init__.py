"""Text to values: amounts, dates, currencies, identifiers. Ambiguity is a result, never a guess."""
