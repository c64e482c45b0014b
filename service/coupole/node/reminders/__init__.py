"""What comes to people who do not look: a letter once a week, and their calendar."""
