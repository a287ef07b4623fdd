//! Every accepted form, and every message.
use super::*;
use proptest::prelude::*;

fn minio_setting(endpoint: &str, bucket: &str, prefix: &str, tls: bool) -> StoreSetting {
    StoreSetting::Minio {
        endpoint: endpoint.into(),
        bucket: bucket.into(),
        prefix: prefix.into(),
        tls,
        region: "us-east-1".into(),
        create: false,
    }
}

#[test]
fn accepted_forms() {
    let table = [
        ("memory://", StoreSetting::Memory),
        (
            "file:///var/lib/surprisal",
            StoreSetting::File {
                dir: "/var/lib/surprisal".into(),
            },
        ),
        (
            "file:///a%20b/c",
            StoreSetting::File {
                dir: "/a b/c".into(),
            },
        ),
        (
            "minio://minio.example.org/runs",
            minio_setting("minio.example.org", "runs", "", true),
        ),
        (
            "minio://minio.example.org:9000/runs/",
            minio_setting("minio.example.org:9000", "runs", "", true),
        ),
        (
            "minio://10.0.0.7:9000/runs/a/b/",
            minio_setting("10.0.0.7:9000", "runs", "a/b", true),
        ),
        (
            "minio://127.0.0.1:9000/runs",
            minio_setting("127.0.0.1:9000", "runs", "", false),
        ),
        (
            "minio://localhost:9000/runs",
            minio_setting("localhost:9000", "runs", "", false),
        ),
        (
            "minio://localhost:9000/runs?tls=true",
            minio_setting("localhost:9000", "runs", "", true),
        ),
        (
            "minio://store:9000/runs?tls=false&region=eu-central-1&create=true",
            StoreSetting::Minio {
                endpoint: "store:9000".into(),
                bucket: "runs".into(),
                prefix: String::new(),
                tls: false,
                region: "eu-central-1".into(),
                create: true,
            },
        ),
    ];
    for (text, setting) in table {
        assert_eq!(
            text.parse::<StoreSetting>().as_ref(),
            Ok(&setting),
            "{text}"
        );
        if !text.contains('%') {
            assert_eq!(
                setting.to_string().parse::<StoreSetting>(),
                Ok(setting),
                "printed form of {text}"
            );
        }
    }
}

#[test]
fn refused_forms_and_their_messages() {
    let bucket = "The address needs a bucket, as in minio://host:port/bucket: 3 to 63 characters of a-z, 0-9, . and -, \
                  beginning and ending with a letter or digit. An address below a path of the host is not supported.";
    let user_info = "The store's address must not hold credentials: put them into MINIO_ACCESS_KEY and MINIO_SECRET_KEY.";
    let prefix = "The prefix after the bucket may hold letters, digits, - . _ and single slashes between them.";
    let port = "What stands after the host's colon must be a port from 1 to 65535.";
    let table = [
        ("", FORMS),
        ("runs", FORMS),
        ("https://host/bucket", FORMS),
        ("FILE:///a", FORMS),
        (
            "s3://bucket",
            "s3:// is not supported yet; a MinIO server is minio://host:port/bucket.",
        ),
        ("memory://x", "memory:// takes no path."),
        (
            "memory://?x=1",
            "This kind of store takes no parameters after a question mark.",
        ),
        (
            "file:///a?fsync=false",
            "This kind of store takes no parameters after a question mark.",
        ),
        (
            "file://a",
            "file:// needs an absolute directory and so three slashes: file:///absolute/directory.",
        ),
        (
            "file://",
            "file:// needs an absolute directory and so three slashes: file:///absolute/directory.",
        ),
        (
            "file:///",
            "The store cannot be the root directory; name a directory of its own: file:///absolute/directory.",
        ),
        (
            "file:///100%",
            "The directory holds a % that is not followed by two hex digits; write a percent sign as %25.",
        ),
        ("minio://key:hush@host:9000/runs", user_info),
        ("minio://key:hu/sh@host:9000/runs", user_info),
        ("minio://host/runs?region=key:hush@host", user_info),
        (
            "minio:///runs",
            "The address needs a host of letters, digits, - . and _, as in minio://host:port/bucket.",
        ),
        (
            "minio://[::1]:9000/runs",
            "An IPv6 address cannot be used for MinIO; use a host name or an IPv4 address.",
        ),
        ("minio://key:hush/runs", port),
        ("minio://host:0/runs", port),
        ("minio://host:70000/runs", port),
        ("minio://host:+80/runs", port),
        ("minio://host:/runs", port),
        ("minio://host:9000", bucket),
        ("minio://host:9000/Runs", bucket),
        ("minio://host:9000/ab", bucket),
        ("minio://host:9000/a..b", bucket),
        ("minio://host:9000/-abc", bucket),
        ("minio://host:9000/10.0.0.1", bucket),
        ("minio://host:9000/xn--abc", bucket),
        ("minio://host:9000/runs/a//b", prefix),
        ("minio://host:9000/runs/../b", prefix),
        ("minio://host:9000/runs/a%20b", prefix),
        (
            "minio://host/runs?hush=1",
            "Unknown parameter after the question mark; known are tls, region, create.",
        ),
        ("minio://host/runs?tls=yes", "tls must be true or false."),
        ("minio://host/runs?create", "create must be true or false."),
        ("minio://host/runs?tls=true&tls=true", "tls is given twice."),
        (
            "minio://host/runs?region=",
            "region may hold letters, digits and -.",
        ),
    ];
    for (text, message) in table {
        let error = text.parse::<StoreSetting>().unwrap_err().to_string();
        assert_eq!(error, message, "{text}");
        assert!(!error.contains("hush"), "{text}");
    }
}

#[test]
fn bucket_names_are_those_of_the_client_library() {
    for name in ["abc", "a-b", "a.b", "0.0", "a--b", &"a".repeat(63)] {
        assert!(bucket_is_valid(name), "{name}");
    }
    for name in [
        "ab",
        "a_b",
        "abc-",
        ".abc",
        "a.-b",
        "a-.b",
        "abc-s3alias",
        &"a".repeat(64),
    ] {
        assert!(!bucket_is_valid(name), "{name}");
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_messages_never_repeat_it(text in ".*", secret in "[A-Z0-9]{12,20}") {
        let _ = text.parse::<StoreSetting>();
        for form in [
            format!("minio://{secret}:{secret}/b"),
            format!("minio://x:{secret}@host/bucket{text}"),
            format!("minio://host/bucket?{secret}={secret}"),
            format!("{secret}://x"),
        ] {
            if let Err(error) = form.parse::<StoreSetting>() {
                prop_assert!(!error.to_string().contains(&secret));
            }
        }
    }
}
