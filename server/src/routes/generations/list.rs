//! `GET /api/generations`: pages of records.
use crate::routes::parameters::{self, LIMIT, NUMBER, Parameter, What, text, words};
use crate::{failure::Failure, state::Server};
use axum::{Json, extract::State};
use generations::{Kind, record::milliseconds};
use http::Uri;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;
use storage::{Filter, GenerationList, GenerationQuery, GenerationSort};
use utoipa::{IntoParams, openapi::path};

const TIME: What = text("a time such as 2025-01-31T12:00:00Z, or milliseconds since 1970");

/// Parameters that say which records, and what each of them is.
pub(super) const FILTERS: &[Parameter] = &[
    ("model.id", text("the name of a model")),
    (
        "output.type",
        words(
            "text, image, audio, code, json or other",
            &["text", "image", "audio", "code", "json", "other"],
        ),
    ),
    (
        "finishReason",
        text("why the model stopped, such as stop or length"),
    ),
    (
        "rated",
        words(
            "up, down, rated (a rating without a thumb) or none",
            &["up", "down", "rated", "none"],
        ),
    ),
    ("metadata.userId", text("the id of a user")),
    ("metadata.sessionId", text("the id of a session")),
    ("tags", text("tags with commas between them")),
    ("run", text("the id of a run")),
    ("from", TIME),
    ("to", TIME),
    ("rating_min", NUMBER),
    ("rating_max", NUMBER),
    ("perplexity_min", NUMBER),
    ("perplexity_max", NUMBER),
    ("probability_min", NUMBER),
    ("probability_max", NUMBER),
    ("latency_min", NUMBER),
    ("latency_max", NUMBER),
    ("tokens_min", NUMBER),
    ("tokens_max", NUMBER),
    ("cost_min", NUMBER),
    ("cost_max", NUMBER),
];

/// Those of a page.
pub(super) const PAGE: &[Parameter] = &[
    ("limit", LIMIT),
    ("cursor", text("the `next` of the page before")),
    ("sort", words(GenerationSort::NAMES, &GenerationSort::WORDS)),
];

struct Listed;

impl IntoParams for Listed {
    fn into_params(_: impl Fn() -> Option<path::ParameterIn>) -> Vec<path::Parameter> {
        parameters::documented(&[FILTERS, PAGE].concat())
    }
}

/// The parameters as they are read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    #[serde(rename = "model.id")]
    model: Option<String>,
    #[serde(rename = "output.type")]
    kind: Option<Kind>,
    #[serde(rename = "finishReason")]
    finish: Option<String>,
    rated: Option<Verdict>,
    #[serde(rename = "metadata.userId")]
    user: Option<String>,
    #[serde(rename = "metadata.sessionId")]
    session: Option<String>,
    tags: Option<String>,
    run: Option<Run>,
    from: Option<Time>,
    to: Option<Time>,
    rating_min: Option<f64>,
    rating_max: Option<f64>,
    perplexity_min: Option<f64>,
    perplexity_max: Option<f64>,
    probability_min: Option<f64>,
    probability_max: Option<f64>,
    latency_min: Option<f64>,
    latency_max: Option<f64>,
    tokens_min: Option<f64>,
    tokens_max: Option<f64>,
    cost_min: Option<f64>,
    cost_max: Option<f64>,
    limit: u32,
    cursor: String,
    sort: Order,
}

/// What people said of a record, in a word.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Up,
    Down,
    Rated,
    None,
}

impl Verdict {
    fn name(self) -> String {
        let name = match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Rated => "rated",
            Self::None => "none",
        };
        name.to_owned()
    }
}

/// Milliseconds since 1970.
#[derive(Debug, Clone, Copy)]
struct Time(i64);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        // A day is its beginning, UTC.
        let day = || milliseconds(&format!("{text}T00:00:00Z"));
        let time = text
            .parse()
            .ok()
            .or_else(|| milliseconds(&text))
            .or_else(day);
        time.map(Self).ok_or_else(|| D::Error::custom("no time"))
    }
}

/// The id of a run.
#[derive(Debug)]
struct Run(String);

impl<'de> Deserialize<'de> for Run {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        match storage::is_id(&text) {
            true => Ok(Self(text)),
            false => Err(D::Error::custom("no id")),
        }
    }
}

#[derive(Debug, Default)]
struct Order(GenerationSort);

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let sort = GenerationSort::parse(&text);
        sort.map(Self).ok_or_else(|| D::Error::custom("no order"))
    }
}

impl Asked {
    /// The conditions; an error names a field that the API does not name so, which the table rules out.
    pub(super) fn filter(&self) -> Result<Filter, String> {
        let mut filter = Filter::default();
        let kind = self.kind.map(|kind| kind.name().to_owned());
        let rated = self.rated.map(Verdict::name);
        let run = self.run.as_ref().map(|Run(id)| id.clone());
        for (name, value) in [
            ("model.id", &self.model),
            ("output.type", &kind),
            ("finishReason", &self.finish),
            ("feedback.state", &rated),
            ("metadata.userId", &self.user),
            ("metadata.sessionId", &self.session),
            ("source.run", &run),
        ] {
            if let Some(value) = value {
                filter.among(name, &[Value::from(value.as_str())])?;
            }
        }
        // Each of them, not one of them.
        for tag in self.tags.iter().flat_map(|tags| tags.split(',')) {
            filter.among("metadata.tags", &[tag.trim().into()])?;
        }
        if let Some(Time(from)) = self.from {
            filter.at_least("timestamp", &from.into())?;
        }
        if let Some(Time(to)) = self.to {
            filter.before("timestamp", &to.into())?;
        }
        for (name, least, most) in [
            ("feedback.rating", self.rating_min, self.rating_max),
            (
                "metrics.perplexity",
                self.perplexity_min,
                self.perplexity_max,
            ),
            (
                "metrics.meanProb",
                self.probability_min,
                self.probability_max,
            ),
            ("performance.latency", self.latency_min, self.latency_max),
            ("usage.totalTokens", self.tokens_min, self.tokens_max),
            ("usage.cost", self.cost_min, self.cost_max),
        ] {
            if let Some(least) = least {
                filter.at_least(name, &least.into())?;
            }
            if let Some(most) = most {
                filter.at_most(name, &most.into())?;
            }
        }
        Ok(filter)
    }

    /// The page that is asked for.
    pub(super) fn query(self) -> Result<GenerationQuery, String> {
        Ok(GenerationQuery {
            filter: self.filter()?,
            sort: self.sort.0,
            cursor: self.cursor,
            limit: self.limit,
        })
    }
}

/// Lists the completions of all runs as records, page by page.
///
/// The latest comes first, unless another order is asked for. `from` is included, `to` is not; with several tags a record has
/// all of them. Contents are cut after 1,000 characters.
#[utoipa::path(get, path = "/generations", tag = "generations", params(Listed), responses(
    (status = 200, description = "One page", body = GenerationList),
    (status = 400, description = "A parameter is none, or its value cannot be read"),
))]
pub async fn list(State(server): State<Server>, uri: Uri) -> Result<Json<GenerationList>, Failure> {
    let asked: Asked = parameters::read(&uri, &[FILTERS, PAGE].concat())?;
    let query = asked.query().map_err(Failure::bad_request)?;
    Ok(Json(server.store.generations(&query).await?))
}
