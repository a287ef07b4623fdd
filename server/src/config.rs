//! Every setting and every limit of the server.
use crate::access::Access;
use crate::models::{Given, ServerGiven};
use clap::Args;
use policy::Anonymise;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
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

/// What the server refuses, so that one client cannot take it from the others.
///
/// Memory of uploads is at most `concurrent_uploads` x (three parts of the store + one record or zip archive of the
/// importer + its columns). That of generations is the models + `concurrent_generations` x the cache of one text and its answers
/// + what `generated_tokens` tokens and their alternatives take for each that is not read.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Largest file that is taken; past it 413
    #[arg(long = "max-upload", value_name = "SIZE", env = "SURPRISAL_MAX_UPLOAD", hide_env_values = true, value_parser = size, default_value = "4GiB")]
    pub max_upload_bytes: u64,
    /// Largest record (one JSON value) that is read for the summary; a larger one is stored and reported
    #[arg(long = "max-record", value_name = "SIZE", env = "SURPRISAL_MAX_RECORD", hide_env_values = true, value_parser = size, default_value = "64MiB")]
    pub max_record_bytes: u64,
    /// Bytes that a compressed file may unpack to for the summary; of a larger one the rest is not read, which is reported
    #[arg(long = "max-unpacked", value_name = "SIZE", env = "SURPRISAL_MAX_UNPACKED", hide_env_values = true, value_parser = size, default_value = "16GiB")]
    pub max_unpacked_bytes: u64,
    /// Largest zip archive that is read for the summary, because it is held in memory; a larger one is stored and reported
    #[arg(long = "max-zip", value_name = "SIZE", env = "SURPRISAL_MAX_ZIP", hide_env_values = true, value_parser = size, default_value = "256MiB")]
    pub max_zip_bytes: u64,
    /// Largest file that is made anonymous with --policy, because it is held in memory; past it 413
    #[arg(long = "max-anonymised", value_name = "SIZE", env = "SURPRISAL_MAX_ANONYMISED", hide_env_values = true, value_parser = size, default_value = "64MiB")]
    pub max_anonymised_bytes: u64,
    /// Uploads at the same time; one more waits for --upload-wait, then 503
    #[arg(
        long = "max-uploads",
        value_name = "COUNT",
        env = "SURPRISAL_MAX_UPLOADS",
        hide_env_values = true,
        default_value = "16"
    )]
    pub concurrent_uploads: u16,
    /// How long an upload waits for its turn
    #[arg(long = "upload-wait", value_name = "TIME", env = "SURPRISAL_UPLOAD_WAIT", hide_env_values = true, value_parser = duration, default_value = "2s")]
    pub upload_wait: Duration,
    /// Longest pause between two pieces of an upload; past it 408
    #[arg(long = "upload-idle", value_name = "TIME", env = "SURPRISAL_UPLOAD_IDLE", hide_env_values = true, value_parser = duration, default_value = "30s")]
    pub upload_idle: Duration,
    /// Slowest upload in bytes a second, measured over a minute of waiting for the client; past it 408
    #[arg(long = "upload-rate", value_name = "SIZE", env = "SURPRISAL_UPLOAD_RATE", hide_env_values = true, value_parser = size, default_value = "16KiB")]
    pub upload_rate: u64,
    /// Requests a second of one token or address; after a pause ten seconds' worth may come at once; past it 429. 0 is no limit
    #[arg(
        long = "rate",
        value_name = "COUNT",
        env = "SURPRISAL_RATE",
        hide_env_values = true,
        default_value = "100"
    )]
    pub rate: u32,
    /// A proxy stands before the server: addresses are those that it writes into X-Forwarded-For
    #[arg(
        long = "behind-proxy",
        env = "SURPRISAL_BEHIND_PROXY",
        hide_env_values = true
    )]
    pub behind_proxy: bool,
    /// Generations and scores that models of this machine compute at the same time; others wait for their turn
    #[arg(
        long = "max-generations",
        value_name = "COUNT",
        env = "SURPRISAL_MAX_GENERATIONS",
        hide_env_values = true,
        value_parser = clap::value_parser!(u16).range(1..),
        default_value = "1"
    )]
    pub concurrent_generations: u16,
    /// Generations at the same time on other servers; others wait for their turn
    #[arg(
        long = "max-generations-elsewhere",
        value_name = "COUNT",
        env = "SURPRISAL_MAX_GENERATIONS_ELSEWHERE",
        hide_env_values = true,
        value_parser = clap::value_parser!(u16).range(1..),
        default_value = "16"
    )]
    pub generations_elsewhere: u16,
    /// How many may wait for their turn, in each of these two queues; past it 503
    #[arg(
        long = "max-generations-waiting",
        value_name = "COUNT",
        env = "SURPRISAL_MAX_GENERATIONS_WAITING",
        hide_env_values = true,
        default_value = "16"
    )]
    pub waiting_generations: u16,
    /// Most tokens that one request may have written, all its answers or beams together, or judged; past it 400
    #[arg(
        long = "max-generated-tokens",
        value_name = "COUNT",
        env = "SURPRISAL_MAX_GENERATED_TOKENS",
        hide_env_values = true,
        default_value = "16384"
    )]
    pub generated_tokens: usize,
    /// Largest request to a model, with its prompt; past it 413
    #[arg(long = "max-ask", value_name = "SIZE", env = "SURPRISAL_MAX_ASK", hide_env_values = true, value_parser = size, default_value = "1MiB")]
    pub max_ask_bytes: u64,
    /// How long running uploads may go on after a signal to stop
    #[arg(long = "stop-grace", value_name = "TIME", env = "SURPRISAL_STOP_GRACE", hide_env_values = true, value_parser = duration, default_value = "30s")]
    pub stop_grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_upload_bytes: 4 << 30,
            max_record_bytes: 64 << 20,
            max_unpacked_bytes: 16 << 30,
            max_zip_bytes: 256 << 20,
            max_anonymised_bytes: 64 << 20,
            concurrent_uploads: 16,
            upload_wait: Duration::from_secs(2),
            upload_idle: Duration::from_secs(30),
            upload_rate: 16 << 10,
            rate: 100,
            behind_proxy: false,
            concurrent_generations: 1,
            generations_elsewhere: 16,
            waiting_generations: 16,
            generated_tokens: 16_384,
            max_ask_bytes: 1 << 20,
            stop_grace: Duration::from_secs(30),
        }
    }
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

/// A number of bytes: `65536`, `64KiB`, `100MB`, `4GiB`.
fn size(text: &str) -> Result<u64, String> {
    let (digits, unit) = split(text);
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return Err("expected a size such as 65536, 64KiB, 100MB or 4GiB".to_owned()),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| "expected a size such as 65536, 64KiB, 100MB or 4GiB".to_owned())?;
    number
        .checked_mul(factor)
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| "out of range".to_owned())
}

/// A time: `500ms`, `30s` (or `30`), `5m`, `24h`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let (digits, unit) = split(text);
    let number: u32 = digits
        .parse()
        .map_err(|_| "expected a time such as 500ms, 30s or 5m".to_owned())?;
    match unit {
        "ms" => Ok(Duration::from_millis(number.into())),
        "" | "s" => Ok(Duration::from_secs(number.into())),
        "m" => Ok(Duration::from_secs(u64::from(number) * 60)),
        "h" => Ok(Duration::from_secs(u64::from(number) * 3600)),
        _ => Err("expected a time such as 500ms, 30s or 5m".to_owned()),
    }
}

fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let at = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    (&text[..at], text[at..].trim())
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

    #[test]
    fn sizes() {
        let wrong = Err("expected a size such as 65536, 64KiB, 100MB or 4GiB".to_owned());
        let range = Err("out of range".to_owned());
        let cases = [
            ("1", Ok(1)),
            ("64KiB", Ok(65536)),
            ("64 kib", Ok(65536)),
            ("4G", Ok(1 << 32)),
            ("100MB", Ok(100_000_000)),
            ("0", range.clone()),
            ("99999999999GiB", range),
            ("", wrong.clone()),
            ("-1", wrong.clone()),
            ("1.5G", wrong.clone()),
            ("1TiBB", wrong),
        ];
        for (text, expected) in cases {
            assert_eq!(size(text), expected, "{text:?}");
        }
    }

    #[test]
    fn times() {
        let wrong = Err("expected a time such as 500ms, 30s or 5m".to_owned());
        let cases = [
            ("500ms", Ok(Duration::from_millis(500))),
            ("30s", Ok(Duration::from_secs(30))),
            ("30", Ok(Duration::from_secs(30))),
            ("5m", Ok(Duration::from_secs(300))),
            ("", wrong.clone()),
            ("24h", Ok(Duration::from_secs(86_400))),
            ("1d", wrong.clone()),
            ("-1s", wrong),
        ];
        for (text, expected) in cases {
            assert_eq!(duration(text), expected, "{text:?}");
        }
    }
}
