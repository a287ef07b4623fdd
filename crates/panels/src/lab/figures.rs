//! Values with their badges: exact, bounded, estimate, not computable.
use analysis::lab::{Figure, Reason};

/// A badge. `class` is `exact`, `bounded`, `estimate` or `unknown`.
pub(super) fn badge(class: &str, text: &str) -> String {
    format!("<span class=\"badge badge-{class}\">{text}</span>")
}

/// A guess beside a value that has only bounds; nothing beside any other.
pub(super) fn guess(figure: Figure, likely: Option<f64>, say: impl Fn(f64) -> String) -> String {
    match (figure, likely) {
        (Figure::Bounded { .. }, Some(likely)) => {
            format!(" ≈ {} {}", say(likely), badge("estimate", "estimate"))
        }
        _ => String::new(),
    }
}

/// A count of which the least and the most are known.
pub(super) fn count_between(least: u64, most: u64) -> String {
    let (low, high) = (metrics::format::count(least), metrics::format::count(most));
    if least == most {
        format!("{low} {}", badge("exact", "exact"))
    } else {
        format!("{low} … {high} {}", badge("bounded", "bounded"))
    }
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
    fn a_guess_stands_beside_bounds_alone() {
        let bounds = Figure::Bounded {
            lower: 0.25,
            upper: None,
        };
        for (value, likely, text) in [
            (
                bounds,
                Some(0.5),
                " ≈ 50 % <span class=\"badge badge-estimate\">estimate</span>",
            ),
            (bounds, None, ""),
            (Figure::Exact(0.5), Some(0.5), ""),
            (Figure::NotComputable(Reason::Cut), Some(0.5), ""),
        ] {
            assert_eq!(guess(value, likely, percent), text);
        }
    }

    #[test]
    fn counts_say_what_is_known_of_them() {
        assert_eq!(
            count_between(3, 3),
            "3 <span class=\"badge badge-exact\">exact</span>"
        );
        assert_eq!(
            count_between(3, 1200),
            "3 … 1\u{2009}200 <span class=\"badge badge-bounded\">bounded</span>"
        );
    }

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
