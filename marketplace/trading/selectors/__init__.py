"""What can be read of the trade."""
