//! A link that holds a few answers: what goes into it, how long it is, and what that fits.
use crate::html::{counted, menu};
use crate::{Panel, Question, Runs, Settings, Want};
use completions::SequenceDetail;
use excerpt::{ANSWERS, Excerpt, LONGEST};
use markup::{Text, push};
use metrics::format::count;
use std::collections::HashMap;

/// What a link of so many characters still goes through.
const PLACES: [(usize, &str); 4] = [
    (2_000, "messages of chat programs"),
    (8_000, "mails, tickets and wikis"),
    (32_000, "what the address bar of any browser takes"),
    (LONGEST, "the longest link that is made here"),
];

/// Parts of the view that a link keeps. Words of a query are text: a masked link has none.
const KEPT: [&str; 4] = ["colour", "unit", "relative", "cuts"];

pub(crate) struct Share {
    /// The sequences that go into the link.
    sequences: Vec<u32>,
    /// How many are listed and not among them.
    left_out: usize,
    wants: Vec<Want>,
    details: HashMap<u32, SequenceDetail>,
    taken: usize,
    alternatives: usize,
    masked: bool,
    /// Address of the page and the parts of the view.
    address: String,
    open: Option<(u32, Option<u32>)>,
}

/// The fields.
pub(crate) fn controls(settings: &Settings, question: &Question) -> String {
    let mut html = "<p class=\"panel-lead\">A link that holds answers, with their probabilities, behind its <code>#</code>: no browser sends that to a server, so nothing is stored anywhere, and whoever has the link has the answers.</p>".to_owned();
    let mut options = Vec::new();
    if question.sequence.is_some() {
        options.push(("open", "the open answer"));
    }
    options.push(("listed", "the answers that are listed"));
    html += &menu("what", "What", options, which(settings, question));
    html += &menu(
        "alternatives",
        "Alternatives of a token",
        [
            ("0", "none"),
            ("1", "the best one"),
            ("3", "3"),
            ("5", "5"),
            ("20", "up to 20"),
        ],
        settings.get("alternatives").unwrap_or("0"),
    );
    let checked = if masked(settings) { " checked" } else { "" };
    push!(
        html,
        "<label class=\"field-check\"><input type=\"checkbox\" name=\"mask\" value=\"1\"{checked}>Mask the text: letters read x, digits 0, probabilities stay</label>"
    );
    html
}

fn masked(settings: &Settings) -> bool {
    settings.get("mask") == Some("1")
}

fn which(settings: &Settings, question: &Question) -> &'static str {
    match (settings.get("what"), question.sequence) {
        (Some("listed"), _) | (_, None) => "listed",
        _ => "open",
    }
}

impl Share {
    pub(crate) fn new(settings: &Settings, question: &Question, runs: &Runs<'_>) -> Self {
        let listed = &runs.this.selection.order;
        let open = question
            .sequence
            .filter(|_| which(settings, question) == "open");
        let sequences: Vec<u32> = match open {
            Some(sequence) => vec![sequence],
            None => listed.iter().copied().take(ANSWERS).collect(),
        };
        let alternatives = settings.whole("alternatives", 0) as usize;
        let with_tokens = |index: &&u32| {
            let row = runs.this.columns.sequences.get(**index as usize);
            alternatives > 0 && row.is_some_and(|row| row.n_tokens > 0)
        };
        Self {
            left_out: if open.is_some() {
                0
            } else {
                listed.len() - sequences.len()
            },
            wants: sequences
                .iter()
                .filter(with_tokens)
                .map(|index| Want::of_this(*index))
                .collect(),
            details: HashMap::new(),
            taken: 0,
            alternatives,
            masked: masked(settings),
            address: question.address.clone(),
            open: question.sequence.map(|sequence| (sequence, question.token)),
            sequences,
        }
    }

    /// The link, and what is in it.
    fn link(&self, runs: &Runs<'_>) -> (String, Excerpt) {
        let mut excerpt = Excerpt::of(
            runs.this.name,
            runs.this.columns,
            self.sequences.iter().copied(),
            self.alternatives,
            |index| self.details.get(&index),
        );
        if self.masked {
            excerpt.mask();
        }
        let (page, view) = self.address.split_once('#').unwrap_or((&self.address, ""));
        let is_kept = |part: &&str| {
            let name = part.split('=').next().unwrap_or_default();
            KEPT.contains(&name) || (name == "q" && !self.masked)
        };
        let mut parts: Vec<String> = view.split('&').filter(is_kept).map(str::to_owned).collect();
        if let Some((sequence, token)) = self.open
            && let Some(place) = self.sequences.iter().position(|one| *one == sequence)
            && place < excerpt.answers.len()
        {
            parts.push(format!("s={}", place + 1));
            parts.extend(token.map(|token| format!("t={}", u64::from(token) + 1)));
        }
        parts.push(format!("excerpt={}", excerpt.encode()));
        (format!("{page}#{}", parts.join("&")), excerpt)
    }
}

impl Panel for Share {
    fn wants(&self) -> &[Want] {
        &self.wants
    }

    fn take(&mut self, _: &Runs<'_>, want: Want, detail: Option<&SequenceDetail>) {
        self.taken += 1;
        if let Some(detail) = detail {
            self.details.insert(want.sequence, detail.clone());
        }
    }

    fn html(&self, runs: &Runs<'_>) -> String {
        if self.taken < self.wants.len() {
            // A link without what is missing would be another one.
            return crate::html::progress(self.taken, self.wants.len());
        }
        let (link, excerpt) = self.link(runs);
        if excerpt.answers.is_empty() {
            return "<p class=\"panel-sum\">Nothing is listed, so there is nothing to share. Take the filter away.</p>".to_owned();
        }
        let mut html = contents(&excerpt);
        let left_out = self.left_out + self.sequences.len() - excerpt.answers.len();
        if left_out > 0 {
            push!(
                html,
                "<p class=\"panel-note\">{} left out: a link holds at most {ANSWERS} answers and {} tokens.</p>",
                counted(left_out as u64, "listed answer is", "listed answers are"),
                count(excerpt::TOKENS as u64)
            );
        }
        let length = link.len();
        html += &meter(length);
        if length <= LONGEST {
            let link = Text(&link);
            push!(
                html,
                "<label class=\"share-link\"><span class=\"field-name\">The link</span><textarea readonly rows=\"4\" spellcheck=\"false\">{link}</textarea></label>\
                 <p class=\"panel-nav\"><button type=\"button\" class=\"primary\" data-copy-text=\"{link}\">Copy the link</button><a class=\"button\" href=\"{link}\" target=\"_blank\" rel=\"external noopener\">See what others see</a></p>"
            );
        } else {
            html += "<p class=\"strip strip-error\" role=\"alert\">That is too long for a link. Share fewer answers or alternatives, or save the HTML report, which opens offline.</p>";
        }
        html
    }
}

fn contents(excerpt: &Excerpt) -> String {
    let answers = excerpt.answers.len() as u64;
    let tokens: usize = excerpt
        .answers
        .iter()
        .map(|answer| answer.tokens.len())
        .sum();
    let text = if excerpt.masked {
        "the text masked and the name of the run left out"
    } else {
        "the text as it is and the name of the run"
    };
    format!(
        "<p class=\"panel-sum\">{} with {}: {text}, model, time, probabilities to 0.0001 nats. No prompts, no calls of tools.</p>",
        counted(answers, "answer", "answers"),
        counted(tokens as u64, "token", "tokens")
    )
}

/// How long the link is, and what it fits.
fn meter(length: usize) -> String {
    let shown = length.min(LONGEST);
    let mut html = format!(
        "<p class=\"share-size\"><meter min=\"0\" max=\"{LONGEST}\" value=\"{shown}\" aria-label=\"Length of the link\"></meter> {} characters</p><ul class=\"share-places\">",
        count(length as u64)
    );
    for (most, place) in PLACES {
        let (sign, fits) = if length <= most {
            ("✓", "fits")
        } else {
            ("✗", "too long for")
        };
        push!(
            html,
            "<li><span aria-hidden=\"true\">{sign}</span> {fits} {place}: up to {}</li>",
            count(most as u64)
        );
    }
    html + "</ul>"
}

/// What the page says of a run that is the excerpt of a link.
pub fn excerpt_note(excerpt: &Excerpt) -> String {
    let answers = counted(excerpt.answers.len() as u64, "answer", "answers");
    let from = if excerpt.name.is_empty() {
        String::new()
    } else {
        format!(" of {}", excerpt.name)
    };
    let mask = if excerpt.masked {
        " Its text is masked: letters read x, digits 0. The probabilities are those of the text."
    } else {
        ""
    };
    format!(
        "This is an excerpt: {answers}{from} that came with the link. They are in the address only; no server has them.{mask}"
    )
}

/// Name of such a run.
pub fn excerpt_name(excerpt: &Excerpt) -> String {
    if excerpt.name.is_empty() {
        "masked excerpt".to_owned()
    } else {
        format!("excerpt of {}", excerpt.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meter_says_what_a_link_fits() {
        for (length, fits) in [(2_000, 4), (2_001, 3), (8_001, 2), (32_001, 1), (64_001, 0)] {
            assert_eq!(meter(length).matches("✓").count(), fits, "{length}");
        }
        assert!(
            meter(12_345).contains("value=\"12345\""),
            "{}",
            meter(12_345)
        );
    }

    #[test]
    fn an_excerpt_says_what_it_is() {
        let mut excerpt = Excerpt {
            name: "a.json".into(),
            answers: vec![Default::default()],
            masked: false,
        };
        assert_eq!(
            excerpt_note(&excerpt),
            "This is an excerpt: 1 answer of a.json that came with the link. They are in the address only; no server has them."
        );
        assert_eq!(excerpt_name(&excerpt), "excerpt of a.json");
        excerpt.mask();
        assert!(excerpt_note(&excerpt).contains("1 answer that came with the link."));
        assert!(excerpt_note(&excerpt).ends_with("The probabilities are those of the text."));
        assert_eq!(excerpt_name(&excerpt), "masked excerpt");
    }
}
