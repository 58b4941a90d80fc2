"""Performance management on the engine: people, cycles, reviews, calibration, rewards, routing."""
