"""Candidates to one consistent set of values, confronted with what else is known of the document."""
