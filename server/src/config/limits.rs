//! The limits of the server.
use super::units::{duration, size};
use clap::Args;
use std::time::Duration;

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
    /// A proxy stands before the server: addresses are those that it writes into X-Forwarded-For, and it may be asked for by any name
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
