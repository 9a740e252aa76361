"""Making the weights: generated documents, recogniser, detector, export. Needs the extra `train`."""
