"""Pages as data, their cards, the builder, the theme and the catalogues."""
