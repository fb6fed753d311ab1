"""A demo world, and the market run forward in it by the services and jobs that run the real one.

Nothing else in the marketplace knows that this room exists.
"""
