"""A document and a rule pack to candidates: every value that may be meant, with its evidence and its rule."""
