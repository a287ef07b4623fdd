//! The document, the routes, and what stands around every page.
use crate::components::WindowIntake;
use crate::pages::{GeneratePage, ImportPage, LocalPage, NotFoundPage, OpenPage, RunPage};
use crate::preferences::kept;
use crate::session::{Origin, Session, use_session};
use crate::theme::{self, ThemeMenu};
use leptos::config::LeptosOptions;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::components::{A, Route, Router, Routes};
use leptos_router::{SsrMode, path};

/// Said by a server that has models which write.
#[derive(Debug, Clone, Copy)]
pub struct HasModels;

/// The document that the server sends.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let theme = theme::name(&kept("theme"));
    let kept = |name| Some(kept(name)).filter(|value| !value.is_empty());
    // A page without the bundle whose controls are to be seen all the same.
    let shown = is_style_page().then_some("");
    // Links to a model's own continuation are shown where there is a model.
    let engine = use_context::<HasModels>().map(|_| "");
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme data-palette=kept("palette") data-signs=kept("signs") data-keys=kept("keys") data-seen=kept("seen") data-hydrated=shown data-engine=engine>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="description" content="See where a language model was sure, and where it guessed."/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HashedStylesheet options=options.clone()/>
                {scripts(options)}
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The page that shows every component: of the server only, and without any script.
fn is_style_page() -> bool {
    #[cfg(feature = "ssr")]
    return use_context::<crate::pages::style::StyleGuide>().is_some();
    #[cfg(not(feature = "ssr"))]
    false
}

/// What runs in the page: the bundle, or the little script of a page that is made on the server.
fn scripts(options: LeptosOptions) -> AnyView {
    if is_style_page() {
        return ().into_any();
    }
    #[cfg(feature = "ssr")]
    if use_context::<crate::pages::MadeOnServer>().is_some() {
        return view! { <script type="module" src="/generations.js"></script> }.into_any();
    }
    view! {
        <script type="module" src="/preferences.js"></script>
        <HydrationScripts options/>
    }
    .into_any()
}

/// What is at no address of the application: a page that is made on the server, or nothing.
fn elsewhere() -> AnyView {
    #[cfg(feature = "ssr")]
    if let Some(page) = use_context::<crate::pages::MadeOnServer>() {
        return view! { <crate::pages::GenerationsPage page/> }.into_any();
    }
    #[cfg(feature = "ssr")]
    if is_style_page() {
        return view! { <crate::pages::style::StylePage/> }.into_any();
    }
    view! { <NotFoundPage/> }.into_any()
}

/// The application.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let session = Session::new();
    provide_context(session);
    // Runs in the browser only: from here on the controls work. The tests wait for it.
    Effect::new(move |_| {
        session.warm_up();
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-hydrated", "");
        }
    });
    // The fragment of the address belongs to the view of a local file: the link moves the focus only.
    let content = NodeRef::<leptos::html::Main>::new();
    let skip = move |event: leptos::ev::MouseEvent| {
        if let Some(content) = content.get_untracked() {
            event.prevent_default();
            let _ = content.focus();
        }
    };
    view! {
        <Title formatter=|title: String| if title.is_empty() { "Surprisal".to_owned() } else { format!("{title} – Surprisal") }/>
        <Router base=crate::browser::base()>
            <a class="skip-link" href="#content" on:click=skip>"Skip to the content"</a>
            <Header/>
            <WindowIntake/>
            <main id="content" tabindex="-1" node_ref=content>
                <Routes fallback=elsewhere>
                    <Route path=path!("/") view=OpenPage/>
                    <Route path=path!("/local") view=LocalPage/>
                    // The status code and the whole list are part of the answer, with and without JavaScript.
                    <Route path=path!("/runs/:id") view=RunPage ssr=SsrMode::Async/>
                    <Route path=path!("/generate") view=GeneratePage/>
                    <Route path=path!("/import") view=ImportPage ssr=SsrMode::Async/>
                </Routes>
            </main>
            <footer class="site-footer">
                <p>"Confidence is not correctness."</p>
                <p>"Files are read in this browser. Nothing leaves it until you press Store."</p>
            </footer>
        </Router>
    }
}

#[component]
fn Header() -> impl IntoView {
    // The pages of the generations are other documents: a file that is open would be forgotten with this one.
    let session = use_session();
    let keeps = move || (session.origin.get() == Some(Origin::Local)).then_some("_blank");
    view! {
        <header class="site-header">
            <A href="/" attr:class="brand">
                <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
                    <rect x="4" y="20" width="6" height="8" rx="1"/>
                    <rect x="13" y="4" width="6" height="24" rx="1" class="brand-peak"/>
                    <rect x="22" y="15" width="6" height="13" rx="1"/>
                </svg>
                "Surprisal"
            </A>
            <nav aria-label="Pages">
                <A href="/" exact=true>"Open"</A>
                <A href="/import">"Import"</A>
                <A href="/generate">"Generate"</A>
                <A href="/generations" attr:rel="external" attr:target=keeps>"Generations"</A>
            </nav>
            <ThemeMenu/>
        </header>
    }
}
