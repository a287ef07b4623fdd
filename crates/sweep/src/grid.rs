//! Parameters with the values that they take one after the other, and all combinations of them.
use decoding::parameters::{Field, entry};
use decoding::{Invalid, Parameters};
use serde_json::{Map, Value, json};
use std::str::FromStr;

/// Points of a grid, at most: far more than somebody looks at.
pub const MOST_POINTS: usize = 1000;

/// Why there is no grid.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Failure {
    /// Not of the form `NAME=VALUES`.
    #[error("{0}: expected a parameter and its values, as in temperature=0.5,1,1.5")]
    Form(String),
    /// No such parameter.
    #[error("{0}: there is no parameter {1}")]
    Unknown(String, String),
    /// A parameter whose one value is a list.
    #[error("{0}: {1} is a list, which cannot be swept")]
    List(String, &'static str),
    /// The same parameter again.
    #[error("{0} is swept twice; give all its values at once")]
    Twice(&'static str),
    /// Too many combinations.
    #[error("the grid has {0} points, and {MOST_POINTS} are the most; leave values out")]
    Many(usize),
    /// A value that cannot be.
    #[error(transparent)]
    Value(#[from] Invalid),
}

/// A parameter with the values that it takes, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    name: &'static str,
    values: Vec<String>,
}

impl Axis {
    /// A parameter of the decoder's table, and values between commas.
    ///
    /// # Errors
    /// A parameter that there is not or that is a list, no value, or one that cannot be.
    pub fn new(name: &str, values: &str) -> Result<Self, Failure> {
        let (text, name) = (format!("{name}={values}"), name.trim().replace('-', "_"));
        let Some(entry) = entry(&name) else {
            return Err(Failure::Unknown(text, name));
        };
        if matches!(entry.field, Field::Bias | Field::Eos | Field::Stop) {
            return Err(Failure::List(text, entry.name));
        }
        let values: Vec<String> = values
            .split(',')
            .map(|value| value.trim().to_owned())
            .collect();
        if values.iter().any(String::is_empty) {
            return Err(Failure::Form(text));
        }
        for value in &values {
            Parameters::default().set(entry.name, value)?;
        }
        Ok(Self {
            name: entry.name,
            values,
        })
    }
}

/// `temperature=0.5,1,1.5`
impl FromStr for Axis {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let (name, values) = text
            .split_once('=')
            .ok_or_else(|| Failure::Form(text.to_owned()))?;
        Self::new(name, values)
    }
}

/// One value of each parameter that is swept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Point(Vec<Setting>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Setting {
    name: &'static str,
    value: String,
    /// Other points have other values of it.
    differs: bool,
}

impl Point {
    /// What tells it from the other points: `temperature=0.5 top_p=0.9`. All of it where there is only one point.
    pub fn name(&self) -> String {
        match self.0.iter().any(|setting| setting.differs) {
            true => self.written(true),
            false if self.0.is_empty() => "as told".to_owned(),
            false => self.written(false),
        }
    }

    /// What all points have in common, in the same form; empty if there is nothing, or only one point.
    pub fn common(&self) -> String {
        match self.0.iter().any(|setting| setting.differs) {
            true => self.written(false),
            false => String::new(),
        }
    }

    fn written(&self, differs: bool) -> String {
        let mut text = String::new();
        for setting in self.0.iter().filter(|setting| setting.differs == differs) {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(setting.name);
            text.push('=');
            text.push_str(&setting.value);
        }
        text
    }

    /// All of it as an object of texts.
    pub fn values(&self) -> Value {
        let mut values = Map::new();
        for (name, value) in self.each() {
            values.insert(name.to_owned(), json!(value));
        }
        Value::Object(values)
    }

    /// Names and values.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let settings = self.0.iter();
        settings.map(|setting| (setting.name, setting.value.as_str()))
    }

    /// Puts its values above what is told.
    ///
    /// # Errors
    /// A value that cannot be.
    pub fn over(&self, mut parameters: Parameters) -> Result<Parameters, Invalid> {
        for (name, value) in self.each() {
            parameters.set(name, value)?;
        }
        Ok(parameters)
    }

    /// Says in a record of completions at which point it was made: as values, and as the label by which it is found and compared.
    pub fn mark(&self, record: &mut Value) {
        if let Some(fields) = record.as_object_mut().filter(|_| !self.0.is_empty()) {
            fields.insert("sweep".to_owned(), self.values());
            fields.insert("label".to_owned(), json!(self.name()));
        }
    }
}

/// All combinations, the last parameter changing first; of no parameter the one point that changes nothing.
///
/// # Errors
/// A parameter comes twice, or there are too many points.
pub fn points(axes: &[Axis]) -> Result<Vec<Point>, Failure> {
    for (at, axis) in axes.iter().enumerate() {
        if axes
            .iter()
            .skip(at + 1)
            .any(|other| other.name == axis.name)
        {
            return Err(Failure::Twice(axis.name));
        }
    }
    let all = axes
        .iter()
        .fold(1_usize, |all, axis| all.saturating_mul(axis.values.len()));
    if all > MOST_POINTS {
        return Err(Failure::Many(all));
    }
    let mut points = vec![Point::default()];
    for axis in axes {
        let with = |point: &Point, value: &String| {
            let mut point = point.clone();
            point.0.push(Setting {
                name: axis.name,
                value: value.clone(),
                differs: axis.values.len() > 1,
            });
            point
        };
        points = points
            .iter()
            .flat_map(|point| axis.values.iter().map(|value| with(point, value)))
            .collect();
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::{Axis, Failure, points};
    use serde_json::json;

    fn grid(axes: &[&str]) -> Result<Vec<String>, Failure> {
        let axes: Result<Vec<Axis>, Failure> = axes.iter().map(|text| text.parse()).collect();
        Ok(points(&axes?)?.iter().map(super::Point::name).collect())
    }

    #[test]
    fn all_combinations() {
        for (axes, expected) in [
            (&[][..], &["as told"][..]),
            (
                &["temperature=0.2, 1"],
                &["temperature=0.2", "temperature=1"],
            ),
            (
                &["top-k=5,0", "early_stopping=never,true"],
                &[
                    "top_k=5 early_stopping=never",
                    "top_k=5 early_stopping=true",
                    "top_k=0 early_stopping=never",
                    "top_k=0 early_stopping=true",
                ],
            ),
        ] {
            assert_eq!(grid(axes).unwrap(), expected);
        }
        let hundred = vec!["1"; 100].join(",");
        let many = [format!("top_k={hundred}"), format!("temperature={hundred}")];
        let many = [many[0].as_str(), many[1].as_str()];
        for (axes, message) in [
            (
                &["warm"][..],
                "warm: expected a parameter and its values, as in temperature=0.5,1,1.5",
            ),
            (
                &["top_p=0.5,"],
                "top_p=0.5,: expected a parameter and its values, as in temperature=0.5,1,1.5",
            ),
            (&["warmth=1"], "warmth=1: there is no parameter warmth"),
            (
                &["stop=1"],
                "stop=1: stop_strings is a list, which cannot be swept",
            ),
            (
                &["top_p=0.5,2"],
                "top_p is 2; it must be a number from 0 to 1",
            ),
            (
                &["top_p=1", "top-p=0"],
                "top_p is swept twice; give all its values at once",
            ),
            (
                &many,
                "the grid has 10000 points, and 1000 are the most; leave values out",
            ),
        ] {
            assert_eq!(grid(axes).unwrap_err().to_string(), message, "{axes:?}");
        }
    }

    #[test]
    fn records_say_where_they_were_made() {
        let axes = [
            "temperature=0.5".parse().unwrap(),
            "top_k=3".parse().unwrap(),
        ];
        let mut record = json!({"id": "c"});
        points(&axes).unwrap()[0].mark(&mut record);
        let expected = json!({"id": "c", "label": "temperature=0.5 top_k=3", "sweep": {"temperature": "0.5", "top_k": "3"}});
        assert_eq!(record, expected);
        points(&[]).unwrap()[0].mark(&mut record);
        assert_eq!(record, expected);
    }

    /// A parameter with one value is said once, and not at every point.
    #[test]
    fn names_have_what_differs() {
        let axes = ["seed=7", "temperature=0.5,1", "top_k=0", "top_p=0.9,1"];
        let axes: Vec<Axis> = axes.iter().map(|text| text.parse().unwrap()).collect();
        let points = points(&axes).unwrap();
        let names: Vec<String> = points.iter().map(super::Point::name).collect();
        assert_eq!(
            names,
            [
                "temperature=0.5 top_p=0.9",
                "temperature=0.5 top_p=1",
                "temperature=1 top_p=0.9",
                "temperature=1 top_p=1"
            ]
        );
        assert_eq!(points[0].common(), "seed=7 top_k=0");
        let mut record = json!({});
        points[3].mark(&mut record);
        assert_eq!(record["label"], "temperature=1 top_p=1");
        assert_eq!(
            record["sweep"],
            json!({"seed": "7", "temperature": "1", "top_k": "0", "top_p": "1"})
        );
        let one = &super::points(&axes[..1]).unwrap()[0];
        assert_eq!((one.name().as_str(), one.common().as_str()), ("seed=7", ""));
    }
}
