"""How a price comes about, and what a seller may announce. No query, no clock."""
