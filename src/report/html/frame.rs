//! What every page of ours has: its head with a content security policy, its style and script, and text that is no
//! markup.
//!
//! Whatever accounts and repositories wrote is escaped, and a policy with the hashes of our own style and script
//! stands behind that: other scripts do not run even if the escaping had a hole. A page asks nobody for anything.

use std::fmt;

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use crate::text::sanitize;

/// The looks that all pages share.
const BASE: &str = include_str!("base.css");

/// What a page has of its own.
pub struct Frame<'f> {
    /// As text.
    pub title: &'f str,
    /// The link for those who come by keyboard: what it says, and the id that it leads to.
    pub skip: (&'f str, &'f str),
    /// Rules after those that all pages share.
    pub style: &'static str,
    pub script: &'static str,
}

impl Frame<'_> {
    /// Writes the page around its body.
    pub fn page(&self, body: impl FnOnce(&mut String) -> fmt::Result) -> Vec<u8> {
        let mut page = String::new();
        self.write(&mut page, body).expect("a string takes everything");
        page.into_bytes()
    }

    fn write(&self, page: &mut String, body: impl FnOnce(&mut String) -> fmt::Result) -> fmt::Result {
        use fmt::Write;
        let style = format!("{BASE}{}", self.style);
        let (said, leads_to) = self.skip;
        writeln!(
            page,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; script-src \
             {}; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<title>{}</title>\n\
             <style>{style}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#{leads_to}\">{said}</a>",
            hash(&style),
            hash(self.script),
            text(self.title)
        )?;
        body(page)?;
        write!(page, "<script>{}</script>\n</body>\n</html>\n", self.script)
    }
}

fn hash(source: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(&Sha256::digest(source)))
}

/// Text as HTML, in an element or in quotes: nothing in it is markup, and nothing in it is invisible.
pub fn text(raw: &str) -> String {
    let mut safe = String::with_capacity(raw.len());
    for c in sanitize(raw.as_bytes()).chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup_or_invisible() {
        assert_eq!(
            text("<script>'\"&\u{202e}\0"),
            "&lt;script&gt;&#39;&quot;&amp;\\u{202e}\\u{0}"
        );
    }

    #[test]
    fn styles_and_scripts_close_no_element_and_ask_nobody() {
        let sources = [
            BASE,
            include_str!("page.css"),
            include_str!("page.js"),
            include_str!("../keys/html/page.css"),
            include_str!("../keys/html/page.js"),
        ];
        for source in sources {
            for bad in ["</", "http:", "https:", "//", "url(", "@import", "fetch", "src="] {
                assert!(!source.contains(bad), "{bad}");
            }
        }
    }
}
