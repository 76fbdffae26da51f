"""vbc settles value-based care contracts from files that anybody can read."""
