"""Invoices from PDFs and pictures: numbers, dates, totals, parties and bank details, with a confidence that means something."""

__version__ = "0.1.0"
