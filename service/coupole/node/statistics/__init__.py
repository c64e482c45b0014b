"""From documents to figures: facts of a dossier, packed and sealed; a period counted from them; the release."""
