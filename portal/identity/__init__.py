"""Who somebody is: how django-allauth signs people up, logs them in and writes to them for us."""
