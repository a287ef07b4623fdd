//! `surprisal retain`: takes out of the store what a policy forbids.
use crate::{cli::Keep, config, failure::chain};
use metrics::format;
use policy::Policy;
use std::{fmt::Write as _, io::Write as _, path::Path, process::ExitCode};
use storage::{Retain, RetainReport, RunStore, Secrets};

/// Some runs could not be made anonymous.
const IN_PART: u8 = 3;

/// Runs the command.
pub fn main(arguments: &Keep) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(retain(arguments)),
        Err(error) => Err((1, error.to_string())),
    };
    match result {
        Ok((report, applied)) => {
            let text = text(&report, applied);
            let written = std::io::stdout().write_all(text.as_bytes());
            match (written, report.unreadable.is_empty()) {
                (Err(_), _) => ExitCode::FAILURE,
                (Ok(()), true) => ExitCode::SUCCESS,
                (Ok(()), false) => ExitCode::from(IN_PART),
            }
        }
        Err((status, error)) => {
            let _ = writeln!(std::io::stderr(), "surprisal: {error}");
            ExitCode::from(status)
        }
    }
}

/// Reads a policy, with the salt of the environment.
///
/// # Errors
/// A sentence that names the file.
pub(crate) fn policy(file: &Path) -> Result<Policy, String> {
    let named = |error: &dyn std::fmt::Display| format!("the policy {}: {error}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| named(&error))?;
    let salt = std::env::var("SURPRISAL_SALT").ok();
    Policy::parse(&text, salt.as_deref()).map_err(|error| named(&error))
}

async fn retain(arguments: &Keep) -> Result<(RetainReport, bool), (u8, String)> {
    let policy = policy(&arguments.policy).map_err(|error| (2, error))?;
    let setting = config::store_setting(arguments.store.as_deref()).map_err(|e| (2, chain(&e)))?;
    let secrets = Secrets::from_environment(&setting).map_err(|e| (2, chain(&e)))?;
    let catalogue = config::catalogue_file(arguments.catalogue.as_deref(), &setting);
    let store = RunStore::open_with(&setting, &secrets, catalogue)
        .await
        .map_err(|e| (1, format!("the store cannot be used: {}", chain(&e))))?;
    let retain = Retain {
        apply: arguments.apply,
        ..Retain::new(policy)
    };
    let report = store.retain(&retain).await.map_err(|e| (1, chain(&e)))?;
    if arguments.apply {
        // The index of this machine and the columns follow now, rather than when a server starts.
        store.index_now().await.map_err(|e| (1, chain(&e)))?;
    }
    Ok((report, arguments.apply))
}

/// The report for people: a line for each run and object, then the sums.
fn text(report: &RetainReport, applied: bool) -> String {
    let mut text = String::new();
    for (run, days) in &report.removed {
        let _ = match days {
            1 => writeln!(text, "{run}  removed: older than a day"),
            0 => writeln!(text, "{run}  removed: it cannot be made anonymous"),
            days => writeln!(text, "{run}  removed: older than {days} days"),
        };
    }
    for (run, counts) in &report.changed {
        let _ = writeln!(
            text,
            "{run}  made anonymous: {} dropped, {} hashed, {} masked",
            counted(counts.dropped, "field"),
            counted(counts.hashed, "value"),
            counted(counts.masked, "text")
        );
    }
    for (run, why) in &report.unreadable {
        let _ = writeln!(text, "{run}  NOT made anonymous: {why}");
    }
    for (key, size) in &report.objects {
        let _ = writeln!(text, "{key}  {} gone", format::bytes(*size));
    }
    let (removed, changed) = (report.removed.len(), report.changed.len());
    let runs = counted(removed as u64, "run");
    let _ = match (applied, removed + changed) {
        (_, 0) => write!(text, "Nothing to do"),
        (true, _) => write!(text, "{runs} removed, {changed} made anonymous"),
        (false, _) => write!(
            text,
            "{runs} to remove, {changed} to make anonymous; `--apply` does it"
        ),
    };
    let _ = match report.kept {
        1 => write!(text, "; 1 stays as it is"),
        kept => write!(text, "; {kept} stay as they are"),
    };
    if !report.unreadable.is_empty() {
        let _ = write!(
            text,
            ", {} could not be read for it",
            report.unreadable.len()
        );
    }
    text + ".\n"
}

fn counted(count: u64, word: &str) -> String {
    format::counted(count, word, &format!("{word}s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports() {
        let counts = policy::Counts {
            dropped: 1,
            hashed: 2,
            masked: 3,
        };
        let some = RetainReport {
            removed: vec![("a".into(), 30), ("b".into(), 0)],
            changed: vec![("c".into(), counts)],
            unreadable: vec![("d".into(), "it is no text".into())],
            kept: 4,
            objects: vec![("blob/x".into(), 2000)],
        };
        let lines = "a  removed: older than 30 days\nb  removed: it cannot be made anonymous\n\
                     c  made anonymous: 1 field dropped, 2 values hashed, 3 texts masked\n\
                     d  NOT made anonymous: it is no text\nblob/x  2 KB gone\n";
        assert_eq!(
            text(&some, true),
            format!(
                "{lines}2 runs removed, 1 made anonymous; 4 stay as they are, 1 could not be read for it.\n"
            )
        );
        assert!(
            text(&some, false)
                .contains("\n2 runs to remove, 1 to make anonymous; `--apply` does it; 4 stay")
        );
        let one = RetainReport {
            removed: vec![("a".into(), 1)],
            kept: 1,
            ..RetainReport::default()
        };
        assert!(
            text(&one, true).ends_with("\n1 run removed, 0 made anonymous; 1 stays as it is.\n")
        );
        assert_eq!(
            text(&RetainReport::default(), true),
            "Nothing to do; 0 stay as they are.\n"
        );
    }
}
