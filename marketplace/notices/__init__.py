"""What people are told, in the portal and by e-mail.

A notice and an e-mail are rows written in the same transaction as their fact; a job sends the
e-mails. Knows people, and nothing of what they are told about: that comes as a kind and its values.
"""
