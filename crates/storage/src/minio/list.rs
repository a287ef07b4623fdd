//! Listings, page by page.
use super::call::Call;
use super::client::Client;
use super::fault::{Fault, FaultKind};
use super::xml::Element;
use crate::percent;
use chrono::{DateTime, Utc};
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use http::Method;
use object_store::path::Path;
use object_store::{ListResult, ObjectMeta, Result};
use std::collections::HashSet;
use std::sync::Arc;

/// One listing under way.
struct Listing {
    client: Arc<Client>,
    prefix: String,
    delimiter: bool,
    start_after: String,
    token: Option<String>,
    /// Tokens already used: a server that repeats one would never end.
    seen: HashSet<String>,
}

/// One page of it.
struct Page {
    objects: Vec<ObjectMeta>,
    prefixes: Vec<Path>,
    next: Option<String>,
}

/// All objects below a prefix, after an offset.
pub(super) fn all(
    client: Arc<Client>,
    prefix: Option<&Path>,
    offset: Option<&Path>,
) -> BoxStream<'static, Result<ObjectMeta>> {
    Listing::new(client, prefix, offset, false)
        .pages()
        .map_ok(|page| stream::iter(page.objects.into_iter().map(Ok)))
        .try_flatten()
        .boxed()
}

/// Objects and common prefixes directly below a prefix.
pub(super) async fn one_level(client: Arc<Client>, prefix: Option<&Path>) -> Result<ListResult> {
    let mut pages = Listing::new(client, prefix, None, true).pages();
    let mut result = ListResult {
        common_prefixes: Vec::new(),
        objects: Vec::new(),
        extensions: Default::default(),
    };
    while let Some(page) = pages.try_next().await? {
        result.common_prefixes.extend(page.prefixes);
        result.objects.extend(page.objects);
    }
    Ok(result)
}

impl Listing {
    fn new(
        client: Arc<Client>,
        prefix: Option<&Path>,
        offset: Option<&Path>,
        delimiter: bool,
    ) -> Self {
        // A prefix means whole segments: `a` must not find `ab/c`.
        let prefix = prefix
            .filter(|path| !path.is_root())
            .map_or_else(String::new, |path| format!("{path}/"));
        let start_after = offset.map_or_else(String::new, ToString::to_string);
        Self {
            client,
            prefix,
            delimiter,
            start_after,
            token: None,
            seen: HashSet::new(),
        }
    }

    fn pages(self) -> BoxStream<'static, Result<Page>> {
        stream::try_unfold(Some(self), |listing| async move {
            let Some(mut listing) = listing else {
                return Ok(None);
            };
            let page = listing
                .page()
                .await
                .map_err(|fault| fault.for_path(&listing.prefix))?;
            let next = match &page.next {
                None => None,
                Some(token) if !listing.seen.insert(token.clone()) => {
                    let fault = Fault::new(FaultKind::Garbled, "the listing repeats a page");
                    return Err(fault.for_path(&listing.prefix));
                }
                Some(token) => {
                    listing.token = Some(token.clone());
                    Some(listing)
                }
            };
            Ok(Some((page, next)))
        })
        .boxed()
    }

    async fn page(&self) -> std::result::Result<Page, Fault> {
        // Keys in XML cannot hold every character; encoded ones can.
        let mut call = Call::new(Method::GET, "")
            .query("list-type", "2")
            .query("encoding-type", "url")
            .query("max-keys", "1000");
        for (name, value) in [
            ("prefix", self.prefix.as_str()),
            ("start-after", &self.start_after),
        ] {
            if !value.is_empty() {
                call = call.query(name, value);
            }
        }
        if self.delimiter {
            call = call.query("delimiter", "/");
        }
        if let Some(token) = &self.token {
            call = call.query("continuation-token", token);
        }
        let root = self.client.call(call).await?.document()?;
        if root.name != "ListBucketResult" {
            return Err(Fault::new(
                FaultKind::Garbled,
                format!("a listing was answered with <{}>", root.name),
            ));
        }
        let encoded = root.text_of("EncodingType") == "url";
        let mut page = Page {
            objects: Vec::new(),
            prefixes: Vec::new(),
            next: None,
        };
        for child in &root.children {
            match child.name.as_str() {
                "Contents" => page.objects.extend(object(child, encoded)?),
                "CommonPrefixes" => page.prefixes.extend(key(child.text_of("Prefix"), encoded)),
                _ => {}
            }
        }
        page.objects
            .retain(|object| object.location.as_ref() > self.start_after.as_str());
        if root.text_of("IsTruncated") == "true" {
            page.next = match root.text_of("NextContinuationToken") {
                "" => {
                    return Err(Fault::new(
                        FaultKind::Garbled,
                        "the listing is cut without a token to go on",
                    ));
                }
                token => Some(token.to_owned()),
            };
        }
        Ok(page)
    }
}

/// An object of a listing. ETag, StorageClass and LastModified may be missing, key and size not.
/// Markers of folders (`a/`) and keys that no path can hold are not objects of ours.
fn object(contents: &Element, encoded: bool) -> std::result::Result<Option<ObjectMeta>, Fault> {
    let raw = contents.text_of("Key");
    let size = contents.text_of("Size").trim().parse();
    let size =
        size.map_err(|_| Fault::new(FaultKind::Garbled, "an object of the listing has no size"))?;
    let location = if raw.ends_with('/') {
        None
    } else {
        key(raw, encoded)
    };
    let modified = DateTime::parse_from_rfc3339(contents.text_of("LastModified").trim());
    Ok(location.map(|location| ObjectMeta {
        location,
        last_modified: modified.map_or(DateTime::UNIX_EPOCH, |date| date.with_timezone(&Utc)),
        size,
        e_tag: contents.child("ETag").map(|tag| tag.text.clone()),
        version: None,
    }))
}

fn key(raw: &str, encoded: bool) -> Option<Path> {
    let plain = if encoded {
        percent::decode_form(raw)
    } else {
        Some(raw.to_owned())
    };
    let path = plain
        .filter(|text| !text.is_empty())
        .and_then(|text| Path::parse(text).ok());
    if path.is_none() {
        tracing::warn!(
            key = raw,
            "the listing holds a key that cannot be read; it is skipped"
        );
    }
    path
}
