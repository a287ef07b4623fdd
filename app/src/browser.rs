//! Small things that only a browser has.
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList, HtmlInputElement, Node};
use worker::protocol::Look;

/// How long [`after_paint`] waits for a picture.
const NO_PAINT: Duration = Duration::from_millis(200);

/// Runs something in a task of its own after the next picture of the page. A page in the background gets none and waits a little.
pub(crate) fn after_paint(then: impl FnOnce() + 'static) {
    let once = Rc::new(Cell::new(Some(then)));
    let run = move || {
        if let Some(then) = once.take() {
            then();
        }
    };
    let painted = run.clone();
    request_animation_frame(move || set_timeout(painted, Duration::ZERO));
    set_timeout(run, NO_PAINT);
}

/// Puts a text on the clipboard; false when the browser does not allow it.
pub(crate) async fn copy_text(text: String) -> bool {
    JsFuture::from(window().navigator().clipboard().write_text(&text))
        .await
        .is_ok()
}

/// Saves what lies at an address of this browser as a file of this name.
pub(crate) fn save_as(url: &str, name: &str) {
    let Ok(link) = document().create_element("a") else {
        return;
    };
    // Attributes of these names are accepted by every element.
    let _ = link.set_attribute("href", url);
    let _ = link.set_attribute("download", name);
    if let Ok(link) = link.dyn_into::<web_sys::HtmlElement>() {
        link.click();
    }
}

/// Saves the picture at an address of this browser as dots: by a script that is loaded for it (`public/picture.js`).
pub(crate) fn save_dots(url: &str, name: &str) {
    let made = document().create_element("script").ok();
    let (Some(script), Some(head)) = (made, document().head()) else {
        return;
    };
    for (attribute, value) in [
        ("data-url", url),
        ("data-name", name),
        ("src", &of_site("/picture.js")),
    ] {
        let _ = script.set_attribute(attribute, value);
    }
    let _ = head.append_child(&script);
}

/// The tokens that are selected in the text of the open sequence.
pub(crate) fn selected_tokens() -> Option<(u32, u32)> {
    let selection = window().get_selection().ok()??;
    let token = |node: Option<Node>| -> Option<u32> {
        let piece = node?.parent_element()?.closest(".whole [data-i]").ok()??;
        piece.get_attribute("data-i")?.parse().ok()
    };
    let (one, other) = (
        token(selection.anchor_node())?,
        token(selection.focus_node())?,
    );
    (!selection.is_collapsed()).then(|| (one.min(other), one.max(other)))
}

/// How the screen looks.
pub(crate) fn look() -> Look {
    let root = document().document_element();
    let of = |name| root.as_ref().and_then(|root| root.get_attribute(name));
    let system = || window().match_media("(prefers-color-scheme: dark)");
    Look {
        dark: match of("data-theme").as_deref() {
            Some("dark") => true,
            Some("light") => false,
            _ => system().is_ok_and(|query| query.is_some_and(|query| query.matches())),
        },
        palette: of("data-palette").unwrap_or_default(),
        signs: of("data-signs").is_some_and(|signs| signs == "1"),
    }
}

/// Where the site begins on its host: empty, or the path that a static site has found and written into the document
/// (`public/static.js`).
pub(crate) fn base() -> String {
    #[cfg(feature = "ssr")]
    return String::new();
    #[cfg(not(feature = "ssr"))]
    {
        let root = document().document_element();
        root.and_then(|root| root.get_attribute("data-base"))
            .unwrap_or_default()
    }
}

/// Where a file of the site is.
pub(crate) fn of_site(path: &str) -> String {
    format!("{}{path}", base())
}

/// Address of this page without query and fragment.
pub(crate) fn page_address() -> String {
    let location = window().location();
    format!(
        "{}{}",
        location.origin().unwrap_or_default(),
        location.pathname().unwrap_or_default()
    )
}

/// Address of the page of local files.
pub(crate) fn local_address() -> String {
    let origin = window().location().origin().unwrap_or_default();
    origin + &of_site("/local")
}

/// The files of an `<input type=file>`, which is emptied so that the same ones can be chosen again.
pub(crate) fn take_chosen_files(input: &HtmlInputElement) -> Vec<File> {
    let files = listed(input.files());
    input.set_value("");
    files
}

/// The files of a list.
pub(crate) fn listed(files: Option<FileList>) -> Vec<File> {
    files.map_or_else(Vec::new, |files| {
        (0..files.length()).filter_map(|at| files.get(at)).collect()
    })
}

/// The number in an attribute of the clicked element or one around it.
pub(crate) fn clicked_number(event: &web_sys::MouseEvent, attribute: &str) -> Option<u32> {
    let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    element
        .closest(&format!("[{attribute}]"))
        .ok()
        .flatten()?
        .get_attribute(attribute)?
        .parse()
        .ok()
}

/// Closes the menu in which something was clicked.
pub(crate) fn close_menu(event: &web_sys::MouseEvent) {
    let element = event.target().and_then(|target| target.dyn_into().ok());
    let menu =
        element.and_then(|element: web_sys::Element| element.closest("details.menu").ok()?);
    if let Some(menu) = menu {
        let _ = menu.remove_attribute("open");
    }
}

/// A text as a file, for what was pasted.
pub(crate) fn text_file(text: &str, name: &str) -> Option<File> {
    let parts = js_sys::Array::of1(&text.into());
    File::new_with_str_sequence(&parts, name).ok()
}

/// Fetches a file of this site.
pub(crate) async fn fetch_file(url: &str, name: &str) -> Option<File> {
    let response = JsFuture::from(window().fetch_with_str(url)).await.ok()?;
    let response: web_sys::Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let blob = JsFuture::from(response.blob().ok()?).await.ok()?;
    File::new_with_blob_sequence(&js_sys::Array::of1(&blob), name).ok()
}

/// A text that stands in an object of JSON, read by the browser.
pub(crate) fn member(json: &str, name: &str) -> Option<String> {
    let object = js_sys::JSON::parse(json).ok()?;
    let value = js_sys::Reflect::get(&object, &name.into()).ok()?;
    value.as_string()
}
