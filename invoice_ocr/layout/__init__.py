"""Where words stand on a page: lines, rows, cells that know their neighbours, reading order; pure geometry."""
