"""Stories told against the product, and what they need to run."""
