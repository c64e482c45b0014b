"""What a node answers over HTTP: its records, what changed, imports and exports, releases, who it is."""
