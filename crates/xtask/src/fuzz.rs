//! Coverage-guided fuzzing with libFuzzer: `cargo xtask fuzz`, and the check of a bounded time.
//!
//! The targets are programs of `crates/fuzz`. The flags are those of cargo-fuzz without a sanitizer, which needs no nightly
//! compiler. The importer begins with the seeds of the property tests, one after the other, so that each format has its turn.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::checks::Ground;
use crate::run::{Done, Failure, ask, command, run, run_into, say};
use crate::workspace::Workspace;

const TARGETS: [&str; 7] = [
    "importer",
    "splitter",
    "events",
    "documents",
    "packed",
    "query",
    "answers",
];

/// The target that begins with seeds.
const SEEDED: &str = "importer";

/// Tells the compiler to count which branches an input takes.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
    -Cdebug-assertions -Ccodegen-units=1";

/// Seconds for each seed, and for each target without seeds, in `cargo xtask test`.
const CHECK_SECONDS: (u32, u32) = (2, 10);

/// An input that takes longer stops the program, seconds.
const SLOWEST: u32 = 10;

/// Bytes of the largest input.
const LONGEST: u32 = 16 << 10;

/// The programs, built.
struct Fuzzers<'a> {
    workspace: &'a Workspace,
    programs: PathBuf,
}

impl<'a> Fuzzers<'a> {
    fn build(workspace: &'a Workspace, mut run: impl FnMut(&mut Command) -> Done) -> Done<Self> {
        let host = ask(command("rustc").args(["--print", "host-tuple"]))
            .ok_or_else(|| Failure::new("rustc does not say what it compiles for", ""))?;
        let target = workspace.target.join("fuzz");
        let mut cargo = workspace.cargo();
        cargo
            .args(["build", "--release", "-p", "fuzz", "--target", &host])
            .env("CARGO_TARGET_DIR", &target)
            .env("RUSTFLAGS", FLAGS);
        run(&mut cargo)?;
        let mut seeds = workspace.cargo();
        seeds.args(["run", "-q", "-p", "completions", "--example", "seeds"]);
        run(seeds.arg(target.join("seeds")))?;
        Ok(Self {
            workspace,
            programs: target.join(host).join("release"),
        })
    }

    /// Folders with seeds in them.
    fn seeds(&self) -> Done<Vec<PathBuf>> {
        let folder = self.folder().join("seeds");
        let entries = fs::read_dir(&folder)
            .map_err(|error| Failure::new(format!("{}: {error}", folder.display()), ""))?;
        let mut seeds: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        seeds.sort();
        Ok(seeds)
    }

    fn folder(&self) -> PathBuf {
        self.workspace.target.join("fuzz")
    }

    /// One target for so many seconds, beginning with a folder of seeds. What it finds is kept beside the programs.
    fn command(&self, target: &str, seconds: u32, seeds: Option<&Path>) -> Done<Command> {
        let found = self.folder().join("found").join(target);
        let begin = seeds.and_then(Path::file_name).unwrap_or("all".as_ref());
        let learned = self.folder().join("learned").join(target).join(begin);
        for folder in [&found, &learned] {
            fs::create_dir_all(folder)
                .map_err(|error| Failure::new(format!("{}: {error}", folder.display()), ""))?;
        }
        let mut fuzz = command(self.programs.join(target));
        fuzz.args([
            format!("-max_total_time={seconds}"),
            format!("-timeout={SLOWEST}"),
            format!("-max_len={LONGEST}"),
            format!("-artifact_prefix={}/", found.display()),
            "-rss_limit_mb=2048".to_owned(),
            "-print_final_stats=1".to_owned(),
        ]);
        fuzz.arg(learned).args(seeds);
        Ok(fuzz)
    }
}

fn found(target: &str) -> Failure {
    let remedy = format!(
        "the input is in target/fuzz/found/{target}, its name and bytes are at the end of the output; give it to the program in target/fuzz to see it again, and make a test of it"
    );
    Failure::new(
        format!("`{target}` met an input that it does not bear"),
        remedy,
    )
}

/// `cargo xtask fuzz [TARGET] [--seconds N]`: until stopped, or so many seconds for each target.
pub(crate) fn fuzz(workspace: &Workspace, options: &[&str]) -> Done {
    let (mut targets, mut seconds) = (Vec::new(), 0);
    let mut options = options.iter();
    while let Some(&option) = options.next() {
        match (option, options.clone().next()) {
            ("--seconds", Some(number)) => {
                options.next();
                seconds = number
                    .parse()
                    .map_err(|_| Failure::new(format!("`{number}` is no number of seconds"), ""))?;
            }
            (target, _) if TARGETS.contains(&target) => targets.push(target),
            (other, _) => {
                let remedy = format!(
                    "it is one of {}; --seconds N says how long",
                    TARGETS.join(", ")
                );
                return Err(Failure::new(
                    format!("there is no target `{other}`"),
                    remedy,
                ));
            }
        }
    }
    let fuzzers = Fuzzers::build(workspace, |command| run(command, ""))?;
    if targets.is_empty() {
        targets = TARGETS.to_vec();
        // One after the other: none may go on for ever.
        seconds = if seconds == 0 { 60 } else { seconds };
    }
    for target in targets {
        say(format!("fuzz: {target}"));
        let mut command = fuzzers.command(target, seconds, None)?;
        if target == SEEDED {
            command.arg(fuzzers.folder().join("seeds"));
        }
        run(&mut command, "").map_err(|_| found(target))?;
    }
    Ok(())
}

/// Each seed and each target for a few seconds.
pub(crate) fn check(ground: &Ground) -> Done {
    let workspace = ground.tools.workspace;
    let log = |command: &mut Command| run_into(command, &ground.log);
    log(workspace
        .cargo()
        .args(["clippy", "-p", "fuzz", "--", "-D", "warnings"]))?;
    let fuzzers = Fuzzers::build(workspace, log)?;
    let (each_seed, each_target) = CHECK_SECONDS;
    for target in TARGETS {
        if target == SEEDED {
            for seed in fuzzers.seeds()? {
                log(&mut fuzzers.command(target, each_seed, Some(&seed))?)
                    .map_err(|_| found(target))?;
            }
        } else {
            log(&mut fuzzers.command(target, each_target, None)?).map_err(|_| found(target))?;
        }
    }
    Ok(())
}
