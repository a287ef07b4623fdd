//! Light, dark, or as the system says. The choice is a cookie, so that the server writes it and nothing flashes.
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Which theme the person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeChoice {
    /// As the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl ThemeChoice {
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Name in the cookie and in `data-theme`.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::System => "Like the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The choice with this name; anything unknown is [`ThemeChoice::System`].
    pub fn from_name(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|choice| choice.name() == name)
            .unwrap_or_default()
    }

    /// Reads the header of a request.
    pub fn from_cookie_header(header: &str) -> Self {
        let value = header
            .split(';')
            .find_map(|pair| pair.trim().strip_prefix("theme="));
        Self::from_name(value.unwrap_or_default())
    }

    /// What the server wrote into the page.
    pub fn of_document() -> Self {
        let root = document().document_element();
        Self::from_name(
            &root
                .and_then(|root| root.get_attribute("data-theme"))
                .unwrap_or_default(),
        )
    }

    /// Applies the choice to the page and keeps it in the cookie.
    fn apply(self) {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", self.name());
        }
        if let Ok(document) = document().dyn_into::<web_sys::HtmlDocument>() {
            let _ = document.set_cookie(&format!(
                "theme={}; path=/; max-age=31536000; samesite=lax",
                self.name()
            ));
        }
    }
}

/// The theme menu: a form, so that it works before and without wasm.
#[component]
pub fn ThemeMenu() -> impl IntoView {
    let (chosen, set_chosen) = signal(use_context::<ThemeChoice>().unwrap_or_default());
    let details = NodeRef::<leptos::html::Details>::new();
    let choose = move |event: leptos::ev::SubmitEvent| {
        let button = event
            .submitter()
            .and_then(|button| button.get_attribute("value"));
        let Some(choice) = button.map(|name| ThemeChoice::from_name(&name)) else {
            return;
        };
        event.prevent_default();
        choice.apply();
        set_chosen.set(choice);
        if let Some(details) = details.get_untracked() {
            details.set_open(false);
        }
    };
    let buttons = ThemeChoice::ALL.map(|choice| {
        view! {
            <button name="theme" value=choice.name() aria-pressed=crate::markup::text(move || (chosen.get() == choice).to_string())>
                {choice.label()}
            </button>
        }
    });
    view! {
        <details class="menu" node_ref=details>
            <summary aria-label="Theme" title="Theme"><span aria-hidden="true">"◐"</span></summary>
            <form class="menu-items" method="post" action="/theme" on:submit=choose>{buttons}</form>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        for (header, expected) in [
            ("theme=dark", ThemeChoice::Dark),
            ("a=b; theme=light; c=d", ThemeChoice::Light),
            ("theme=purple", ThemeChoice::System),
            ("nottheme=dark", ThemeChoice::System),
            ("", ThemeChoice::System),
        ] {
            assert_eq!(
                ThemeChoice::from_cookie_header(header),
                expected,
                "{header}"
            );
        }
    }
}
