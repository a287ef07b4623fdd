//! One sequence under other settings: figures, findings, and its text.
use super::Lab;
use super::figures::{badge, figure, guess};
use super::position;
use crate::html::{counted, token_link};
use analysis::lab::{Replay, Settings, estimate, estimate_at, step_at};
use completions::{Columns, SequenceDetail};
use markup::{Text, push};
use metrics::format;

impl Lab {
    /// One sequence in full.
    pub(super) fn one(
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
        for (tokens, none, [one, many]) in [
            (
                &replay.impossible,
                "Every token could still have been drawn",
                [
                    "could not have been drawn",
                    "could not have been drawn, the first",
                ],
            ),
            (
                &replay.unknown,
                "",
                [
                    "may have been cut off, the list is too short to say",
                    "may have been cut off, the lists are too short to say, the first",
                ],
            ),
            (
                &replay.not_greedy,
                "Greedy decoding would have written the same text",
                [
                    "is not the best of its position; greedy parts from the text there",
                    "are not the best of their position; greedy parts from the text at the first",
                ],
            ),
        ] {
            let what = if tokens.len() == 1 { one } else { many };
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
        let model = columns
            .sequences
            .get(index as usize)
            .map_or("", |sequence| columns.model_of(sequence));
        html += &super::to_score(detail, Some((model, &self.settings))).unwrap_or_default();
        html += "<div class=\"lab-sides\">";
        html += &self.strip(columns, index, detail, replay);
        html += "<div class=\"lab-token\">";
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
                let before = position::Before::new(model, detail, token);
                let (likely, before) = (likely.as_ref(), before.as_ref());
                html += &position::table(token, found, (&step, place), likely, before);
            }
            None if self.token.is_some() => {
                html += "<p class=\"panel-note\">This token has no alternatives in the file, so other settings cannot be replayed at it.</p>"
            }
            None => {
                html += "<p class=\"panel-note\">Choose a token in the text, by pointer or with the arrow keys, to see how the settings move its alternatives.</p>"
            }
        }
        html + "</div></div>"
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
        // One tab stop: the arrow keys move inside it (`app/src/components/keys.rs`).
        let mut html = "<div class=\"tokens lab-text\" data-walk=\"text\" tabindex=\"0\" role=\"group\" aria-label=\"Text of the sequence. Arrow keys move from token to token.\">".to_owned();
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
        html + "</div>"
    }
}

/// A token as a button that pins it here.
fn here(columns: &Columns, index: u32, token: u32) -> String {
    token_link(columns, index, token).replace("data-view=\"panel=&amp;", "data-view=\"")
}
