//! What helps at the beginning: a line on a screen, until somebody has read it.

/// A hint, as HTML. `screen` is its name in what is kept (`public/preferences.js`) and in `style/hints.css`: letters only, and not part
/// of another one. `text` is HTML that we wrote. Without scripts it is not shown: it speaks of what one can touch.
pub fn hint(screen: &str, text: &str) -> String {
    format!(
        "<p class=\"hint\" data-hint=\"{screen}\"><span>{text}</span> <button type=\"button\" class=\"quiet scripted\" data-keep=\"seen\" value=\"{screen}\">Got it<span class=\"visually-hidden\">: do not show this hint again</span></button></p>"
    )
}

/// The box that switches letters off as keys, as HTML; `off` when they are.
pub fn letter_keys(off: bool) -> String {
    let checked = if off { " checked" } else { "" };
    format!(
        "<label class=\"field-check\"><input type=\"checkbox\" value=\"off\" data-keep=\"keys\"{checked}>Switch off the keys that are letters or signs</label>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The screens that have a hint.
    const SCREENS: [&str; 8] = [
        "start",
        "list",
        "detail",
        "compare",
        "lab",
        "vocabulary",
        "records",
        "write",
    ];

    #[test]
    fn a_hint_names_itself_where_it_is_hidden_and_kept() {
        let html = hint("lab", "Move a field.");
        for part in [
            "data-hint=\"lab\"",
            "value=\"lab\"",
            "<span>Move a field.</span>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }

    #[test]
    fn the_style_sheet_hides_every_hint() {
        let sheet = include_str!("../../../style/hints.css");
        for screen in SCREENS {
            let rule = format!("[data-seen*=\"{screen}\"] [data-hint=\"{screen}\"]");
            assert!(sheet.contains(&rule), "{rule}");
            let others = SCREENS.iter().filter(|other| other.contains(screen));
            assert_eq!(others.count(), 1, "{screen} is part of another name");
        }
    }
}
