//! What all requests share.
use crate::{
    access::Access, config::Limits, measures::Measures, models::Models, rate::Rate,
    telemetry::Telemetry, upload::Uploads,
};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use policy::Anonymise;
use std::sync::Arc;
use storage::RunStore;

/// What all requests share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Server {
    /// The stored runs.
    pub store: RunStore,
    /// What is refused.
    pub limits: Arc<Limits>,
    /// The uploads that are running.
    pub uploads: Arc<Uploads>,
    /// The models that can be asked.
    pub models: Arc<Models>,
    /// How uploads are made anonymous, if they are.
    pub anonymise: Option<Arc<Anonymise>>,
    /// Who gets in.
    pub access: Arc<Access>,
    /// It is reached from this machine alone, and everybody there gets in: other names than those of this machine are refused.
    pub only_here: bool,
    /// How many requests each client may send.
    pub rate: Arc<Rate>,
    /// What is counted of requests and generations.
    pub measures: Arc<Measures>,
    /// Where spans go, if anywhere.
    pub telemetry: Telemetry,
    /// Links from generations to other tools.
    pub links: Arc<browse::Links>,
    /// Where the built site lies and how its files are called.
    pub site: LeptosOptions,
}

impl Server {
    /// A server with nothing running yet.
    pub fn new(store: RunStore, limits: Limits, site: LeptosOptions) -> Self {
        let uploads = Arc::new(Uploads::new(limits.concurrent_uploads));
        Self {
            store,
            models: Arc::new(Models::none(&limits)),
            rate: Arc::new(Rate::new(&limits)),
            limits: Arc::new(limits),
            uploads,
            anonymise: None,
            access: Arc::default(),
            only_here: false,
            measures: Arc::default(),
            telemetry: Telemetry::default(),
            links: Arc::default(),
            site,
        }
    }

    /// The same with models.
    pub fn with_models(mut self, models: Models) -> Self {
        self.models = Arc::new(models);
        self
    }

    /// The same, with uploads made anonymous.
    pub fn anonymising(mut self, rules: Option<Anonymise>) -> Self {
        self.anonymise = rules.map(Arc::new);
        self
    }

    /// The same, with spans sent to a collector.
    pub fn telling(mut self, telemetry: Telemetry) -> Self {
        self.telemetry = telemetry;
        self
    }

    /// The same with links to other tools.
    pub fn with_links(mut self, links: browse::Links) -> Self {
        self.links = Arc::new(links);
        self
    }

    /// The same for those alone who show one of the tokens.
    pub fn for_tokens(mut self, access: Access) -> Self {
        self.access = Arc::new(access);
        self
    }

    /// The same, by names of this machine alone.
    pub fn only_here(mut self, is: bool) -> Self {
        self.only_here = is;
        self
    }
}

impl FromRef<Server> for LeptosOptions {
    fn from_ref(server: &Server) -> Self {
        server.site.clone()
    }
}

/// The site in this directory; `hashed` when the names in its `pkg` carry a hash.
pub fn site(root: &std::path::Path, hashed: bool) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name("surprisal")
        .site_root(root.to_string_lossy())
        .site_pkg_dir("pkg")
        .env(leptos::config::Env::PROD)
        .hash_files(hashed)
        .build()
}
