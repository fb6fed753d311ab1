"""Pages about the person: coming in, what guards the account, language and theme."""
