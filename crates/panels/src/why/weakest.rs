//! Where a run or a sequence was least sure.
use crate::html::{counted, open_link, token_link};
use analysis::carry::halves;
use completions::Columns;
use markup::{Text, push};
use metrics::{format, repetition};

/// Loops are looked for in so many sequences.
const LOOPS_IN: usize = 5_000;

/// Weakest token and passage, loops and drift: of the open sequence, else of what is listed.
pub(super) fn weakest(columns: &Columns, order: &[u32], open: Option<u32>) -> String {
    let scope: Vec<u32> = match open {
        Some(index) => vec![index],
        None => order.to_vec(),
    };
    let sequence = |index: &u32| {
        columns
            .sequences
            .get(*index as usize)
            .map(|found| (*index, found))
    };
    let all = || scope.iter().filter_map(sequence);
    let mut html = "<h3>Where it was least sure</h3><dl class=\"facts\">".to_owned();
    let least = |a: &(f64, u32, u32), b: &(f64, u32, u32)| a.0.total_cmp(&b.0);
    let token = all().filter_map(|(index, found)| {
        Some((found.metrics.min_prob?, index, found.metrics.min_prob_at?))
    });
    if let Some((p, index, token)) = token.min_by(least) {
        push!(
            html,
            "<div><dt>Weakest token</dt><dd>{} {}</dd></div>",
            token_link(columns, index, token),
            format::percent(p)
        );
    }
    let passage = all().filter_map(|(index, found)| {
        let passage = found.metrics.weakest_passage?;
        Some((passage.mean_logprob, index, passage))
    });
    if let Some((mean, index, passage)) = passage.min_by(|a, b| a.0.total_cmp(&b.0)) {
        let found = columns.sequences.get(index as usize);
        let bytes: Vec<u8> = found.map_or_else(Vec::new, |found| {
            let tokens = passage.start..passage.end;
            tokens
                .flat_map(|token| columns.token_bytes(found, token))
                .copied()
                .collect()
        });
        let text = format!(
            "“{}”",
            Text(markup::short(&String::from_utf8_lossy(&bytes), 80))
        );
        push!(
            html,
            "<div><dt>Weakest passage</dt><dd>{} {} a token</dd></div>",
            open_link(index, Some(passage.start), &text),
            format::percent(metrics::num::exp(mean))
        );
    }
    let drifts = all().filter_map(|(index, found)| Some((halves(columns, found)?, index)));
    let change = |one: &((f64, f64), u32)| one.0.1 - one.0.0;
    if let Some(((first, second), index)) = drifts.max_by(|a, b| change(a).total_cmp(&change(b))) {
        let whose = if scope.len() < 2 {
            String::new()
        } else {
            format!(
                " in {}, the one that changes most",
                open_link(index, None, &format!("sequence {}", u64::from(index) + 1))
            )
        };
        push!(
            html,
            "<div><dt>First half, second half</dt><dd>{} and {} a token{whose}</dd></div>",
            format::bits(first),
            format::bits(second)
        );
    }
    let looping = all().take(LOOPS_IN).filter_map(|(index, found)| {
        let tokens: Vec<&[u8]> = (0..found.n_tokens)
            .map(|token| columns.token_bytes(found, token))
            .collect();
        repetition::tail_loop(&tokens).map(|found| (index, found))
    });
    let looping: Vec<_> = looping.collect();
    if let Some((index, found)) = looping.first() {
        let more = match looping.len() - 1 {
            0 => String::new(),
            more => format!(", and {} more", format::count(more as u64)),
        };
        push!(
            html,
            "<div><dt>Loops at the end</dt><dd>{} repeats {}{more}: repetition raises probability without meaning anything</dd></div>",
            open_link(*index, None, &format!("sequence {}", u64::from(*index) + 1)),
            counted(u64::from(found.period), "token", "tokens")
        );
    }
    html + "</dl>"
}
