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

fn s3_setting(prefix: &str, region: Option<&str>, endpoint: Option<&str>) -> StoreSetting {
    StoreSetting::S3 {
        bucket: "runs".into(),
        prefix: prefix.into(),
        region: region.map(str::to_owned),
        endpoint: endpoint.map(str::to_owned),
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
        ("s3://runs", s3_setting("", None, None)),
        (
            "s3://runs/a/b/?region=eu-central-1",
            s3_setting("a/b", Some("eu-central-1"), None),
        ),
        (
            "s3://runs?region=garage&endpoint=http://127.0.0.1:3900/",
            s3_setting("", Some("garage"), Some("http://127.0.0.1:3900")),
        ),
        (
            "s3://runs?endpoint=https%3A%2F%2Fs3.example.org",
            s3_setting("", None, Some("https://s3.example.org")),
        ),
        (
            "s3://runs?endpoint=http://[::1]:9000",
            s3_setting("", None, Some("http://[::1]:9000")),
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
    let user_info = "The store's address must not hold credentials: put them into MINIO_ACCESS_KEY and MINIO_SECRET_KEY, \
                     for s3:// into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.";
    let prefix = "The prefix after the bucket may hold letters, digits, - . _ and single slashes between them.";
    let s3_bucket = "The address needs a bucket, as in s3://bucket: 3 to 63 characters of a-z, 0-9, . and -, beginning and \
                     ending with a letter or digit.";
    let endpoint = "endpoint must be http://host:port or https://host:port, without a path; without it the store is that of AWS.";
    let port = "What stands after the host's colon must be a port from 1 to 65535.";
    let table = [
        ("", FORMS),
        ("runs", FORMS),
        ("https://host/bucket", FORMS),
        ("FILE:///a", FORMS),
        ("s3://", s3_bucket),
        ("s3:///runs", s3_bucket),
        ("s3://key:hush/runs", s3_bucket),
        ("s3://key:hush@runs", user_info),
        ("s3://runs/a//b", prefix),
        (
            "s3://runs?region=",
            "region may hold letters, digits and -.",
        ),
        ("s3://runs?endpoint=", endpoint),
        ("s3://runs?endpoint=127.0.0.1:9000", endpoint),
        ("s3://runs?endpoint=ftp://host", endpoint),
        ("s3://runs?endpoint=http://host/hush", endpoint),
        ("s3://runs?endpoint=http://host:hush", endpoint),
        ("s3://runs?endpoint=http://[::1", endpoint),
        ("s3://runs?endpoint=%", endpoint),
        (
            "s3://runs?hush=1",
            "Unknown parameter after the question mark; known are region, endpoint.",
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
            format!("s3://{secret}"),
            format!("s3://bucket?endpoint={secret}"),
            format!("{secret}://x"),
        ] {
            if let Err(error) = form.parse::<StoreSetting>() {
                prop_assert!(!error.to_string().contains(&secret));
            }
        }
    }
}
