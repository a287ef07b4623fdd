//! The colours of the screen as plain numbers, for programs that know no style sheets. They are read from the style sheets of
//! the application: there is no second list of them.
use crate::STYLES;
use metrics::Mark;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// How the screen looks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Look {
    /// Dark.
    pub dark: bool,
    /// Name of the palette; anything unknown is the usual one.
    pub palette: String,
    /// White space and punctuation are coloured, too.
    pub signs: bool,
}

/// Colours as `#rrggbb`.
pub(super) struct Colours {
    pub(super) surface: String,
    pub(super) ink: String,
    pub(super) quiet: String,
    pub(super) line: String,
    pub(super) accent: String,
    /// Of the low, middle and high band.
    pub(super) bands: [String; 3],
    /// Of the lines below the low and the middle one.
    under: [String; 2],
    /// Colours lie behind the text; there are lines only where not.
    filled: bool,
}

impl Colours {
    pub(super) fn of(look: &Look) -> Self {
        let colour = |name: &str| colour(name, look);
        let bare = format!(
            "[data-palette=\"{}\"] .tokens span {{ background: none; }}",
            look.palette
        );
        Self {
            surface: colour("surface"),
            ink: colour("ink"),
            quiet: colour("ink-quiet"),
            line: colour("line-strong"),
            accent: colour("accent"),
            bands: ["band-low", "band-middle", "band-high"].map(colour),
            under: ["under-low", "under-middle"].map(colour),
            filled: !STYLES[1].contains(&bare),
        }
    }

    /// Draws what lies behind and below a text of this width: left edge, upper edge, width.
    pub(super) fn behind(
        &self,
        mark: Mark,
        (x, y, width): (usize, usize, usize),
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let Some(band) = mark.band() else {
            return write!(
                out,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"25\" fill=\"url(#none)\"/>"
            );
        };
        if self.filled
            && let Some(colour) = self.bands.get(band as usize)
        {
            let share = f64::from(share(mark)) / 100.0;
            write!(
                out,
                "<rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"22\" rx=\"2\" fill=\"{colour}\" fill-opacity=\"{share}\"/>",
                y + 2
            )?;
        }
        let Some(colour) = self.under.get(band as usize) else {
            return Ok(());
        };
        let y = y + 23;
        if mark == Mark::CENSORED {
            write!(out, "<path d=\"M{x} {y}")?;
            for _ in 0..width / 3 {
                out.write_all(b"l1.5 -2 1.5 2")?;
            }
            return write!(out, "\" fill=\"none\" stroke=\"{colour}\"/>");
        }
        let dots = if band as usize == 1 {
            " stroke-dasharray=\"2 2\""
        } else {
            ""
        };
        write!(
            out,
            "<path d=\"M{x} {y}h{width}\" stroke=\"{colour}\" stroke-width=\"2\"{dots}/>"
        )
    }
}

/// A colour of the style sheet.
fn colour(name: &str, look: &Look) -> String {
    let mut name = name;
    // A palette may name a colour by another one; there is no circle in the sheet.
    for _ in 0..4 {
        let Some(value) = value(name, &look.palette) else {
            break;
        };
        if let Some(other) = value.strip_prefix("var(--") {
            name = other.trim_end_matches(')');
            continue;
        }
        let pair = value.strip_prefix("light-dark(");
        let pair = pair.and_then(|pair| pair.strip_suffix(')')?.split_once(','));
        let (light, dark) = pair.unwrap_or((value, value));
        return if look.dark { dark } else { light }.trim().to_owned();
    }
    "#808080".to_owned()
}

/// The value of a custom property: that of the palette, else the usual one.
fn value<'a>(name: &str, palette: &str) -> Option<&'a str> {
    let in_block = |head: &str| {
        let block = rule(STYLES[0], head)?;
        let (_, rest) = block.split_once(&format!("--{name}:"))?;
        Some(rest.split(';').next()?.trim())
    };
    in_block(&format!("[data-palette=\"{palette}\"]")).or_else(|| in_block(":root"))
}

/// How much of the colour of its band lies behind a token, percent.
fn share(mark: Mark) -> u32 {
    let rule = rule(STYLES[1], &format!(".{}", mark.class())).unwrap_or_default();
    let before = rule.split('%').next().unwrap_or_default();
    let digits = before.rsplit(' ').next().unwrap_or_default();
    digits.parse().unwrap_or(50)
}

/// What stands between the brackets of the first rule for exactly this.
fn rule<'a>(sheet: &'a str, head: &str) -> Option<&'a str> {
    let (_, rest) = sheet.split_once(&format!("\n{head} {{"))?;
    rest.split('}').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(palette: &str, dark: bool) -> Look {
        Look {
            dark,
            palette: palette.to_owned(),
            signs: false,
        }
    }

    #[test]
    fn every_colour_is_found_in_every_look() {
        for palette in ["", "safe", "classic", "mono", "\"]{x"] {
            for dark in [false, true] {
                let colours = Colours::of(&look(palette, dark));
                let all = [
                    &colours.surface,
                    &colours.ink,
                    &colours.quiet,
                    &colours.line,
                    &colours.accent,
                ];
                for colour in all.into_iter().chain(&colours.bands).chain(&colours.under) {
                    let digits = colour.strip_prefix('#').unwrap_or_default();
                    let is_hex = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
                    assert!(
                        is_hex && colour != "#808080",
                        "{colour} in {palette} {dark}"
                    );
                }
                assert_eq!(colours.filled, palette != "mono");
            }
        }
    }

    #[test]
    fn they_are_those_of_the_screen() {
        assert_eq!(colour("band-low", &look("", false)), "#d55e00");
        assert_eq!(colour("band-low", &look("classic", true)), "#e5484d");
        // The palette without colours takes the ink.
        let mono = look("mono", true);
        assert_eq!(colour("band-low", &mono), colour("ink", &mono));
        let shares = [0, 1, 2, 3, 8, 9].map(|code| share(Mark::from_code(code)));
        assert_eq!(shares, [34, 44, 54, 26, 18, 54]);
    }
}
