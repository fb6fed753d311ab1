"""What the reference says before it comes to single endpoints."""

from __future__ import annotations

TEXT = """
A car market for programs. The pages use the same services, so whatever a person may do there, a
program may do here.

**Logging in.** `POST /api/auth/app/v1/auth/login` answers with an access token, which lives five
minutes, and a refresh token, which works once: `POST /api/auth/app/v1/tokens/refresh` gives a new
pair. Send `Authorization: Bearer <access token>`. A refresh token that is used twice ends the
log-in, and so does `DELETE /api/auth/app/v1/auth/session`.

**Values.** Money is decimal text (`"20000.00"`, US dollars), percents are decimal text, instants are
ISO 8601 in UTC. Numbers in JSON are never money.

**Lists** have `page` and `page_size`, or a `cursor` where rows keep coming. They take `ordering`,
`q` to search, and the filters that each one names. A name that a resource doesn't know is refused.

**Refusals** are `application/problem+json`. `code` stays the same in all versions and languages;
`errors` has a `code` and a text for each `field`. 400: it can't be read or a value is not valid.
401: nobody is logged in. 403: it is not for you. 404: it isn't there, or isn't yours. 409: not in
this state of things; with `Retry-After`, try again. 422: the market refuses. 429: too often.

**Money moves once.** What moves money wants an `Idempotency-Key`. The same key and body get the same
answer for a day, with `Idempotency-Replayed: true`; another body under the key is a 422, and a
request that is still at work a 409.

**Limits.** Every answer says `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`.
"""
