"""Whether the KPIs in use are a good set: few, owned, looked at, honest, and in clear words."""
