"""python -m invoice_ocr"""

from invoice_ocr.cli import main

main()
