"""What is traded: car models with their characteristics. Knows nothing of prices, sellers or deals."""
