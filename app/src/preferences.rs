//! What a person chose and this machine keeps: theme, palette, coloured signs, letters as keys, and which hints were read.
//!
//! Each is a cookie. The server writes it into the root element as `data-NAME`, so that nothing flashes or moves when a page comes
//! back; style sheets and the page read it there. Controls name what they set in `data-keep`, and `public/preferences.js` sets it:
//! on all pages in one way, those that the bundle does not run on among them.

/// What is kept. On a static site `static.js` reads the same names.
#[cfg(feature = "ssr")]
const NAMES: [&str; 5] = ["theme", "palette", "signs", "keys", "seen"];

/// What the cookies of a request say; stands in the context of every page.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences([String; NAMES.len()]);

#[cfg(feature = "ssr")]
impl Preferences {
    /// Reads the header of a request. A value is letters, digits and dots; anything else is nothing.
    pub fn from_cookie_header(header: &str) -> Self {
        Self(NAMES.map(|name| {
            let value = header
                .split(';')
                .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='));
            let is_plain = |value: &&str| {
                value
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
            };
            value.filter(is_plain).unwrap_or_default().to_owned()
        }))
    }

    /// What is kept under a name; empty when nothing is.
    pub fn get(&self, name: &str) -> &str {
        let at = NAMES.iter().position(|known| *known == name);
        at.and_then(|at| self.0.get(at)).map_or("", String::as_str)
    }

    /// Name of the theme: `system`, `light` or `dark`.
    pub fn theme(&self) -> &'static str {
        let kept = self.get("theme");
        crate::theme::name(kept)
    }
}

/// What is kept under a name; empty when nothing is.
pub(crate) fn kept(name: &str) -> String {
    #[cfg(feature = "ssr")]
    {
        let kept = leptos::prelude::use_context::<Preferences>().unwrap_or_default();
        kept.get(name).to_owned()
    }
    #[cfg(not(feature = "ssr"))]
    {
        let root = leptos::prelude::document().document_element();
        root.and_then(|root| root.get_attribute(&format!("data-{name}")))
            .unwrap_or_default()
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        for (header, name, value) in [
            ("theme=dark", "theme", "dark"),
            ("a=b; theme=light; c=d", "theme", "light"),
            ("nottheme=dark", "theme", ""),
            ("theme=dark; palette=mono", "palette", "mono"),
            ("signs=1", "signs", "1"),
            ("signs=", "signs", ""),
            ("seen=start.lab; keys=off", "seen", "start.lab"),
            ("seen=start.lab; keys=off", "keys", "off"),
            ("keys=\"><script>", "keys", ""),
            ("other=1", "other", ""),
            ("", "theme", ""),
        ] {
            let kept = Preferences::from_cookie_header(header);
            assert_eq!(kept.get(name), value, "{header}");
        }
    }

    #[test]
    fn a_theme_is_one_of_three() {
        for (header, theme) in [
            ("theme=dark", "dark"),
            ("theme=light", "light"),
            ("theme=system", "system"),
            ("theme=purple", "system"),
            ("", "system"),
        ] {
            assert_eq!(Preferences::from_cookie_header(header).theme(), theme);
        }
    }
}
