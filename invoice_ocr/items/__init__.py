"""Line items: of tables with heads and without, of lists as tills print them."""
