//! Object attributes and tags as headers. Surprisal itself uses none: what it knows lies in the manifest.
use super::call::Call;
use super::fault::Fault;
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE,
};
use http::{HeaderMap, HeaderName};
use object_store::{Attribute, Attributes, TagSet};

const STORAGE_CLASS: HeaderName = HeaderName::from_static("x-amz-storage-class");
const TAGGING: HeaderName = HeaderName::from_static("x-amz-tagging");
const METADATA: &str = "x-amz-meta-";

/// Adds them to a request. An attribute that has no header, or a value that is not one, is an error.
pub(super) fn add(mut call: Call, attributes: &Attributes, tags: &TagSet) -> Result<Call, Fault> {
    let unsupported = |what: &str| {
        Fault::new(
            super::FaultKind::Garbled,
            format!("{what} cannot be stored"),
        )
    };
    for (attribute, value) in attributes {
        let name = match attribute {
            Attribute::CacheControl => CACHE_CONTROL,
            Attribute::ContentDisposition => CONTENT_DISPOSITION,
            Attribute::ContentEncoding => CONTENT_ENCODING,
            Attribute::ContentLanguage => CONTENT_LANGUAGE,
            Attribute::ContentType => CONTENT_TYPE,
            Attribute::StorageClass => STORAGE_CLASS,
            Attribute::Metadata(key) => HeaderName::try_from(format!("{METADATA}{key}"))
                .map_err(|_| unsupported("a metadata key with such characters"))?,
            _ => return Err(unsupported("this attribute")),
        };
        call = call.text_header(name, value)?;
    }
    match tags.encoded() {
        "" => Ok(call),
        tags => call.text_header(TAGGING, tags),
    }
}

/// Reads them from an answer.
pub(super) fn read(headers: &HeaderMap) -> Attributes {
    let mut attributes = Attributes::new();
    for (name, value) in headers {
        let Ok(value) = value.to_str() else { continue };
        let attribute = match name {
            name if name == CACHE_CONTROL => Attribute::CacheControl,
            name if name == CONTENT_DISPOSITION => Attribute::ContentDisposition,
            name if name == CONTENT_ENCODING => Attribute::ContentEncoding,
            name if name == CONTENT_LANGUAGE => Attribute::ContentLanguage,
            name if name == CONTENT_TYPE => Attribute::ContentType,
            name if name == STORAGE_CLASS => Attribute::StorageClass,
            name => match name.as_str().strip_prefix(METADATA) {
                Some(key) => Attribute::Metadata(key.to_owned().into()),
                None => continue,
            },
        };
        attributes.insert(attribute, value.to_owned().into());
    }
    attributes
}
