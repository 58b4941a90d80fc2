"""Review cycles: launching them for a population, following their cases, closing them."""
