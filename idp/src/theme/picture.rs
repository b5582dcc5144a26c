//! A text as a picture that a camera reads (QR code, ISO/IEC 18004), for an inline SVG.

use std::fmt::Write;

use qrcodegen::{QrCode, QrCodeEcc};
use serde::Serialize;

/// Light modules around the dark ones, without which cameras find no edge.
const QUIET: i32 = 4;

#[derive(Clone, Serialize)]
pub struct Picture {
    /// Width and height in modules, quiet zone included.
    pub size: i32,
    /// The dark modules, as the `d` of an SVG path.
    pub path: String,
}

impl Picture {
    /// None: the text is too long for any picture.
    pub fn of(text: &str) -> Option<Self> {
        // A clean screen needs little correction, and larger modules are easier on cameras.
        let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
        let mut path = String::new();
        for y in 0..code.size() {
            let mut x = 0;
            while x < code.size() {
                let run = (x..code.size()).take_while(|x| code.get_module(*x, y)).zip(1..).last().map_or(0, |(_, n)| n);
                if run > 0 {
                    // Writing into a String cannot fail.
                    let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
                }
                x += run.max(1);
            }
        }
        Some(Self { size: code.size() + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_has_every_dark_module_and_no_other() {
        let code = QrCode::encode_text("otpauth://totp/a", QrCodeEcc::Low).unwrap();
        let picture = Picture::of("otpauth://totp/a").unwrap();
        assert_eq!(picture.size, code.size() + 8);
        let mut dark = std::collections::BTreeSet::new();
        for run in picture.path.split('z').filter(|run| !run.is_empty()) {
            let (x, rest) = run.trim_start_matches('M').split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (length, _) = rest.split_once('v').unwrap();
            let (x, y, length): (i32, i32, i32) = (x.parse().unwrap(), y.parse().unwrap(), length.parse().unwrap());
            dark.extend((x..x + length).map(|x| (x - QUIET, y - QUIET)));
        }
        for y in 0..code.size() {
            for x in 0..code.size() {
                assert_eq!(dark.contains(&(x, y)), code.get_module(x, y), "{x} {y}");
            }
        }
    }

    #[test]
    fn a_text_beyond_every_picture_has_none() {
        assert!(Picture::of(&"x".repeat(3000)).is_none());
    }
}
