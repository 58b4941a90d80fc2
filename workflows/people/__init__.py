"""The organisation: people, units and reporting lines, all of them asked for a day."""
