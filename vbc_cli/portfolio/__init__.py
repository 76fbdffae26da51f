"""Files with one settlement a row, read as they were published."""
