//! Reading an object: conditions, ranges, and a body that has exactly the length it should have.
use super::call::{Body, Call, Reply, length};
use super::fault::{Fault, FaultKind};
use super::store::VERSION;
use super::{MinioStore, attributes};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use http::header::{
    CONTENT_RANGE, ETAG, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE,
    LAST_MODIFIED, RANGE,
};
use http::{Method, StatusCode};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult, GetResultPayload, ObjectMeta};
use std::ops::Range;

impl MinioStore {
    /// One GET or HEAD.
    pub(super) async fn get(
        &self,
        location: &Path,
        options: GetOptions,
    ) -> Result<GetResult, Fault> {
        let method = if options.head {
            Method::HEAD
        } else {
            Method::GET
        };
        let mut call = Call::new(method, location.as_ref()).streamed();
        if let Some(range) = &options.range {
            range
                .is_valid()
                .map_err(|error| Fault::new(FaultKind::BadRange, error.to_string()))?;
            let range = match range {
                GetRange::Bounded(range) => format!("bytes={}-{}", range.start, range.end - 1),
                GetRange::Offset(start) => format!("bytes={start}-"),
                GetRange::Suffix(count) => format!("bytes=-{count}"),
            };
            call = call.text_header(RANGE, &range)?;
        }
        let date = |date: DateTime<Utc>| date.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        for (name, value) in [
            (IF_MATCH, options.if_match),
            (IF_NONE_MATCH, options.if_none_match),
            (IF_MODIFIED_SINCE, options.if_modified_since.map(date)),
            (IF_UNMODIFIED_SINCE, options.if_unmodified_since.map(date)),
        ] {
            if let Some(value) = value {
                call = call.text_header(name, &value)?;
            }
        }
        if let Some(version) = &options.version {
            call = call.query("versionId", version);
        }
        let reply = self.client.call(call).await?;
        let (range, size) = extent(&reply, options.range.as_ref())?;
        let meta = meta(location, &reply, size);
        let attributes = attributes::read(&reply.headers);
        let expected = if options.head {
            0
        } else {
            range.end - range.start
        };
        let stream = match reply.body {
            Body::Whole(bytes) => futures::stream::iter([Ok(bytes)]).boxed(),
            Body::Stream(stream) => stream,
        };
        let path = location.to_string();
        let stream = exactly(stream, expected)
            .map_err(move |fault| fault.for_path(&path))
            .boxed();
        Ok(GetResult {
            payload: GetResultPayload::Stream(stream),
            meta,
            range,
            attributes,
            extensions: Default::default(),
        })
    }
}

fn meta(location: &Path, reply: &Reply, size: u64) -> ObjectMeta {
    let modified = reply
        .header(LAST_MODIFIED)
        .and_then(|text| DateTime::parse_from_rfc2822(text).ok());
    ObjectMeta {
        location: location.clone(),
        last_modified: modified.map_or(DateTime::UNIX_EPOCH, |date| date.with_timezone(&Utc)),
        size,
        e_tag: reply.header(ETAG).map(str::to_owned),
        version: reply.header(VERSION).map(str::to_owned),
    }
}

/// Which bytes an answer holds, and the size of the whole object.
fn extent(reply: &Reply, asked: Option<&GetRange>) -> Result<(Range<u64>, u64), Fault> {
    let garbled = |detail: &str| Fault::new(FaultKind::Garbled, detail);
    if reply.status != StatusCode::PARTIAL_CONTENT {
        return match (asked, length(&reply.headers)) {
            (None, Some(size)) => Ok((0..size, size)),
            (None, None) => Err(garbled("the answer does not tell its length")),
            (Some(_), _) => Err(garbled("the range was ignored")),
        };
    }
    let text = reply.header(CONTENT_RANGE).unwrap_or_default();
    let (range, size) =
        content_range(text).ok_or_else(|| garbled("the content range cannot be read"))?;
    let fits = match asked {
        None => false,
        Some(GetRange::Bounded(asked)) => range.start == asked.start && range.end <= asked.end,
        Some(GetRange::Offset(start)) => range.start == *start,
        Some(GetRange::Suffix(_)) => range.end == size,
    };
    if fits {
        Ok((range, size))
    } else {
        Err(garbled("the answer holds another range"))
    }
}

/// `bytes 2-13/14`
fn content_range(text: &str) -> Option<(Range<u64>, u64)> {
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, size) = (
        first.parse::<u64>().ok()?,
        last.parse::<u64>().ok()?,
        size.parse().ok()?,
    );
    (first <= last && last < size).then(|| (first..last + 1, size))
}

/// Passes a body on and ends with an error unless it has exactly `expected` bytes.
fn exactly(
    stream: BoxStream<'static, Result<Bytes, Fault>>,
    expected: u64,
) -> BoxStream<'static, Result<Bytes, Fault>> {
    let wrong = move |seen: u64| {
        Fault::new(
            FaultKind::Unavailable,
            format!("the body has {seen} bytes instead of {expected}"),
        )
    };
    futures::stream::unfold(Some((stream, 0_u64)), move |state| async move {
        let (mut stream, seen) = state?;
        match stream.next().await {
            None if seen == expected => None,
            None => Some((Err(wrong(seen)), None)),
            Some(Err(fault)) => Some((Err(fault), None)),
            Some(Ok(chunk)) => {
                let seen = seen + chunk.len() as u64;
                let item = if seen > expected {
                    Err(wrong(seen))
                } else {
                    Ok(chunk)
                };
                let next = item.is_ok().then_some((stream, seen));
                Some((item, next))
            }
        }
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges() {
        for (text, expected) in [
            ("bytes 2-13/14", Some((2..14, 14))),
            ("bytes 0-0/1", Some((0..1, 1))),
            ("bytes 0-14/14", None),
            ("bytes 5-4/14", None),
            ("bytes */14", None),
            ("bytes 0-1/*", None),
            ("items 0-1/2", None),
            ("", None),
            ("bytes 0-18446744073709551615/18446744073709551615", None),
        ] {
            assert_eq!(content_range(text), expected, "{text}");
        }
    }
}
