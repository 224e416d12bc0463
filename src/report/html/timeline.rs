//! The timeline of exposures, as inline SVG: from the commit that brought a secret to the one that took it out of
//! HEAD, and on from there for as long as history has it.
//!
//! Positions are per cent and letters are in pixels, so that one drawing is readable at any width. The dates are those
//! of commits, which whoever made them chose: one after the time of the report is drawn at the right end.

use std::fmt::Write;

use super::frame::text;
use super::plan::{Plan, Span};
use crate::finding::age::days;
use crate::keys::verdict::date;
use crate::origin::State;
use crate::report::shown_masked;

/// Exposures that are drawn.
const MOST_ROWS: usize = 25;
const TOP: usize = 30;
const ROW: usize = 36;
const LONGEST_NAME: usize = 30;
/// The most lines between the ends.
const MOST_TICKS: i64 = 6;

struct Bar {
    span: Span,
    name: String,
    /// What tells it from others of that name.
    title: String,
    severity: &'static str,
    anchor: Option<String>,
}

/// Whether any commit is known that brought a secret.
pub fn is_drawn(plan: &Plan<'_>) -> bool {
    plan.report.findings.iter().any(|finding| finding.introduced.is_some())
}

/// Writes the section; nothing if no commits were read.
pub fn write(page: &mut String, plan: &Plan<'_>) -> std::fmt::Result {
    let mut bars: Vec<Bar> = plan
        .exposures
        .iter()
        .filter_map(|exposure| {
            let findings = plan.findings(exposure);
            let lead = findings[0];
            let title = lead.rule.about.title.to_string();
            // Of a short secret nothing is shown: its place tells more.
            let (name, title) = match shown_masked(lead) {
                stars if stars.starts_with('*') => (title, plan.locator.name(lead.primary())),
                masked => (masked, title),
            };
            let worst = findings.iter().map(|finding| finding.severity).max()?;
            Some(Bar {
                span: Span::of(&findings)?,
                name,
                title,
                severity: worst.as_str(),
                anchor: plan.anchor(exposure.lead()),
            })
        })
        .collect();
    if bars.is_empty() {
        return Ok(());
    }
    let undated = plan.exposures.len() - bars.len();
    let cut = bars.len().saturating_sub(MOST_ROWS);
    bars.truncate(MOST_ROWS);
    bars.sort_by_key(|bar| bar.span.since);
    let now = plan.report.as_of;
    let scale = Scale {
        start: bars[0].span.since.min(now - 86_400),
        end: now,
    };
    let height = TOP + bars.len() * ROW + 4;
    writeln!(
        page,
        "<section class=\"plot\" id=\"timeline\">\n<h2>Timeline of exposures</h2>\n<svg width=\"100%\" height=\"{height}\" \
         role=\"group\" aria-label=\"{} exposures from {} to {}\">",
        bars.len(),
        date(scale.start),
        date(now)
    )?;
    axis(page, &scale, height)?;
    for (place, bar) in bars.iter().enumerate() {
        draw(page, &scale, TOP + place * ROW, bar)?;
    }
    writeln!(
        page,
        "</svg>\n<ul class=\"legend\">\n<li><span class=\"swatch high\"></span>in HEAD</li>\n<li><span class=\"swatch \
         high past\"></span>not in HEAD, but in history</li>\n<li><span class=\"swatch open\"></span>in no ref</li>\n<li><span class=\"swatch \
         ring high\"></span>still there</li>\n</ul>"
    )?;
    let mut notes = vec!["Dates are those of commits.".to_owned()];
    if cut > 0 {
        notes.push(format!("The {MOST_ROWS} worst are drawn; {cut} more are below."));
    }
    if undated > 0 {
        notes.push(format!("Of {undated} no commit is known."));
    }
    writeln!(page, "<p class=\"notes\">{}</p>\n</section>", notes.join(" "))
}

struct Scale {
    start: i64,
    end: i64,
}

impl Scale {
    /// Where a time stands, in tenths of a per cent.
    fn mille(&self, time: i64) -> i64 {
        let part = i128::from(time.clamp(self.start, self.end)) - i128::from(self.start);
        let whole = i128::from(self.end) - i128::from(self.start);
        i64::try_from(part * 1000 / whole.max(1)).expect("it is 1000 at most")
    }
}

fn per_cent(mille: i64) -> String {
    format!("{}.{}%", mille / 10, mille % 10)
}

/// The ends by their dates, and lines at the firsts of months or years between them.
fn axis(page: &mut String, scale: &Scale, height: usize) -> std::fmt::Result {
    for (time, label) in ticks(scale) {
        let at = scale.mille(time);
        let x = per_cent(at);
        writeln!(
            page,
            "<line class=\"grid\" x1=\"{x}\" x2=\"{x}\" y1=\"20\" y2=\"{}\"/>",
            height - 4
        )?;
        let class = match at {
            320..=680 => "tick",
            150..=850 => "tick wide",
            _ => continue,
        };
        writeln!(
            page,
            "<text class=\"{class}\" x=\"{x}\" y=\"14\" text-anchor=\"middle\">{label}</text>"
        )?;
    }
    writeln!(
        page,
        "<text class=\"tick\" x=\"0\" y=\"14\">{}</text><text class=\"tick\" x=\"100%\" y=\"14\" \
         text-anchor=\"end\">{}</text>",
        date(scale.start),
        date(scale.end)
    )
}

/// Firsts of months, as many apart as there is room for.
fn ticks(scale: &Scale) -> Vec<(i64, String)> {
    let day = |time: i64| {
        let time = jiff::Timestamp::from_second(time).ok()?;
        Some(time.to_zoned(jiff::tz::TimeZone::UTC).date())
    };
    let (Some(first), Some(last)) = (day(scale.start), day(scale.end)) else {
        return Vec::new();
    };
    let month = |date: jiff::civil::Date| i64::from(date.year()) * 12 + i64::from(date.month()) - 1;
    let (first, last) = (month(first) + 1, month(last));
    let steps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 1200, 12_000];
    let apart = steps.into_iter().find(|step| (last - first) / step < MOST_TICKS);
    let Some(apart) = apart else { return Vec::new() };
    let firsts = (first..=last).filter(|month| month.rem_euclid(apart) == 0);
    let tick = |month: i64| {
        let (year, of_year) = (month.div_euclid(12), month.rem_euclid(12));
        let date = jiff::civil::Date::new(i16::try_from(year).ok()?, i8::try_from(of_year + 1).ok()?, 1).ok()?;
        let time = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
        let label = match apart >= 12 {
            true => year.to_string(),
            false => date.strftime("%b %Y").to_string(),
        };
        Some((time, label))
    };
    firsts.filter_map(tick).collect()
}

/// A name that leaves room for others.
fn short(name: &str) -> String {
    match name.chars().count() > LONGEST_NAME {
        true => name.chars().take(LONGEST_NAME - 1).chain(['…']).collect(),
        false => name.to_owned(),
    }
}

fn draw(page: &mut String, scale: &Scale, top: usize, bar: &Bar) -> std::fmt::Result {
    let Span { since, removed, state } = &bar.span;
    let total = days(*since, scale.end);
    let how = match (state, removed) {
        (State::InTree, _) => "in HEAD",
        (State::Unreachable, _) => "in no ref",
        (_, Some(_)) => "taken out, in history",
        (_, None) => "in history",
    };
    let said = match removed {
        Some(stamp) => format!(
            "{} {}: since {}, taken out on {}, {how}",
            bar.name,
            bar.title,
            date(*since),
            date(stamp.commit_time)
        ),
        None => format!("{} {}: since {}, {how}", bar.name, bar.title, date(*since)),
    };
    let (words, line) = (top + 13, top + 19);
    if let Some(anchor) = &bar.anchor {
        write!(page, "<a href=\"#{anchor}\" aria-label=\"{}\">", text(&said))?;
    }
    writeln!(
        page,
        "<title>{}</title><text x=\"0\" y=\"{words}\"><tspan class=\"who\">{}</tspan><tspan class=\"id\" dx=\"7\">{}</tspan></text>\
         <text class=\"days\" x=\"100%\" y=\"{words}\">{total} d<tspan class=\"how\"> {how}</tspan></text>",
        text(&said),
        text(&short(&bar.name)),
        text(&short(&bar.title))
    )?;
    let from = scale.mille(*since);
    let middle = match (state, removed) {
        (State::InTree | State::File | State::Staged, _) => 1000,
        (_, Some(stamp)) => scale.mille(stamp.commit_time).max(from),
        (_, None) => from,
    };
    writeln!(
        page,
        "<rect class=\"rail\" x=\"0\" y=\"{line}\" width=\"100%\" height=\"8\" rx=\"4\"/>"
    )?;
    if middle > from {
        writeln!(
            page,
            "<rect class=\"bar {}\" x=\"{}\" y=\"{line}\" width=\"{}\" height=\"8\" rx=\"4\"/>",
            bar.severity,
            per_cent(from),
            per_cent((middle - from).max(6))
        )?;
    }
    match state {
        State::Unreachable => writeln!(
            page,
            "<line class=\"open\" x1=\"{}\" x2=\"100%\" y1=\"{1}\" y2=\"{1}\"/>",
            per_cent(middle),
            line + 4
        )?,
        State::HistoryOnly => writeln!(
            page,
            "<rect class=\"bar past {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"4\" rx=\"2\"/>",
            bar.severity,
            per_cent(middle.min(994)),
            line + 2,
            per_cent((1000 - middle).max(6))
        )?,
        _ => writeln!(
            page,
            "<circle class=\"still {}\" cx=\"100%\" cy=\"{}\" r=\"5\"/>",
            bar.severity,
            line + 4
        )?,
    }
    if bar.anchor.is_some() {
        write!(page, "</a>")?;
    }
    writeln!(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_few_and_stand_at_firsts_of_months_or_years() {
        let labels = |start: &str, end: &str| {
            let at = |time: &str| time.parse::<jiff::Timestamp>().unwrap().as_second();
            let (start, end) = (at(start), at(end));
            let ticks = ticks(&Scale { start, end });
            assert!(ticks.iter().all(|(time, _)| (start..=end).contains(time)), "{ticks:?}");
            ticks.into_iter().map(|(_, label)| label).collect::<Vec<_>>()
        };
        let year = labels("2023-11-20T00:00:00Z", "2024-06-01T22:13:20Z");
        assert_eq!(year, ["Jan 2024", "Mar 2024", "May 2024"]);
        let decades = labels("1998-02-03T00:00:00Z", "2026-01-01T00:00:00Z");
        assert_eq!(decades, ["2000", "2005", "2010", "2015", "2020", "2025"]);
        assert!(labels("2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z").is_empty());
    }

    #[test]
    fn a_time_that_cannot_be_is_drawn_at_an_end() {
        let scale = Scale {
            start: i64::MIN,
            end: 1_700_000_000,
        };
        assert_eq!((scale.mille(i64::MIN), scale.mille(i64::MAX)), (0, 1000));
        assert!(ticks(&scale).is_empty());
        assert_eq!(per_cent(scale.mille(0)), "99.9%");
    }
}
