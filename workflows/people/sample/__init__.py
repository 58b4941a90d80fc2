"""An invented company to try the product with: the files an HR system would export, made up on the spot."""

from workflows.people.sample.files import write_sample

__all__ = ["write_sample"]
