"""The market: what it is and how it decides. Knows nothing of HTTP, HTML, JSON or task queues."""
