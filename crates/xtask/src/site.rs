//! `target/site`: made new by every build, out of the bundle, the style sheet and `public/`.

use std::path::{Path, PathBuf};

use crate::bundle::{self, NAME, STUDIO};
use crate::run::{Done, Failure, run, say};
use crate::tools::Tools;
use crate::{compress, files, style};

/// What the first page may load before it is alive, after brotli. Bytes.
const CEILING: u64 = 300_000;

/// What the page on which models write may load besides, after brotli. Bytes.
const STUDIO_CEILING: u64 = 250_000;

/// Builds the site and the server; gives the server's program.
pub(crate) fn build_all(tools: &Tools, release: bool) -> Done<PathBuf> {
    let site = build(tools)?;
    if release {
        site.within_ceiling()?;
    }
    say("cargo: the server");
    let mut cargo = tools.workspace.cargo();
    cargo.args(["build", "-p", "server", "--bin", NAME]);
    if release {
        cargo.arg("--release");
    }
    run(&mut cargo, "mend what the compiler says above")?;
    let profile = if release { "release" } else { "debug" };
    let program = format!("{NAME}{}", std::env::consts::EXE_SUFFIX);
    Ok(tools.workspace.target.join(profile).join(program))
}

/// What became of the bundle.
pub(crate) struct Site {
    /// Bytes after brotli of what the first page loads.
    first_load: u64,
    /// The same of the page on which models write, which loads it besides.
    studio: u64,
    optimised: bool,
}

impl Site {
    /// The gate for releases and tests. Without wasm-opt the bundle is larger, not wrong: nothing is judged then.
    pub(crate) fn within_ceiling(&self) -> Done {
        let loads = [
            ("the first load", self.first_load, CEILING),
            ("the bundle of /generate", self.studio, STUDIO_CEILING),
        ];
        let Some((what, bytes, ceiling)) = loads.into_iter().find(|(_, bytes, most)| bytes > most)
        else {
            return Ok(());
        };
        if !self.optimised {
            say(format!(
                "{what} is over its ceiling; install Node, so that wasm-opt can make it smaller"
            ));
            return Ok(());
        }
        Err(Failure::new(
            format!(
                "{what} is {} KB after brotli, over the ceiling of {} KB",
                bytes / 1000,
                ceiling / 1000
            ),
            "look with `twiggy top` at what came in; heavy dependencies first",
        ))
    }
}

/// Builds the site.
pub(crate) fn build(tools: &Tools) -> Done<Site> {
    let workspace = tools.workspace;
    let bundles = bundle::build(tools)?;
    let fresh = workspace.target.join("site.new");
    files::empty(&fresh)?;

    say("style, static files, compressed copies");
    let public = workspace.root.join("public");
    if public.join("pkg").exists() {
        return Err(Failure::new(
            "public/pkg would hide the bundle",
            "give the folder another name",
        ));
    }
    files::copy_all(&public, &fresh)?;
    let pkg = fresh.join("pkg");
    for folder in &bundles.folders {
        files::copy_all(folder, &pkg)?;
    }
    for (main, name) in [("main", NAME), (STUDIO, STUDIO)] {
        let sheet = style::build(
            &workspace
                .root
                .join("style")
                .join(main)
                .with_extension("css"),
        )?;
        files::write(&pkg.join(name).with_extension("css"), sheet)?;
    }
    let cache = workspace.wasm_target().join("compressed");
    for file in files::below(&fresh)? {
        compress::compress(&file, &cache)?;
    }

    let first_load = weigh(&pkg, "first load", NAME, CEILING)?;
    let studio = weigh(&pkg, "/generate besides", STUDIO, STUDIO_CEILING)?;
    let site = workspace.site();
    files::remove(&site)?;
    files::rename(&fresh, &site)?;
    Ok(Site {
        first_load,
        studio,
        optimised: bundles.optimised,
    })
}

/// Prints what a page loads, and adds up.
fn weigh(pkg: &Path, what: &str, name: &str, ceiling: u64) -> Done<u64> {
    let mut total = 0;
    println!("  {what:<22}    raw   brotli");
    for ending in ["wasm", "js"] {
        let file = pkg.join(format!("{name}.{ending}"));
        let raw = files::size(&file)?;
        // Too small for a compressed copy: sent as it is.
        let sent = files::size(&compress::beside(&file, "br")).unwrap_or(raw);
        total += sent;
        println!(
            "  pkg/{:<17} {} {}",
            format!("{name}.{ending}"),
            kilobytes(raw),
            kilobytes(sent)
        );
    }
    println!(
        "  together, of at most {} KB      {}",
        ceiling / 1000,
        kilobytes(total)
    );
    Ok(total)
}

fn kilobytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100);
    format!("{:>5}.{} KB", tenths / 10, tenths % 10)
}
