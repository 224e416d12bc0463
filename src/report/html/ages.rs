//! The plot of ages: each key as a bar against its limit, the oldest first, as inline SVG.
//!
//! Positions are per cent and letters are in pixels, so one drawing is readable at any width. An age that is only
//! known to be at least so much goes on as a dotted line. Bars link to what the page says of
//! their key.

use std::fmt::Write;

use super::frame::text;
use crate::finding::age::VerdictKind;
use crate::report::keys::Row;

/// Bars that are drawn.
const MOST_BARS: usize = 60;
const TOP: usize = 34;
const ROW: usize = 36;
/// A bar longer than so many limits is cut.
const LIMITS: i64 = 4;
const LONGEST_NAME: usize = 20;

/// What is drawn.
pub struct Ages<'r> {
    /// Each key with the id of the element that a bar leads to.
    pub keys: Vec<(String, &'r Row)>,
    /// The most days that the policy allows, if it has a limit for all.
    pub limit: Option<u32>,
    pub as_of: i64,
}

impl Ages<'_> {
    /// Whether there is anything to draw.
    pub fn is_any_known(&self) -> bool {
        self.keys.iter().any(|(_, row)| row.days(self.as_of) != (None, None))
    }
}

struct Bar<'r> {
    anchor: &'r str,
    row: &'r Row,
    least: i64,
    /// The end of what is certain or possible; `None` is open.
    most: Option<i64>,
}

/// Writes the section with the plot, if any age is known.
pub fn write(page: &mut String, ages: &Ages<'_>) -> std::fmt::Result {
    let mut bars: Vec<Bar<'_>> = ages
        .keys
        .iter()
        .filter_map(|(anchor, row)| match row.days(ages.as_of) {
            (None, None) => None,
            (least, most) => Some(Bar {
                anchor,
                row,
                least: least.unwrap_or(0),
                most,
            }),
        })
        .collect();
    if bars.is_empty() {
        return Ok(());
    }
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.least.max(bar.most.unwrap_or(0))));
    let unknown = ages.keys.len() - bars.len();
    let cut = bars.len().saturating_sub(MOST_BARS);
    bars.truncate(MOST_BARS);
    let limit = ages.limit.map(i64::from).filter(|limit| *limit > 0);
    let oldest = bars
        .iter()
        .map(|bar| bar.least.max(bar.most.unwrap_or(0)))
        .max()
        .unwrap_or(1);
    let end = match limit {
        Some(limit) => oldest.clamp(limit + limit / 2, limit * LIMITS),
        None => oldest.max(1),
    };
    let scale = Scale { end };
    let height = TOP + bars.len() * ROW + 6;
    writeln!(
        page,
        "<section class=\"plot\" id=\"ages\">\n<h2>Age against the limit</h2>\n<svg width=\"100%\" height=\"{height}\" role=\"group\" \
         aria-label=\"Ages of {} keys in days{}\">",
        bars.len(),
        limit.map_or_else(String::new, |limit| format!(", the limit is {limit}"))
    )?;
    axis(page, &scale, limit, height)?;
    for (place, bar) in bars.iter().enumerate() {
        draw(page, ages.as_of, &scale, TOP + place * ROW, bar)?;
    }
    writeln!(page, "</svg>\n<ul class=\"legend\">")?;
    for (class, words) in [
        ("over", "over the limit"),
        ("soon", "due soon"),
        ("fine", "within it"),
        ("idle", "inactive, or nothing is asked"),
    ] {
        writeln!(page, "<li><span class=\"swatch {class}\"></span>{words}</li>")?;
    }
    writeln!(page, "<li><span class=\"swatch open\"></span>maybe older</li>\n</ul>")?;
    let mut notes = Vec::new();
    if cut > 0 {
        notes.push(format!("The {MOST_BARS} oldest are drawn; {cut} more are below."));
    }
    if unknown > 0 {
        let are = if unknown == 1 { "key is" } else { "keys are" };
        notes.push(format!("{unknown} {are} of an age that nothing tells."));
    }
    if !notes.is_empty() {
        writeln!(page, "<p class=\"notes\">{}</p>", notes.join(" "))?;
    }
    writeln!(page, "</section>")
}

struct Scale {
    end: i64,
}

impl Scale {
    /// Where a number of days stands, in per cent with one decimal.
    fn at(&self, days: i64) -> String {
        let thousandths = (days.clamp(0, self.end) * 1000) / self.end.max(1);
        format!("{}.{}%", thousandths / 10, thousandths % 10)
    }

    fn between(&self, from: i64, to: i64) -> String {
        let (from, to) = (from.clamp(0, self.end), to.clamp(0, self.end));
        self.at((to - from).max(0))
    }
}

fn axis(page: &mut String, scale: &Scale, limit: Option<i64>, height: usize) -> std::fmt::Result {
    let Some(limit) = limit else {
        return Ok(());
    };
    let bottom = height - 4;
    writeln!(
        page,
        "<rect class=\"beyond\" x=\"{}\" y=\"22\" width=\"{}\" height=\"{}\"/>\n\
         <text class=\"limit-label\" x=\"{0}\" y=\"15\" dx=\"-2\">limit {limit} days</text>",
        scale.at(limit),
        scale.between(limit, scale.end),
        bottom - 22,
    )?;
    if scale.end >= limit * 2 {
        writeln!(
            page,
            "<text class=\"tick\" x=\"100%\" y=\"15\" text-anchor=\"end\">{} days</text>",
            scale.end
        )?;
    }
    Ok(())
}

fn class(bar: &Bar<'_>) -> &'static str {
    let judged = &bar.row.judged;
    if judged.has(VerdictKind::Expired) {
        "over"
    } else if judged.has(VerdictKind::DueSoon) {
        "soon"
    } else if bar.row.case.is_active() && bar.most.is_some() {
        "fine"
    } else {
        "idle"
    }
}

fn draw(page: &mut String, as_of: i64, scale: &Scale, top: usize, bar: &Bar<'_>) -> std::fmt::Result {
    let row = bar.row;
    let name = row.key_name();
    let (who, id) = match row.user() {
        Some(user) => (user, &*name),
        None => (&*name, "unknown user"),
    };
    let short: String = match who.chars().count() > LONGEST_NAME {
        true => who.chars().take(LONGEST_NAME - 1).chain(['…']).collect(),
        false => who.to_owned(),
    };
    let age = row.age(as_of);
    let class = class(bar);
    let leaked = if row.leak.is_some() {
        "<tspan class=\"in-code\" dx=\"7\">in code</tspan>"
    } else {
        ""
    };
    let (words, line) = (top + 13, top + 19);
    writeln!(
        page,
        "<a href=\"#{}\" aria-label=\"{}, {}, {age} days\"><text x=\"0\" y=\"{words}\"><tspan class=\"who\">{}</tspan>\
         <tspan class=\"id\" dx=\"7\">{}</tspan>{leaked}</text><text class=\"days\" x=\"100%\" y=\"{words}\">{age} d</text>",
        bar.anchor,
        text(who),
        text(id),
        text(&short),
        text(id)
    )?;
    writeln!(
        page,
        "<rect class=\"rail\" x=\"0\" y=\"{line}\" width=\"100%\" height=\"8\" rx=\"4\"/>"
    )?;
    if bar.least > 0 {
        let width = scale.at(bar.least);
        writeln!(
            page,
            "<rect class=\"bar {class}\" x=\"0\" y=\"{line}\" width=\"{width}\" height=\"8\" rx=\"4\"/>"
        )?;
    }
    let from = scale.at(bar.least);
    let middle = line + 4;
    match bar.most {
        Some(most) if most > bar.least => {
            let width = scale.between(bar.least, most);
            writeln!(
                page,
                "<rect class=\"maybe {class}\" x=\"{from}\" y=\"{line}\" width=\"{width}\" height=\"8\"/>"
            )?;
        }
        None if bar.least < scale.end => {
            writeln!(
                page,
                "<line class=\"open\" x1=\"{from}\" x2=\"100%\" y1=\"{middle}\" y2=\"{middle}\"/>"
            )?;
        }
        _ => {}
    }
    if bar.least > scale.end {
        // The bar goes on for longer than there is room.
        writeln!(
            page,
            "<text class=\"cut\" x=\"100%\" y=\"{}\" dx=\"-5\">»</text>",
            line + 8
        )?;
    }
    if let Some(own) = row.limits.max_age_days.map(i64::from) {
        let x = scale.at(own);
        writeln!(
            page,
            "<line class=\"limit\" x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{}\"/>",
            line - 3,
            line + 11
        )?;
    }
    writeln!(page, "</a>")
}
