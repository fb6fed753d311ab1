"""What can be done in the trade; each verb is one transaction."""
