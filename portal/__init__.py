"""The doors of the market: people (web), time (jobs), this machine (sandbox). No tables, no rules."""
