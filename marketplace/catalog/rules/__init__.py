"""What a car model is, without the database: its codes and how a file of car models is read."""
