//! The card for a terminal. Commands are never wrapped, so that they can be copied as they are.

use super::Card;
use crate::report::RenderOptions;
use crate::report::human::page::{Page, Style};

const WIDTH: usize = 96;

/// Prints the card.
pub fn render(card: &Card, options: &RenderOptions) -> Vec<u8> {
    let mut page = Page::new(options.color, WIDTH);
    page.line(&[(Style::Bold, &card.title)]);
    page.text(0, &card.lead);
    page.blank();
    for (label, value) in &card.facts {
        page.row(true, label, value);
    }
    for verdict in &card.verdicts {
        let label = if verdict.fails { "fails" } else { "says" };
        page.row(true, label, &format!("{}: {}", verdict.kind.as_str(), verdict.says));
    }
    for fact in &card.evidence {
        page.row(true, "evidence", fact);
    }
    for (number, step) in card.steps.iter().enumerate() {
        page.blank();
        page.line(&[(Style::Bold, &format!("{}. {}", number + 1, step.title))]);
        for paragraph in &step.text {
            page.text(3, paragraph);
        }
        if !step.commands.is_empty() {
            page.blank();
        }
        for command in &step.commands {
            page.line(&[(Style::Plain, "     "), (Style::Blue, command)]);
        }
    }
    page.blank();
    page.line(&[(
        Style::Dim,
        "Nothing was executed: explain prints commands and runs none.",
    )]);
    for reason in &card.incomplete_reasons {
        page.line(&[
            (Style::Alarm, "INCOMPLETE"),
            (Style::Plain, ": "),
            (Style::Plain, reason),
        ]);
    }
    page.into_bytes()
}
