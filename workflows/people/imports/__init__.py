"""Files of the HR system: read, validated as a whole, previewed, and applied completely or not at all."""
