//! Which colours the bands have: a matter of eyes and taste, not of what is looked at, so no part of an address.
use crate::markup::push;
use crate::preferences::kept;
use leptos::prelude::*;

/// Value that is kept, and name in the menu.
const PALETTES: [(&str, &str); 3] = [
    ("safe", "colour-blind safe"),
    ("classic", "red, yellow, green"),
    ("mono", "underlines only"),
];

/// The menu of palettes, and whether signs and white space are coloured: set by `public/preferences.js`.
#[component]
pub(crate) fn PaletteMenu() -> impl IntoView {
    let html = tools_html(&kept("palette"), kept("signs") == "1");
    view! { <div class="legend-tools" inner_html=html></div> }
}

fn tools_html(palette: &str, signs: bool) -> String {
    let mut html = String::from(
        "<label class=\"field\"><span>Palette</span><select name=\"palette\" data-keep=\"palette\">",
    );
    for (value, name) in PALETTES {
        let selected = if value == palette { " selected" } else { "" };
        push!(html, "<option value=\"{value}\"{selected}>{name}</option>");
    }
    let checked = if signs { " checked" } else { "" };
    push!(
        html,
        "</select></label><label class=\"field-check\"><input type=\"checkbox\" name=\"signs\" value=\"1\" data-keep=\"signs\"{checked}>Colour signs and spaces</label>"
    );
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_chosen() {
        let html = tools_html("mono", true);
        assert!(html.contains("<option value=\"mono\" selected>"), "{html}");
        assert_eq!(html.matches(" selected").count(), 1);
        assert!(html.contains("data-keep=\"signs\" checked>"), "{html}");
        let unknown = tools_html("purple", false);
        assert!(!unknown.contains(" selected") && !unknown.contains(" checked"));
    }
}
