//! Which colours the bands have, and whether signs and white space are coloured, too. Both are kept in cookies of this browser:
//! they say nothing about the run, so they are not part of an address.
use crate::markup::{push, text};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// Name in the cookie, and name in the menu.
const PALETTES: [(&str, &str); 3] = [
    ("safe", "colour-blind safe"),
    ("classic", "red, yellow, green"),
    ("mono", "underlines only"),
];

/// The menu of palettes, and whether signs and white space are coloured.
#[component]
pub(crate) fn PaletteMenu() -> impl IntoView {
    let html = RwSignal::new(tools_html("", false));
    // What was chosen before is read once the page runs.
    Effect::new(move |_| {
        let document = document().dyn_into::<web_sys::HtmlDocument>();
        let cookies = document.ok().and_then(|document| document.cookie().ok());
        let kept = |name: &str| in_cookies(&cookies.clone().unwrap_or_default(), name);
        let (palette, signs) = (kept("palette"), kept("signs"));
        for (name, value) in [("palette", &palette), ("signs", &signs)] {
            if let Some(value) = value {
                apply(name, value);
            }
        }
        html.set(tools_html(&palette.unwrap_or_default(), signs.is_some()));
    });
    let choose = move |event: ev::Event| {
        let field: HtmlInputElement = event_target(&event);
        match field.name().as_str() {
            "signs" if field.checked() => apply("signs", "1"),
            "signs" => apply("signs", ""),
            _ => apply("palette", &field.value()),
        }
    };
    view! { <div class="legend-tools" inner_html=text(move || html.get()) on:change=choose></div> }
}

fn tools_html(palette: &str, signs: bool) -> String {
    let mut html =
        String::from("<label class=\"field\"><span>Palette</span><select name=\"palette\">");
    for (value, name) in PALETTES {
        let selected = if value == palette { " selected" } else { "" };
        push!(html, "<option value=\"{value}\"{selected}>{name}</option>");
    }
    let checked = if signs { " checked" } else { "" };
    push!(
        html,
        "</select></label><label class=\"field-check\"><input type=\"checkbox\" name=\"signs\"{checked}>Colour signs and spaces</label>"
    );
    html
}

/// The value of a cookie among all of them, if it is one that we write.
fn in_cookies(all: &str, name: &str) -> Option<String> {
    let value = all
        .split(';')
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))?;
    let known = value == "1" || PALETTES.iter().any(|(known, _)| *known == value);
    known.then(|| value.to_owned())
}

/// Colours the page so, and keeps the choice.
fn apply(name: &str, value: &str) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute(&format!("data-{name}"), value);
    }
    if let Ok(document) = document().dyn_into::<web_sys::HtmlDocument>() {
        let _ = document.set_cookie(&format!(
            "{name}={value}; path=/; max-age=31536000; samesite=lax"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_of_ours_are_taken_from_cookies() {
        for (cookies, name, value) in [
            ("theme=dark; palette=mono", "palette", Some("mono")),
            ("palette=purple", "palette", None),
            ("signs=1", "signs", Some("1")),
            ("signs=", "signs", None),
            ("mypalette=mono", "palette", None),
        ] {
            assert_eq!(in_cookies(cookies, name).as_deref(), value, "{cookies}");
        }
    }
}
