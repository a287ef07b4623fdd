//! All routes on one screen, grouped by who calls them.
use crate::{
    access::{self, login},
    measures, requests,
    routes::*,
    security,
    state::Server,
};
use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get, post},
};
use leptos_axum::{
    AxumRouteListing, LeptosRoutes as _, file_and_error_handler_with_context, generate_route_list,
};
use std::sync::LazyLock;

/// The whole application.
pub fn router(server: Server) -> Router {
    let context = pages::context(&server);
    let site = server.site.clone();
    Router::new()
        // Programs, and the page's own client. Answers are JSON, errors too.
        .nest("/api", api())
        // The one address below it that `nest` does not see.
        .route("/api/", any(health::unknown_address))
        // Programs that know the protocol of OpenAI.
        .nest("/v1", protocol())
        // What watches the server.
        .route("/metrics", get(health::metrics))
        // People, without JavaScript.
        .route("/runs/latest", get(pages::latest))
        .route("/theme", post(theme::set))
        .route("/login", get(login::page).post(login::log_in))
        .route("/logout", post(login::log_out))
        // People: the pages of `app`.
        .leptos_routes_with_context(&server, ROUTES.clone(), context.clone(), move || {
            app::shell(site.clone())
        })
        // Browsers: the bundle, then every other static file; what is not there is the app's not-found page.
        .merge(files::bundle(&server.site))
        .fallback(file_and_error_handler_with_context::<Server, _>(
            context,
            app::shell,
        ))
        // A release has them inside it.
        .layer(from_fn(files::inside))
        .layer(from_fn(files::cache))
        .layer(from_fn_with_state(server.clone(), access::guard))
        .layer(from_fn(security::same_origin))
        .layer(from_fn(security::headers))
        .layer(from_fn_with_state(server.clone(), measures::measure))
        .layer(from_fn(requests::log))
        .with_state(server)
}

fn api() -> Router<Server> {
    Router::new()
        .route("/runs", get(runs::list).post(create::create))
        .route(
            "/runs/{id}",
            get(runs::show).patch(runs::change).delete(runs::delete),
        )
        .route("/runs/{id}/file", get(download::file))
        .route(
            "/generations",
            get(generations::list::list).post(generations::create::create),
        )
        .route(
            "/generations/aggregate",
            get(generations::aggregate::aggregate),
        )
        .route("/generations/export", post(generations::export::export))
        .route(
            "/generations/scores",
            post(generations::say::scores_of_many),
        )
        .route("/generations/{id}", get(generations::show::show))
        .route(
            "/generations/{id}/feedback",
            post(generations::say::feedback),
        )
        .route(
            "/generations/{id}/scores",
            post(generations::say::scores_of_one),
        )
        .route(
            "/prices",
            get(generations::aggregate::prices).put(generations::aggregate::set_prices),
        )
        .route("/models", get(generate::models))
        .route("/generate", post(generate::generate))
        .route("/score", post(generate::score))
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .method_not_allowed_fallback(health::wrong_method)
        .fallback(health::unknown_address)
        .layer(from_fn(files::no_store))
}

fn protocol() -> Router<Server> {
    Router::new()
        .route("/completions", post(openai::completions))
        .route("/chat/completions", post(openai::chat))
        .route("/models", get(openai::models))
        .route("/models/{*id}", get(openai::model))
        .fallback(openai::unknown)
        .layer(from_fn(files::no_store))
}

/// Where the pages are. Found once: while leptos looks for them it suppresses resources in the whole process, and
/// a page that another router renders at that moment would wait for its resources for ever (leptos 0.8.23).
static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(app::App));
