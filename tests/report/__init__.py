"""The report as text; tests/lab has it in a browser."""
