"""Walk-throughs: a process played by one person in every role, on a stage of its own, with a clock to turn."""
