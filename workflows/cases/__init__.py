"""One person's case in a cycle, as different people may see it: the subject, their manager, whoever has a task."""
