//! Values with their badges: exact, bounded, not computable.
use analysis::lab::{Figure, Reason};

/// A badge. `class` is `exact`, `bounded` or `unknown`.
pub(super) fn badge(class: &str, text: &str) -> String {
    format!("<span class=\"badge badge-{class}\">{text}</span>")
}

/// A value as `say` writes it, with its badge.
pub(super) fn figure(figure: Figure, say: impl Fn(f64) -> String) -> String {
    match figure {
        Figure::Exact(value) => format!("{} {}", say(value), badge("exact", "exact")),
        Figure::Bounded { lower, upper } => {
            let (low, high) = (say(lower), upper.map(say));
            let range = match high {
                Some(high) if lower == f64::NEG_INFINITY => format!("≤ {high}"),
                Some(high) if high == low => format!("≈ {low}"),
                Some(high) => format!("{low} … {high}"),
                None => format!("≥ {low}"),
            };
            format!("{range} {}", badge("bounded", "bounded"))
        }
        Figure::NotComputable(reason) => format!(
            "— {}",
            badge(
                "unknown",
                match reason {
                    Reason::NoAlternatives => "not computable: no alternatives",
                    Reason::NoValue => "not computable: no value",
                    Reason::MaybeCut => "not computable: a token may be cut off",
                    Reason::Cut => "impossible: a token is cut off",
                }
            )
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics::format::percent;

    #[test]
    fn no_value_without_a_badge() {
        for (value, text) in [
            (
                Figure::Exact(0.5),
                "50 % <span class=\"badge badge-exact\">exact</span>",
            ),
            (
                Figure::Bounded {
                    lower: 0.25,
                    upper: Some(0.5),
                },
                "25 % … 50 % <span class=\"badge badge-bounded\">bounded</span>",
            ),
            (
                Figure::Bounded {
                    lower: 0.25,
                    upper: Some(0.250_000_1),
                },
                "≈ 25 % <span class=\"badge badge-bounded\">bounded</span>",
            ),
            (
                Figure::Bounded {
                    lower: 2.0,
                    upper: None,
                },
                "≥ 200 % <span class=\"badge badge-bounded\">bounded</span>",
            ),
            (
                Figure::Bounded {
                    lower: f64::NEG_INFINITY,
                    upper: Some(0.5),
                },
                "≤ 50 % <span class=\"badge badge-bounded\">bounded</span>",
            ),
            (
                Figure::NotComputable(Reason::Cut),
                "— <span class=\"badge badge-unknown\">impossible: a token is cut off</span>",
            ),
        ] {
            assert_eq!(figure(value, percent), text);
        }
    }
}
