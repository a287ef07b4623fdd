//! All routes on one screen, grouped by who calls them.
use crate::{
    access::{self, link, login},
    compress, measures, openapi, rate, requests,
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
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The whole application.
pub fn router(server: Server) -> Router {
    let context = pages::context(&server);
    let site = server.site.clone();
    let (programs, _) = programs().split_for_parts();
    programs
        // The one address below `/api` that `nest` does not see.
        .route("/api/", any(health::unknown_address))
        // The description of all these, for people.
        .route("/api", get(openapi::page))
        // People, without JavaScript.
        .route("/runs/latest", get(pages::latest))
        .route(
            "/runs/{id}/share",
            get(share_page::page).post(share_page::make),
        )
        .route(
            "/runs/{id}/share/{share}/withdraw",
            post(share_page::withdraw),
        )
        .route("/shared/{token}", get(link::open))
        .route("/theme", post(theme::set))
        .merge(generations::page::routes(&server))
        .merge(pages::style(&server))
        .route("/login", get(login::page).post(login::log_in))
        .route("/logout", post(login::log_out))
        // People: the pages of `app`.
        .leptos_routes_with_context(&server, ROUTES.clone(), context.clone(), move || {
            app::shell(site.clone())
        })
        // Browsers: the bundle; what is not there is the app's not-found page.
        .merge(files::bundle(&server.site))
        .fallback(file_and_error_handler_with_context::<Server, _>(
            context,
            app::shell,
        ))
        // Files of the site come before: the fallback is left with what is not there.
        .layer(from_fn_with_state(server.clone(), files::of_site))
        .layer(from_fn(files::cache))
        .layer(from_fn_with_state(server.clone(), access::guard))
        .layer(from_fn(security::same_origin))
        .layer(from_fn_with_state(server.clone(), security::host))
        .layer(from_fn_with_state(server.clone(), rate::limit))
        .layer(compress::layer())
        .layer(from_fn(security::headers))
        .layer(from_fn_with_state(server.clone(), measures::measure))
        .layer(from_fn_with_state(server.clone(), requests::log))
        .with_state(server)
}

/// For programs. A route without a description does not get in: `routes!` takes it from the handler's `#[utoipa::path]`.
fn programs() -> OpenApiRouter<Server> {
    OpenApiRouter::with_openapi(openapi::about())
        // Answers are JSON, errors too. The page's own client asks here as well.
        .nest("/api", api())
        // Programs that know the protocol of OpenAI.
        .nest("/v1", protocol())
        // What watches the server.
        .routes(routes!(health::metrics))
}

fn api() -> OpenApiRouter<Server> {
    let (paths, described) = OpenApiRouter::new()
        .routes(routes!(runs::list, create::create))
        .routes(routes!(runs::show, runs::change, runs::delete))
        .routes(routes!(download::file))
        .routes(routes!(shares::list, shares::make))
        .routes(routes!(shares::withdraw))
        .routes(routes!(
            generations::list::list,
            generations::create::create
        ))
        .routes(routes!(generations::aggregate::aggregate))
        .routes(routes!(generations::export::export))
        .routes(routes!(generations::say::scores_of_many))
        .routes(routes!(generations::show::show))
        .routes(routes!(generations::say::feedback))
        .routes(routes!(generations::say::scores_of_one))
        .routes(routes!(
            generations::aggregate::prices,
            generations::aggregate::set_prices
        ))
        .routes(routes!(generate::models))
        .routes(routes!(generate::generate))
        .routes(routes!(generate::score))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(openapi::document))
        .split_for_parts();
    let paths = paths
        .method_not_allowed_fallback(health::wrong_method)
        .fallback(health::unknown_address)
        .layer(from_fn(files::no_store));
    let mut router = OpenApiRouter::from(paths);
    *router.get_openapi_mut() = described;
    router
}

/// The description of all routes for programs.
pub fn description() -> OpenApi {
    programs().into_openapi()
}

fn protocol() -> OpenApiRouter<Server> {
    let (paths, described) = OpenApiRouter::new()
        .routes(routes!(openai::completions))
        .routes(routes!(openai::chat))
        .routes(routes!(openai::models))
        .split_for_parts();
    let paths = paths
        // Names of models have slashes, for which the description has no words.
        .route("/models/{*id}", get(openai::model))
        .fallback(openai::unknown)
        .layer(from_fn(files::no_store));
    let mut router = OpenApiRouter::from(paths);
    *router.get_openapi_mut() = described;
    router
}

/// Where the pages are. Found once: while leptos looks for them it suppresses resources in the whole process, and
/// a page that another router renders at that moment would wait for its resources for ever (leptos 0.8.23).
static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(app::App));
