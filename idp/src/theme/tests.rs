//! Pages and texts of the built-in themes.
