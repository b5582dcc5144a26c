//! What a page weighs on the way to a telephone.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use super::{LANGUAGES, THEMES};
use crate::theme::{Themes, samples};

/// Page, style sheet and script together, compressed.
const MOST: usize = 20 * 1024;

fn packed(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap().len()
}

fn asset(themes: &Themes, theme: &str, address: &str) -> usize {
    let file = address.rsplit('/').next().unwrap();
    packed(&themes.asset(theme, file).unwrap().bytes)
}

#[test]
fn a_page_with_its_one_style_sheet_and_its_one_script_weighs_little() {
    let mut heaviest = 0;
    for theme in THEMES.names() {
        for language in LANGUAGES {
            for (name, page) in samples::pages() {
                let html = THEMES.page(theme, &samples::frame_of(&name, language), &page).unwrap();
                let styles: Vec<&str> = html.split("<link rel=\"stylesheet\" href=\"").skip(1).collect();
                let scripts: Vec<&str> = html.split("<script src=\"").skip(1).collect();
                assert!(styles.len() == 1 && scripts.len() <= 1, "{theme} {name}");
                let linked = styles.iter().chain(&scripts).map(|rest| rest.split('"').next().unwrap());
                let weight = packed(html.as_bytes()) + linked.map(|one| asset(&THEMES, theme, one)).sum::<usize>();
                assert!(weight <= MOST, "{theme} {name} {language}: {weight} bytes");
                heaviest = heaviest.max(weight);
            }
        }
    }
    assert!(heaviest > 1024, "it was weighed");
}
