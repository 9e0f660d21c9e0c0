//! Style sheets, script and icons, embedded, under an address that names their content.

use std::borrow::Cow;
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "assets"]
#[exclude = "*.txt"]
#[exclude = "*.json"]
struct Files;

/// An embedded file.
#[derive(Debug)]
pub struct Asset {
    /// Its bytes.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type, with the charset of a text.
    pub media_type: String,
}

/// One hash over all assets: a style sheet finds the picture beside it by a relative address.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut digest = Sha256::new();
    for name in names {
        digest.update(name.as_bytes());
        if let Some(file) = Files::get(&name) {
            digest.update(file.metadata.sha256_hash());
        }
    }
    hex::encode(&digest.finalize()[..8])
});

/// The hash in the addresses of this build's assets.
#[must_use]
pub fn hash() -> &'static str {
    &HASH
}

/// The address of the asset `name`: `/assets/<hash>/app.css`.
#[must_use]
pub fn asset(name: &str) -> String {
    format!("/assets/{}/{name}", hash())
}

/// The asset `name`, if there is one.
#[must_use]
pub fn find(name: &str) -> Option<Asset> {
    let file = Files::get(name)?;
    let kind = file.metadata.mimetype();
    let media_type = if kind.starts_with("text/") {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_owned()
    };
    Some(Asset {
        bytes: file.data,
        media_type,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_the_content_of_all_assets() {
        assert_eq!(asset("app.css"), format!("/assets/{}/app.css", hash()));
        assert_eq!(hash().len(), 16);
    }

    #[test]
    fn a_style_sheet_is_a_text_in_utf8() {
        let css = find("app.css").expect("the style sheet");

        assert_eq!(css.media_type, "text/css; charset=utf-8");
        assert!(!css.bytes.is_empty());
    }

    #[test]
    fn the_vendored_editor_is_the_one_that_its_versions_tell_of() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/vendor");
        let read = |name: &str| std::fs::read(format!("{folder}/{name}")).expect(name);
        let told: serde_json::Value = serde_json::from_slice(&read("VERSIONS.json")).expect("JSON");
        let file = told["file"].as_str().expect("a name");

        let digest = hex::encode(Sha256::digest(read(file)));

        assert_eq!(told["sha256"], digest.as_str());
        let licences = String::from_utf8(read("LICENSES.txt")).expect("UTF-8");
        for package in told["packages"].as_array().expect("packages") {
            let name = package["name"].as_str().expect("a name");
            assert!(licences.contains(&format!("== {name} ")), "{name}");
        }
        assert!(find(&format!("vendor/{file}")).is_some());
        assert!(find("vendor/VERSIONS.json").is_none());
        assert!(find("vendor/LICENSES.txt").is_none());
    }

    #[test]
    fn there_is_no_way_out_of_the_folder() {
        assert!(find("../Cargo.toml").is_none());
        assert!(find("missing.css").is_none());
    }
}
