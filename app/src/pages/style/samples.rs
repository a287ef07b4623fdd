//! Made-up things to show: controls, tokens, cards, tables.
use crate::components::{head_html, static_card_html};
use crate::markup::push;
use api::{BoardProblem, Card, Piece, RunSummary, Totals};
use markup::tokens_html;
use metrics::Mark;

/// Buttons, fields, menus.
pub(super) fn controls() -> String {
    let mut html = "<h2>Buttons</h2>".to_owned();
    for (state, attribute) in [("Ready", ""), ("Not to be used now", " disabled")] {
        push!(html, "<h3>{state}</h3><div class=\"actions\">");
        for (class, text) in [
            ("", "Usual"),
            ("primary", "Most wanted"),
            ("danger", "Deletes"),
            ("quiet", "Quiet"),
            ("link", "Like a link"),
        ] {
            push!(
                html,
                "<button type=\"button\" class=\"{class}\"{attribute}>{text}</button>"
            );
        }
        html += "</div>";
    }
    html += "<h3>With the focus, and others that look like buttons</h3><div class=\"actions\">\
        <button type=\"button\" class=\"style-focus\">Focus</button><a class=\"button\" href=\"#fields\">A link</a>\
        <a class=\"button primary\" href=\"#fields\">A link that is most wanted</a>\
        <label class=\"button\">A file<input type=\"file\" class=\"visually-hidden\"></label></div>\
        <h2 id=\"fields\">Fields</h2><div class=\"fields\">";
    for (name, attributes) in [
        ("Empty", "placeholder=\"a token, or p&lt;0.2\""),
        ("Filled", "value=\"p&lt;0.2 model:gpt-4o\""),
        ("With the focus", "value=\"sea\" class=\"style-focus\""),
        ("Not to be used now", "value=\"sea\" disabled"),
        ("A number", "type=\"number\" value=\"0.7\" step=\"0.1\""),
        (
            "A slider",
            "type=\"range\" min=\"0\" max=\"2\" step=\"0.1\" value=\"1\"",
        ),
    ] {
        push!(
            html,
            "<div class=\"field\"><label><span class=\"field-name\">{name}</span><input {attributes}></label><span class=\"field-help\">what it does</span></div>"
        );
    }
    html += "<div class=\"field\"><label><span class=\"field-name\">A menu</span><select><option>perplexity</option></select></label></div>\
        <div class=\"field\"><label><span class=\"field-name\">A menu that waits</span><select disabled><option>perplexity</option></select></label></div>\
        <label class=\"field-check\"><input type=\"checkbox\">Off</label><label class=\"field-check\"><input type=\"checkbox\" checked>On</label>\
        <div class=\"field\"><label><span class=\"field-name\">A text</span><textarea rows=\"2\">{\"choices\": []}</textarea></label></div>\
        <div class=\"field\"><span class=\"field-name\">Wrong</span><p class=\"query-error\">at character 3: A value is missing behind <code>p</code>.</p></div>\
        </div><h2>Menus and progress</h2><div class=\"actions\"><details class=\"menu\"><summary class=\"button\">A menu</summary><div class=\"menu-items\"><button type=\"button\">One</button><button type=\"button\" aria-pressed=\"true\">Two, chosen</button></div></details>\
        <progress max=\"100\" value=\"35\" aria-label=\"35 of 100\"></progress><meter min=\"0\" max=\"64000\" value=\"12000\" aria-label=\"12 000 of 64 000\"></meter></div>\
        <h3>A hint, and the switch of the keys</h3>";
    html += &::markup::hint(
        "style",
        "One line that helps on a screen, until it was read.",
    );
    html += &::markup::letter_keys(false);
    html + "<h3>A dialog</h3><dialog open class=\"style-dialog\" aria-labelledby=\"style-dialog\"><h2 id=\"style-dialog\">Delete answers.jsonl?</h2><p>Its link stops working for everybody who has it. This cannot be undone.</p><div class=\"actions\"><button type=\"button\" class=\"danger\">Delete</button><button type=\"button\">Keep it</button></div></dialog>"
}

fn piece(text: &str, code: u8) -> Piece {
    Piece {
        text: text.to_owned(),
        mark: code,
        token: code.into(),
    }
}

/// A token in every band, in every palette; matched, looked at, pinned; signs and line breaks.
pub(super) fn tokens() -> String {
    let names = [
        " hopeless",
        " very low",
        " low",
        " middle 1",
        " middle 2",
        " middle 3",
        " likely",
        " surer",
        " sure",
        " below the floor",
        " no value",
    ];
    let mut pieces: Vec<Piece> = (0..)
        .zip(names)
        .map(|(code, name)| piece(name, code))
        .collect();
    pieces.push(piece(".\n", 2));
    pieces.push(piece("<b>&\t", Mark::of(0.9).code()));
    let mut html = "<h2>Tokens</h2>".to_owned();
    for (palette, title) in [
        ("safe", "Colour-blind safe"),
        ("classic", "Red, yellow, green"),
        ("mono", "Underlines only"),
    ] {
        push!(
            html,
            "<h3>{title}</h3><div data-palette=\"{palette}\"><p class=\"tokens\">{}</p></div>",
            tokens_html(&pieces, &[], &[])
        );
    }
    push!(
        html,
        "<h3>Matched by a filter, under the pointer, pinned</h3><p class=\"tokens\">{}<span class=\"b4 look\"> looked at</span><span class=\"b2 pin\"> pinned</span></p>",
        tokens_html(&[piece(" matched", 2), piece(" matched", 8)], &[], &[2, 8])
    );
    html
}

fn card(change: impl FnOnce(&mut Card)) -> Card {
    let mut card = Card {
        model: "gpt-4o-2024-08-06".to_owned(),
        created: Some(1_733_397_507.0),
        tokens: 11,
        choices: 1,
        perplexity: Some(1.513),
        probability: Some(0.802),
        kind: "answer".to_owned(),
        pieces: vec![
            piece("The", 8),
            piece(" sea", 2),
            piece(" is", 7),
            piece(" wide", 4),
            piece(".", 8),
        ],
        ..Card::default()
    };
    change(&mut card);
    card
}

/// A card in each of its states.
pub(super) fn cards() -> String {
    let mut html = "<h2>Cards</h2><div class=\"cards\">".to_owned();
    for one in [
        card(|_| {}),
        card(|card| {
            card.sequence = 1;
            card.choices = 3;
            card.choice = 1;
            card.finish = "length".to_owned();
            card.tokens = 479;
            card.censored = 2;
            card.hidden_tokens = 474;
            card.reported_tokens = Some(476);
            card.source = "runs/2024/answers-with-a-long-name.jsonl".to_owned();
        }),
        card(|card| {
            card.sequence = 2;
            card.tokens = 0;
            card.missing = 0;
            card.perplexity = None;
            card.probability = None;
            card.model = String::new();
            card.created = None;
            card.pieces = vec![piece("An answer without token probabilities.", 10)];
        }),
        card(|card| {
            card.sequence = 3;
            card.kind = "refusal".to_owned();
            card.pieces = vec![piece("<script>alert(1)</script>", 1)];
        }),
    ] {
        html += &static_card_html(&one);
    }
    html +=
        "<article class=\"card card-loading\" aria-label=\"A card that is on its way\"></article>";
    push!(
        html,
        "</div><h3>The head of one that stands for four identical texts</h3>{}",
        head_html(&card(|_| {}), 4)
    );
    html
}

/// The run of the boards and reports, with a report of this severity.
pub(super) fn run(severity: &str) -> RunSummary {
    let problem = |level: &str, sentence: &str, remedy: &str| BoardProblem {
        code: "an_example".to_owned(),
        level: level.to_owned(),
        count: 12,
        sentence: sentence.to_owned(),
        remedy: remedy.to_owned(),
        places: vec![(3, 17, 4_711, Some(2), "an example".to_owned())],
        sources: Vec::new(),
    };
    let info = problem("info", "12 answers end with an empty token.", "");
    let warn = problem(
        "warn",
        "12 tokens have a log-probability above 0; they count as certain.",
        "Ask the server for raw log-probabilities.",
    );
    let error = problem(
        "error",
        "12 records are no JSON and were left out.",
        "Write the file again; it may be cut off.",
    );
    let problems = match severity {
        "ok" => vec![],
        "doubts" => vec![info, warn],
        "partial" => vec![warn, error],
        _ => vec![error],
    };
    RunSummary {
        name: "answers.jsonl".to_owned(),
        size: 2_097_152,
        format: "openai_chat".to_owned(),
        container: "jsonl".to_owned(),
        severity: severity.to_owned(),
        totals: Totals {
            sequences: 22,
            scored_sequences: 21,
            tokens: 3_117,
            scored_tokens: 3_100,
            missing_tokens: 11,
            censored_tokens: 6,
            invalid_tokens: 0,
            perplexity_overall: Some(5.13),
            overflow_sequences: 0,
            probability_overall: Some(0.565),
            perplexity_median: Some(3.2),
            perplexity_tokens: Some(3.63),
            probability_tokens: Some(0.539),
            bands: [412, 618, 2_070],
        },
        models: vec![("gpt-4o".to_owned(), 20), ("smollm2".to_owned(), 2)],
        evidence: vec!["12 records have choices[].logprobs.content".to_owned()],
        problems,
        ..RunSummary::default()
    }
}

/// Boards of a run without any probability.
pub(super) fn nothing_scored() -> Totals {
    Totals {
        sequences: 3,
        ..Totals::default()
    }
}

/// Tables, and the figures beside a token.
pub(super) fn tables() -> String {
    let mut html = "<h2>Tables and figures</h2><h3>Alternatives of a token</h3><table class=\"alternatives style-narrow\"><caption class=\"visually-hidden\">Alternatives, best first</caption><colgroup><col class=\"rank\"><col><col class=\"bars\"><col class=\"share\"></colgroup><tbody>".to_owned();
    for (class, rank, name, share) in [
        ("", "1", "<code>␣ocean</code>", 62),
        (
            "chosen",
            "2",
            "<code>␣sea</code> <span class=\"chosen-mark\">written</span>",
            31,
        ),
        ("residual", "", "something else", 7),
    ] {
        push!(
            html,
            "<tr class=\"{class}\"><td>{rank}</td><th scope=\"row\">{name}</th><td class=\"bar-cell\"><span class=\"bar\" style=\"width:{share}%\"></span></td><td class=\"number\">{share} %</td></tr>"
        );
    }
    html += "</tbody></table><h3>Figures</h3><dl class=\"figures style-narrow\"><div><dt>probability</dt><dd>0.31</dd></div><div><dt>surprisal</dt><dd>1.69 bits</dd></div><div><dt>rank</dt><dd>2</dd></div></dl>\
        <h3>Rows</h3><div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Rows\"><table class=\"rows\"><thead><tr><th scope=\"col\">token</th><th scope=\"col\" class=\"number\">count</th><th scope=\"col\" colspan=\"2\">mean probability</th></tr></thead><tbody>";
    for (token, count, share) in [("␣the", 128, 91), ("␣sea", 17, 24), ("⏎", 9, 3)] {
        push!(
            html,
            "<tr><th scope=\"row\"><code>{token}</code></th><td class=\"number\">{count}</td><td class=\"bar-cell\"><span class=\"bar\" style=\"width:{share}%\"></span></td><td class=\"number\">{share} %</td></tr>"
        );
    }
    html + "</tbody></table></div>"
}
