"""For who writes rules: their examples run, pages typed as text, a supplier's rules drafted from one invoice."""
