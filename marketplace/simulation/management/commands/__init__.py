"""What `manage.py` can do with the demo world."""
