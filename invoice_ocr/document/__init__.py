"""What holds for a whole document: its kind, languages and conventions, the heads of its tables, where it ends."""
