//! What the store has for an address, and the HTML of it.
use super::super::show::missing;
use super::asked::{self, Question};
use crate::failure::Failure;
use api::ErrorCode;
use browse::page::{Body, FACETS};
use browse::verdict::Just;
use browse::{Address, Links, Listing, Problem, View, Whole};
use futures::future::{join, try_join, try_join_all, try_join3};
use http::StatusCode;
use percent_encoding::percent_decode_str;
use std::time::{SystemTime, UNIX_EPOCH};
use storage::{AggregateQuery, Filter, GenerationDetail, Group, RunStore, StorageError};

/// Values of a facet.
const VALUES: usize = 12;
/// Conditions whose absence is proposed.
const NEAREST: usize = 5;

/// HTML, and what it is as an answer: also a page may say that there is nothing, or that it was not understood.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) html: String,
    pub(crate) status: StatusCode,
}

/// The page at an address: `/generations?…` or `/generations/KEY`.
///
/// # Errors
/// What the store says.
pub(crate) async fn of(store: &RunStore, links: &Links, address: &str) -> Result<Page, Failure> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let key = path.strip_prefix(browse::PAGE).unwrap_or_default();
    let question = Question::parse(query);
    match key.trim_matches('/') {
        "" => list(store, question).await,
        key => {
            let key = percent_decode_str(key).decode_utf8_lossy();
            record(store, links, &key, question.said).await
        }
    }
}

async fn record(
    store: &RunStore,
    links: &Links,
    key: &str,
    said: Option<(String, u64)>,
) -> Result<Page, Failure> {
    let detail = match store
        .generation(key)
        .await
        .map_err(|error| missing(error, key))
    {
        Ok(detail) => detail,
        Err(failure) if matches!(failure.0.code, ErrorCode::NotFound | ErrorCode::Gone) => {
            return Ok(Page {
                html: browse::page::missing(&failure.0.message),
                status: failure.status(),
            });
        }
        Err(failure) => return Err(failure),
    };
    let just = said.and_then(|(_, when)| just(&detail, when));
    let links = links.clone();
    // Colours and trees of a large record take their time.
    let html = computed(move || {
        let whole = Whole {
            detail: &detail,
            links: &links,
            just: just.as_ref(),
        };
        whole.html()
    });
    Ok(Page {
        html: html.await?,
        status: StatusCode::OK,
    })
}

/// Computing is not where requests wait.
async fn computed(html: impl FnOnce() -> String + Send + 'static) -> Result<String, Failure> {
    let made = tokio::task::spawn_blocking(html).await;
    made.map_err(|error| Failure::internal(&error))
}

/// What was said at this time, if that was a moment ago.
pub(super) fn just(detail: &GenerationDetail, when: u64) -> Option<Just> {
    let age_ms = now_ms().checked_sub(when)?;
    let (last, earlier) = detail.feedback_history.split_last()?;
    let before = earlier.iter().rfind(|one| one.user_id == last.user_id);
    let just = Just {
        before: before.cloned().unwrap_or_default(),
        age_ms,
    };
    (age_ms < browse::verdict::UNDO_MS).then_some(just)
}

/// Milliseconds since 1970.
pub(super) fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.ok()
        .and_then(|now| u64::try_from(now.as_millis()).ok())
        .unwrap_or_default()
}

async fn list(store: &RunStore, mut question: Question) -> Result<Page, Failure> {
    let filter = question.query.filter.clone();
    let names = FACETS.map(|(field, ..)| field);
    if !question.problems.is_empty() {
        let facets = store.facets(&filter, &names, VALUES).await?;
        let listing = Listing {
            address: &question.address,
            problems: &question.problems,
            total: 0,
            any: true,
            unread: 0,
            facets: &facets,
            nearest: &[],
            body: Body::Nothing,
        };
        return Ok(Page {
            html: listing.html(),
            status: StatusCode::BAD_REQUEST,
        });
    }
    let (total, facets, found) = try_join3(
        store.count_generations(&filter),
        store.facets(&filter, &names, VALUES),
        found(store, &question),
    )
    .await?;
    let (any, nearest) = match total {
        0 => try_join(
            store.count_generations(&Filter::default()),
            nearest(store, &question.address),
        )
        .await
        .map(|(all, nearest)| (all > 0, nearest))?,
        _ => (true, Vec::new()),
    };
    let found = match found {
        Ok(found) => found,
        Err(message) => {
            let name = "cursor".to_owned();
            question.problems.push(Problem { name, message });
            Found::Nothing
        }
    };
    let status = match question.problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let html = computed(move || {
        let (body, unread) = found.body();
        let listing = Listing {
            address: &question.address,
            problems: &question.problems,
            total,
            any,
            unread,
            facets: &facets,
            nearest: &nearest,
            body,
        };
        listing.html()
    });
    Ok(Page {
        html: html.await?,
        status,
    })
}

/// What a view shows.
enum Found {
    Records(Box<storage::GenerationList>, Option<(String, Just)>),
    Charts(storage::Aggregate, storage::Aggregate),
    Groups(storage::Aggregate),
    Nothing,
}

impl Found {
    fn body(&self) -> (Body<'_>, u64) {
        match self {
            Self::Records(list, just) => {
                let just = just.as_ref().map(|(key, just)| (key.as_str(), just));
                (Body::Records(list, just), list.unread_runs)
            }
            Self::Charts(days, models) => (Body::Charts(days, models), days.unread_runs),
            Self::Groups(groups) => (Body::Groups(groups), groups.unread_runs),
            Self::Nothing => (Body::Nothing, 0),
        }
    }
}

/// Asks for what the view shows; the inner error is what is wrong with the question.
async fn found(
    store: &RunStore,
    question: &Question,
) -> Result<Result<Found, String>, StorageError> {
    let filter = || question.query.filter.clone();
    let grouped = |groups: Vec<(String, Group)>| {
        store.aggregate(AggregateQuery {
            filter: filter(),
            groups,
        })
    };
    let named = |names: &str| Group::several(names).map_err(StorageError::BadRequest);
    let found = match question.view {
        View::Records => {
            let (list, just) =
                join(store.generations(&question.query), judged(store, question)).await;
            list.map(|list| Found::Records(Box::new(list), just))
        }
        View::Charts => try_join(grouped(named("day")?), grouped(named("day,model")?))
            .await
            .map(|(days, models)| Found::Charts(days, models)),
        View::Groups => grouped(question.groups.clone()).await.map(Found::Groups),
    };
    match found {
        Err(StorageError::BadRequest(message)) => Ok(Err(message)),
        other => other.map(Ok),
    }
}

/// The record that was judged a moment ago.
async fn judged(store: &RunStore, question: &Question) -> Option<(String, Just)> {
    let (key, when) = question.said.clone()?;
    // Old links do not cost a reading.
    if now_ms().saturating_sub(when) >= browse::verdict::UNDO_MS {
        return None;
    }
    let detail = store.generation(&key).await.ok()?;
    Some((key, just(&detail, when)?))
}

/// Of an address that finds nothing: how many records there are without each of its conditions.
async fn nearest(store: &RunStore, address: &Address) -> Result<Vec<(String, u64)>, StorageError> {
    let conditions = &address.conditions();
    let without = conditions.pairs().map(|(name, _)| async move {
        let count = match asked::filter(&conditions.without(name)) {
            Some(filter) => store.count_generations(&filter).await?,
            None => 0,
        };
        Ok::<_, StorageError>((name.to_owned(), count))
    });
    let mut found = try_join_all(without).await?;
    found.retain(|(_, count)| *count > 0);
    // The fewest that are let in by leaving out one condition are nearest to what was asked.
    found.sort_by_key(|(_, count)| *count);
    found.truncate(NEAREST);
    Ok(found)
}
