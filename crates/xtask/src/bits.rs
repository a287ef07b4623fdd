//! The promise that browser, server and command line show the same numbers, and write the same text from a seed: one
//! program per room prints every vector's results bit by bit, natively and in WebAssembly, and the two texts must be equal.

use crate::bundle::PROFILE;
use crate::checks::Ground;
use crate::files;
use crate::run::{Done, Failure, read, run_into};
use crate::toolchain::TARGET;

const ROOMS: [&str; 2] = ["metrics", "decoding"];

pub(crate) fn compare(ground: &Ground) -> Done {
    ROOMS.iter().try_for_each(|room| compare_room(ground, room))
}

fn compare_room(ground: &Ground, room: &str) -> Done {
    let example = ["-p", room, "--example", "bits"];
    let workspace = ground.tools.workspace;
    let native = read(workspace.cargo().arg("run").args(example), &ground.log)?;

    let wasm = ground.tools.wasm()?;
    let mut build = wasm.cargo(workspace, "build");
    run_into(
        build.args(["--profile", PROFILE]).args(example),
        &ground.log,
    )?;
    let module = workspace
        .wasm_target()
        .join(TARGET)
        .join(PROFILE)
        .join("examples/bits.wasm");
    let script = workspace.root.join("crates/metrics/tests/bits.mjs");
    let browser = read(
        ground.tools.node()?.script(workspace, &script).arg(module),
        &ground.log,
    )?;

    let text = |side: &str| workspace.logs().join(format!("bits-{room}-{side}.txt"));
    files::write(&text("native"), &native)?;
    files::write(&text("wasm"), &browser)?;
    same(&native, &browser)
}

fn same(native: &str, wasm: &str) -> Done {
    let remedy = "a float function that is not from metrics::num? Compare bits-ROOM-native.txt and bits-ROOM-wasm.txt in target/logs";
    if native.trim().is_empty() {
        return Err(Failure::new("the native program printed nothing", ""));
    }
    let mut others = wasm.lines();
    for (number, line) in native.lines().enumerate() {
        let other = others.next().unwrap_or("nothing");
        if line != other {
            let what = format!(
                "line {}: natively `{line}`, in WebAssembly `{other}`",
                number + 1
            );
            return Err(Failure::new(what, remedy));
        }
    }
    others.next().map_or(Ok(()), |line| {
        Err(Failure::new(
            format!("only WebAssembly printed `{line}`"),
            remedy,
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn only_equal_and_present_texts_pass() {
        for (native, wasm, expected) in [
            ("a 1\nb 2\n", "a 1\nb 2\n", None),
            ("", "", Some("the native program printed nothing")),
            (
                "a 1\nb 2\n",
                "a 1\nb 3\n",
                Some("line 2: natively `b 2`, in WebAssembly `b 3`"),
            ),
            (
                "a 1\nb 2\n",
                "a 1\n",
                Some("line 2: natively `b 2`, in WebAssembly `nothing`"),
            ),
            (
                "a 1\n",
                "a 1\nb 2\n",
                Some("only WebAssembly printed `b 2`"),
            ),
        ] {
            let outcome = same(native, wasm).err().map(|failure| failure.to_string());
            let first = outcome
                .as_deref()
                .and_then(|text| text.lines().next()?.strip_prefix("failed: "));
            assert_eq!(first, expected);
        }
    }
}
