"""The door for people: pages and partials."""
