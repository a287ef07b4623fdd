//! `hf:OWNER/NAME`: a model of the Hugging Face hub, kept where all programs of it keep theirs (`HF_HOME`).
//!
//! `HF_ENDPOINT` is where it is asked, `HF_TOKEN` for models that not everybody gets. Nothing else here reaches a network by
//! itself.
use hf_hub::api::tokio::{ApiBuilder, ApiError, ApiRepo};
use hf_hub::{Cache, Repo};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// What such a name begins with.
const BEGIN: &str = "hf:";
/// Files besides the weights that belong to a model in a directory.
const FILES: [&str; 6] = [
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "model.safetensors.index.json",
];
/// So often is looked whether somebody has lost patience.
const LOOK: Duration = Duration::from_millis(50);

/// Where a model lies on this disk. One of the hub is got first, unless it is there: a directory, or for
/// `hf:OWNER/NAME/FILE.gguf` that file. Anything else is a path already.
///
/// # Errors
/// A sentence that says what to do.
pub(crate) fn place(model: &Path, stop: &dyn Fn() -> bool) -> Result<PathBuf, String> {
    let Some(name) = model.to_str().and_then(|text| text.strip_prefix(BEGIN)) else {
        return Ok(model.to_owned());
    };
    let parts: Vec<&str> = name.splitn(3, '/').collect();
    let (id, file) = match parts.as_slice() {
        [owner, name] if !owner.is_empty() && !name.is_empty() => (format!("{owner}/{name}"), None),
        [owner, name, file] => (format!("{owner}/{name}"), Some(*file)),
        _ => {
            return Err(format!(
                "{BEGIN}{name} names no model; it looks like hf:OWNER/NAME, or hf:OWNER/NAME/FILE.gguf"
            ));
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let stopped = async {
            while !stop() {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::select! {
            place = get(&id, file) => place,
            () = stopped => Err("stopped; what has arrived is kept".to_owned()),
        }
    })
}

async fn get(id: &str, file: Option<&str>) -> Result<PathBuf, String> {
    let wrong = |error: ApiError| explain(id, &error);
    let mut api = ApiBuilder::from_env().with_user_agent("surprisal", env!("CARGO_PKG_VERSION"));
    if let Ok(token) = std::env::var("HF_TOKEN") {
        api = api.with_token(Some(token).filter(|token| !token.trim().is_empty()));
    }
    let repo = api.build().map_err(wrong)?.model(id.to_owned());
    if let Some(file) = file {
        return repo.get(file).await.map_err(wrong);
    }
    let listed = repo.info().await;
    let names: Vec<String> = match listed {
        Ok(info) => info.siblings.into_iter().map(|one| one.rfilename).collect(),
        // Without a network, what was got before will do.
        Err(error) => return known(id).ok_or_else(|| wrong(error)),
    };
    directory(id, &repo, &names).await
}

async fn directory(id: &str, repo: &ApiRepo, names: &[String]) -> Result<PathBuf, String> {
    if !names.iter().any(|name| name == "config.json") {
        let packed: Vec<String> = names
            .iter()
            .filter(|name| name.ends_with(".gguf"))
            .map(|name| format!("hf:{id}/{name}"))
            .collect();
        return Err(match packed.is_empty() {
            true => format!(
                "hf:{id} has neither config.json nor a GGUF file; it is no model that can be read"
            ),
            false => format!(
                "hf:{id} has several models in it; name one: {}",
                packed.join(", ")
            ),
        });
    }
    let wanted = |name: &&String| {
        let weights = name.ends_with(".safetensors") && !name.contains('/');
        weights || FILES.contains(&name.as_str())
    };
    let mut place = None;
    for name in names.iter().filter(wanted) {
        let path = repo.get(name).await.map_err(|error| explain(id, &error))?;
        place = path.parent().map(Path::to_owned);
    }
    place.ok_or_else(|| format!("hf:{id} has no files"))
}

/// The directory of a model that was got before.
fn known(id: &str) -> Option<PathBuf> {
    let cache = Cache::from_env().repo(Repo::model(id.to_owned()));
    Some(cache.get("config.json")?.parent()?.to_owned())
}

fn explain(id: &str, error: &ApiError) -> String {
    let status = match error {
        ApiError::RequestError(error) => error.status().map(|status| status.as_u16()),
        _ => None,
    };
    match status {
        Some(401 | 403) => format!(
            "the hub does not give hf:{id} to everybody, or there is none; accept its terms there, and set HF_TOKEN"
        ),
        Some(404) => format!("the hub has no hf:{id}, or not this file of it"),
        _ => format!(
            "hf:{id} cannot be got: {}; is there a network? Else give the path of a model on this disk",
            crate::failure::chain(error)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::place;
    use std::path::Path;

    #[test]
    fn paths_are_paths_and_names_are_names() {
        let stop = || true;
        for path in ["models/hf:x", "/a/b", "hf"] {
            assert_eq!(place(Path::new(path), &stop).unwrap(), Path::new(path));
        }
        for name in ["hf:", "hf:x", "hf:/x", "hf:x/"] {
            let error = place(Path::new(name), &stop).unwrap_err();
            assert!(
                error.starts_with(&format!("{name} names no model")),
                "{error}"
            );
        }
        assert_eq!(
            place(Path::new("hf:a/b"), &stop).unwrap_err(),
            "stopped; what has arrived is kept"
        );
    }
}
