//! The arguments of `surprisal retain`.
use clap::Args;
use std::path::PathBuf;

/// Apply a policy to stored runs: remove what is too old, take out or mask what may not be kept. Without --apply only says what
/// would be done.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Keep {
    /// The policy
    #[arg(
        long,
        value_name = "FILE",
        env = "SURPRISAL_POLICY",
        hide_env_values = true
    )]
    pub policy: PathBuf,
    /// Where stored runs are kept [default: surprisal-data in the current directory]
    #[arg(
        long,
        value_name = "URL",
        env = "SURPRISAL_STORE",
        hide_env_values = true
    )]
    pub store: Option<String>,
    /// File of a server's list of runs, if that server does not run; a server that runs sees to its own
    /// [default: as for serve]
    #[arg(
        long,
        value_name = "FILE",
        env = "SURPRISAL_CATALOGUE",
        hide_env_values = true
    )]
    pub catalogue: Option<PathBuf>,
    /// Do it
    #[arg(long, conflicts_with = "dry_run")]
    pub apply: bool,
    /// Only say what would be done, as without --apply
    #[arg(long)]
    pub dry_run: bool,
}

const HELP: &str = "\
The policy is TOML:
  [[keep]]                          # of several rules that fit a run, the first one counts
  tag = \"prod\"                      # or model = \"NAME\"; both, or none for all runs
  days = 90
  [anonymise]
  drop = [\"metadata.ip\"]            # fields, by their names in the files, at any depth
  hash = [\"user\", \"session_id\"]     # the same value becomes the same hash, with the secret in SURPRISAL_SALT
  mask = [\"email\", \"phone\", 'EMP-\\d+']  # patterns; each character becomes a star
  otherwise = \"report\"              # or \"remove\": what becomes of files that cannot be read for this

Servers may go on meanwhile: with --apply the program waits two and a half minutes before it removes bytes. Run one at a time.

Exit status:
  0    done
  1    the store cannot be used; what was done until then stays done
  2    the arguments or the policy are wrong
  3    done, but some runs could not be read or made anonymous: the report names them";
