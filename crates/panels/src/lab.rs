//! The sampling lab: what other settings would have allowed, one step at a time, on the text that was really written.
//!
//! | module | what |
//! |---|---|
//! | `fields` | the fields, and the settings that they mean |
//! | `one` | one sequence: its figures, its text |
//! | `all` | all that is listed |
//! | `position` | the distribution at one token |
//! | `figures` | values with their badges |
mod all;
mod fields;
mod figures;
mod one;
mod position;

pub(crate) use fields::controls;

use crate::html::open_link;
use crate::{Panel, Question, Runs, Settings as Fields, Want};
use analysis::lab::{Assumptions, Recorded, Replay, Settings, replay};
use completions::SequenceDetail;
use fields::settings_of;
use markup::Text;
use metrics::format;

pub(crate) struct Lab {
    settings: Settings,
    assumptions: Assumptions,
    /// The sequence that is looked at; none for all that are listed.
    sequence: Option<u32>,
    token: Option<u32>,
    wants: Vec<Want>,
    read: usize,
    unreadable: usize,
    replays: Vec<(u32, Replay)>,
    /// The sequence that is looked at, once it is read.
    detail: Option<SequenceDetail>,
}

impl Lab {
    pub(crate) fn new(fields: &Fields, question: &Question, runs: &Runs<'_>) -> Self {
        let (settings, assumptions) = settings_of(fields);
        let columns = runs.this.columns;
        let sequence = question
            .sequence
            .filter(|index| columns.sequences.get(*index as usize).is_some());
        let wants = match sequence {
            Some(index) => vec![Want::of_this(index)],
            None => runs
                .this
                .selection
                .order
                .iter()
                .copied()
                .map(Want::of_this)
                .collect(),
        };
        Self {
            settings,
            assumptions,
            sequence,
            token: question.token,
            wants,
            read: 0,
            unreadable: 0,
            replays: Vec::new(),
            detail: None,
        }
    }

    /// The settings as they were understood.
    fn in_words(&self) -> String {
        let Settings {
            temperature,
            top_k,
            top_p,
            min_p,
        } = self.settings;
        let mut parts = vec![if temperature == 0.0 {
            "greedy: the best one only".to_owned()
        } else {
            format!("temperature {}", format::sig3(temperature))
        }];
        for (name, value, neutral) in [
            ("top-k", f64::from(top_k), 0.0),
            ("top-p", top_p, 1.0),
            ("min-p", min_p, 0.0),
        ] {
            if value != neutral {
                parts.push(format!("{name} {value}"));
            }
        }
        format!("<p class=\"panel-sum\">{}</p>", parts.join(" · "))
    }
}

/// A link to where a model of the server says of every token of this text how likely it is, or what these settings make of it;
/// `None` where it has no text, or too much.
fn to_score(detail: &SequenceDetail, settings: Option<(&str, &Settings)>) -> Option<String> {
    let bytes = detail
        .tokens
        .iter()
        .flat_map(|token| token.bytes.iter().copied());
    let joined = String::from_utf8(bytes.collect()).ok()?;
    let text = detail.stated_text.as_ref().unwrap_or(&joined);
    // What it goes on with belongs to it where settings are tried; of a chat only the server knows how it reads.
    let text = match (settings, &detail.prompt_text, &detail.chat) {
        (Some(_), None, Some(_)) => return None,
        (Some(_), Some(prompt), _) => &format!("{prompt}{text}"),
        _ => text,
    };
    let has_values = detail
        .tokens
        .iter()
        .any(|token| token.status == metrics::Status::Scored);
    let fits = !text.is_empty() && text.len() <= position::LONGEST;
    let (parts, said) = match settings {
        None if has_values => return None,
        None => (Vec::new(), "Score this text with a model of this server"),
        Some((model, settings)) => {
            let mut parts = vec![
                ("model", model.to_owned()),
                ("do_sample", "true".to_owned()),
            ];
            for (name, value) in [
                ("temperature", settings.temperature),
                ("top_k", f64::from(settings.top_k)),
                ("top_p", settings.top_p),
                ("min_p", settings.min_p),
            ] {
                parts.push((name, value.to_string()));
            }
            (
                parts,
                "The exact values of these settings, with a model of this server",
            )
        }
    };
    let parts = parts.iter().map(|(name, value)| (*name, value.as_str()));
    let parts: Vec<(&str, &str)> = [("score", text.as_str())]
        .into_iter()
        .chain(parts)
        .collect();
    let address = api::paths::writing_url(&parts);
    fits.then(|| {
        format!(
            "<p class=\"to-engine\"><a href=\"{}\">{said}</a></p>",
            Text(&address)
        )
    })
}

fn no_alternatives() -> String {
    "<p class=\"empty\">The file lists no alternatives, so nothing can be replayed. Ask the server for <code>logprobs: true, top_logprobs: 20</code> and save the answers again; the sample on the first page has them.</p>".to_owned()
}

impl Panel for Lab {
    fn wants(&self) -> &[Want] {
        &self.wants
    }

    fn take(&mut self, _: &Runs<'_>, want: Want, detail: Option<&SequenceDetail>) {
        self.read += 1;
        let Some(detail) = detail else {
            self.unreadable += 1;
            return;
        };
        let replay = replay(detail, &self.settings, &self.assumptions);
        self.replays.push((want.sequence, replay));
        if self.sequence.is_some() {
            self.detail = Some(detail.clone());
        }
    }

    fn html(&self, runs: &Runs<'_>) -> String {
        let mut html = self.in_words();
        if self.assumptions.recorded == Recorded::Unknown {
            html += "<p class=\"panel-note\">The file does not say whether its log-probabilities are the model's own; they are taken for that.</p>";
        }
        match (self.sequence, &self.detail, self.replays.first()) {
            (None, ..) => html + &self.all(),
            (Some(index), Some(detail), Some((_, replay))) if replay.positions > 0 => {
                html + &self.one(runs.this.columns, index, detail, replay)
            }
            (Some(_), None, _) if self.unreadable > 0 => {
                "<p class=\"strip strip-error\" role=\"alert\">The file has changed since it was opened. Open it again.</p>".to_owned()
            }
            (Some(_), None, _) => "<p class=\"panel-note\">Reading the sequence …</p>".to_owned(),
            (Some(index), detail, _) => {
                let link = open_link(index, None, "the list");
                let score = detail
                    .as_ref()
                    .and_then(|detail| to_score(detail, None)).unwrap_or_default();
                format!("{}{score}<p>Back to {link}.</p>", no_alternatives())
            }
        }
    }
}
