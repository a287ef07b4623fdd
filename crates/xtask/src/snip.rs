//! Takes out of the page's bundle what is never called there.
//!
//! A view whose type is erased keeps pointers to everything that can be done with it, so the compiler keeps all of that: also
//! hydrating bit by bit and listing the routes, which only other ways to start a page and servers do. Emptied functions trap
//! when they are called after all, and wasm-opt removes what only they have used: seven percent of the bundle, and more of one that
//! makes its page itself.

use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module};

use crate::run::{Done, Failure};

/// Parts of the names of functions that the page never calls.
pub(crate) const UNUSED: &[&str] = &[
    // `hydrate_lazy` would; `hydrate_body` does not.
    "into_any13hydrate_async",
    // Of servers.
    "into_any_nested_route15generate_routes",
];
/// The same of a bundle that makes its page itself: it takes up nothing that a server has drawn.
pub(crate) const UNUSED_WHEN_MOUNTED: &[&str] =
    &["into_any13hydrate_async", "into_any19hydrate_from_server"];
/// The compiler gives equal functions one body and one of their names: that of a drop may stand for many others.
const SHARED: &str = "drop_in_place";

/// The module with the unused functions emptied. Fails when one of the names fits no function: then it is out of date.
pub(crate) fn snip(module: &[u8], unused: &[&str]) -> Done<Vec<u8>> {
    let mut module = Module::from_buffer(module).map_err(|error| odd(&format!("{error:#}")))?;
    for part in unused {
        let found: Vec<FunctionId> = module
            .funcs
            .iter_local()
            .map(|(id, _)| id)
            .filter(|&id| {
                let name = module.funcs.get(id).name.as_deref().unwrap_or_default();
                name.contains(part) && !name.contains(SHARED)
            })
            .collect();
        if found.is_empty() {
            return Err(odd(&format!("no function is called `{part}`")));
        }
        for id in found {
            empty(&mut module, id);
        }
    }
    Ok(module.emit_wasm())
}

/// Puts a trap in the place of the function.
fn empty(module: &mut Module, id: FunctionId) {
    let kind = module.types.get(module.funcs.get(id).ty());
    let (parameters, results) = (kind.params().to_vec(), kind.results().to_vec());
    let mut builder = FunctionBuilder::new(&mut module.types, &parameters, &results);
    builder.func_body().unreachable();
    let arguments = parameters
        .iter()
        .map(|&parameter| module.locals.add(parameter))
        .collect();
    module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(arguments));
}

fn odd(what: &str) -> Failure {
    Failure::new(
        format!("the bundle could not be made smaller: {what}"),
        "has leptos changed its names? See crates/xtask/src/snip.rs",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::ValType;

    /// A module with these functions, each of which adds 7 to its argument.
    fn module(names: &[&str]) -> Vec<u8> {
        let mut module = Module::default();
        for name in names {
            let mut builder =
                FunctionBuilder::new(&mut module.types, &[ValType::I32], &[ValType::I32]);
            let argument = module.locals.add(ValType::I32);
            builder
                .name((*name).to_owned())
                .func_body()
                .local_get(argument)
                .i32_const(7)
                .binop(walrus::ir::BinaryOp::I32Add);
            let id = builder.finish(vec![argument], &mut module.funcs);
            module.exports.add(name, id);
        }
        module.emit_wasm()
    }

    /// How many instructions each function has.
    fn lengths(module: &[u8]) -> Vec<(String, u64)> {
        let module = Module::from_buffer(module).unwrap();
        let mut lengths: Vec<_> = module
            .funcs
            .iter_local()
            .map(|(id, local)| {
                let name = module.funcs.get(id).name.clone();
                (name.unwrap_or_default(), local.size())
            })
            .collect();
        lengths.sort();
        lengths
    }

    #[test]
    fn only_the_named_functions_are_emptied() {
        let names = ["a_unused_b", "drop_in_place_unused", "used"];
        let snipped = snip(&module(&names), &["unused"]).unwrap();
        let expected = [("a_unused_b", 1), ("drop_in_place_unused", 3), ("used", 3)];
        assert_eq!(
            lengths(&snipped),
            expected.map(|(name, length)| (name.to_owned(), length))
        );
    }

    #[test]
    fn a_name_that_fits_nothing_is_told() {
        for (input, says) in [
            (module(&["used"]), "no function is called `unused`"),
            (b"not a module".to_vec(), "could not be made smaller"),
        ] {
            let failure = snip(&input, &["unused"]).err().unwrap().to_string();
            assert!(failure.contains(says), "{failure}");
        }
    }
}
