"""What waits for a person: the tasks they hold, and those of their groups that nobody has taken."""
