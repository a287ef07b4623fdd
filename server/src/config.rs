//! Every setting and every limit of the server.
//!
//! | module | what it is |
//! |---|---|
//! | `limits` | what the server refuses |
//! | `units` | sizes and times as people write them |
mod limits;
mod units;

pub use limits::Limits;
pub(crate) use units::duration;

use crate::access::Access;
use crate::models::{Given, ServerGiven};
use clap::Args;
use policy::Anonymise;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};
use storage::{SettingError, StoreSetting};

/// Serve the application to browsers, with a store for shared runs.
#[derive(Debug, Clone, Args)]
#[command(after_help = SERVE_HELP)]
pub struct Serve {
    /// Where to listen
    #[arg(
        long,
        value_name = "IP:PORT",
        env = "SURPRISAL_ADDR",
        hide_env_values = true,
        default_value = "127.0.0.1:3000"
    )]
    pub addr: SocketAddr,
    /// Let everybody in who reaches the address, although it is not of this machine alone and no SURPRISAL_TOKEN is set
    #[arg(long, env = "SURPRISAL_OPEN", hide_env_values = true)]
    pub open: bool,
    /// Where stored runs are kept [default: surprisal-data in the current directory]
    #[arg(
        long,
        value_name = "URL",
        env = "SURPRISAL_STORE",
        hide_env_values = true
    )]
    pub store: Option<String>,
    /// File of this server's list of runs, which is built again from the store when it is missing
    /// [default: catalogue.sqlite in the store's directory, else in surprisal-data]
    #[arg(
        long,
        value_name = "FILE",
        env = "SURPRISAL_CATALOGUE",
        hide_env_values = true
    )]
    pub catalogue: Option<PathBuf>,
    /// Policy by which uploads are made anonymous before they are stored (`surprisal retain --help` explains it)
    #[arg(
        long,
        value_name = "FILE",
        env = "SURPRISAL_POLICY",
        hide_env_values = true
    )]
    pub policy: Option<PathBuf>,
    /// Directory of the built site; a release has it inside
    #[arg(
        long,
        value_name = "DIR",
        env = "LEPTOS_SITE_ROOT",
        hide_env_values = true,
        default_value = "target/site"
    )]
    pub site: PathBuf,
    /// The files in the site's `pkg` have names with a hash, listed in `hash.txt` beside this program
    #[arg(long, env = "LEPTOS_HASH_FILES", hide_env_values = true, hide = true, action = clap::ArgAction::Set, num_args = 0..=1,
        default_value = "false", default_missing_value = "true")]
    pub hash_files: bool,
    /// How the log is written, to standard error; RUST_LOG filters it (default: info)
    #[arg(
        long,
        env = "SURPRISAL_LOG_FORMAT",
        hide_env_values = true,
        default_value = "plain"
    )]
    pub log_format: LogFormat,
    /// A model that people and programs may ask: a directory, a GGUF file or hf:OWNER/NAME, as for `surprisal generate`; once for each
    #[arg(long = "model", value_name = "NAME=PATH")]
    pub models: Vec<Given>,
    /// Threads that the models compute with [default: as many as there are processors]
    #[arg(long, value_name = "N", requires = "models", value_parser = crate::cli::threads)]
    pub threads: Option<usize>,
    /// A server that speaks the OpenAI protocol, whose models they may ask, too; once for each. No other address is ever called
    #[arg(long = "model-server", value_name = "NAME=URL")]
    pub model_servers: Vec<ServerGiven>,
    /// A link from generations to another tool: a name, and an address with places for values of the metadata, such as
    /// `trace=https://tempo.example/trace/{traceId}`. May be given several times; in SURPRISAL_LINKS between white space
    #[arg(
        long = "link",
        value_name = "NAME=URL",
        env = "SURPRISAL_LINKS",
        hide_env_values = true,
        value_delimiter = ' '
    )]
    pub links: Vec<browse::links::Template>,
    /// A collector of OpenTelemetry that takes OTLP over HTTP, such as http://127.0.0.1:4318: requests, and generations that come
    /// in, are sent to it as spans. Other variables of OTEL_EXPORTER_OTLP_… and OTEL_SERVICE_NAME are followed, too
    #[arg(
        long = "otlp-endpoint",
        value_name = "URL",
        env = "OTEL_EXPORTER_OTLP_ENDPOINT",
        hide_env_values = true
    )]
    pub otlp_endpoint: Option<String>,
    /// Send prompts and answers along with generations
    #[arg(
        long = "otlp-content",
        env = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
        hide_env_values = true,
        value_parser = clap::builder::FalseyValueParser::new()
    )]
    pub otlp_content: bool,
    /// What the server refuses
    #[command(flatten)]
    pub limits: Limits,
}

const SERVE_HELP: &str = "\
Stores:
  file:///dir                 a directory; what is stored survives a crash
  minio://host:9000/bucket    MinIO or another S3-compatible store; add ?tls=false&region=us-east-1&create=true
                              as needed. Credentials come from MINIO_ACCESS_KEY and MINIO_SECRET_KEY, or from
                              the files that MINIO_ACCESS_KEY_FILE and MINIO_SECRET_KEY_FILE name; never from
                              the address
  s3://bucket/prefix          AWS S3, or with ?endpoint=https://host:port a server that speaks like it; add
                              region=… as needed. Credentials come from AWS_ACCESS_KEY_ID and
                              AWS_SECRET_ACCESS_KEY (or …_FILE), else from the role of the machine
  memory://                   gone when the server stops

Who gets in:
  SURPRISAL_TOKEN (or the file that SURPRISAL_TOKEN_FILE names) has a secret of at least 16 characters, or several, between
  white space, as NAME:read:SECRET or NAME:write:SECRET. Browsers log in with it, programs send it as
  `Authorization: Bearer SECRET`. Without one, the server listens on this machine alone, unless told --open.

Models:
  Those of --model are loaded at the start, and answer at /api/generate and /api/score. A server of --model-server is asked
  with the key in SURPRISAL_API_KEY_NAME (its name in capitals, `_` for other signs), or in SURPRISAL_API_KEY if it is the only one.

Examples:
  surprisal serve
  surprisal serve --model SmolLM2-135M-Instruct.gguf --model-server vllm=http://127.0.0.1:8000/v1
  SURPRISAL_TOKEN=… surprisal serve --addr 0.0.0.0:8080 --store file:///srv/surprisal
  MINIO_ACCESS_KEY=… MINIO_SECRET_KEY=… surprisal serve --store 'minio://minio.example.com:9000/runs'";

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Plain,
    /// One JSON object a line, for machines.
    Json,
}

/// The store that is asked for, else a directory below the current one.
pub fn store_setting(url: Option<&str>) -> Result<StoreSetting, SettingError> {
    match url {
        Some(url) => url.parse(),
        None => match std::env::current_dir() {
            Ok(here) => Ok(StoreSetting::File {
                dir: here.join("surprisal-data"),
            }),
            Err(error) => Err(SettingError(format!(
                "the current directory is not to be had: {error}"
            ))),
        },
    }
}

/// The file that is asked for, else one beside the store.
pub fn catalogue_file(asked: Option<&Path>, store: &StoreSetting) -> Option<PathBuf> {
    let name = "catalogue.sqlite";
    match (asked, store) {
        (Some(file), _) => Some(file.to_owned()),
        (None, StoreSetting::File { dir }) => Some(dir.join(name)),
        (None, StoreSetting::Memory) => None,
        (None, StoreSetting::Minio { .. } | StoreSetting::S3 { .. }) => {
            Some(PathBuf::from("surprisal-data").join(name))
        }
    }
}

impl Serve {
    /// Who gets in.
    ///
    /// # Errors
    /// A sentence: a token is none, its file cannot be read, or the address is not of this machine and nobody said who gets in.
    pub fn access(&self) -> Result<Access, String> {
        let text = match (
            std::env::var("SURPRISAL_TOKEN"),
            std::env::var_os("SURPRISAL_TOKEN_FILE"),
        ) {
            (Ok(text), _) => text,
            (Err(_), Some(file)) => std::fs::read_to_string(&file).map_err(|error| {
                format!("the file of SURPRISAL_TOKEN_FILE cannot be read: {error}")
            })?,
            (Err(_), None) => String::new(),
        };
        let access = Access::parse(&text)?;
        if access.is_open() && !self.open && !self.addr.ip().is_loopback() {
            return Err(format!(
                "{} can be reached from other machines, and nobody said who gets in: set SURPRISAL_TOKEN to a secret of at \
                 least 16 characters, or say --open if everybody may read, store and delete",
                self.addr
            ));
        }
        Ok(access)
    }

    /// Where spans go.
    pub fn telemetry(&self) -> crate::telemetry::Setting {
        crate::telemetry::Setting {
            endpoint: self.otlp_endpoint.clone().filter(|url| !url.is_empty()),
            content: self.otlp_content,
        }
    }

    /// The store that is asked for.
    pub fn store_setting(&self) -> Result<StoreSetting, SettingError> {
        store_setting(self.store.as_deref())
    }

    /// Where the catalogue of a store lies; nowhere for one that is lost at exit.
    pub fn catalogue_file(&self, store: &StoreSetting) -> Option<PathBuf> {
        catalogue_file(self.catalogue.as_deref(), store)
    }

    /// How uploads are made anonymous, if they are.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn anonymise(&self) -> Result<Option<Anonymise>, String> {
        let policy = self.policy.as_deref().map(crate::retain::policy);
        Ok(policy.transpose()?.and_then(|policy| policy.anonymise))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::{CommandFactory as _, FromArgMatches as _};

    #[test]
    fn help_and_defaults_agree() {
        Cli::command().debug_assert();
        // Without the environment of the one who runs the test.
        let command =
            Serve::augment_args(clap::Command::new("serve")).mut_args(|arg| arg.env(None::<&str>));
        let serve = Serve::from_arg_matches(&command.get_matches_from(["serve"])).unwrap();
        assert_eq!(serve.limits, Limits::default());
        assert!(!serve.hash_files);
        let StoreSetting::File { dir } = serve.store_setting().unwrap() else {
            panic!("no directory")
        };
        assert!(dir.is_absolute() && dir.ends_with("surprisal-data"));
    }
}
