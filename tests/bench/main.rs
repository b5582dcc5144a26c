//! What Monban costs, beside what the bare parts cost on the same machine in the same run.
fn main() {}
