//! Arguments to one command.
fn main() {}
