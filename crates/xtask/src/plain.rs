//! `cargo xtask dist --static`: the site as files for any host that serves files, below any path. Reading, comparing and taking
//! away happen in the browser anyway; a page that needs the server says so.

use std::path::{Path, PathBuf};

use crate::bundle::{NAME, STUDIO};
use crate::probe::{Running, body, free_port};
use crate::run::{Done, Failure, say};
use crate::tools::Tools;
use crate::workspace::Workspace;
use crate::{files, serve, site};

/// Pages that run in the browser: address on the server.
const PAGES: [&str; 2] = ["/", "/local"];
/// A page that the server has made once and for all.
const MADE: &str = "/style";
/// Pages that need a server: address, title, and what to do instead.
const MISSING: [(&str, &str, &str); 3] = [
    (
        "/import",
        "There is no store here",
        "This is Surprisal as plain files, without a server. Files can be opened, compared and exported; nothing can be stored. Share an answer as a link that holds it, or run <code>surprisal serve</code> for a store and its list of runs.",
    ),
    (
        "/generate",
        "No model can write here",
        "This is Surprisal as plain files, without a server, and models run on one: <code>surprisal serve --model DIRECTORY</code>.",
    ),
    (
        "/generations",
        "There are no generations here",
        "This is Surprisal as plain files, without a server. Generations are records in the store of one: <code>surprisal serve</code>, then <code>surprisal generations</code> or POST /api/generations.",
    ),
];
/// Files of the site for which there is no use.
const LEFT_OUT: [&str; 3] = ["generations.js", "plain.css", "studio.js"];

/// Builds the site and writes it to `target/static`.
pub(crate) fn dist(tools: &Tools) -> Done {
    let program = site::build_all(tools, false)?;
    let folder = make(tools.workspace, &program)?;
    say(format_args!(
        "{}: copy it to any web server, also below a path. To try it: python3 -m http.server --bind 127.0.0.1 --directory {0}",
        folder.display()
    ));
    Ok(())
}

/// Writes the files; `program` is the server, which makes the pages once.
pub(crate) fn make(workspace: &Workspace, program: &Path) -> Done<PathBuf> {
    let folder = workspace.target.join("static");
    files::empty(&folder)?;
    let site = workspace.site();
    for file in files::below(&site)? {
        let Ok(inside) = file.strip_prefix(&site) else {
            continue;
        };
        if is_wanted(inside) {
            files::copy(&file, &folder.join(inside))?;
        }
    }
    let port = free_port()?;
    let store = workspace.target.join("static-store");
    files::empty(&store)?;
    let address = format!("127.0.0.1:{port}");
    let server = serve::server(workspace, program, &address, &serve::file_address(&store));
    let log = workspace.logs().join(format!("{NAME}-static.log"));
    files::write(&log, "")?;
    let running = Running::start(server, &log, port, "/api/health")?;
    for path in PAGES {
        let html = page(&body(port, path)?, path, Kind::Runs)?;
        files::write(&file_of(&folder, path), html)?;
    }
    let html = page(&body(port, MADE)?, MADE, Kind::Stands)?;
    files::write(&file_of(&folder, MADE), html)?;
    let frame = body(port, "/")?;
    for (path, title, text) in MISSING {
        let notice = format!(
            "<section class=\"notice\"><h1>{title}</h1><p>{text}</p><div class=\"actions\"><a class=\"button primary\" href=\"/\">Open a file</a></div></section>"
        );
        let html = with_main(&page(&frame, path, Kind::Stands)?, &notice)?;
        let html = with_title(&html, title)?;
        files::write(&file_of(&folder, path), html)?;
    }
    drop(running);
    files::remove(&store)?;
    Ok(folder)
}

fn file_of(folder: &Path, path: &str) -> PathBuf {
    folder.join(path.trim_start_matches('/')).join("index.html")
}

fn is_wanted(inside: &Path) -> bool {
    let name = inside.file_name().unwrap_or_default().to_string_lossy();
    let is_copy = [".br", ".gz"].iter().any(|ending| name.ends_with(ending));
    !is_copy && !name.starts_with(&format!("{STUDIO}.")) && !LEFT_OUT.contains(&&*name)
}

/// What becomes of a page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The bundle takes it over.
    Runs,
    /// It stands as it is.
    Stands,
}

/// A page of the server as a file: it knows no nonce, no way to its host's root, and starts itself.
fn page(html: &str, path: &str, kind: Kind) -> Done<String> {
    let up = if path == "/" { "" } else { "../" };
    let mut html = without(html, " nonce=\"", "\"");
    for (begin, end) in [
        ("<link rel=\"modulepreload\"", ">"),
        ("<link rel=\"preload\"", ">"),
        ("<script type=\"module\"", "</script>"),
    ] {
        html = without(&html, begin, end);
    }
    // Files beside the page. Links to pages are for `static.js`: where they lead must not depend on the address of the moment.
    let (head, body) = html.split_once("</head>").ok_or_else(|| {
        Failure::new(
            format!("the page {path} has no head"),
            "look at app/src/shell.rs",
        )
    })?;
    let head = head.replace("href=\"/", &format!("href=\"{up}"));
    let head = head.replacen("<html ", "<html data-static ", 1);
    let body = body.replace(
        "<link rel=\"stylesheet\" href=\"/",
        &format!("<link rel=\"stylesheet\" href=\"{up}"),
    );
    let starts = if kind == Kind::Runs { " data-page" } else { "" };
    Ok(format!(
        "{head}<script src=\"{up}static.js\"{starts}></script></head>{body}"
    ))
}

/// The text without what stands from each `begin` to the next `end`, both included.
fn without(text: &str, begin: &str, end: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once(begin) {
        out.push_str(before);
        rest = from.split_once(end).map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// The page with other content.
fn with_main(html: &str, content: &str) -> Done<String> {
    between(html, "<main", "</main>", |main| {
        let tag = main.split('>').next().unwrap_or_default();
        format!("{tag}>{content}")
    })
}

fn with_title(html: &str, title: &str) -> Done<String> {
    between(html, "<title>", "</title>", |_| {
        format!("{title} – Surprisal")
    })
}

fn between(html: &str, begin: &str, end: &str, change: impl Fn(&str) -> String) -> Done<String> {
    let parts = html.split_once(begin).and_then(|(before, rest)| {
        let (inside, after) = rest.split_once(end)?;
        Some(format!("{before}{begin}{}{end}{after}", change(inside)))
    });
    parts.ok_or_else(|| {
        Failure::new(
            format!("the page has no {begin} … {end}"),
            "look at app/src/shell.rs",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!DOCTYPE html><html lang=\"en\"><head><link href=\"/favicon.svg\"><link rel=\"modulepreload\" href=\"/pkg/x.js\" crossorigin=\"abc\"><script type=\"module\" nonce=\"abc\">import(1)</script><title>Surprisal</title></head><body><a href=\"/import\">Import</a><main id=\"content\" tabindex=\"-1\"><p>old</p></main><script nonce=\"abc\">x</script></body></html>";

    #[test]
    fn a_page_finds_its_files_and_starts_itself() {
        let html = page(PAGE, "/local", Kind::Runs).unwrap();
        for part in [
            "<html data-static lang=\"en\">",
            "<link href=\"../favicon.svg\">",
            "<script src=\"../static.js\" data-page></script></head>",
            "<a href=\"/import\">",
            "<script>x</script>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert!(!html.contains("nonce") && !html.contains("import(1)") && !html.contains("pkg"));
        let root = page(PAGE, "/", Kind::Stands).unwrap();
        assert!(
            root.contains("<script src=\"static.js\"></script>")
                && root.contains("href=\"favicon.svg\"")
        );
        assert!(page("<p>", "/", Kind::Runs).is_err());
    }

    #[test]
    fn a_page_that_needs_a_server_says_so() {
        let html = with_title(&with_main(PAGE, "<h1>new</h1>").unwrap(), "Not here").unwrap();
        assert!(
            html.contains("<main id=\"content\" tabindex=\"-1\"><h1>new</h1></main>"),
            "{html}"
        );
        assert!(html.contains("<title>Not here – Surprisal</title>") && !html.contains("old"));
        assert!(with_main("<p>", "").is_err());
    }

    #[test]
    fn files_without_a_use_are_left_out() {
        for (name, wanted) in [
            ("pkg/surprisal.wasm", true),
            ("pkg/surprisal.wasm.br", false),
            ("pkg/reader.js.gz", false),
            ("pkg/studio.wasm", false),
            ("studio.js", false),
            ("samples/completions-small.json", true),
            ("static.js", true),
        ] {
            assert_eq!(is_wanted(Path::new(name)), wanted, "{name}");
        }
    }
}
