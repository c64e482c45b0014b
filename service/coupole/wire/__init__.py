"""What the parties exchange and how it is protected: key files, signed documents, releases. No HTTP here."""
