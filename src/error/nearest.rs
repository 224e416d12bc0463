//! The word that somebody meant who wrote another one.

/// The one of `known` that is nearest to `word`, if it is near enough to be meant: one slip for each
/// three letters, or the shortest that begins with it.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_ascii_lowercase();
    let slips = word.chars().count().min(24) / 3;
    let distance = |other: &str| strsim::osa_distance(&word, &other.to_ascii_lowercase());
    let known: Vec<&str> = known.into_iter().collect();
    let near = known.iter().map(|other| (distance(other), *other)).min();
    let near = near.filter(|(distance, _)| *distance <= slips.max(1));
    let longer = known.iter().filter(|other| word.len() >= 3 && other.starts_with(&word));
    near.map(|(_, other)| other)
        .or_else(|| longer.min_by_key(|other| other.len()).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_seen_and_another_word_is_not() {
        let known = ["human", "json", "jsonl", "sarif"];
        for (word, meant) in [
            ("serif", Some("sarif")),
            ("jsn", Some("json")),
            ("JSONL", Some("jsonl")),
            ("humna", Some("human")),
            ("hum", Some("human")),
            ("xml", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
        assert_eq!(
            nearest("aws-acces-key", ["aws-access-key-id", "private-key"]),
            Some("aws-access-key-id")
        );
    }
}
