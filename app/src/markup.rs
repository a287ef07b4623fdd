//! HTML as text.
//!
//! A component is for what one can touch. What only shows data (figures, rows, tokens) is HTML made by a pure function: the
//! same on server and browser, tested without either, and a fraction of the size in the bundle. Every text from outside goes
//! through [`Text`]; nothing else may reach `inner_html`.
use leptos::prelude::Signal;
pub(crate) use markup::{Maybe, Text, push};

/// A text or a piece of HTML that changes. Of one type wherever it stands: the code that puts it into the page is then in the
/// bundle once, not once for each closure.
pub(crate) fn text(of: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(of)
}
