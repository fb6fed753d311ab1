"""Building the demo world and living in it."""
