"""The door for programs: JSON under /api/. It reads, asks one service or selector, and answers."""
