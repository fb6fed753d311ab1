"""Pages that anybody may open: the market is public."""
