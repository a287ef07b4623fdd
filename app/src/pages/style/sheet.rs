//! The design tokens, read from their sheet.
use crate::markup::push;

const SHEET: &str = include_str!("../../../../style/tokens.css");

/// Custom properties whose name begins so, with their values, in the order of the sheet; those of the first rule only.
fn tokens(begin: &str) -> Vec<(&'static str, &'static str)> {
    let rule = SHEET.split_once(":root {").map_or("", |(_, rest)| rest);
    let rule = rule.split("\n}").next().unwrap_or_default();
    let token = |line: &'static str| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(':')?;
        Some((name, value.trim().trim_end_matches(';')))
    };
    let all = rule.lines().filter_map(token);
    all.filter(|(name, _)| name.starts_with(begin)).collect()
}

/// Colours, type scale, spacing.
pub(super) fn html() -> String {
    let mut html = "<h2>Colours</h2><ul class=\"style-colours\">".to_owned();
    for (name, value) in tokens("") {
        if value.starts_with("light-dark(") {
            push!(
                html,
                "<li><i style=\"background:var(--{name})\"></i><code>{name}</code></li>"
            );
        }
    }
    html += "</ul><h3>Palettes of the bands</h3><ul class=\"style-colours\">";
    for palette in ["safe", "classic", "mono"] {
        for band in ["low", "middle", "high"] {
            push!(
                html,
                "<li data-palette=\"{palette}\"><i style=\"background:var(--band-{band})\"></i><code>{palette} {band}</code></li>"
            );
        }
    }
    html += "</ul><h2>Type</h2><div class=\"style-type\">";
    for (name, value) in tokens("text-") {
        push!(
            html,
            "<p style=\"font-size:var(--{name})\">{name}, {value}: See what your model was unsure about.</p>"
        );
    }
    html += "<p class=\"board-value\">5.13</p><p><code>monospace, tokens and code</code> <kbd>Esc</kbd></p><p class=\"run-facts\">Quiet words beside others: 22 sequences · 3 117 tokens</p></div><h2>Spacing</h2><ul class=\"style-spaces\">";
    for (name, value) in tokens("space-") {
        push!(
            html,
            "<li><i style=\"width:var(--{name})\"></i><code>{name}</code> {value}</li>"
        );
    }
    html + "</ul>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_of_the_sheet_is_shown() {
        let html = html();
        for name in ["surface", "ink-quiet", "danger", "series-6", "under-middle"] {
            assert!(html.contains(&format!("<code>{name}</code>")), "{name}");
        }
        assert_eq!(tokens("space-").len(), 6);
        assert_eq!(tokens("text-").len(), 3);
    }
}
