"""Proving and explaining from the command line."""
