"""Charts as data, drawn as inline SVG on the server: no script, no inline style, one look everywhere."""
