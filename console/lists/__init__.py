"""The list engine: search, facets, sorting, paging and export of every list."""
