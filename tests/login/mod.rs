//! The journeys of people, transition by transition (journeys.md, part 2).

mod first_visit;
