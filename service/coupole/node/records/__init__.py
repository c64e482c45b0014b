"""The method over records: reading, import from documents and tables, export."""
