//! The functions that templates call: texts, times, assets. They know the language and the theme of what is being made.

use std::sync::Arc;

use fluent_bundle::{FluentArgs, FluentValue};
use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Kwargs, Object, from_args},
};

use super::{assets::Assets, catalogue::Catalogue, page::Argument, time};
use crate::domain::{clock::Timestamp, language::Language};

/// What the functions of one rendering share.
#[derive(Debug)]
pub struct Speech {
    pub language: Language,
    pub catalogue: Arc<Catalogue>,
    /// Values that every text may use.
    pub values: Vec<(&'static str, Argument)>,
    pub assets: Arc<Assets>,
    /// Where the assets lie: `/uni/assets/default`.
    pub assets_path: String,
}

#[derive(Clone, Copy, Debug)]
enum Word {
    Text,
    ProblemText,
    Asset,
    DateTime,
    Time,
    JapanDateTime,
    JapanTime,
    LanguageName,
}

const WORDS: [(&str, Word); 8] = [
    ("t", Word::Text),
    ("problem_text", Word::ProblemText),
    ("asset", Word::Asset),
    ("datetime", Word::DateTime),
    ("time", Word::Time),
    ("japan_datetime", Word::JapanDateTime),
    ("japan_time", Word::JapanTime),
    ("language_name", Word::LanguageName),
];

#[derive(Debug)]
struct Function {
    word: Word,
    speech: Arc<Speech>,
}

/// The functions by name, for a template's context.
pub fn functions(speech: &Arc<Speech>) -> impl Iterator<Item = (&'static str, Value)> {
    WORDS.into_iter().map(|(name, word)| (name, Value::from_object(Function { word, speech: Arc::clone(speech) })))
}

impl Object for Function {
    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let language = self.speech.language;
        match self.word {
            Word::Text => {
                let (id, values): (&str, Kwargs) = from_args(args)?;
                self.speech.text(id, &values)
            }
            Word::ProblemText => {
                let (problem,): (&Value,) = from_args(args)?;
                self.speech.problem_text(problem)
            }
            Word::Asset => {
                let (name,): (&str,) = from_args(args)?;
                self.speech.asset(name)
            }
            Word::DateTime => Ok(time::datetime(instant(args)?, language).into()),
            Word::Time => Ok(time::time(instant(args)?, language).into()),
            Word::JapanDateTime => Ok(time::said(&time::datetime(instant(args)?, language), language).into()),
            Word::JapanTime => Ok(time::said(&time::time(instant(args)?, language), language).into()),
            Word::LanguageName => {
                let (tag,): (&str,) = from_args(args)?;
                let named = Language::from_tag(tag).ok_or_else(|| refused(format!("there is no language {tag}")))?;
                Ok(named.name().into())
            }
        }
    }
}

impl Speech {
    /// The values that every text may use.
    pub fn arguments(&self) -> FluentArgs<'_> {
        let mut arguments = FluentArgs::with_capacity(self.values.len() + 4);
        for (name, value) in &self.values {
            arguments.set(*name, self.argument(value));
        }
        arguments
    }

    /// A time is printed bare: the texts of mails say themselves that it is Japan time.
    fn argument<'a>(&self, value: &'a Argument) -> FluentValue<'a> {
        match value {
            Argument::Text(text) => FluentValue::from(text.as_str()),
            Argument::Number(number) => FluentValue::from(*number),
            Argument::Time(at) => FluentValue::from(time::datetime(*at, self.language)),
        }
    }

    fn text(&self, id: &str, values: &Kwargs) -> Result<Value, Error> {
        let mut arguments = self.arguments();
        for name in values.args() {
            let value: Value = values.get(name)?;
            arguments.set(name, fluent(name, &value)?);
        }
        self.say(id, &arguments)
    }

    /// The text of an error: of a problem, of whatever else has a `code`, or of a bare code.
    fn problem_text(&self, problem: &Value) -> Result<Value, Error> {
        let (code, extra) = match problem.as_str() {
            Some(code) => (Value::from(code), Value::UNDEFINED),
            None => (problem.get_attr("code")?, problem.get_attr("arguments")?),
        };
        let code = code.as_str().ok_or_else(|| refused("a problem needs a code".to_owned()))?;
        let mut arguments = self.arguments();
        if !extra.is_undefined() {
            for name in extra.try_iter()? {
                let value = extra.get_item(&name)?;
                let name = name.as_str().unwrap_or_default().to_owned();
                let at = value.get_attr("time")?;
                let word = if at.is_undefined() {
                    let text = value.get_attr("text")?;
                    fluent(&name, &if text.is_undefined() { value.get_attr("number")? } else { text })?
                } else {
                    let text = time::datetime(instant(&[at])?, self.language);
                    FluentValue::from(time::said(&text, self.language))
                };
                arguments.set(name, word);
            }
        }
        self.say(&code.to_ascii_lowercase(), &arguments)
    }

    fn say(&self, id: &str, arguments: &FluentArgs<'_>) -> Result<Value, Error> {
        self.catalogue.text(id, arguments).map(Value::from).map_err(|error| refused(error.to_string()))
    }

    fn asset(&self, name: &str) -> Result<Value, Error> {
        let hashed = self.assets.hashed_name(name).ok_or_else(|| refused(format!("there is no asset {name}")))?;
        Ok(format!("{}/{hashed}", self.assets_path).into())
    }
}

fn fluent(name: &str, value: &Value) -> Result<FluentValue<'static>, Error> {
    if let Some(text) = value.as_str() {
        Ok(FluentValue::from(text.to_owned()))
    } else if value.is_integer()
        && let Some(number) = value.as_i64()
    {
        Ok(FluentValue::from(number))
    } else {
        Err(refused(format!("the value of {name} is neither text nor whole number")))
    }
}

fn instant(args: &[Value]) -> Result<Timestamp, Error> {
    let (millis,): (i64,) = from_args(args)?;
    Ok(Timestamp::from_millis(millis))
}

fn refused(reason: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason)
}
