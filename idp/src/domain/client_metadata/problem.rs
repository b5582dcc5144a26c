//! What is wrong with a client's metadata: all of it at once, each with the member it lies in.

use std::borrow::Cow;

/// How much a problem weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Error,
    /// The member is not there.
    Missing,
    /// Allowed, but better otherwise.
    Warning,
}

/// One rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub weight: Weight,
    pub member: &'static str,
    /// Which entry of a list.
    pub index: Option<usize>,
    /// What was said there, if it helps to repeat it.
    pub value: Option<String>,
    /// With a value what is wrong about it; else a whole sentence.
    pub says: Cow<'static, str>,
    /// What may stand there.
    pub choices: Vec<&'static str>,
}

#[derive(Debug, Default)]
pub struct Problems(pub Vec<Problem>);

impl Problem {
    pub fn new(weight: Weight, member: &'static str, says: impl Into<Cow<'static, str>>) -> Self {
        Self { weight, member, index: None, value: None, says: says.into(), choices: Vec::new() }
    }

    /// For whoever wrote it down: names the value.
    pub fn text(&self) -> String {
        match &self.value {
            Some(value) => format!("{}: \"{value}\" {}", self.member, self.says),
            None => self.says.to_string(),
        }
    }

    /// For strangers: nothing that they sent comes back (SR-80).
    pub fn description(&self) -> String {
        let choices =
            if self.choices.is_empty() { String::new() } else { format!("; known here: {}", self.choices.join(", ")) };
        let place = self.index.map(|index| format!("[{index}]")).unwrap_or_default();
        match &self.value {
            Some(_) => format!("{}{place}: {}{choices}", self.member, self.says),
            None => format!("{}{choices}", self.says),
        }
    }
}

impl Problems {
    pub fn first_error(&self) -> Option<&Problem> {
        self.0.iter().find(|problem| problem.weight != Weight::Warning)
    }

    pub(super) fn error(&mut self, member: &'static str, says: impl Into<Cow<'static, str>>) {
        self.0.push(Problem::new(Weight::Error, member, says));
    }

    pub(super) fn missing(&mut self, member: &'static str, says: impl Into<Cow<'static, str>>) {
        self.0.push(Problem::new(Weight::Missing, member, says));
    }

    pub(super) fn warning(&mut self, member: &'static str, says: impl Into<Cow<'static, str>>) {
        self.0.push(Problem::new(Weight::Warning, member, says));
    }

    /// Something about one value.
    pub(super) fn value(
        &mut self,
        (member, index): (&'static str, Option<usize>),
        value: &str,
        says: impl Into<Cow<'static, str>>,
    ) {
        self.0.push(Problem { index, value: Some(value.to_owned()), ..Problem::new(Weight::Error, member, says) });
    }

    /// A value that is allowed, but better another.
    pub(super) fn doubtful(&mut self, place: (&'static str, Option<usize>), value: &str, says: &'static str) {
        self.value(place, value, says);
        if let Some(problem) = self.0.last_mut() {
            problem.weight = Weight::Warning;
        }
    }

    /// A value that is none of those that may stand there.
    pub(super) fn unknown(
        &mut self,
        place: (&'static str, Option<usize>),
        value: &str,
        (says, choices): (&'static str, Vec<&'static str>),
    ) {
        self.value(place, value, says);
        if let Some(problem) = self.0.last_mut() {
            problem.choices = choices;
        }
    }
}
