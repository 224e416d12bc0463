//! The card as Markdown, for an issue or a runbook. Text is escaped, commands stand in fences that they cannot close.

use super::Card;
use crate::report::markup::{fence, text};
use crate::text::{inert, sanitize};

/// Prints the card.
pub fn render(card: &Card) -> Vec<u8> {
    let mut page = format!(
        "# {}\n\n**{}**\n\n| | |\n|---|---|\n",
        text(&card.title),
        text(&card.lead)
    );
    for (label, value) in &card.facts {
        page += &format!("| {label} | {} |\n", text(value));
    }
    for verdict in &card.verdicts {
        let fails = if verdict.fails { " (fails)" } else { "" };
        page += &format!(
            "| policy{fails} | {}: {} |\n",
            text(verdict.kind.as_str()),
            text(&verdict.says)
        );
    }
    for fact in &card.evidence {
        page += &format!("| evidence | {} |\n", text(fact));
    }
    for (number, step) in card.steps.iter().enumerate() {
        page += &format!("\n## {}. {}\n", number + 1, text(&step.title));
        for paragraph in &step.text {
            page += &format!("\n{}\n", text(paragraph));
        }
        if !step.commands.is_empty() {
            let lines: Vec<String> = step
                .commands
                .iter()
                .map(|command| sanitize(command.as_bytes()))
                .collect();
            let lines = lines.join("\n");
            let fence = fence(&lines);
            page += &format!("\n{fence}sh\n{lines}\n{fence}\n");
        }
    }
    page += "\nNothing was executed: explain prints commands and runs none.\n";
    for reason in &card.incomplete_reasons {
        page += &format!("\n**Incomplete:** {}\n", text(reason));
    }
    inert(&page).into_bytes()
}
