"""Pages about the person: logging in and out, language and theme."""
