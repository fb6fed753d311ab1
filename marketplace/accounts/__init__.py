"""What a person proves by e-mail, and who is asked to join a party.

Changes of a password, username or address wait here for the code that was sent; invitations wait
for their reader. Knows people, parties and notices; nothing of prices, trade or HTTP.
"""
