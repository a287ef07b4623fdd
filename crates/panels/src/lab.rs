//! The sampling lab: what other settings would have allowed, one step at a time, on the text that was really written.
//!
//! `figures` writes values with their badges, `position` the distribution at one token.
mod figures;
mod position;

use crate::html::{counted, field, menu, open_link, progress, token_link};
use crate::{Panel, Question, Runs, Settings as Fields, Want};
use analysis::lab::{
    Assumptions, Recorded, Replay, Settings, estimate, estimate_at, replay, step_at,
};
use completions::{Columns, SequenceDetail};
use figures::{badge, count_between, figure, guess};
use markup::{Text, push};
use metrics::format;

/// Sequences shown of a whole run.
const ROWS: usize = 50;
/// The largest temperature that can be set.
const HOTTEST: f64 = 5.0;
const LARGEST_K: f64 = 1_000_000.0;

const RECORDED: [(&str, &str); 3] = [
    ("", "not known: taken for the model's own"),
    ("raw", "the model's own"),
    ("scaled", "after a temperature"),
];

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

fn settings_of(fields: &Fields) -> (Settings, Assumptions) {
    let settings = Settings {
        temperature: fields.number("temperature", 1.0, 0.0..=HOTTEST),
        top_k: fields.number("top_k", 0.0, 0.0..=LARGEST_K) as u32,
        top_p: fields.number("top_p", 1.0, 0.0..=1.0),
        min_p: fields.number("min_p", 0.0, 0.0..=1.0),
    };
    let recorded = match fields.get("recorded") {
        Some("raw") => Recorded::Raw,
        Some("scaled") => Recorded::Scaled(fields.number("at", 1.0, 0.01..=HOTTEST)),
        _ => Recorded::Unknown,
    };
    let vocabulary = fields.number("vocabulary", 0.0, 1.0..=1e9) as u64;
    let assumptions = Assumptions {
        recorded,
        vocabulary: (vocabulary > 0).then_some(vocabulary),
    };
    (settings, assumptions)
}

pub(crate) fn controls(fields: &Fields) -> String {
    let (settings, assumptions) = settings_of(fields);
    let mut html = "<p class=\"panel-lead\">What would these settings have allowed? One step at a time, on the text that was really written: how it would have gone on after another token is not in the file.</p><div class=\"fields\">".to_owned();
    for (name, title, help, attributes, value) in [
        (
            "temperature",
            "Temperature",
            "Divides the logits: below 1 the likely tokens gain, above 1 the unlikely ones; 0 takes the best one only.",
            "type=\"range\" min=\"0\" max=\"2\" step=\"0.05\"",
            settings.temperature,
        ),
        (
            "top_p",
            "Top-p",
            "Keeps the fewest tokens, best first, that have this much probability together; 1 keeps all.",
            "type=\"range\" min=\"0.05\" max=\"1\" step=\"0.01\"",
            settings.top_p,
        ),
        (
            "min_p",
            "Min-p",
            "Keeps tokens with at least this share of the best one's probability; 0 keeps all.",
            "type=\"range\" min=\"0\" max=\"1\" step=\"0.01\"",
            settings.min_p,
        ),
    ] {
        push!(
            html,
            "<div class=\"field\"><label><span class=\"field-name\">{title}</span><input name=\"{name}\" {attributes} value=\"{value}\"></label><span class=\"field-help\">{help}</span></div>"
        );
    }
    html += &field(
        "top_k",
        "Top-k",
        "Keeps this many tokens, the best ones; 0 keeps all.",
        "type=\"number\" min=\"0\" max=\"1000000\" step=\"1\"",
        &settings.top_k.to_string(),
    );
    html += "</div><p class=\"field-help\">They act in this order: temperature, top-k, top-p, min-p. Each of the last three cuts from what the one before has left.</p><details class=\"assumptions\"><summary>What is taken for granted</summary><div class=\"fields\">";
    html += &menu(
        "recorded",
        "The file's log-probabilities are",
        RECORDED,
        fields.get("recorded").unwrap_or_default(),
    );
    let at = match assumptions.recorded {
        Recorded::Scaled(temperature) => temperature,
        _ => 1.0,
    };
    html += &field(
        "at",
        "… which was",
        "Used with “after a temperature”.",
        "type=\"number\" min=\"0.01\" max=\"5\" step=\"0.01\"",
        &at.to_string(),
    );
    html += &field(
        "vocabulary",
        "Size of the vocabulary",
        "Without it, what the unlisted tokens can weigh at a higher temperature has no upper end. With it, an estimate stands beside what has only bounds.",
        "type=\"number\" min=\"1\" step=\"1\" placeholder=\"not known\"",
        &assumptions
            .vocabulary
            .map_or_else(String::new, |size| size.to_string()),
    );
    html + "</div></details><p><button type=\"button\" data-set=\"temperature:1;top_k:0;top_p:1;min_p:0\">Reset</button></p>"
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

    /// One sequence in full.
    fn one(
        &self,
        columns: &Columns,
        index: u32,
        detail: &SequenceDetail,
        replay: &Replay,
    ) -> String {
        let mut html = format!(
            "<p class=\"panel-nav\"><button type=\"button\" data-view=\"s=&amp;t=\">All listed sequences</button> <strong>Sequence {}</strong></p>",
            format::count(u64::from(index) + 1)
        );
        html += &self.figures(replay);
        let first = |tokens: &[u32]| tokens.first().copied();
        html += "<ul class=\"findings\">";
        for (tokens, none, what) in [
            (
                &replay.impossible,
                "Every token could still have been drawn",
                "could not have been drawn",
            ),
            (
                &replay.unknown,
                "",
                "may have been cut off: the list is too short to say",
            ),
            (
                &replay.not_greedy,
                "Greedy decoding would have written the same text",
                "are not the best of their position; greedy parts from the text at the first",
            ),
        ] {
            match first(tokens) {
                Some(token) => push!(
                    html,
                    "<li>{} {what}: {} (token {}).</li>",
                    counted(tokens.len() as u64, "token", "tokens"),
                    here(columns, index, token),
                    format::count(u64::from(token) + 1)
                ),
                None if !none.is_empty() => push!(html, "<li>{none}.</li>"),
                None => {}
            }
        }
        html += "</ul>";
        html += &self.strip(columns, index, detail, replay);
        let at = self
            .token
            .and_then(|token| Some((token, detail.tokens.get(token as usize)?)));
        match at.and_then(|(token, found)| {
            Some((
                token,
                found,
                step_at(found, &self.settings, &self.assumptions)?,
            ))
        }) {
            Some((token, found, (step, place))) => {
                let likely = estimate_at(found, &self.settings, &self.assumptions);
                html += &position::table(token, found, (&step, place), likely.as_ref());
            }
            None if self.token.is_some() => {
                html += "<p class=\"panel-note\">This token has no alternatives in the file, so other settings cannot be replayed at it.</p>"
            }
            None => {
                html += "<p class=\"panel-note\">Choose a token in the text to see how the settings move its alternatives.</p>"
            }
        }
        html
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

    /// The figures of one replay with their badges.
    fn figures(&self, replay: &Replay) -> String {
        let before: Option<f64> = self.detail.as_ref().map(|detail| {
            let mut sum = metrics::Sum::default();
            let replayed = detail
                .tokens
                .iter()
                .filter(|token| step_at(token, &Settings::default(), &self.assumptions).is_some());
            sum.extend(replayed.map(|token| token.logprob));
            sum.value() + 0.0
        });
        let likely = self
            .detail
            .as_ref()
            .and_then(|detail| estimate(detail, &self.settings, &self.assumptions));
        let mut html = "<dl class=\"figures\">".to_owned();
        push!(
            html,
            "<div><dt>ln p of this text as recorded</dt><dd>{} {}</dd></div><div><dt>under the settings</dt><dd>{}</dd></div>",
            before.map_or_else(|| "—".to_owned(), format::sig3),
            badge("exact", "exact"),
            figure(replay.logprob, format::sig3) + &guess(replay.logprob, likely, format::sig3)
        );
        if likely.is_some() {
            html += "<div><dt>The estimate</dt><dd>takes for granted that the unlisted tokens fall off by Zipf's law</dd></div>";
        }
        if replay.skipped > 0 {
            push!(
                html,
                "<div><dt>Left out</dt><dd>{} without alternatives or a value</dd></div>",
                counted(replay.skipped.into(), "token", "tokens")
            );
        }
        html + "</dl>"
    }

    /// The text; what could not have been drawn is struck out.
    fn strip(
        &self,
        columns: &Columns,
        index: u32,
        detail: &SequenceDetail,
        replay: &Replay,
    ) -> String {
        let card = api::Card::new(columns, index, u32::MAX);
        let mut html = "<p class=\"tokens lab-text\">".to_owned();
        for (nth, piece) in card.pieces.iter().enumerate() {
            let end = card
                .pieces
                .get(nth + 1)
                .map_or(detail.tokens.len() as u32, |next| next.token);
            let has = |tokens: &[u32]| {
                let from = tokens.partition_point(|token| *token < piece.token);
                tokens.get(from).is_some_and(|token| *token < end)
            };
            let (class, title) = if has(&replay.impossible) {
                ("gone", "could not have been drawn")
            } else if has(&replay.unknown) {
                ("maybe", "may have been cut off")
            } else if has(&replay.not_greedy) {
                ("second", "not the best of its position")
            } else {
                ("", "")
            };
            let pinned = self
                .token
                .is_some_and(|token| (piece.token..end).contains(&token));
            push!(
                html,
                "<span class=\"{class}{}\" data-view=\"t={}\" title=\"{title}\">{}</span>",
                if pinned { " pinned" } else { "" },
                u64::from(piece.token) + 1,
                Text(&piece.text)
            );
        }
        html + "</p>"
    }

    /// All that is listed.
    fn all(&self) -> String {
        let sum = |of: fn(&Replay) -> u64| -> u64 {
            self.replays.iter().map(|(_, replay)| of(replay)).sum()
        };
        let positions = sum(|replay| replay.positions.into());
        if positions == 0 && self.read >= self.wants.len() {
            return no_alternatives();
        }
        let [impossible, unknown, not_greedy, skipped] = [
            sum(|replay| replay.impossible.len() as u64),
            sum(|replay| replay.unknown.len() as u64),
            sum(|replay| replay.not_greedy.len() as u64),
            sum(|replay| replay.skipped.into()),
        ];
        let mut html = progress(self.read, self.wants.len());
        html += "<dl class=\"figures\">";
        for (title, least, most) in [
            (
                "Tokens that could not have been drawn",
                impossible,
                impossible + unknown,
            ),
            (
                "Tokens that are not the best of their position",
                not_greedy,
                not_greedy,
            ),
        ] {
            let share = match positions {
                0 => 0.0,
                _ => least as f64 / positions as f64,
            };
            push!(
                html,
                "<div><dt>{title}</dt><dd>{} of {} · {}{}</dd></div>",
                count_between(least, most),
                counted(positions, "position", "positions"),
                if least == most { "" } else { "at least " },
                format::percent(share)
            );
        }
        let whole = |may_be_unknown: bool| {
            let possible = self.replays.iter().filter(|(_, replay)| {
                replay.positions > 0
                    && replay.impossible.is_empty()
                    && (may_be_unknown || replay.unknown.is_empty())
            });
            possible.count() as u64
        };
        push!(
            html,
            "<div><dt>Sequences that were possible as a whole</dt><dd>{} of {}</dd></div>",
            count_between(whole(false), whole(true)),
            format::count(
                self.replays
                    .iter()
                    .filter(|(_, replay)| replay.positions > 0)
                    .count() as u64
            )
        );
        if skipped > 0 {
            push!(
                html,
                "<div><dt>Left out</dt><dd>{} without alternatives or a value</dd></div>",
                counted(skipped, "token", "tokens")
            );
        }
        if self.unreadable > 0 {
            push!(
                html,
                "<div><dt>Not read</dt><dd>{}: the file has changed</dd></div>",
                counted(self.unreadable as u64, "sequence", "sequences")
            );
        }
        html += "</dl><div class=\"scroll\"><table class=\"rows\"><thead><tr><th scope=\"col\">sequence</th><th scope=\"col\" class=\"number\">could not have been drawn</th><th scope=\"col\" class=\"number\">may have been cut off</th><th scope=\"col\" class=\"number\">not greedy</th><th scope=\"col\">ln p under the settings</th></tr></thead><tbody>";
        let mut rows: Vec<&(u32, Replay)> = self
            .replays
            .iter()
            .filter(|(_, replay)| replay.positions > 0)
            .collect();
        rows.sort_by_key(|(index, replay)| (std::cmp::Reverse(replay.impossible.len()), *index));
        for (index, replay) in rows.iter().take(ROWS) {
            let open = format!(
                "<button type=\"button\" class=\"link\" data-view=\"s={0}&amp;t=\">sequence {0}</button>",
                u64::from(*index) + 1
            );
            push!(
                html,
                "<tr><th scope=\"row\">{open}</th><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td>{}</td></tr>",
                format::count(replay.impossible.len() as u64),
                format::count(replay.unknown.len() as u64),
                format::count(replay.not_greedy.len() as u64),
                figure(replay.logprob, format::sig3)
            );
        }
        html += "</tbody></table></div>";
        if rows.len() > ROWS {
            push!(
                html,
                "<p class=\"panel-note\">The {} with the most; filter to see others.</p>",
                format::count(ROWS as u64)
            );
        }
        html
    }
}

/// A token as a button that pins it here.
fn here(columns: &Columns, index: u32, token: u32) -> String {
    token_link(columns, index, token).replace("data-view=\"panel=&amp;", "data-view=\"")
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
            (Some(index), ..) => {
                let link = open_link(index, None, "the list");
                format!("{}<p>Back to {link}.</p>", no_alternatives())
            }
        }
    }
}
