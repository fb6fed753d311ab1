"""What a demo world is made of; drawn by lot, and repeatable by the seed."""
