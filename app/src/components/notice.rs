//! Empty, error and other states: what happened and what to do.
use crate::markup::{Maybe, Text};
use api::{ApiError, ErrorCode};
use leptos::prelude::*;

/// Where one can go from a state that has nothing to show: plain links, which work without JavaScript too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WayOut {
    /// The same page again.
    Again,
    /// The stored runs.
    Stored,
    /// The Open page.
    Open,
}

impl WayOut {
    fn html(self) -> &'static str {
        match self {
            Self::Again => "<a class=\"button\" href=\"\" rel=\"external\">Try again</a>",
            Self::Stored => "<a class=\"button\" href=\"/import\">See what is stored</a>",
            Self::Open => "<a class=\"button primary\" href=\"/\">Open a file</a>",
        }
    }
}

/// A state of a page: what happened, why, and where to go.
#[component]
pub(crate) fn Notice(
    /// What happened.
    title: &'static str,
    /// Why, and what to do.
    #[prop(into)]
    text: String,
    /// Where to go.
    ways: &'static [WayOut],
) -> impl IntoView {
    view! { <section class="notice" inner_html=notice_html(title, &text, ways)></section> }
}

fn notice_html(title: &str, text: &str, ways: &[WayOut]) -> String {
    let ways: String = ways.iter().map(|way| way.html()).collect();
    let ways = Maybe((!ways.is_empty()).then(|| format!("<div class=\"actions\">{ways}</div>")));
    format!("<h1>{}</h1><p>{}</p>{ways}", Text(title), Text(text))
}

/// An error of the server or the way to it.
#[component]
pub(crate) fn ErrorNotice(error: ApiError) -> impl IntoView {
    let title = match error.code {
        ErrorCode::NotFound => "There is no such run",
        ErrorCode::Gone => "This run was deleted",
        ErrorCode::Offline => "No connection",
        ErrorCode::StorageUnavailable
        | ErrorCode::StorageMisconfigured
        | ErrorCode::StorageFull => "The store does not answer",
        _ => "This did not work",
    };
    set_status(error.code);
    let ways: &[WayOut] = match error.code {
        ErrorCode::NotFound | ErrorCode::Gone => &[WayOut::Stored, WayOut::Open],
        _ => &[WayOut::Again, WayOut::Stored, WayOut::Open],
    };
    view! { <Notice title text=error.message ways/> }
}

/// Gives the page its HTTP status while it is rendered on the server.
#[cfg_attr(
    not(feature = "ssr"),
    expect(unused_variables, reason = "a browser sends no status")
)]
pub(crate) fn set_status(code: ErrorCode) {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = code.status().try_into()
    {
        response.set_status(status);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_says_what_to_do() {
        assert_eq!(
            notice_html("Gone", "a < b", &[WayOut::Open]),
            "<h1>Gone</h1><p>a &lt; b</p><div class=\"actions\"><a class=\"button primary\" href=\"/\">Open a file</a></div>"
        );
    }
}
