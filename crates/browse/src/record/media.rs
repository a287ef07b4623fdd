//! Images and sounds in place: only what is embedded in the record, or a file of the store. Nothing is fetched from outside.
use generations::Kind;
use markup::{Inert, Text};

/// Bytes of an embedded image or sound that is shown.
const LARGEST: usize = 16 << 20;
/// Types that browsers show; an image never runs what is in it.
const IMAGES: [&str; 8] = [
    "png", "jpeg", "jpg", "gif", "webp", "avif", "bmp", "svg+xml",
];
const SOUNDS: [&str; 12] = [
    "wav", "x-wav", "wave", "mpeg", "mp3", "ogg", "opus", "flac", "aac", "mp4", "webm", "x-m4a",
];

/// The element for an address; where it is not one to show, the address as a text, with the reason.
pub(super) fn html(kind: Kind, address: &str) -> String {
    let address = address.trim();
    match (kind, is_here(kind, address)) {
        (Kind::Image, true) => format!(
            "<img class=\"media\" src=\"{}\" alt=\"Image of the record\" loading=\"lazy\">",
            Text(address)
        ),
        (Kind::Audio, true) => format!(
            "<audio class=\"media\" controls preload=\"none\" src=\"{}\"></audio>",
            Text(address)
        ),
        _ => {
            let why = match address {
                address if address.len() > LARGEST => "It is too large to be shown here.",
                address if address.starts_with("data:") => {
                    "Its type, or its coding, is not one that is shown here."
                }
                _ => "It lies somewhere else, and nothing is fetched from outside.",
            };
            let shown = crate::short(address, 200);
            format!(
                "<p class=\"quiet-text\">{why} <code dir=\"ltr\">{}</code></p>",
                Inert(shown)
            )
        }
    }
}

fn is_here(kind: Kind, address: &str) -> bool {
    if let Some(id) = address
        .strip_prefix("/api/runs/")
        .and_then(|rest| rest.strip_suffix("/file"))
    {
        return !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    }
    let Some((head, data)) = address
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(','))
    else {
        return false;
    };
    let Some(mime) = head.strip_suffix(";base64") else {
        return false;
    };
    // Parameters such as the codec do not matter.
    let mime = mime.split(';').next().unwrap_or_default();
    let known = match (kind, mime.split_once('/')) {
        (Kind::Image, Some(("image", of))) => IMAGES.contains(&of),
        (Kind::Audio, Some(("audio", of))) => SOUNDS.contains(&of),
        _ => false,
    };
    let is_code = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_' | b'\n' | b'\r')
    };
    known && data.len() <= LARGEST && data.bytes().all(is_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_here_is_shown() {
        for (kind, address, shown) in [
            (Kind::Image, "data:image/png;base64,iVBORw0=", true),
            (Kind::Image, "data:image/svg+xml;base64,PHN2Zz4=", true),
            (Kind::Audio, "data:audio/wav;base64,UklGRg==", true),
            (Kind::Audio, "data:audio/webm;codecs=opus;base64,AAAA", true),
            (
                Kind::Image,
                "/api/runs/01jgfjjz00rstv1234567890ab/file",
                true,
            ),
            (Kind::Image, "/api/runs/../../login/file", false),
            (Kind::Image, "data:text/html;base64,PGI+", false),
            (Kind::Image, "data:image/png,%3Cb%3E", false),
            (
                Kind::Image,
                "data:image/png;base64,\" onerror=alert(1)",
                false,
            ),
            (Kind::Audio, "data:image/png;base64,AAAA", false),
            (Kind::Image, "https://evil.example/x.png", false),
            (Kind::Image, "//evil.example/x.png", false),
            (Kind::Image, "javascript:alert(1)", false),
        ] {
            let html = html(kind, address);
            assert_eq!(html.contains(" src=\""), shown, "{html}");
            assert!(!html.contains("onerror=alert(1)\""), "{html}");
        }
    }
}
