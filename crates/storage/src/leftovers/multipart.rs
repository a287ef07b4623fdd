//! Uploads in parts that were begun and neither completed nor aborted.
//!
//! Of an upload the store says when it was begun, not when it was last written to: its parts say that, so that an upload which
//! takes longer than the grace time is not taken for one that was left.
use super::{Leftover, Leftovers};
use crate::minio::{Element, Fault, FaultKind};
use crate::{StorageError, keys, percent};
use async_trait::async_trait;
use chrono::DateTime;
use http::Method;
use object_store::path::Path;
use std::fmt::Debug;

/// One bucket over the network.
#[async_trait]
pub(crate) trait Wire: Debug + Send + Sync {
    /// One request, signed and repeated where that may help; `key` is empty for the bucket itself, values of `query` are
    /// plain text. An answer without a body is an empty element.
    async fn ask(
        &self,
        method: Method,
        key: &str,
        query: &[(&'static str, &str)],
    ) -> Result<Element, Fault>;
}

/// The multipart uploads of a bucket, as far as they are below the prefix of the store.
#[derive(Debug)]
pub(crate) struct Multiparts<W> {
    wire: W,
    /// Empty, or with a slash at its end.
    prefix: String,
}

/// An upload that was begun.
#[derive(Debug, PartialEq, Eq)]
struct Begun {
    key: String,
    id: String,
    at_ms: u64,
}

/// A page of a list, and the parameters that ask for the next one.
type Page<T> = (Vec<T>, Option<Vec<(&'static str, String)>>);

impl<W: Wire> Multiparts<W> {
    pub(crate) fn new(wire: W, prefix: &str) -> Self {
        let prefix = match prefix.trim_end_matches('/') {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        Self { wire, prefix }
    }

    /// All pages of a list. A server that gives the same page again would never end.
    async fn all<T>(
        &self,
        key: &str,
        first: &[(&'static str, &str)],
        read: impl Fn(&Element) -> Page<T>,
    ) -> Result<Vec<T>, Fault> {
        let mut all = Vec::new();
        let mut next: Vec<(&'static str, String)> = Vec::new();
        loop {
            let more = next.iter().map(|(name, value)| (*name, value.as_str()));
            let query: Vec<_> = first.iter().copied().chain(more).collect();
            let (page, after) = read(&self.wire.ask(Method::GET, key, &query).await?);
            all.extend(page);
            match after {
                None => return Ok(all),
                Some(after) if after == next => {
                    return Err(Fault::new(
                        FaultKind::Garbled,
                        "a list of uploads repeats a page",
                    ));
                }
                Some(after) => next = after,
            }
        }
    }

    /// How much there is of an upload, and when it was last written to; `None` when it was completed meanwhile.
    async fn parts(&self, begun: &Begun) -> Result<Option<(u64, u64)>, Fault> {
        let key = format!("{}{}", self.prefix, begun.key);
        let query = [("uploadId", begun.id.as_str())];
        match self.all(&key, &query, parts).await {
            Ok(parts) => Ok(Some(
                parts
                    .into_iter()
                    .fold((0, begun.at_ms), |(size, at), (more, later)| {
                        (size + more, at.max(later))
                    }),
            )),
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

#[async_trait]
impl<W: Wire> Leftovers for Multiparts<W> {
    async fn find(&self, before_ms: u64) -> Result<Vec<Leftover>, StorageError> {
        let told = |fault: Fault| StorageError::of_fault(&fault, fault.to_string());
        // MinIO takes a prefix for the name of one object, so that all of the bucket is asked for.
        let query = [("uploads", ""), ("encoding-type", "url")];
        let begun = self.all("", &query, uploads).await.map_err(told)?;
        let mut found = Vec::new();
        for mut begun in begun {
            let Some(key) = begun.key.strip_prefix(self.prefix.as_str()) else {
                continue;
            };
            if begun.at_ms >= before_ms || !keys::is_ours(&Path::from(key)) {
                continue;
            }
            begun.key = key.to_owned();
            if let Some((size, at_ms)) = self.parts(&begun).await.map_err(told)?
                && at_ms < before_ms
            {
                found.push(Leftover {
                    key: begun.key,
                    id: begun.id,
                    size,
                });
            }
        }
        Ok(found)
    }

    async fn remove(&self, leftover: &Leftover) -> Result<(), StorageError> {
        let key = format!("{}{}", self.prefix, leftover.key);
        let query = [("uploadId", leftover.id.as_str())];
        match self.wire.ask(Method::DELETE, &key, &query).await {
            Err(fault) if fault.kind != FaultKind::NotFound => {
                let text = fault.to_string();
                Err(StorageError::of_fault(&fault, text))
            }
            _ => Ok(()),
        }
    }
}

/// A page of the uploads of a bucket. One without a time that can be read counts as begun now.
fn uploads(root: &Element) -> Page<Begun> {
    let encoded = root.text_of("EncodingType") == "url";
    let plain = |text: &str| match encoded {
        true => percent::decode_form(text).unwrap_or_default(),
        false => text.to_owned(),
    };
    let found = root
        .children
        .iter()
        .filter(|child| child.name == "Upload")
        .map(|upload| Begun {
            key: plain(upload.text_of("Key")),
            id: upload.text_of("UploadId").to_owned(),
            at_ms: time(upload.text_of("Initiated")).unwrap_or(u64::MAX),
        });
    let next = || {
        vec![
            ("key-marker", plain(root.text_of("NextKeyMarker"))),
            (
                "upload-id-marker",
                root.text_of("NextUploadIdMarker").to_owned(),
            ),
        ]
    };
    (found.collect(), is_cut(root).then(next))
}

/// A page of the parts of an upload: sizes and times.
fn parts(root: &Element) -> Page<(u64, u64)> {
    let found = root
        .children
        .iter()
        .filter(|child| child.name == "Part")
        .map(|part| {
            let size = part.text_of("Size").trim().parse().unwrap_or_default();
            (size, time(part.text_of("LastModified")).unwrap_or(u64::MAX))
        });
    let next = || {
        let after = root.text_of("NextPartNumberMarker").to_owned();
        vec![("part-number-marker", after)]
    };
    (found.collect(), is_cut(root).then(next))
}

fn is_cut(root: &Element) -> bool {
    root.text_of("IsTruncated") == "true"
}

/// Milliseconds since 1970.
fn time(text: &str) -> Option<u64> {
    let time = DateTime::parse_from_rfc3339(text.trim()).ok()?;
    u64::try_from(time.timestamp_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    const ID: &str = "01jgfjjz00rstv1234567890ab";
    const NOON: &str = "2025-01-02T12:00:00.000Z";

    /// Answers by the parameters of a request, and notes them.
    #[derive(Debug)]
    struct Script(Vec<(String, String)>, Mutex<Vec<String>>);

    #[async_trait]
    impl Wire for Script {
        async fn ask(
            &self,
            method: Method,
            key: &str,
            query: &[(&'static str, &str)],
        ) -> Result<Element, Fault> {
            let query: Vec<String> = query.iter().map(|(n, v)| format!("{n}={v}")).collect();
            let asked = format!("{method} {key} {}", query.join(" "));
            self.1.lock().unwrap().push(asked.clone());
            let known = self.0.iter().find(|(question, _)| *question == asked);
            match known {
                None => Err(Fault::new(FaultKind::NotFound, "no such upload")),
                Some((_, answer)) => Ok(Element::parse(answer.as_bytes()).unwrap()),
            }
        }
    }

    fn upload(key: &str, id: &str, at: &str) -> String {
        format!(
            "<Upload><Key>{key}</Key><UploadId>{id}</UploadId><Initiated>{at}</Initiated></Upload>"
        )
    }

    fn script(answers: &[(String, String)]) -> Multiparts<Script> {
        let all = answers.iter().map(|(question, body)| {
            let body = format!("<R>{body}</R>");
            (question.clone(), body)
        });
        Multiparts::new(Script(all.collect(), Mutex::default()), "team a/")
    }

    fn before() -> u64 {
        time(NOON).unwrap()
    }

    #[tokio::test]
    async fn what_is_left_is_told_from_what_is_in_flight_and_from_what_others_have() {
        let blob = format!("blob/2025/01/01/{ID}");
        let (old, late) = ("2025-01-01T00:00:00Z", "2025-01-02T12:00:01Z");
        let first = [
            "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextKeyMarker>team+a/m</NextKeyMarker>\
             <NextUploadIdMarker>u</NextUploadIdMarker>",
            &upload(&format!("team+a/{blob}"), "left", old),
            &upload(&format!("team+a/{blob}"), "in flight", old),
            &upload(&format!("team+a/{blob}"), "young", late),
            &upload(&format!("team+a/{blob}"), "timeless", "yesterday"),
            &upload(&format!("team+b/{blob}"), "of another team", old),
            &upload("team+a/notes.txt", "no object of ours", old),
        ]
        .concat();
        let second = upload(&format!("team%20a/{blob}"), "completed", old)
            + &upload(&format!("team%20a/{blob}"), "without parts", old);
        let parts =
            |at: &str| format!("<Part><Size>7</Size><LastModified>{at}</LastModified></Part>");
        let list = "GET  uploads= encoding-type=url";
        let of = |id: &str| format!("GET team a/{blob} uploadId={id}");
        let store = script(&[
            (list.into(), first),
            (
                format!("{list} key-marker=team a/m upload-id-marker=u"),
                format!("<EncodingType>url</EncodingType>{second}"),
            ),
            (
                of("left"),
                format!(
                    "{}<IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker>",
                    parts(old)
                ),
            ),
            (format!("{} part-number-marker=1", of("left")), parts(old)),
            (of("in flight"), parts(old) + &parts(late)),
            (of("without parts"), String::new()),
        ]);
        let found = store.find(before()).await.unwrap();
        let expected = [("left", 14), ("without parts", 0)].map(|(id, size)| Leftover {
            key: blob.clone(),
            id: id.into(),
            size,
        });
        assert_eq!(found, expected);
        store.remove(&found[0]).await.unwrap();
        let asked = store.wire.1.lock().unwrap();
        assert_eq!(
            asked.last().unwrap(),
            &format!("DELETE team a/{blob} uploadId=left")
        );
        assert!(!asked.iter().any(|asked| asked.contains("young")));
    }

    #[tokio::test]
    async fn a_list_that_never_ends_is_an_error() {
        let cut = "<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker>";
        let list = "GET  uploads= encoding-type=url";
        let store = script(&[
            (list.into(), cut.into()),
            (format!("{list} key-marker=a upload-id-marker="), cut.into()),
        ]);
        let error = store.find(before()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the store does not answer: a list of uploads repeats a page"
        );
    }
}
