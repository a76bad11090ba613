"""How often what was forecast came true."""
