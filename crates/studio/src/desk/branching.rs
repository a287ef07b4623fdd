//! Going on from other choices, and from edited texts.
use super::{Desk, told::json_of};
use api::writing::NamedToken;
use branches::{Beams, Edit};
use leptos::prelude::*;

impl Desk {
    /// Goes on from a branch behind so many tokens of its way, with another token if one is chosen.
    pub(crate) fn go_on(self, branch: usize, kept: usize, chosen: Option<NamedToken>) {
        let given: Vec<NamedToken> = chosen.into_iter().collect();
        self.branch(branch, kept, given, String::new());
    }

    /// Goes on from an edited text.
    pub(crate) fn edit(self, branch: usize, edited: &str) {
        let Edit { kept, rest } = self
            .tree
            .with_untracked(|tree| branches::edit(&tree.way(branch), edited));
        let typed = NamedToken {
            token: rest.clone(),
            bytes: Some(rest.clone().into_bytes()),
            ..NamedToken::default()
        };
        let given = Some(typed).filter(|_| !rest.is_empty());
        self.branch(branch, kept, given.into_iter().collect(), rest);
    }

    fn branch(self, parent: usize, kept: usize, given: Vec<NamedToken>, typed: String) {
        let Some(mut ask) = self.asked.get_untracked() else {
            return;
        };
        self.stop();
        let (local, parameters) = untrack(|| {
            let local = self.entry().is_some_and(|model| model.local);
            (local, self.told.with(json_of))
        });
        ask.parameters = parameters;
        // One way goes on; others are other branches.
        for name in [
            "num_return_sequences",
            "num_beams",
            "early_stopping",
            "length_penalty",
        ] {
            ask.parameters.remove(name);
        }
        let way: Vec<NamedToken> = self.tree.with_untracked(|tree| {
            let way = tree.way(parent).into_iter().take(kept).cloned();
            way.collect()
        });
        let chosen = given.iter().filter(|_| typed.is_empty());
        let before: Vec<&NamedToken> = way.iter().chain(chosen).collect();
        let ids: Option<Vec<u32>> = before.iter().map(|token| token.id).collect();
        match ids.filter(|_| local) {
            Some(ids) => {
                ask.prefix_ids = ids;
                ask.prefix = typed.clone();
            }
            None => ask.prefix = branches::text(before) + &typed,
        }
        let mut target = 0;
        self.tree
            .update(|tree| target = tree.begin(Some((parent, kept)), given));
        self.shown.update(|shown| shown.push(target));
        self.token.set(None);
        self.beams.set(Beams::default());
        let typed = (!typed.is_empty()).then_some(kept);
        self.run(ask, vec![target], typed);
    }
}
