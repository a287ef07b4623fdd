//! `cargo xtask`: everything that has to be done around the code, in one program without a shell.
//!
//! | module | subject |
//! |---|---|
//! | `run` | starting programs, saying what is being done, failures with a remedy |
//! | `workspace` | where things are |
//! | `toolchain`, `wasm_std`, `debian` | a compiler that can make WebAssembly |
//! | `node`, `browser`, `minio`, `valgrind`, `python` | the other tools; all but the compiler can be missing |
//! | `tools` | the tools together, each looked for once |
//! | `site`, `bundle`, `style`, `css`, `compress`, `files` | `target/site` |
//! | `demo` | a small model to try the program with |
//! | `serve`, `dist` | the server program, and the one with the site inside it |
//! | `plain` | the site as plain files, for any host |
//! | `bench` | `cargo xtask bench`, and the checks that belong to it |
//! | `fuzz` | `cargo xtask fuzz`, and its check |
//! | `checks`, `bits`, `api`, `e2e`, `probe` | `cargo xtask test` |

mod api;
mod bench;
mod bits;
mod blame;
mod browser;
mod bundle;
mod checks;
mod compress;
mod css;
mod debian;
mod demo;
mod dist;
mod e2e;
mod files;
mod fuzz;
mod lighthouse;
mod minio;
mod names;
mod node;
mod plain;
mod probe;
mod python;
mod run;
mod serve;
mod site;
mod snip;
mod style;
mod toolchain;
mod tools;
mod valgrind;
mod wasm_std;
mod workspace;

use std::process::ExitCode;

use run::{Done, Failure};
use tools::Tools;
use workspace::Workspace;

const HELP: &str = "\
cargo xtask <command>

  setup                        gets what is missing: wasm32 target, Node packages, Chromium, MinIO, Valgrind
  build [--release]            the site (target/site) and the server
  serve [--release] [--addr A] builds, then serves on http://127.0.0.1:3000 or A (host:port)
  dist                         one program with the site inside it: target/dist/surprisal
  dist --static                the site as plain files for any web server: target/static
  demo-model                   a small language model (93 MB) in target/models
  bench [browser|engine] [--pairs N] [--megabytes N] [--save]
                               measures against the goals, without a browser or in one; --save adds to BENCHMARKS.md
  bench record                 counts instructions anew, for the check `bench-count`
  bench generate SHAPE MB FILE writes a completions file of any size
  fuzz [TARGET] [--seconds N]  looks for inputs that break a reader; without a target all of them, a minute each
  test [NAME…]                 all checks, or those named: a group or a single one
  help                         this text

Environment
  SURPRISAL_ADDR      where `serve` listens          SURPRISAL_CHROMIUM  the browser of the tests
  SURPRISAL_STORE     what `serve` stores runs in    SURPRISAL_MINIO     the MinIO program of the tests
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one command. `false`: the command did its work and some check failed.
fn dispatch(arguments: &[&str]) -> Done<bool> {
    let workspace = Workspace::find()?;
    let tools = Tools::new(&workspace);
    match arguments {
        ["setup"] => tools.set_up(),
        ["build"] => site::build_all(&tools, false).map(|_| true),
        ["build", "--release"] => site::build_all(&tools, true).map(|_| true),
        ["serve", options @ ..] => serve::serve(&tools, options).map(|()| true),
        ["dist"] => dist::dist(&tools).map(|()| true),
        ["dist", "--static"] => plain::dist(&tools).map(|()| true),
        ["demo-model"] => demo::ensure(&workspace).map(|_| true),
        ["bench", options @ ..] => bench::bench(&tools, options).map(|()| true),
        ["fuzz", options @ ..] => fuzz::fuzz(&workspace, options).map(|()| true),
        ["test", names @ ..] => checks::test(&tools, names),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}\n{}", checks::list());
            Ok(true)
        }
        other => Err(Failure::new(
            format!("`{}` is not a command", other.join(" ")),
            "type `cargo xtask help`",
        )),
    }
}
