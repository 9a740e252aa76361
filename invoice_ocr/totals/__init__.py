"""The sums of a document: what its totals are, what proves them, how taxes and deductions make them up."""
