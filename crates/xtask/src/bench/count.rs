//! Instructions for fixed work, counted by callgrind, so that what else runs on the machine does not matter: those of reading a
//! byte, and those of choosing a token for each entry of the vocabulary.

use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;

use super::parts::Parts;
use crate::run::{Done, Failure, ask, command, read, say};
use crate::tools::Tools;
use crate::workspace::Workspace;
use crate::{files, valgrind};

const BYTES: u64 = 10_000_000;
const FILES: [&str; 2] = ["top5-bytes", "top20"];
/// Ways to choose a token, each with the most instructions for an entry of the vocabulary that anybody may record.
const CHOICES: [(&str, f64); 3] = [
    ("choice-top-k", 25.0),
    ("choice-top-p", 100.0),
    ("choice-typical-p", 150.0),
];
/// Entries that the choices have: so many tokens, each out of so many.
const ENTRIES: u64 = 20 * 150_000;
/// A change below this is noise of the linker.
const ROOM: f64 = 0.02;
/// Another compiler makes other code.
const ROOM_OF_ANOTHER: f64 = 0.10;

/// One count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) shape: String,
    /// Bytes that were read, or entries that were chosen from.
    units: u64,
    instructions: u64,
    /// Its version.
    compiler: String,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {:.2} instructions per {}",
            self.shape,
            self.per_unit(),
            self.unit()
        )
    }
}

/// Counts everything that is counted.
pub(crate) fn all(tools: &Tools, parts: &Parts) -> Done<Vec<Count>> {
    let mut counts = files(tools, parts)?;
    for (way, _) in CHOICES {
        let arguments = ["choose".as_ref(), way.as_ref()];
        counts.push(one(tools, parts, (way, ENTRIES), &arguments)?);
    }
    Ok(counts)
}

/// Counts the reading of files.
pub(crate) fn files(tools: &Tools, parts: &Parts) -> Done<Vec<Count>> {
    let read = |shape: &&str| {
        let file = parts.file(tools.workspace, shape, BYTES)?;
        let bytes = files::size(&file)?;
        let arguments = ["importer".as_ref(), file.as_os_str()];
        one(tools, parts, (shape, bytes), &arguments)
    };
    FILES.iter().map(read).collect()
}

fn one(
    tools: &Tools,
    parts: &Parts,
    (shape, units): (&str, u64),
    arguments: &[&OsStr],
) -> Done<Count> {
    let workspace = tools.workspace;
    let out = workspace
        .target
        .join("bench")
        .join(format!("callgrind-{shape}.out"));
    let log = workspace.target.join("bench/callgrind.log");
    let mut counting = valgrind::callgrind(tools.valgrind()?, &out);
    counting.arg(&parts.program).args(arguments);
    read(&mut counting, &log)?;
    let instructions = valgrind::counted(&files::read_text(&out)?).ok_or_else(|| {
        Failure::new(
            format!("callgrind has left no total in {}", out.display()),
            format!("see {}", log.display()),
        )
    })?;
    Ok(Count {
        shape: shape.to_owned(),
        units,
        instructions,
        compiler: ask(command("rustc").arg("--version")).unwrap_or_default(),
    })
}

impl Count {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    pub(crate) fn per_unit(&self) -> f64 {
        self.instructions as f64 / self.units as f64
    }

    fn choice(&self) -> Option<f64> {
        let choice = CHOICES.iter().find(|(way, _)| *way == self.shape);
        choice.map(|(_, most)| *most)
    }

    fn unit(&self) -> &'static str {
        self.choice().map_or("byte", |_| "entry of the vocabulary")
    }

    /// Fails when there are more than anybody may record; of files that is `most`.
    pub(crate) fn within(&self, most: f64) -> Done {
        let most = self.choice().unwrap_or(most);
        if self.per_unit() <= most {
            return Ok(());
        }
        Err(Failure::new(
            format!("{self}, and {most} is the most that is accepted"),
            "make it faster: a new record does not help",
        ))
    }

    /// Fails when there are more than were recorded. Says when the record should be made anew.
    pub(crate) fn against(&self, recorded: &[Self]) -> Done<Option<String>> {
        let again = "`cargo xtask bench record`, and say in the commit why";
        let Some(before) = recorded.iter().find(|before| before.shape == self.shape) else {
            return Err(Failure::new(
                format!("no count of {} is recorded", self.shape),
                again,
            ));
        };
        if before.units != self.units {
            let what = format!("the count of {} was recorded for other work", self.shape);
            return Err(Failure::new(what, again));
        }
        let change = self.per_unit() / before.per_unit() - 1.0;
        let same = before.compiler == self.compiler;
        let room = if same { ROOM } else { ROOM_OF_ANOTHER };
        if change > room {
            let what = format!(
                "{self}, {:.1} % more than the {:.2} recorded",
                change * 100.0,
                before.per_unit()
            );
            return Err(Failure::new(
                what,
                format!("make it as fast as before; or, if it is worth it, {again}"),
            ));
        }
        Ok(match (change < -ROOM, same) {
            (true, _) => Some(format!(
                "{:.1} % less than recorded: {again}",
                -change * 100.0
            )),
            (false, true) => None,
            (false, false) => Some(format!(
                "recorded with {}, this is {}",
                before.compiler, self.compiler
            )),
        })
    }
}

fn place(workspace: &Workspace) -> PathBuf {
    workspace.root.join("crates/bench/recorded.txt")
}

/// Writes the counts into the tree.
pub(crate) fn record(workspace: &Workspace, counts: &[Count]) -> Done {
    let mut text = String::from(
        "# Instructions, counted by callgrind. Of reading a generated file: shape, bytes, instructions, compiler.\n\
         # Of choosing tokens: way, entries of the vocabulary for all tokens together, instructions, compiler.\n\
         # `cargo xtask bench record` writes this file, `cargo xtask test bench-count` compares with it.\n",
    );
    for count in counts {
        let Count {
            shape,
            units,
            instructions,
            compiler,
        } = count;
        text.push_str(&format!("{shape} {units} {instructions} {compiler}\n"));
    }
    say(format_args!("recorded in {}", place(workspace).display()));
    files::write(&place(workspace), text)
}

/// The counts that the tree has.
pub(crate) fn recorded(workspace: &Workspace) -> Done<Vec<Count>> {
    Ok(read_counts(&files::read_text(&place(workspace))?))
}

fn read_counts(text: &str) -> Vec<Count> {
    let line = |line: &str| {
        let mut words = line.splitn(4, ' ');
        Some(Count {
            shape: words
                .next()
                .filter(|shape| !shape.starts_with('#'))?
                .to_owned(),
            units: words.next()?.parse().ok()?,
            instructions: words.next()?.parse().ok()?,
            compiler: words.next()?.to_owned(),
        })
    };
    text.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_most() {
        let choice = &read_counts("choice-top-k 1000 999000 rustc 1\n")[0];
        let failure = choice.within(1000.0).unwrap_err().to_string();
        assert!(
            failure.starts_with(
                "failed: choice-top-k: 999.00 instructions per entry of the vocabulary, and"
            ),
            "{failure}"
        );
        let count = &read_counts("x 1000 11000 rustc 1\n")[0];
        assert!(count.within(11.0).is_ok());
        let failure = count.within(10.9).unwrap_err().to_string();
        assert!(
            failure.starts_with(
                "failed: x: 11.00 instructions per byte, and 10.9 is the most that is accepted\n"
            ),
            "{failure}"
        );
    }

    #[test]
    fn a_count_is_held_against_the_recorded_one() {
        let recorded = read_counts("# a 1 2 3\nx 1000 20000 rustc 1\ny 1000 9000 rustc 1\n");
        assert_eq!(recorded.len(), 2);
        let count = |shape: &str, units, instructions, compiler: &str| {
            let count = Count {
                shape: shape.to_owned(),
                units,
                instructions,
                compiler: compiler.to_owned(),
            };
            let outcome = count
                .against(&recorded)
                .map_err(|failure| failure.to_string());
            outcome.map_or_else(|failure| failure, Option::unwrap_or_default)
        };
        let begins =
            |found: String, expected: &str| assert!(found.starts_with(expected), "{found}");
        assert_eq!(count("x", 1000, 20_390, "rustc 1"), "");
        assert_eq!(count("x", 1000, 19_610, "rustc 1"), "");
        begins(
            count("x", 1000, 20_420, "rustc 1"),
            "failed: x: 20.42 instructions per byte, 2.1 % more than the 20.00 recorded\n",
        );
        begins(
            count("x", 1000, 19_500, "rustc 1"),
            "2.5 % less than recorded: `cargo xtask bench record`",
        );
        assert_eq!(
            count("x", 1000, 21_990, "rustc 2"),
            "recorded with rustc 1, this is rustc 2"
        );
        begins(
            count("x", 1000, 22_020, "rustc 2"),
            "failed: x: 22.02 instructions per byte, 10.1 % more",
        );
        begins(
            count("x", 1001, 20_000, "rustc 1"),
            "failed: the count of x was recorded for other work\n",
        );
        begins(
            count("z", 1000, 20_000, "rustc 1"),
            "failed: no count of z is recorded\n",
        );
    }
}
