//! Commands of the help desk and the operator, beside a serving process.
