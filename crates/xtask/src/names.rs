//! Short names between a bundle's WebAssembly and its script.
//!
//! wasm-bindgen gives each of some 300 imports a name with 16 hexadecimal digits, once in either file: nothing that could be
//! compressed. wasm-opt shortens them on its side and lists what it did; here the script follows.

use std::collections::BTreeMap;

use crate::run::{Done, Failure};

/// What wasm-opt is told for this; it prints the list.
pub(crate) const FLAG: &str = "--minify-imports-and-exports-and-modules";
/// The name that wasm-opt gives to the module of all imports.
const MODULE: &str = "a";

/// The script with the names of the list.
pub(crate) fn shorten(script: &str, list: &str) -> Done<String> {
    let (mut imports, mut exports, mut modules) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for line in list.lines() {
        let quoted: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        match quoted.as_slice() {
            [module, old, new] => {
                imports.insert(*old, *new);
                if !modules.contains(module) {
                    modules.push(*module);
                }
            }
            [old, new] => {
                exports.insert(*old, *new);
            }
            _ => {}
        }
    }
    let [module] = modules.as_slice() else {
        return Err(odd(format!("imports of {} modules", modules.len())));
    };
    let (mut out, mut rest) = (String::with_capacity(script.len()), script);
    let mut found = 0;
    while let Some(at) = rest.find(is_part_of_name) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let end = from
            .find(|char| !is_part_of_name(char))
            .unwrap_or(from.len());
        let (name, after) = from.split_at(end);
        let new = if after.starts_with(':') && before.ends_with(' ') {
            let new = imports.get(name);
            found += usize::from(new.is_some());
            new
        } else if out.ends_with("wasm.") {
            exports.get(name)
        } else {
            None
        };
        out.push_str(new.copied().unwrap_or(name));
        rest = after;
    }
    out.push_str(rest);
    if found != imports.len() {
        return Err(odd(format!("{found} of {} imports", imports.len())));
    }
    let given = format!("\"{module}\": ");
    if out.matches(&given).count() != 1 {
        return Err(odd(format!("no place that gives `{module}`")));
    }
    Ok(out.replace(&given, &format!("\"{MODULE}\": ")))
}

fn is_part_of_name(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_' || char == '$'
}

fn odd(what: String) -> Failure {
    Failure::new(
        format!("the script of the bundle has {what}"),
        "has wasm-bindgen changed what it writes? See crates/xtask/src/names.rs",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"{
 "imports": [
  ["./x_bg.js", "__wbg_get_0123456789abcdef", "$"],
  ["./x_bg.js", "__wbindgen_cast_1", "$a"]
 ],
 "exports": [
  ["memory", "b"],
  ["start", "c"]
 ]
}"#;

    #[test]
    fn imports_exports_and_the_module_get_their_names() {
        let script = "start(); function start() { wasm.start(); wasm.starter(); }\n  const import0 = {\n    __wbg_get_0123456789abcdef: function() { x.memory; wasm.memory.buffer; },\n    __wbindgen_cast_1: y,\n  };\n  return { \"./x_bg.js\": import0, };";
        assert_eq!(
            shorten(script, LIST).unwrap(),
            "start(); function start() { wasm.c(); wasm.starter(); }\n  const import0 = {\n    $: function() { x.memory; wasm.b.buffer; },\n    $a: y,\n  };\n  return { \"a\": import0, };"
        );
    }

    #[test]
    fn a_script_of_another_kind_is_refused() {
        for (script, list, what) in [
            ("", LIST, "0 of 2 imports"),
            (
                " __wbg_get_0123456789abcdef: 1, __wbindgen_cast_1: 2",
                LIST,
                "no place that gives `./x_bg.js`",
            ),
            (
                "",
                "[\"a\", \"b\", \"c\"]\n[\"d\", \"e\", \"f\"]",
                "imports of 2 modules",
            ),
            ("", "", "imports of 0 modules"),
        ] {
            let failure = shorten(script, list).err().unwrap().to_string();
            assert!(failure.contains(what), "{failure}");
        }
    }
}
