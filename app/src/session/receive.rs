//! Answers of the worker become signals.
use super::{Phase, Rows, Selected, Session, Spread};
use crate::browser::{save_as, save_dots};
use crate::worker_client::WorkerEvent;
use api::{Card, Totals};
use leptos::prelude::*;
use std::sync::Arc;
use worker::protocol::{Job, Response};

impl Session {
    pub(super) fn receive(self, event: WorkerEvent) {
        match event {
            WorkerEvent::Response(response) => self.receive_response(*response),
            WorkerEvent::Fatal(message) => {
                super::held::stop_worker();
                if self.origin.with_untracked(Option::is_some) {
                    self.phase.set(Phase::Failed { message });
                }
            }
        }
    }

    fn receive_response(self, response: Response) {
        match response {
            Response::Progress {
                job,
                bytes,
                total,
                totals,
                cards,
            } if self.is_current(job) => {
                self.progress(bytes, total, totals, cards);
            }
            Response::Done {
                job,
                mut summary,
                stopped_at,
            } if self.is_current(job) => {
                summary.size = self
                    .summary
                    .with_untracked(|known| known.size.max(summary.size));
                self.summary.set(Arc::new(*summary));
                self.phase.set(Phase::Ready { stopped_at });
            }
            Response::Failed { job, message } if self.is_current(job) => {
                self.phase.set(Phase::Failed { message })
            }
            // Of a file that is no longer open.
            Response::Progress { .. } | Response::Done { .. } | Response::Failed { .. } => {}
            Response::Selected {
                query,
                count,
                hits,
                open,
                totals,
                located,
            } => {
                // Only the answer to the last question counts.
                if query == self.asked.get_value() {
                    self.refused.set(String::new());
                    self.selected.set(Selected {
                        query,
                        count,
                        hits,
                        open,
                        totals,
                        located,
                    });
                }
            }
            Response::Refused { query, message } => {
                if query == self.asked.get_value() {
                    self.refused.set(message);
                }
            }
            Response::Exported { file, url, dots } => {
                if url.is_empty() {
                    self.refused.set(format!(
                        "The browser has no room for {file}. Filter for fewer sequences."
                    ));
                } else if dots {
                    save_dots(&url, &file);
                } else {
                    save_as(&url, &file);
                }
            }
            Response::Completed { suggestions } => self.suggestions.set(suggestions),
            Response::Located { query, position } => {
                let known = self
                    .selected
                    .with_untracked(|selected| (selected.query, selected.located));
                if known.0 == query && known.1 != position {
                    self.selected.update(|selected| selected.located = position);
                }
            }
            Response::Histogram {
                lens,
                histogram,
                open,
                note,
            } => self.spread.set(Arc::new(Spread {
                lens,
                histogram,
                open,
                note,
            })),
            Response::Values(values) => self.values.set(Arc::new(values)),
            Response::Rows { query, first, rows } => {
                if query == self.selected.with_untracked(|selected| selected.query) {
                    self.rows.set(Arc::new(Rows {
                        query,
                        first,
                        rows: rows.into_iter().map(Arc::new).collect(),
                    }));
                }
            }
            Response::Panel {
                number,
                controls,
                html,
            } => {
                // Only the answer to the last question counts.
                if number == self.panel.get_value() {
                    if let Some(controls) = controls {
                        self.panel_controls.set(controls);
                    }
                    self.panel_html.set(html);
                }
            }
            Response::Text(text) => self.text.set(Some(Ok(Arc::new(*text)))),
            Response::Token(token) => self.token.set(Some(Arc::new(*token))),
            Response::Unreadable { message, .. } => self.text.set(Some(Err(message))),
        }
    }

    fn is_current(self, job: Job) -> bool {
        job == self.opened.get_untracked()
    }

    fn progress(self, bytes: u64, total: u64, totals: Totals, cards: Vec<Card>) {
        self.summary.update(|summary| {
            let summary = Arc::make_mut(summary);
            summary.totals = totals;
            if !cards.is_empty() {
                summary.cards = cards;
            }
        });
        self.phase.set(Phase::Reading { bytes, total });
    }
}
