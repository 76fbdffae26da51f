"""Contracts and models as YAML files, read with the line of every word."""
