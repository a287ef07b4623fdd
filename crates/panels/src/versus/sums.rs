//! All pairs together: what differs, and who belongs together.
use crate::html::counted;
use analysis::compare::{Comparison, Difference, bootstrap};
use markup::push;
use metrics::format;

/// Sums and differences.
pub(super) fn differences(comparison: &Comparison) -> String {
    let mut html = "<div class=\"scroll\"><table class=\"rows differences\"><thead><tr><th scope=\"col\"></th><th scope=\"col\" class=\"number\">A</th><th scope=\"col\" class=\"number\">B</th><th scope=\"col\" class=\"number\">B − A</th><th scope=\"col\" class=\"number\">95 % interval</th><th scope=\"col\" class=\"number\">pairs</th></tr></thead><tbody>".to_owned();
    for Difference {
        measure,
        pairs,
        a,
        b,
        difference,
        interval,
    } in &comparison.differences
    {
        let say =
            |value: &Option<f64>| value.map_or_else(|| "—".to_owned(), |value| measure.say(value));
        let signed = |value: f64| {
            format!(
                "{}{}",
                if value > 0.0 { "+" } else { "" },
                measure.say(value)
            )
        };
        let (class, between) = match interval {
            Some(interval) => (
                // Surely different: 0 is outside.
                if interval.low > 0.0 || interval.high < 0.0 {
                    "sure"
                } else {
                    ""
                },
                format!("{} … {}", signed(interval.low), signed(interval.high)),
            ),
            None => ("", "—".to_owned()),
        };
        push!(
            html,
            "<tr class=\"{class}\"><th scope=\"row\">{}</th><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{between}</td><td class=\"number\">{}</td></tr>",
            measure.title(),
            say(a),
            say(b),
            difference.map_or_else(|| "—".to_owned(), signed),
            format::count(u64::from(*pairs))
        );
    }
    push!(
        html,
        "</tbody></table></div><p class=\"panel-note\">Intervals: paired bootstrap, percentiles, {} resamples with a fixed seed. Each run scores its own text: that is confidence, not correctness.</p>",
        format::count(bootstrap::RESAMPLES as u64)
    );
    html
}

/// Who belongs together, and who is alone.
pub(super) fn pairing(comparison: &Comparison) -> String {
    let mut text = format!(
        "{} by {}",
        counted(comparison.pairs.len() as u64, "pair", "pairs"),
        comparison.rule.name()
    );
    for (alone, name) in [
        (comparison.only_a.len(), "A"),
        (comparison.only_b.len(), "B"),
    ] {
        if alone > 0 {
            push!(
                text,
                ", {} of {name} without a partner",
                format::count(alone as u64)
            );
        }
    }
    text.push_str(". ");
    match comparison.median_fork() {
        None if comparison.pairs.is_empty() => {}
        None => text.push_str("All texts are the same, byte by byte."),
        Some(byte) if comparison.pairs.len() == 1 => push!(
            text,
            "The texts part after {}.",
            counted(byte.into(), "byte", "bytes")
        ),
        Some(byte) => push!(
            text,
            "The same text in {}; the others part after {}, in the median.",
            format::count(comparison.same_texts() as u64),
            counted(byte.into(), "byte", "bytes")
        ),
    }
    let other = comparison.other_tokens();
    if other > 0 {
        push!(
            text,
            " In {} the same bytes are cut into other tokens: perplexities of different tokenizers do not compare, bits per byte do.",
            counted(other as u64, "pair", "pairs")
        );
    }
    format!("<p class=\"panel-sum\">{text}</p>")
}
