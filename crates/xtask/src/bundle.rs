//! The browser's half, four bundles: cargo, then wasm-bindgen (in this process), then wasm-opt. The last two are skipped
//! when their input is what it was.

use std::path::{Path, PathBuf};

use wasm_bindgen_cli_support::Bindgen;

use crate::node::Node;
use crate::run::{Done, Failure, ask, run, say};
use crate::tools::Tools;
use crate::{files, names, snip};

/// The name that pages ask for; `.cargo/config.toml` gives it to leptos.
pub(crate) const NAME: &str = "surprisal";
/// The bundle of a page of its own, loaded when somebody goes there.
pub(crate) const STUDIO: &str = "studio";
/// The bundle of the worker in which a model of one's own computes, loaded when somebody opens one.
const SCRIBE: &str = "scribe";
/// There is one way to build the browser's half: an unoptimised bundle is too slow to be looked at.
pub(crate) const PROFILE: &str = "wasm-release";

const OLDEST_WASM_OPT: u32 = 117; // older ones stop at `table.fill`
const WASM_OPT_FLAGS: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-multivalue",
    "--enable-simd",
];

/// What is not loaded first: there it is time that counts. A third of a percent larger than with `-Oz`.
const FAST: &[&str] = &["-O3"];
/// Control flow is made anew in between: one percent smaller, which counts for what is loaded first.
const SMALLEST: &[&str] = &["-Oz", "--flatten", "--rereloop", "-Oz"];

/// A crate that becomes a bundle.
struct Part {
    package: &'static str,
    /// Name of its files.
    name: &'static str,
    /// What wasm-opt does to it.
    passes: &'static [&'static str],
    /// Whether the names between its two files are made short.
    short_names: bool,
    /// Parts of the names of functions that it never calls.
    unused: &'static [&'static str],
}

const PARTS: [Part; 4] = [
    Part {
        package: "hydrate",
        name: NAME,
        passes: SMALLEST,
        short_names: true,
        unused: snip::UNUSED,
    },
    Part {
        package: "reader",
        name: "reader",
        passes: FAST,
        short_names: false,
        unused: &[],
    },
    Part {
        package: STUDIO,
        name: STUDIO,
        passes: SMALLEST,
        short_names: true,
        unused: snip::UNUSED_WHEN_MOUNTED,
    },
    Part {
        package: SCRIBE,
        name: SCRIBE,
        passes: FAST,
        short_names: false,
        unused: &[],
    },
];

/// The files of all bundles.
pub(crate) struct Bundles {
    /// Hold `surprisal.js`, `reader.wasm` and so on, and perhaps `snippets/`.
    pub(crate) folders: Vec<PathBuf>,
    /// Whether wasm-opt has seen them.
    pub(crate) optimised: bool,
}

/// Compiles and post-processes the crates of the browser.
pub(crate) fn build(tools: &Tools) -> Done<Bundles> {
    let wasm = tools.wasm()?;
    say("cargo: the browser's half");
    // The engine by itself: what its dependencies ask of others would make the other bundles larger.
    let (apart, together): (Vec<&Part>, Vec<&Part>) =
        PARTS.iter().partition(|part| part.package == SCRIBE);
    for parts in [together, apart] {
        let mut cargo = wasm.cargo(tools.workspace, "build");
        for part in parts {
            cargo.args(["-p", part.package]);
        }
        run(
            cargo.args(["--profile", PROFILE]),
            "mend what the compiler says above",
        )?;
    }
    let optimiser = Optimiser::find(tools)?;
    let folders = PARTS
        .iter()
        .map(|part| part.build(tools, optimiser.as_ref()))
        .collect::<Done<_>>()?;
    Ok(Bundles {
        folders,
        optimised: optimiser.is_some(),
    })
}

impl Part {
    fn build(&self, tools: &Tools, optimiser: Option<&Optimiser>) -> Done<PathBuf> {
        let workspace = tools.workspace;
        let raw = workspace
            .wasm_target()
            .join(crate::toolchain::TARGET)
            .join(PROFILE)
            .join(self.package)
            .with_extension("wasm");
        let version = optimiser.map_or("none", |found| found.version.as_str());
        let flags = WASM_OPT_FLAGS.join(" ");
        // The compiled file names its version of wasm-bindgen, and the post-processor accepts no other.
        let recipe = files::digest(&[
            &files::read(&raw)?,
            version.as_bytes(),
            flags.as_bytes(),
            include_bytes!("bundle.rs"),
            include_bytes!("names.rs"),
            include_bytes!("snip.rs"),
        ]);
        let all = workspace.wasm_target().join("bundle").join(self.name);
        let folder = all.join(&recipe);
        if !folder.is_dir() {
            files::remove(&all)?; // yesterday's bundles
            let unfinished = all.join("unfinished");
            self.process(&raw, &unfinished, optimiser, tools)?;
            files::rename(&unfinished, &folder)?;
        }
        Ok(folder)
    }

    fn process(
        &self,
        raw: &Path,
        folder: &Path,
        optimiser: Option<&Optimiser>,
        tools: &Tools,
    ) -> Done {
        let name = self.name;
        say(format_args!("wasm-bindgen: {name}"));
        files::empty(folder)?;
        let module = snip::snip(&files::read(raw)?, self.unused)?;
        self.bindgen(module, folder).map_err(|error| {
            Failure::new(
                format!("wasm-bindgen: {error}"),
                "are the pins of wasm-bindgen and wasm-bindgen-cli-support in the root manifest the same?",
            )
        })?;
        let wasm = folder.join(format!("{name}.wasm"));
        files::rename(&folder.join(format!("{name}_bg.wasm")), &wasm)?;
        optimiser.map_or(Ok(()), |optimiser| {
            optimiser.shrink(&wasm, self.passes, tools)?;
            if self.short_names {
                optimiser.shorten(&wasm, tools)?;
            }
            Ok(())
        })
    }

    fn bindgen(&self, module: Vec<u8>, folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
        Bindgen::new()
            .input_bytes(self.name, module)
            .web(true)?
            .typescript(false)
            .omit_default_module_path(true)
            .remove_name_section(true)
            .remove_producers_section(true)
            .out_name(self.name)
            .generate(folder)?;
        Ok(())
    }
}

/// Does to another module what is done to the bundles.
pub(crate) fn shrink(tools: &Tools, wasm: &Path) -> Done {
    Optimiser::find(tools)?.map_or(Ok(()), |optimiser| optimiser.shrink(wasm, FAST, tools))
}

/// wasm-opt of the pinned npm package. One on `PATH` may be any version, and is not used.
struct Optimiser<'a> {
    node: &'a Node,
    script: PathBuf,
    version: String,
}

impl<'a> Optimiser<'a> {
    /// `None`, with a line that says why, when the bundle has to stay large.
    fn find(tools: &'a Tools) -> Done<Option<Self>> {
        let node = match tools.node() {
            Ok(node) => node,
            Err(failure) => {
                say(format_args!(
                    "the bundle stays larger than it could be: {failure}"
                ));
                return Ok(None);
            }
        };
        let script = node.module("binaryen/bin/wasm-opt");
        let version =
            ask(node.script(tools.workspace, &script).arg("--version")).unwrap_or_default();
        match number(&version) {
            Some(number) if number >= OLDEST_WASM_OPT => Ok(Some(Self {
                node,
                script,
                version,
            })),
            _ => Err(Failure::new(
                format!(
                    "wasm-opt in node_modules says it is `{version}`, not version {OLDEST_WASM_OPT} or newer"
                ),
                "`npm ci` in the root of the checkout",
            )),
        }
    }

    fn shrink(&self, wasm: &Path, passes: &[&str], tools: &Tools) -> Done {
        say(format_args!(
            "wasm-opt: {}",
            wasm.file_stem().unwrap_or_default().display()
        ));
        let small = wasm.with_extension("small");
        run(
            self.node
                .script(tools.workspace, &self.script)
                .arg(wasm)
                .args(WASM_OPT_FLAGS)
                .args(passes)
                .arg("-o")
                .arg(&small),
            "has the compiler begun to emit a feature that is not in WASM_OPT_FLAGS?",
        )?;
        files::rename(&small, wasm)
    }

    /// Makes the names between a module and the script beside it short.
    fn shorten(&self, wasm: &Path, tools: &Tools) -> Done {
        let small = wasm.with_extension("small");
        let list = ask(self
            .node
            .script(tools.workspace, &self.script)
            .arg(wasm)
            .args(WASM_OPT_FLAGS)
            .arg(names::FLAG)
            .arg("-o")
            .arg(&small));
        let script = wasm.with_extension("js");
        let shortened = names::shorten(&files::read_text(&script)?, &list.unwrap_or_default())?;
        files::write(&script, shortened)?;
        files::rename(&small, wasm)
    }
}

/// `wasm-opt version 132 (version_132)` → 132.
fn number(version: &str) -> Option<u32> {
    version
        .split_whitespace()
        .find_map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn versions_of_wasm_opt() {
        for (text, expected) in [
            ("wasm-opt version 132 (version_132)", Some(132)),
            ("wasm-opt version 108", Some(108)),
            ("", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }
}
