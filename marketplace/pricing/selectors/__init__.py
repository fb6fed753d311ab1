"""What can be read of prices."""
