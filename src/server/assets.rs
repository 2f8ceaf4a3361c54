//! Static assets: style sheet, script, wasm and images, embedded in the binary and precompressed.
//!
//! `scripts/build-assets` builds them under names that carry a content hash; those are served as immutable. A
//! debug build reads them from disk.

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::request_headers::has_kept;
use crate::ui::AssetNames;

#[derive(RustEmbed)]
#[folder = "target/site"]
#[allow_missing = true]
struct Site;

/// File names of this build's assets. Without any, pages work as they do without JavaScript.
pub(super) fn names() -> AssetNames {
    const PLAIN: &str = "duo-console";
    let find = |ending: &str| {
        let in_pkg = |name: &str| Some(name.strip_prefix("pkg/")?.strip_suffix(ending)?.to_owned());
        Site::iter().find_map(|name| in_pkg(&name)).unwrap_or_else(|| PLAIN.to_owned())
    };
    AssetNames { stylesheet: format!("/pkg/{}.css", find(".css")), script: find(".js") }
}

/// `/pkg/…`: files with a content hash in their name.
pub(super) async fn package_file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    // Only a hashed name has a part between the program's name and the extension.
    let forever = name.matches('.').count() > 1;
    serve(&format!("pkg/{name}"), &headers, forever).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// A file at the root, such as `/favicon.svg`; `None` if there is no such file.
pub(super) fn root_file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let name = path.strip_prefix('/')?;
    let compressed = matches!(name.rsplit_once('.'), Some((_, "br" | "gz")));
    let plain = !name.is_empty() && !name.contains('/') && !compressed;
    if plain { serve(name, headers, false) } else { None }
}

fn serve(name: &str, headers: &HeaderMap, forever: bool) -> Option<Response> {
    let original = Site::get(name)?;
    let etag = format!("\"{}\"", base16ct::lower::encode_string(&original.metadata.sha256_hash()[..8]));
    let cache = if forever { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    let common = [
        (header::CACHE_CONTROL, cache.to_owned()),
        (header::ETAG, etag.clone()),
        (header::VARY, "accept-encoding".to_owned()),
    ];
    if has_kept(headers, &etag) {
        return Some((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let mime = original.metadata.mimetype();
    let charset = if mime.starts_with("text/") || mime.ends_with("+xml") { "; charset=utf-8" } else { "" };
    let content_type = (header::CONTENT_TYPE, format!("{mime}{charset}"));
    let accepts = headers.get(header::ACCEPT_ENCODING).map(|it| String::from_utf8_lossy(it.as_bytes()));
    let accepts = accepts.as_deref().unwrap_or_default();
    let compressed = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(encoding, _)| accepts_encoding(accepts, encoding))
        .find_map(|(encoding, ending)| Some((encoding, Site::get(&format!("{name}.{ending}"))?)));
    Some(match compressed {
        Some((encoding, file)) => {
            (common, [content_type], [(header::CONTENT_ENCODING, encoding)], body(file)).into_response()
        }
        None => (common, [content_type], body(original)).into_response(),
    })
}

/// Whether an `Accept-Encoding` header accepts `encoding`, that is, names it without `q=0`.
fn accepts_encoding(header: &str, encoding: &str) -> bool {
    header.split(',').any(|part| {
        let (name, quality) = part.split_once(';').unwrap_or((part, ""));
        name.trim().eq_ignore_ascii_case(encoding)
            && !matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

fn body(file: EmbeddedFile) -> Body {
    match file.data {
        std::borrow::Cow::Borrowed(bytes) => Body::from(bytes),
        std::borrow::Cow::Owned(bytes) => Body::from(bytes),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_a_browser_takes_may_be_said_in_any_words(header in ".*|[a-z;=0.,* ]{0,30}") {
            let _ = accepts_encoding(&header, "br");
        }

        #[test]
        fn no_name_leads_out_of_the_folder(name in "[a-z./%\\\\]{0,20}|.*") {
            if let Some(answer) = root_file(&format!("/{name}"), &HeaderMap::new()) {
                prop_assert!(answer.status().is_success() && Site::get(&name).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn encodings_are_taken_as_the_browser_says() {
        assert!(accepts_encoding("gzip, deflate, br, zstd", "br"));
        assert!(accepts_encoding("br;q=0.5, gzip", "br"));
        assert!(!accepts_encoding("br;q=0, gzip", "br"));
        assert!(!accepts_encoding("gzip", "br"));
        assert!(!accepts_encoding("", "gzip"));
    }
}
