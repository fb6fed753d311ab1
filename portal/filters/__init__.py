"""What lists can be narrowed by: FilterSets that the pages and the API share, one module a resource."""
