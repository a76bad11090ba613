"""KPIs that work against each other: by how they are built, and by what happened."""
