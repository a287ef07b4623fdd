//! Any address that is none.
use crate::components::{Notice, WayOut, set_status};
use api::ErrorCode;
use leptos::prelude::*;
use leptos_meta::Title;

/// 404, for people.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    set_status(ErrorCode::NotFound);
    view! {
        <Title text="Not found"/>
        <Notice
            title="There is no such page"
            text="The address may be mistyped, or the page has moved."
            ways=&[WayOut::Open, WayOut::Stored]
        />
    }
}
