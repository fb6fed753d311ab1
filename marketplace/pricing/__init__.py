"""What a car costs, and why: listings, promotions, loyalty tiers, patronage and the quote.

Knows sellers and buyers only as parties, so one piece of code prices for showrooms and suppliers.
Knows nothing of offers, deals or money.
"""
