//! One line that helps at the beginning.
use leptos::prelude::*;

/// The hint of a screen, until it was read. Its HTML is the same wherever it is made; see [`markup::hint`].
#[component]
pub(crate) fn Hint(screen: &'static str, text: &'static str) -> impl IntoView {
    view! { <div class="hint-place" inner_html=::markup::hint(screen, text)></div> }
}
