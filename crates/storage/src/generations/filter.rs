//! Which records: conditions on fields, all of which must hold.
use super::field::{Field, Type};
use crate::catalogue::blob;
use crate::keys;
use generations::record::milliseconds;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value as Json};

/// Values of one `in`, at most.
const MOST: usize = 1000;
/// Rows that are rather looked up than looked for among all.
const MANY: i64 = 20_000;
/// Behind the name of the table: all rows, as they lie.
pub(super) const AS_THEY_LIE: &str = " INDEXED BY sqlite_autoindex_generations_1";

/// Conditions on fields.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq)]
struct Condition {
    field: Field,
    test: Test,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    AtLeast(Value),
    AtMost(Value),
    Before(Value),
    In(Vec<Value>),
}

impl Filter {
    /// Filters as exports are asked for: `{"model.id": "m", "metrics.perplexity": {"gte": 2, "lte": 9}, "output.type":
    /// {"in": ["code", "json"]}}`.
    ///
    /// # Errors
    /// A sentence that names the field.
    pub fn parse(filters: &Map<String, Json>) -> Result<Self, String> {
        let mut all = Self::default();
        for (name, condition) in filters {
            let Json::Object(tests) = condition else {
                all.among(name, std::slice::from_ref(condition))?;
                continue;
            };
            for (test, value) in tests {
                match (test.as_str(), value) {
                    ("gte", value) => all.at_least(name, value)?,
                    ("lte", value) => all.at_most(name, value)?,
                    ("in", Json::Array(values)) => all.among(name, values)?,
                    ("in", _) => return Err(format!("`in` of `{name}` must be a list of values.")),
                    _ => {
                        let shown: String = test.chars().take(60).collect();
                        return Err(format!(
                            "There is no condition `{shown}` on `{name}`: there are gte, lte and in."
                        ));
                    }
                }
            }
        }
        Ok(all)
    }

    /// It lets everything through.
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// All conditions are on these columns.
    pub(super) fn is_within(&self, columns: &[&str]) -> bool {
        let within = |condition: &Condition| {
            condition
                .field
                .column()
                .is_some_and(|column| columns.contains(&column))
        };
        self.conditions.iter().all(within)
    }

    /// It finds so many records that all rows are sooner read as they lie than those of an index looked up one by one.
    pub(super) fn finds_many(&self, db: &Connection) -> rusqlite::Result<bool> {
        if self.is_empty() {
            return Ok(true);
        }
        let (condition, bound) = self.sql();
        let some = MANY + 1;
        let sql =
            format!("SELECT count(*) FROM (SELECT 1 FROM generations{condition} LIMIT {some})");
        let found: i64 = db.query_row(&sql, params_from_iter(&bound), |row| row.get(0))?;
        Ok(found > MANY)
    }

    /// The same without the conditions on a field.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let others = |condition: &&Condition| condition.field.name != name;
        let conditions = self.conditions.iter().filter(others).cloned().collect();
        Self { conditions }
    }

    /// The value is at least this one.
    ///
    /// # Errors
    /// A sentence that names the field.
    pub fn at_least(&mut self, name: &str, value: &Json) -> Result<(), String> {
        self.compare(name, value, Test::AtLeast)
    }

    /// The value is at most this one.
    ///
    /// # Errors
    /// A sentence that names the field.
    pub fn at_most(&mut self, name: &str, value: &Json) -> Result<(), String> {
        self.compare(name, value, Test::AtMost)
    }

    /// The value is less than this one.
    ///
    /// # Errors
    /// A sentence that names the field.
    pub fn before(&mut self, name: &str, value: &Json) -> Result<(), String> {
        self.compare(name, value, Test::Before)
    }

    fn compare(
        &mut self,
        name: &str,
        value: &Json,
        test: impl Fn(Value) -> Test,
    ) -> Result<(), String> {
        let field = Field::parse(name)?;
        if matches!(field.kind, Some(Type::Text | Type::Tag)) {
            return Err(format!("`{name}` is a text: ask for it with `in`."));
        }
        let value = value_of(&field, value)?;
        self.conditions.push(Condition {
            field,
            test: test(value),
        });
        Ok(())
    }

    /// The value is one of these.
    ///
    /// # Errors
    /// A sentence that names the field.
    pub fn among(&mut self, name: &str, values: &[Json]) -> Result<(), String> {
        let field = Field::parse(name)?;
        if values.len() > MOST {
            return Err(format!(
                "`{name}` is asked for with more than {MOST} values."
            ));
        }
        let values = values.iter().map(|value| value_of(&field, value));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        self.conditions.push(Condition {
            field,
            test: Test::In(values),
        });
        Ok(())
    }

    /// The conditions as SQL: `""` or `" WHERE …"`, and what is bound in it. For looking up what they find.
    pub(super) fn sql(&self) -> (String, Vec<Value>) {
        self.written(None)
    }

    /// The same for records that come in the order of a column, each of which is tested: no range of another column, and no
    /// list of a tag, is a way to come by them.
    pub(super) fn sql_in_order_of(&self, column: &str) -> (String, Vec<Value>) {
        self.written(Some(column))
    }

    fn written(&self, order: Option<&str>) -> (String, Vec<Value>) {
        let mut text = String::new();
        let mut bound = Vec::new();
        for Condition { field, test } in &self.conditions {
            text += if text.is_empty() { " WHERE " } else { " AND " };
            let (expression, inside) = field.expression().unwrap_or_default();
            match test {
                Test::In(values) if expression.is_empty() => {
                    let marks = marks(values.len());
                    text += &match order {
                        None => format!(
                            "(generations.run, generations.number) IN
                             (SELECT tags.run, tags.number FROM tags WHERE tags.tag IN ({marks}))"
                        ),
                        Some(_) => format!(
                            "EXISTS (SELECT 1 FROM tags WHERE tags.tag IN ({marks}) AND tags.run = generations.run
                             AND tags.number = generations.number)"
                        ),
                    };
                    bound.extend(values.iter().cloned());
                }
                Test::In(values) => {
                    text += &format!("{expression} IN ({})", marks(values.len()));
                    bound.extend(inside);
                    bound.extend(values.iter().cloned());
                }
                Test::AtLeast(value) | Test::AtMost(value) | Test::Before(value) => {
                    let sign = match test {
                        Test::AtLeast(_) => ">=",
                        Test::AtMost(_) => "<=",
                        _ => "<",
                    };
                    // Of values that may be anything, numbers are compared with numbers and texts with texts.
                    if field.kind.is_none() {
                        let types = match value {
                            Value::Text(_) => "'text'",
                            _ => "'integer', 'real'",
                        };
                        text += &format!("typeof({expression}) IN ({types}) AND ");
                        bound.extend(inside.iter().cloned());
                    }
                    // A plus sign keeps an index from being used for it.
                    let plus = match (order, field.column()) {
                        (Some(order), Some(column)) if order != column => "+",
                        _ => "",
                    };
                    text += &format!("{plus}{expression} {sign} ?");
                    bound.extend(inside);
                    bound.push(value.clone());
                }
            }
        }
        (text, bound)
    }
}

fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// A value as the field has it.
fn value_of(field: &Field, value: &Json) -> Result<Value, String> {
    let name = &field.name;
    let number = value.as_f64().filter(|number| number.is_finite());
    let text = value.as_str();
    match field.kind {
        Some(Type::Time) => text
            .and_then(milliseconds)
            .or_else(|| value.as_i64())
            .map(Value::from)
            .ok_or_else(|| format!("`{name}` must be a time such as 2025-01-31T12:00:00Z, or milliseconds since 1970.")),
        Some(Type::Number) => number
            .map(Value::from)
            .ok_or_else(|| format!("`{name}` must be a number.")),
        Some(Type::Text) if name == "source.run" => text
            .and_then(keys::parse_id)
            .map(|id| Value::from(blob(id).to_vec()))
            .ok_or_else(|| format!("`{name}` must be the id of a run.")),
        Some(Type::Text | Type::Tag) => text
            .map(|text| Value::from(text.to_owned()))
            .ok_or_else(|| format!("`{name}` must be a text.")),
        None => match (value, number, text) {
            (Json::Bool(truth), ..) => Ok(i64::from(*truth).into()),
            (_, Some(number), _) => Ok(number.into()),
            (_, _, Some(text)) => Ok(text.to_owned().into()),
            _ => Err(format!("`{name}` must be a text, a number or a truth.")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_wrong_is_said() {
        for (filters, message) in [
            (
                json!({"modelid": "x"}),
                "There is no field `modelid`. Did you mean `model.id`?",
            ),
            (json!({"model.id": 1}), "`model.id` must be a text."),
            (
                json!({"model.id": {"gte": "a"}}),
                "`model.id` is a text: ask for it with `in`.",
            ),
            (
                json!({"model.id": {"in": "a"}}),
                "`in` of `model.id` must be a list of values.",
            ),
            (
                json!({"usage.cost": {"gt": 1}}),
                "There is no condition `gt` on `usage.cost`: there are gte, lte and in.",
            ),
            (
                json!({"usage.cost": {"gte": "1"}}),
                "`usage.cost` must be a number.",
            ),
            (
                json!({"timestamp": {"gte": "yesterday"}}),
                "`timestamp` must be a time such as 2025-01-31T12:00:00Z, or milliseconds since 1970.",
            ),
            (
                json!({"source.run": "x"}),
                "`source.run` must be the id of a run.",
            ),
            (
                json!({"metadata.x": {"in": [[1]]}}),
                "`metadata.x` must be a text, a number or a truth.",
            ),
        ] {
            let map = filters.as_object().unwrap();
            assert_eq!(Filter::parse(map), Err(message.to_owned()), "{filters}");
        }
    }

    #[test]
    fn conditions_become_sql() {
        let filters = json!({"metadata.tags": {"in": ["a", "b"]}, "model.id": "m", "parameters.n": {"gte": 2}, "timestamp": {"lte": 5}});
        let filter = Filter::parse(filters.as_object().unwrap()).unwrap();
        let (text, bound) = filter.sql();
        let marks = text.matches('?').count();
        assert_eq!(marks, bound.len(), "{text}");
        assert!(text.contains("generations.model IN (?)"), "{text}");
        assert!(text.contains("generations.time <= ?"), "{text}");
        assert_eq!(Filter::default().sql(), (String::new(), Vec::new()));
    }
}
