//! Where everything lies. Keys hold `[a-z0-9/._-]` only; a name given by a person never becomes part of one.
use object_store::path::Path;
use std::time::{Duration, SystemTime};
use ulid::Ulid;

/// Format number and id of the store.
pub(crate) fn format() -> Path {
    Path::from("meta/format.json")
}

/// What models cost. The only object besides pointers that is written again.
pub(crate) fn prices() -> Path {
    Path::from("meta/prices.json")
}

/// Where runs lie: `run/<yyyy>/<mm>/<dd>/<ulid>.json`.
pub(crate) fn runs() -> Path {
    Path::from("run")
}

/// Where events lie: `ev/<yyyy>/<mm>/<dd>/<ulid>.json`.
pub(crate) fn events() -> Path {
    Path::from("ev")
}

/// The bytes of an upload.
pub(crate) fn blob(id: Ulid) -> Path {
    dated("blob", id, "")
}

/// The manifest of a run.
pub(crate) fn run(id: Ulid) -> Path {
    dated("run", id, ".json")
}

/// An event.
pub(crate) fn event(id: Ulid) -> Path {
    dated("ev", id, ".json")
}

/// Where the columns of runs lie, with the number of their schema.
pub(crate) const COLUMNS: &str = "columns/v1";

/// The columns of a run.
pub(crate) fn columns(id: Ulid) -> Path {
    dated(COLUMNS, id, ".parquet")
}

/// The run whose columns these are; `None` for keys of another make.
pub(crate) fn columns_of(key: &Path) -> Option<Ulid> {
    let id = parse_id(key.filename()?.strip_suffix(".parquet")?)?;
    (columns(id) == *key).then_some(id)
}

/// Where snapshots of catalogues lie.
pub(crate) const SNAPSHOTS: &str = "snap";

/// A snapshot of a catalogue, by the number of its tables.
pub(crate) fn snapshot(schema: i64, id: Ulid) -> Path {
    Path::from(format!("{SNAPSHOTS}/v{schema}/{}.sqlite.zst", lower(id)))
}

/// What tells of a snapshot; written after it.
pub(crate) fn descriptor(schema: i64, id: Ulid) -> Path {
    Path::from(format!("{SNAPSHOTS}/v{schema}/{}.json", lower(id)))
}

/// The snapshot whose file or descriptor this is; `None` for keys of another make.
pub(crate) fn snapshot_of(key: &Path) -> Option<(i64, Ulid)> {
    let (folder, name) = key.as_ref().rsplit_once('/')?;
    let schema = folder.strip_prefix("snap/v")?.parse().ok()?;
    let id = parse_id(name.split('.').next()?)?;
    let known = [snapshot(schema, id), descriptor(schema, id)].contains(key);
    known.then_some((schema, id))
}

/// From a content hash to the blob that holds it.
pub(crate) fn pointer(sha256: &str) -> Path {
    Path::from(format!(
        "sha/{}/{sha256}.json",
        sha256.get(..2).unwrap_or_default()
    ))
}

/// The clock of the store is read from this object, which is deleted again.
pub(crate) fn clock(id: Ulid) -> Path {
    Path::from(format!("clock/{}", lower(id)))
}

/// The folder of a day, by a time on it.
pub(crate) fn day(kind: &str, ms: u64) -> Path {
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(ms);
    let day = chrono::DateTime::<chrono::Utc>::from(time).format("%Y/%m/%d");
    Path::from(format!("{kind}/{day}"))
}

/// A probe, deleted after use.
pub(crate) fn probe(id: Ulid) -> Path {
    Path::from(format!("probe/{}", lower(id)))
}

/// The id in the key of a run or event; `None` for keys of another make.
pub(crate) fn id_of(key: &Path) -> Option<Ulid> {
    let id = parse_id(key.filename()?.strip_suffix(".json")?)?;
    let kind = key.parts().next()?;
    (dated(kind.as_ref(), id, ".json") == *key).then_some(id)
}

/// Whether a text is the key of a blob.
pub(crate) fn is_blob(key: &str) -> bool {
    key.rsplit('/')
        .next()
        .and_then(parse_id)
        .is_some_and(|id| blob(id).as_ref() == key)
}

/// Whether this room gives out such a key.
pub(crate) fn is_ours(key: &Path) -> bool {
    let text = key.as_ref();
    let last = || key.filename().unwrap_or_default();
    match text.split('/').next().unwrap_or_default() {
        "blob" => is_blob(text),
        "run" | "ev" => id_of(key).is_some(),
        "columns" => columns_of(key).is_some(),
        "snap" => snapshot_of(key).is_some(),
        "sha" => last()
            .strip_suffix(".json")
            .is_some_and(|sha256| sha256.len() == 64 && pointer(sha256) == *key),
        "meta" => [format(), prices()].contains(key),
        "clock" => parse_id(last()).is_some_and(|id| clock(id) == *key),
        "probe" => parse_id(last()).is_some_and(|id| probe(id) == *key),
        _ => false,
    }
}

/// A ULID as it is written in keys and addresses: in lower case, which sorts alike and is safe on every disk.
pub(crate) fn lower(id: Ulid) -> String {
    id.to_string().to_ascii_lowercase()
}

/// Whether a text may be the id of a run.
pub fn is_id(text: &str) -> bool {
    parse_id(text).is_some()
}

/// When a run with this id was stored, milliseconds since 1970; `None` for what is no id.
pub fn stored_at_ms(id: &str) -> Option<u64> {
    parse_id(id).map(|id| id.timestamp_ms())
}

/// Reads a ULID in either case.
pub(crate) fn parse_id(text: &str) -> Option<Ulid> {
    // Of the 130 bits that 26 letters can hold, ULIDs use 128.
    let fits = text.len() == 26
        && text
            .as_bytes()
            .first()
            .is_some_and(|first| (b'0'..=b'7').contains(first));
    if fits {
        Ulid::from_string(text).ok()
    } else {
        None
    }
}

/// The day of an id is that of its own timestamp, so that a key is known from the id alone.
fn dated(kind: &str, id: Ulid, suffix: &str) -> Path {
    let day = day(kind, id.timestamp_ms());
    Path::from(format!("{day}/{}{suffix}", lower(id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "01jgfjjz00rstv1234567890ab";

    #[test]
    fn the_layout() {
        let id = parse_id(ID).unwrap();
        assert_eq!(id.timestamp_ms(), 1_735_689_600_000);
        assert_eq!(blob(id).as_ref(), format!("blob/2025/01/01/{ID}"));
        assert_eq!(run(id).as_ref(), format!("run/2025/01/01/{ID}.json"));
        assert_eq!(event(id).as_ref(), format!("ev/2025/01/01/{ID}.json"));
        assert_eq!(
            columns(id).as_ref(),
            format!("columns/v1/2025/01/01/{ID}.parquet")
        );
        assert_eq!(columns_of(&columns(id)), Some(id));
        assert_eq!(columns_of(&run(id)), None);
        assert_eq!(snapshot(4, id).as_ref(), format!("snap/v4/{ID}.sqlite.zst"));
        assert_eq!(descriptor(4, id).as_ref(), format!("snap/v4/{ID}.json"));
        for key in [snapshot(4, id), descriptor(4, id)] {
            assert_eq!(snapshot_of(&key), Some((4, id)));
        }
        for other in ["snap/v4/x.json", "snap/v04/x.json", "snap/notes", "snap"] {
            let other = other.replace('x', ID);
            assert_eq!(
                snapshot_of(&Path::from(other.as_str())).is_some(),
                other.starts_with("snap/v4/"),
                "{other}"
            );
        }
        assert_eq!(probe(id).as_ref(), format!("probe/{ID}"));
        assert_eq!(pointer("abcd").as_ref(), "sha/ab/abcd.json");
        assert_eq!(format().as_ref(), "meta/format.json");
        assert_eq!(parse_id(&ID.to_uppercase()), Some(id));
        assert!(is_blob(blob(id).as_ref()));
    }

    #[test]
    fn what_is_ours() {
        let id = parse_id(ID).unwrap();
        let hash = "ab".repeat(32);
        let ours = [
            blob(id),
            run(id),
            event(id),
            columns(id),
            snapshot(4, id),
            descriptor(4, id),
            pointer(&hash),
            format(),
            prices(),
            clock(id),
            probe(id),
        ];
        for key in &ours {
            assert!(is_ours(key), "{key}");
            for other in [
                format!("{key}x"),
                format!("x/{key}"),
                format!("{key}/x"),
                key.as_ref()
                    .replace("01j", "01k")
                    .replace("ab/", "ac/")
                    .replace("meta/", "meta/x"),
            ] {
                let other = Path::from(other);
                let flat = ["clock/", "probe/", "snap/"];
                let is_flat = flat.iter().any(|kind| other.as_ref().starts_with(kind));
                assert_eq!(
                    is_ours(&other),
                    is_flat && other.as_ref().len() == key.as_ref().len(),
                    "{other}"
                );
            }
        }
        assert!(!is_ours(&Path::from("")));
        assert!(!is_ours(&Path::from("notes.txt")));
    }

    #[test]
    fn keys_of_another_make_have_no_id() {
        for key in [
            format!("run/2025/01/02/{ID}.json"),
            format!("run/{ID}.json"),
            format!("run/2025/01/01/{}.json", ID.to_uppercase()),
            format!("run/2025/01/01/{ID}"),
            format!("run/2025/01/01/{ID}.json.bak"),
            "run/2025/01/01/notes.json".into(),
        ] {
            assert_eq!(id_of(&Path::from(key.as_str())), None, "{key}");
        }
        for text in [
            "",
            "latest",
            "81jgfjjz00rstv1234567890ab",
            "01jgfjjz00rstv1234567890a/",
            "ü1jgfjjz00rstv123456789ab",
        ] {
            assert_eq!(parse_id(text), None, "{text}");
        }
        assert!(!is_blob("blob/x"));
        assert!(!is_blob(&format!("run/2025/01/01/{ID}.json")));
    }

    proptest! {
        #[test]
        fn every_id_comes_back_from_its_key(ms in 0_u64..(1 << 48), random in any::<u128>()) {
            let id = Ulid::from_parts(ms, random);
            prop_assert_eq!(id_of(&run(id)), Some(id));
            prop_assert_eq!(id_of(&event(id)), Some(id));
            prop_assert_eq!(parse_id(&lower(id)), Some(id));
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"/._-".contains(&b);
            let is_plain = run(id).as_ref().bytes().all(plain);
            // Years of five digits begin after the year 9999.
            prop_assert!(is_plain || ms > 253_402_300_799_999);
        }
        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = (parse_id(&text), is_blob(&text), pointer(&text), id_of(&Path::from(text.as_str())));
        }
    }
}
