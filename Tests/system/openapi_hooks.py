"""What the property tests of the API need beyond its document: texts for NDJSON and CSV, and queries that say something."""

import schemathesis

QUERIES = ["source.ip: 198.51.100.0/24", "destination.port >= 22 and not destination.port: 23", "rule.name: ET*", "attack.type: (scan or exploit)",
           "source.ip: *", "", "@timestamp < 2026-02-01", "not user.name: *", "post.text: \"a b\"", "source.ip: (", "nothing: 1"]


@schemathesis.serializer("application/x-ndjson", "text/csv")
def as_text(_context, value):
    return value if isinstance(value, (bytes, str)) else str(value)


@schemathesis.hook
def map_query(_context, query):
    """Makes half of the random queries ones that are understood, so that what is behind the parser is asked, too."""
    if query and isinstance(query.get("q"), str) and len(query["q"]) % 2:
        query["q"] = QUERIES[len(query["q"]) % len(QUERIES)]
    return query
