//! Parts of pages.
mod boards;
mod card;
mod drop_zone;
mod filter_bar;
mod hint;
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

#[cfg(feature = "ssr")]
pub(crate) use boards::Boards;
pub(crate) use card::time_html;
#[cfg(feature = "ssr")]
pub(crate) use card::{head_html, static_card_html};
pub(crate) use drop_zone::DropZone;
#[cfg(feature = "ssr")]
pub(crate) use filter_bar::FilterBar;
pub(crate) use hint::Hint;
pub(crate) use intake::WindowIntake;
pub(crate) use keys::show_nearest;
#[cfg(feature = "ssr")]
pub(crate) use legend::Legend;
pub(crate) use notice::{ErrorNotice, Notice, WayOut, set_status};
#[cfg(feature = "ssr")]
pub(crate) use panels::Tabs;
pub(crate) use rehearsal::Rehearsal;
#[cfg(feature = "ssr")]
pub(crate) use report::ReportPanel;
pub(crate) use run_actions::Sending;
pub(crate) use run_view::RunView;
#[cfg(feature = "ssr")]
pub(crate) use status::ReadingStatus;
