//! Light, dark, or as the system says.
use crate::preferences::kept;
use leptos::prelude::*;

/// Value that is kept, and text of the button.
const THEMES: [(&str, &str); 3] = [
    ("system", "Like the system"),
    ("light", "Light"),
    ("dark", "Dark"),
];

/// The theme that is meant; anything unknown is that of the system.
pub(crate) fn name(kept: &str) -> &'static str {
    let known = THEMES.into_iter().find(|(name, _)| *name == kept);
    known.map_or("system", |(name, _)| name)
}

/// The theme menu: a form, so that it works without JavaScript; with it `public/preferences.js` takes the click.
#[component]
pub fn ThemeMenu() -> impl IntoView {
    let now = name(&kept("theme"));
    let mut buttons = String::new();
    for (value, text) in THEMES {
        crate::markup::push!(
            buttons,
            "<button name=\"theme\" value=\"{value}\" data-keep=\"theme\" aria-pressed=\"{}\">{text}</button>",
            value == now
        );
    }
    view! {
        <details class="menu">
            <summary aria-label="Theme" title="Theme"><span aria-hidden="true">"◐"</span></summary>
            <form class="menu-items" method="post" action="/theme" inner_html=buttons></form>
        </details>
    }
}
