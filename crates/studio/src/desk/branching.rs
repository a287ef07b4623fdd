//! Going on from other choices, from beams that lost, and from edited texts.
use super::{Desk, Search, told::json_of};
use api::writing::NamedToken;
use branches::Edit;
use leptos::prelude::*;

impl Desk {
    /// Goes on from a branch behind so many tokens of its way, with another token if one is chosen.
    pub(crate) fn go_on(self, branch: usize, kept: usize, chosen: Option<NamedToken>) {
        let given: Vec<NamedToken> = chosen.into_iter().collect();
        self.branch(Some((branch, kept)), given, String::new());
    }

    /// Goes on from an edited text.
    pub(crate) fn edit(self, branch: usize, edited: &str) {
        let Edit { kept, rest } = self
            .tree
            .with_untracked(|tree| branches::edit(&tree.way(branch), edited));
        self.type_behind(Some((branch, kept)), rest);
    }

    /// Goes on behind a text that a person has typed.
    pub(super) fn type_behind(self, parent: Option<(usize, usize)>, rest: String) {
        let typed = NamedToken {
            token: rest.clone(),
            bytes: Some(rest.clone().into_bytes()),
            ..NamedToken::default()
        };
        let given = Some(typed).filter(|_| !rest.is_empty());
        self.branch(parent, given.into_iter().collect(), rest);
    }

    /// Goes on from a way that a search by beams has looked at, up to a place of its step `at.0`.
    pub(crate) fn go_on_from_beam(self, search: usize, at: (usize, usize)) {
        let found = self.searches.with_untracked(|searches| {
            let search = searches.get(search)?;
            let mut given = search.given.clone();
            given.extend(search.beams.way(at).into_iter().cloned());
            Some((search.parent, given))
        });
        let Some((parent, mut given)) = found else {
            return;
        };
        // An end is no place to go on from.
        while given
            .pop_if(|last| last.bytes.as_ref().is_some_and(Vec::is_empty))
            .is_some()
        {}
        self.branch(parent, given, String::new());
    }

    fn branch(self, parent: Option<(usize, usize)>, given: Vec<NamedToken>, typed: String) {
        let Some(mut ask) = self.asked.get_untracked() else {
            return;
        };
        self.stop();
        let model = self.model.get_untracked();
        // Another model has other numbers for its tokens.
        let same = std::mem::replace(&mut ask.model, model.clone()) == model;
        let (local, parameters) = untrack(|| {
            let local = self.entry().is_some_and(|model| model.local);
            (local, self.told.with(json_of))
        });
        ask.parameters = parameters;
        // One way goes on; others are other branches.
        ask.parameters.remove("num_return_sequences");
        let way: Vec<NamedToken> = self.tree.with_untracked(|tree| {
            let way = parent.map(|(parent, kept)| (tree.way(parent), kept));
            let way = way
                .into_iter()
                .flat_map(|(way, kept)| way.into_iter().take(kept));
            way.cloned().collect()
        });
        let chosen = given.iter().filter(|_| typed.is_empty());
        let before: Vec<&NamedToken> = way.iter().chain(chosen).collect();
        let ids: Option<Vec<u32>> = before.iter().map(|token| token.id).collect();
        match ids.filter(|_| local && same) {
            Some(ids) => {
                ask.prefix_ids = ids;
                ask.prefix = typed.clone();
            }
            None => ask.prefix = branches::text(before) + &typed,
        }
        if self.has_beams() {
            self.searches.update(|searches| {
                searches.push(Search {
                    parent,
                    given: given.clone(),
                    ..Search::default()
                });
            });
        }
        let mut target = 0;
        self.tree.update(|tree| target = tree.begin(parent, given));
        self.shown.update(|shown| shown.push(target));
        self.token.set(None);
        let typed = (!typed.is_empty()).then_some(way.len());
        self.run(ask, vec![target], typed);
    }
}
