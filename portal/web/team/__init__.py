"""Pages about who acts for a showroom or a supplier."""
