//! Fields of records by their dotted names, as filters, orders and groups name them.
use rusqlite::types::Value;

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// A text, compared as a whole.
    Text,
    /// A number.
    Number,
    /// A time: RFC 3339, or milliseconds since 1970.
    Time,
    /// One of the words of a list.
    Tag,
}

/// Where the value of a field is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Column(&'static str),
    Tags,
    /// Of a score with this name.
    Score(String),
    /// Below the record, as a path of JSON.
    Record(String),
}

/// A field of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its dotted name.
    pub name: String,
    /// What its values are. Of others than the known ones it is not known: numbers are compared as numbers there.
    pub kind: Option<Type>,
    place: Place,
}

/// Fields that have a column, and so an index or at least a quick answer.
const COLUMNS: [(&str, Type, &str); 21] = [
    ("id", Type::Text, "id"),
    ("timestamp", Type::Time, "time"),
    ("model.id", Type::Text, "model"),
    ("output.type", Type::Text, "kind"),
    ("metadata.userId", Type::Text, "user"),
    ("metadata.sessionId", Type::Text, "session"),
    ("feedback.rating", Type::Number, "rating"),
    ("feedback.thumbs", Type::Text, "thumbs"),
    ("feedback.state", Type::Text, "state"),
    ("performance.latency", Type::Number, "latency"),
    ("performance.timeToFirstToken", Type::Number, "first_token"),
    ("performance.tokensPerSecond", Type::Number, "speed"),
    ("usage.promptTokens", Type::Number, "prompt_tokens"),
    ("usage.completionTokens", Type::Number, "completion_tokens"),
    ("usage.totalTokens", Type::Number, "total_tokens"),
    ("usage.cost", Type::Number, "cost"),
    ("usage.currency", Type::Text, "currency"),
    ("metrics.perplexity", Type::Number, "perplexity"),
    ("metrics.meanProb", Type::Number, "probability"),
    ("finishReason", Type::Text, "finish"),
    ("source.run", Type::Text, "run"),
];

/// How dotted names begin that have no column.
const ROOTS: [&str; 10] = [
    "model",
    "input",
    "output",
    "parameters",
    "usage",
    "metadata",
    "performance",
    "metrics",
    "source",
    "feedback",
];

/// Characters of a name, at most.
const LONGEST: usize = 200;

/// Whether there are fields of this name, for columns of tables: whole parts of a record count, too.
///
/// # Errors
/// A sentence with the name that was meant, where one is near.
pub fn check(name: &str) -> Result<(), String> {
    if ROOTS.contains(&name) || name.starts_with("feedback.") {
        return Ok(());
    }
    Field::parse(name).map(|_| ())
}

impl Field {
    /// The field of this name; the error says what is wrong with it.
    ///
    /// # Errors
    /// A sentence with the name that was meant, where one is near.
    pub fn parse(name: &str) -> Result<Self, String> {
        let field = |kind, place| Self {
            name: name.to_owned(),
            kind,
            place,
        };
        if let Some((_, kind, column)) = COLUMNS.iter().find(|(known, ..)| *known == name) {
            return Ok(field(Some(*kind), Place::Column(column)));
        }
        if name == "metadata.tags" {
            return Ok(field(Some(Type::Tag), Place::Tags));
        }
        if let Some(score) = name
            .strip_prefix("scores.")
            .filter(|score| !score.is_empty())
        {
            return Ok(field(None, Place::Score(score.to_owned())));
        }
        let mut parts = name.split('.');
        let root = parts.next().unwrap_or_default();
        let below: Vec<&str> = parts.collect();
        // A quote would end the path of SQLite, which knows no escapes in it.
        let sound = !below.is_empty()
            && name.len() <= LONGEST
            && below
                .iter()
                .all(|part| !part.is_empty() && !part.contains(['"', '\\']));
        if !ROOTS.contains(&root) || !sound || root == "feedback" {
            return Err(Self::unknown(name));
        }
        let path = below
            .iter()
            .map(|part| format!(".\"{part}\""))
            .collect::<String>();
        Ok(field(None, Place::Record(format!("$.\"{root}\"{path}"))))
    }

    fn unknown(name: &str) -> String {
        let names = COLUMNS
            .iter()
            .map(|(name, ..)| *name)
            .chain(["metadata.tags"]);
        let shown: String = name.chars().take(60).collect();
        match analysis::nearest(name, names) {
            Some(near) => format!("There is no field `{shown}`. Did you mean `{near}`?"),
            None => format!(
                "There is no field `{shown}`. Fields are named like `model.id`, `metadata.userId`, `parameters.temperature`, \
                 `metrics.perplexity` or `scores.NAME`."
            ),
        }
    }

    /// Its column, if it has one.
    pub(super) fn column(&self) -> Option<&'static str> {
        match self.place {
            Place::Column(column) => Some(column),
            _ => None,
        }
    }

    /// The value as an expression of SQL over a row of `generations`, and what is bound in it. Tags and scores have several
    /// values, so they have none.
    pub(super) fn expression(&self) -> Option<(String, Vec<Value>)> {
        match &self.place {
            Place::Column(column) => Some((format!("generations.{column}"), Vec::new())),
            Place::Record(path) => Some((
                "(SELECT json_extract(records.record, ?) FROM records WHERE records.run = generations.run
                  AND records.number = generations.number)"
                    .to_owned(),
                vec![path.clone().into()],
            )),
            Place::Score(name) => Some((
                "(SELECT ifnull(avg(value), max(label)) FROM scores WHERE scores.run = generations.run
                  AND scores.number = generations.number AND scores.name = ?)"
                    .to_owned(),
                vec![name.clone().into()],
            )),
            Place::Tags => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, kind, expression) in [
            ("model.id", Some(Type::Text), Some("generations.model")),
            ("timestamp", Some(Type::Time), Some("generations.time")),
            ("metadata.tags", Some(Type::Tag), None),
            (
                "feedback.state",
                Some(Type::Text),
                Some("generations.state"),
            ),
            (
                "parameters.temperature",
                None,
                Some(
                    "(SELECT json_extract(records.record, ?) FROM records WHERE records.run = generations.run\n                  AND records.number = generations.number)",
                ),
            ),
            (
                "metadata.a b.c",
                None,
                Some(
                    "(SELECT json_extract(records.record, ?) FROM records WHERE records.run = generations.run\n                  AND records.number = generations.number)",
                ),
            ),
        ] {
            let field = Field::parse(name).unwrap();
            assert_eq!(field.kind, kind, "{name}");
            let found = field.expression().map(|(text, _)| text);
            assert_eq!(found.as_deref(), expression, "{name}");
        }
        for (name, error) in [
            ("model.ids", None),
            (
                "modelid",
                Some("There is no field `modelid`. Did you mean `model.id`?"),
            ),
            (
                "metadata.",
                Some("There is no field `metadata.`. Did you mean `metadata.tags`?"),
            ),
            (
                "metadata.a\"b",
                Some("There is no field `metadata.a\"b`. Did you mean `metadata.tags`?"),
            ),
            (
                "somewhere",
                Some(
                    "There is no field `somewhere`. Fields are named like `model.id`, `metadata.userId`, `parameters.temperature`, `metrics.perplexity` or `scores.NAME`.",
                ),
            ),
            (
                "feedback.ratin",
                Some("There is no field `feedback.ratin`. Did you mean `feedback.rating`?"),
            ),
        ] {
            assert_eq!(Field::parse(name).err().as_deref(), error, "{name}");
        }
    }
}
