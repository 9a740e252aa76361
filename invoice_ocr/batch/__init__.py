"""Many documents, nothing lost: a ledger that resumes, the run that fills it, and what can be asked of it."""
