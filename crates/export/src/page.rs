//! One HTML file that shows the highlighted texts: it opens without a server, script or network.
use crate::{STYLES, View, worst_values};
use analysis::shade::value_of;
use api::{Card, Totals};
use markup::{Text, tokens_html};
use metrics::format::{count, counted, sig3_or_dash, utc};
use metrics::{Band, Mark};
use std::io::{self, Write};

/// Sequences in one file: browsers are slow with more.
pub const SEQUENCES: usize = 2_000;

const LAYOUT: &str = "body{font-family:var(--sans);background:var(--surface);color:var(--ink);max-width:72rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.4rem;margin:0 0 .25rem;overflow-wrap:anywhere}.quiet{color:var(--ink-quiet);font-size:.85rem}\
.boards,.chips{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:1rem 0}.chips{gap:.25rem 1.25rem;margin:0 0 .25rem;font-size:.85rem}\
dt{color:var(--ink-quiet);font-size:.75rem}dd{margin:0}.boards dd{font-size:2rem;font-weight:300}\
article{border:1px solid var(--line);border-radius:.5rem;background:var(--raised);padding:.75rem 1rem;margin:.75rem 0}\
.tokens{white-space:pre-wrap;margin:.25rem 0}.key span{margin-right:1rem}";

/// Writes it.
///
/// # Errors
/// Those of `out`.
pub fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let name = Text(view.name);
    write!(
        out,
        "<!doctype html><html lang=\"en\" data-signs=\"0\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>{name} · Surprisal</title><style>{}{}{LAYOUT}</style></head><body><h1>{name}</h1>",
        STYLES[0], STYLES[1]
    )?;
    head(view, out)?;
    for &index in view.selection.order.iter().take(SEQUENCES) {
        article(view, index, out)?;
    }
    out.write_all(b"</body></html>\n")
}

fn head(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let totals = Totals::from(&view.selection.metrics);
    let all = view.columns.sequences.len() as u64;
    write!(
        out,
        "<p class=\"quiet\">{} of {} · {}",
        count(totals.sequences),
        counted(all, "sequence", "sequences"),
        counted(totals.tokens, "token", "tokens")
    )?;
    if !view.filter.is_empty() {
        write!(out, " · only <code>{}</code>", Text(view.filter))?;
    }
    let listed = view.selection.order.len();
    if listed > SEQUENCES {
        let (shown, listed) = (count(SEQUENCES as u64), count(listed as u64));
        write!(out, " · the first {shown} of {listed} are in this file")?;
    }
    out.write_all(b"</p><dl class=\"boards\">")?;
    for (name, value) in [
        ("Number of sentences", count(totals.sequences)),
        (
            "Perplexity overall",
            sig3_or_dash(totals.perplexity_overall),
        ),
        (
            "Probability overall",
            sig3_or_dash(totals.probability_overall),
        ),
    ] {
        write!(out, "<div><dt>{name}</dt><dd>{value}</dd></div>")?;
    }
    let lens = view.scale.lens;
    write!(
        out,
        "</dl><p class=\"quiet key\">coloured by {}: ",
        Text(lens.title())
    )?;
    for (band, class) in [(Band::Low, "b1"), (Band::Middle, "b4"), (Band::High, "b7")] {
        let (name, words) = (view.scale.band_name(band), view.scale.limits_text(band));
        write!(
            out,
            "<span class=\"tokens\"><span class=\"{class}\">{name}</span></span><span>{words}"
        )?;
        // The boards count the tokens of the usual scale.
        if view.scale == analysis::Scale::default() {
            let of_band = view.selection.metrics.bands[band as usize];
            write!(out, " · {}", count(of_band))?;
        }
        out.write_all(b"</span>")?;
    }
    let about = lens.about();
    if !about.is_empty() {
        write!(out, "</p><p class=\"quiet\">{}", Text(about))?;
    }
    out.write_all(b"</p>")
}

fn article(view: &View<'_>, index: u32, out: &mut dyn Write) -> io::Result<()> {
    if view.columns.sequences.get(index as usize).is_none() {
        return Ok(());
    }
    let card = Card::new(view.columns, index, u32::MAX);
    write!(
        out,
        "<article id=\"s{0}\"><dl class=\"chips\"><div><dt>Sequence</dt><dd>{0}</dd></div>",
        index + 1
    )?;
    let created = card.created.and_then(utc).unwrap_or_default();
    for (name, value) in [
        ("probability", sig3_or_dash(card.probability)),
        ("Perplexity", sig3_or_dash(card.perplexity)),
        ("N.Token", count(card.tokens.into())),
        ("Model", Text(&card.model).to_string()),
        ("Created at", created),
        ("File", Text(&card.source).to_string()),
        ("Ended by", Text(&card.finish).to_string()),
    ] {
        if !value.is_empty() {
            write!(out, "<div><dt>{name}</dt><dd>{value}</dd></div>")?;
        }
    }
    let marks: Vec<u8> = card
        .pieces
        .iter()
        .zip(worst_values(view.columns, view.shade, &card))
        .map(|(piece, worst)| {
            let usual = Mark::from_code(piece.mark);
            view.scale.mark(value_of(worst), usual).code()
        })
        .collect();
    let hits = view.selection.hits_in(index);
    write!(
        out,
        "</dl><p class=\"tokens\">{}</p></article>",
        tokens_html(&card.pieces, &marks, hits)
    )
}
