"""How the jobs decide. Plain values in, plans out: no query, no clock, the same answer every time."""
