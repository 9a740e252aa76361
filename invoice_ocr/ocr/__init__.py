"""What reads words from pixels: engines, and what they share before and after the networks."""
