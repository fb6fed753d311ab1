"""Loaded before Django's settings: the tests have a sandbox of their own."""

import os

os.environ.setdefault("FORECOURT_ENV", "test")
