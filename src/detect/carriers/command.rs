//! Passwords on the command lines of clients that take one with `-p`: sshpass, mysql, docker and az.
//!
//! Flags that say what they are (`--password`) are left to the names. A variable, a template or a mask is no password.

use std::sync::Arc;

use super::value::is_reference;
use crate::detect::candidate::Candidate;
use crate::detect::{placeholder, stock};
use crate::rules::Rule;

pub const COMMANDS: &[&str] = &["sshpass -p", "docker login ", "az login ", "mysql -", "mysqldump -"];

/// The longest command line.
const LONGEST: usize = 512;

/// Reads the password of the command at `at`.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let before = at.checked_sub(1).map(|before| bytes[before]);
    if before.is_some_and(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b)) {
        return None;
    }
    let window = &bytes[at..bytes.len().min(at + LONGEST)];
    let line = window.split(|&b| b == b'\n').next()?;
    let start = password_of(line)?;
    let password = unquoted(&line[start..])?;
    let start = at + start + usize::from(b"'\"".contains(&line[start]));
    let is_template = is_reference(password) || password.iter().any(|b| b"$<>{}()[]*\\".contains(b));
    (password.len() >= 4 && !is_template).then(|| {
        let candidate = Candidate::new(rule, start..start + password.len(), password);
        let stock = stock::is_stock(password).then_some("documentation writes such a password");
        candidate.placeholder(placeholder::of_password(password).or(stock))
    })
}

/// Where the password starts that a line gives with `-p`. Of mysql's the flag is a part: apart from it, it is asked for.
fn password_of(line: &[u8]) -> Option<usize> {
    let flag = memchr::memmem::find_iter(line, b" -p").next()? + b" -p".len();
    let rest = &line[flag..];
    let blanks = rest.iter().take_while(|b| **b == b' ').count();
    let is_joined = line.starts_with(b"mysql");
    let is_port = rest.iter().take_while(|b| **b != b' ').all(u8::is_ascii_digit);
    let fits = match is_joined {
        true => blanks == 0 && !is_port,
        false => blanks > 0 || line.starts_with(b"sshpass"),
    };
    (fits && blanks < rest.len()).then_some(flag + blanks)
}

/// The first word of a text, which may stand in quotes.
fn unquoted(text: &[u8]) -> Option<&[u8]> {
    let (first, rest) = text.split_first()?;
    match first {
        b'\'' | b'"' => rest.split(|b| b == first).next().filter(|it| it.len() < rest.len()),
        _ => text.split(|b| b" \t\r'\"`;|&,".contains(b)).next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(line: &str) -> Option<&str> {
        let line = line.as_bytes();
        let start = password_of(line)?;
        std::str::from_utf8(unquoted(&line[start..])?).ok()
    }

    #[test]
    fn a_password_stands_behind_its_flag() {
        assert_eq!(password("sshpass -p VALUE1 ssh root@host"), Some("VALUE1"));
        assert_eq!(password("sshpass -pVALUE1 ssh root@host"), Some("VALUE1"));
        assert_eq!(password("docker login -u ci -p 'VAL UE1' host"), Some("VAL UE1"));
        assert_eq!(password("mysql -u root -pVALUE1 app"), Some("VALUE1"));
        assert_eq!(password("mysql -u root -p app"), None);
        assert_eq!(password("mysql -h db -p3306 app"), None);
        assert_eq!(password("docker login --password-stdin"), None);
        assert_eq!(password("docker login -p"), None);
    }
}
