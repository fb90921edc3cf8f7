"""What every answer of our APIs says to browsers: it is data, never a page, and nothing of it goes elsewhere."""

API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
"""Only where TLS is spoken (RFC 6797, 7.2)."""
EVERY = {"Cache-Control": "no-store", "Content-Security-Policy": API_POLICY, **SAFE, **HSTS}
"""For an API that nobody reaches without TLS but on one machine, where browsers pass over the promise of it."""
