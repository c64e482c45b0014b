"""Publication: what members show, added up; each total with the members behind it and the noise in it.

``totals`` adds, ``publishing`` keeps and signs what came out, ``datasets`` reads it back one indicator at a time, and
``jsonstat`` and ``tables`` write that for programs and for spreadsheets.
"""
