"""The real servers and the real browser that tests and benchmarks run against."""
