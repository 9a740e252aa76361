"""Invoices from PDFs and pictures: numbers, dates, totals, parties and bank details, with a confidence to rely on."""

__version__ = "0.1.0"
