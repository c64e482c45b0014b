"""Spreadsheets in and out: the list a workshop keeps today comes in row by row, and every list goes out again.

In: ``reading`` opens the file, ``heading`` finds its columns, ``proposing`` guesses what they mean, ``mapping`` writes
that down as a mapping document, ``checking`` says what each row would do, ``staging`` keeps the table sealed meanwhile
and ``applying`` does it. Out: ``exporting``.
"""
