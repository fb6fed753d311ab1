"""Pages for those who run the market."""
