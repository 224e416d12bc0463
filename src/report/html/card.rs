//! The incident card of an exposure: what to do, step by step, with the commands, filled in. It opens without a script.

use std::fmt::Write;

use super::frame::text;
use super::plan::{Exposure, Plan};
use crate::report::card::{Card, Step};

/// Writes the card, closed.
pub fn write(page: &mut String, plan: &Plan<'_>, exposure: &Exposure<'_>) -> std::fmt::Result {
    let card = match exposure.row {
        Some(row) => Card::of_key(&plan.grounds, row),
        None => Card::of_finding(&plan.grounds, exposure.lead()),
    };
    let steps = match card.steps.len() {
        1 => "1 step".to_owned(),
        count => format!("{count} steps"),
    };
    writeln!(
        page,
        "<details class=\"card\">\n<summary>What to do <small>{steps}</small></summary>\n<p class=\"first\">{}</p>\n<ol>",
        text(&card.lead)
    )?;
    for step in &card.steps {
        write_step(page, step)?;
    }
    writeln!(page, "</ol>\n</details>")
}

fn write_step(page: &mut String, step: &Step) -> std::fmt::Result {
    writeln!(page, "<li><h4>{}</h4>", text(&step.title))?;
    for paragraph in &step.text {
        writeln!(page, "<p>{}</p>", text(paragraph))?;
    }
    if !step.commands.is_empty() {
        let lines: Vec<String> = step.commands.iter().map(|line| text(line)).collect();
        writeln!(
            page,
            "<pre tabindex=\"0\" role=\"group\" aria-label=\"Commands\"><code>{}</code></pre>",
            lines.join("\n")
        )?;
    }
    writeln!(page, "</li>")
}
