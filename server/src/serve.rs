//! `surprisal serve`: start, run, shut down in good order.
use crate::{
    config::{LogFormat, Serve},
    failure::chain,
    models::Models,
    router::router,
    state::{Server, site},
    telemetry::Telemetry,
};
use std::{
    future::Future,
    io::{IsTerminal as _, Write as _},
    net::SocketAddr,
    path::Path,
    process::ExitCode,
    time::Duration,
};
use storage::{RunStore, Secrets, SettingError, StorageError};
use tokio::{net::TcpListener, sync::watch};
use tracing_subscriber::EnvFilter;

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A setting is wrong.
    #[error("{0}")]
    Setting(#[from] SettingError),
    /// Nobody said who gets in, or not in a way that is understood; or the policy is none.
    #[error("{0}")]
    Access(String),
    /// A model cannot be used.
    #[error("{0}")]
    Model(String),
    /// The store does not work.
    #[error("the store cannot be used: {}", chain(.0))]
    Store(#[from] StorageError),
    /// The names of the bundle's files are not to be had.
    #[error("LEPTOS_HASH_FILES is on, but {0} is missing: build the site with `cargo xtask serve`")]
    NoHashes(String),
    /// The address is taken or not ours.
    #[error("cannot listen on {0}: {1}; choose another address with --addr")]
    Listen(std::net::SocketAddr, std::io::Error),
    /// The runtime or the socket failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Runs the command; returns when a signal has stopped the server, or when it cannot run.
pub fn main(setting: Serve) -> ExitCode {
    start_log(setting.log_format);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let result = runtime
        .map_err(ServeError::from)
        .and_then(|runtime| runtime.block_on(serve(setting)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "surprisal: {error}");
            ExitCode::from(
                if matches!(error, ServeError::Setting(_) | ServeError::Access(_)) {
                    2
                } else {
                    1
                },
            )
        }
    }
}

async fn serve(setting: Serve) -> Result<(), ServeError> {
    if setting.hash_files {
        check_hashes()?;
    }
    let access = setting.access().map_err(ServeError::Access)?;
    let only_here = access.is_open() && !setting.open && !setting.limits.behind_proxy;
    let telemetry = Telemetry::start(&setting.telemetry()).map_err(ServeError::Access)?;
    let anonymise = setting.anonymise().map_err(ServeError::Access)?;
    let address = setting.store_setting()?;
    let secrets = Secrets::from_environment(&address)?;
    let catalogue = setting.catalogue_file(&address);
    let store = RunStore::open_with(&address, &secrets, catalogue).await?;
    tokio::spawn(store.follow());
    tokio::spawn(store.index_generations());
    if !cfg!(feature = "embed") && !setting.site.is_dir() {
        tracing::warn!(site = %setting.site.display(), "the site is not built: `cargo xtask serve` builds it");
    }
    let grace = setting.limits.stop_grace;
    let models = load(&setting).await?;
    let server = Server::new(
        store,
        setting.limits,
        site(&setting.site, setting.hash_files),
    )
    .with_models(models)
    .with_links(browse::Links(setting.links))
    .for_tokens(access)
    .only_here(only_here)
    .anonymising(anonymise)
    .telling(telemetry.clone());
    let listener = TcpListener::bind(setting.addr)
        .await
        .map_err(|error| ServeError::Listen(setting.addr, error))?;
    tracing::info!(address = %format!("http://{}", listener.local_addr()?), "Surprisal is ready");
    let result = run(listener, server, grace, asked_to_stop()).await;
    telemetry.flush(CLEAN_UP).await;
    Ok(result?)
}

/// Loads the models, where it holds up nobody.
async fn load(setting: &Serve) -> Result<Models, ServeError> {
    let setting = setting.clone();
    let loading = tokio::task::spawn_blocking(move || {
        if let Some(count) = setting.threads {
            engine::threads(count).map_err(|failure| failure.to_string())?;
        }
        let (models, servers) = (&setting.models, &setting.model_servers);
        Models::load(models, servers, &setting.limits)
    });
    let loaded = loading.await.map_err(std::io::Error::other)?;
    loaded.map_err(ServeError::Model)
}

/// Serves until `stop` is done. Then takes no new connections, lets running uploads finish within `grace`, gives up
/// those that do not, and returns.
pub async fn run(
    listener: TcpListener,
    server: Server,
    grace: Duration,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let uploads = server.uploads.clone();
    let (stopping, mut stopped) = watch::channel(false);
    let mut asked = stopped.clone();
    let service = router(server).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop.await;
        tracing::info!("stopping: running uploads may finish");
        stopping.send_replace(true);
    });
    let out_of_time = async {
        // An error means that serving has ended, and then the other branch has won.
        let _ = asked.wait_for(|stop| *stop).await;
        tokio::time::sleep(grace).await;
    };
    let result = tokio::select! {
        result = serving => result,
        () = out_of_time => Ok(()),
    };
    if *stopped.borrow_and_update() {
        uploads.stop();
    }
    // A store that does not answer must not hold us up: what is left over there belongs to no run.
    if tokio::time::timeout(CLEAN_UP, uploads.idle())
        .await
        .is_err()
    {
        tracing::warn!("gave up waiting for uploads to end");
    }
    tracing::info!("stopped");
    result
}

/// Time to remove what aborted uploads have stored.
const CLEAN_UP: Duration = Duration::from_secs(5);

/// Done at the first SIGINT or SIGTERM.
async fn asked_to_stop() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot listen for SIGINT");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(error) => {
                tracing::error!(%error, "cannot listen for SIGTERM");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

/// leptos panics while it renders when the list of hashed names is missing; say it before.
fn check_hashes() -> Result<(), ServeError> {
    let program = std::env::current_exe()?;
    let list = program.parent().unwrap_or(Path::new(".")).join("hash.txt");
    if list.is_file() {
        Ok(())
    } else {
        Err(ServeError::NoHashes(list.display().to_string()))
    }
}

fn start_log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let log = log.with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Plain => log.init(),
        LogFormat::Json => log.json().init(),
    }
}
