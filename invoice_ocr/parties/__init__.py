"""Who sells and who buys: names, addresses and numbers, each given to its side."""
