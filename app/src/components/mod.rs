//! Parts of pages.
mod boards;
mod card;
mod drop_zone;
mod filter_bar;
mod intake;
mod keys;
mod legend;
mod list;
mod notice;
mod palette;
mod panels;
mod rehearsal;
mod report;
mod run_actions;
mod run_view;
mod status;

pub(crate) use card::time_html;
pub(crate) use drop_zone::DropZone;
pub(crate) use intake::WindowIntake;
pub(crate) use notice::{ErrorNotice, Notice, WayOut, set_status};
pub(crate) use rehearsal::Rehearsal;
pub(crate) use run_actions::Sending;
pub(crate) use run_view::RunView;
