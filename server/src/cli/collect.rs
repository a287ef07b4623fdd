//! The arguments of `surprisal gc`.
use crate::config::duration;
use clap::Args;
use std::time::Duration;

/// Remove the bytes of deleted runs, and of uploads that never became one or were never finished. Without --apply only says what would go.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Collect {
    /// Where stored runs are kept [default: surprisal-data in the current directory]
    #[arg(
        long,
        value_name = "URL",
        env = "SURPRISAL_STORE",
        hide_env_values = true
    )]
    pub store: Option<String>,
    /// Remove it
    #[arg(long)]
    pub apply: bool,
    /// What was deleted, stored or written to within this time stays; at least 1h
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "24h")]
    pub grace: Duration,
}

const HELP: &str = "\
Servers may go on storing meanwhile: with --apply the program looks twice, two and a half minutes apart, and what is
wanted at the second look stays. Run one at a time.

Unfinished uploads, which a server leaves when it is killed, are staging files of a directory, or uploads in parts of MinIO
and S3. After a restart MinIO does not list those from before it; it removes them itself after a day.

Exit status:
  0    done
  1    the store cannot be used, or a manifest cannot be read: then nothing is removed
  2    the arguments are wrong";
