"""Facts from claims: read the files with every check, measure them once, conserve every dollar."""
