//! `surprisal gc`: removes what no stored run needs any more.
use crate::{cli::Collect, config, failure::chain};
use metrics::format;
use std::{fmt::Write as _, io::Write as _, process::ExitCode};
use storage::{Gc, GcReport, RunStore, Secrets};

/// Runs the command.
pub fn main(arguments: &Collect) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(collect(arguments)),
        Err(error) => Err((1, error.to_string())),
    };
    match result {
        Ok(text) => {
            let written = std::io::stdout().write_all(text.as_bytes());
            ExitCode::from(u8::from(written.is_err()))
        }
        Err((status, error)) => {
            let _ = writeln!(std::io::stderr(), "surprisal: {error}");
            ExitCode::from(status)
        }
    }
}

async fn collect(arguments: &Collect) -> Result<String, (u8, String)> {
    let setting = config::store_setting(arguments.store.as_deref()).map_err(|e| (2, chain(&e)))?;
    let secrets = Secrets::from_environment(&setting).map_err(|e| (2, chain(&e)))?;
    let store = RunStore::open(&setting, &secrets)
        .await
        .map_err(|e| (1, format!("the store cannot be used: {}", chain(&e))))?;
    let gc = Gc {
        apply: arguments.apply,
        grace: arguments.grace,
        ..Gc::default()
    };
    let report = store.gc(&gc).await.map_err(|e| (1, chain(&e)))?;
    Ok(text(&report, arguments.apply))
}

/// The report for people: a line for each object, then the sums.
fn text(report: &GcReport, applied: bool) -> String {
    let mut text = String::new();
    let all = || {
        report
            .blobs
            .iter()
            .chain(&report.columns)
            .chain(&report.snapshots)
            .chain(&report.unfinished)
    };
    for (key, size) in all() {
        let _ = writeln!(text, "{key}  {}", format::bytes(*size));
    }
    let size = all().map(|(_, size)| size).sum();
    let (count, size) = (all().count(), format::bytes(size));
    let _ = match (applied, count) {
        (_, 0) => writeln!(text, "Nothing to remove."),
        (true, _) => writeln!(text, "{count} removed, {size}."),
        (false, _) => writeln!(text, "{count} to remove, {size}; `--apply` removes them."),
    };
    let GcReport {
        needed,
        young,
        wanted_again,
        ..
    } = report;
    let _ = write!(text, "{needed} needed, {young} within the grace time");
    if *wanted_again > 0 {
        let _ = write!(text, ", {wanted_again} wanted again");
    }
    text += ".\n";
    if let Some(reason) = &report.unfinished_unknown {
        let _ = writeln!(
            text,
            "Unfinished uploads could not be looked for: {reason}."
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports() {
        let some = GcReport {
            blobs: vec![("blob/a".into(), 2000)],
            columns: vec![("columns/b".into(), 10)],
            snapshots: vec![("snap/c".into(), 20)],
            unfinished: vec![("blob/d (unfinished, blob/d#1)".into(), 3000)],
            unfinished_unknown: None,
            needed: 3,
            young: 1,
            wanted_again: 0,
        };
        assert_eq!(
            text(&some, false),
            "blob/a  2 KB\ncolumns/b  10 B\nsnap/c  20 B\nblob/d (unfinished, blob/d#1)  3 KB\n4 to remove, 5.03 KB; \
             `--apply` removes them.\n3 needed, 1 within the grace time.\n"
        );
        assert!(text(&some, true).contains("\n4 removed, 5.03 KB.\n"));
        let none = GcReport {
            wanted_again: 2,
            unfinished_unknown: Some("the store denies access: x".into()),
            ..GcReport::default()
        };
        assert_eq!(
            text(&none, true),
            "Nothing to remove.\n0 needed, 0 within the grace time, 2 wanted again.\n\
             Unfinished uploads could not be looked for: the store denies access: x.\n"
        );
    }
}
