//! Passwords on the command lines of clients that take one with a short flag: sshpass, mysql, docker, redis-cli, ldapsearch
//! and others.
//!
//! The commands are a table of their own, `forms`. Flags that say what they are (`--password`) are left to the names. A
//! variable, a template or a mask is no password.

mod forms;

use std::sync::Arc;

use super::value::is_reference;
use crate::detect::candidate::Candidate;
use crate::detect::{placeholder, stock};
use crate::rules::Rule;

pub use forms::COMMANDS;
use forms::{FORMS, Given};

/// The longest command line.
const LONGEST: usize = 512;

/// Reads the password of the command at `at`.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let before = at.checked_sub(1).map(|before| bytes[before]);
    if before.is_some_and(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b)) {
        return None;
    }
    let line = command_line(&bytes[at..bytes.len().min(at + LONGEST)]);
    let start = password_of(line)?;
    let password = within_word(line, unquoted(&line[start..])?)?;
    let start = at + start + usize::from(b"'\"".contains(&line[start]));
    let is_template = is_reference(password) || password.iter().any(|b| b"$<>{}()[]*\\".contains(b));
    (password.len() >= 4 && !is_template).then(|| {
        let candidate = Candidate::new(rule, start..start + password.len(), password);
        let stock = stock::is_stock(password).then_some("documentation writes such a password");
        candidate.placeholder(placeholder::of_password(password).or(stock))
    })
}

/// One command up to the end of its line or the next command. A backslash at the end of a line says that it goes on.
fn command_line(window: &[u8]) -> &[u8] {
    let mut quote = None;
    let ends = |(at, &byte): (usize, &u8)| {
        match (quote, byte) {
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
        let goes_on = window[..at].ends_with(b"\\") || window[..at].ends_with(b"\\\r");
        byte == b'\n' && !goes_on || quote.is_none() && b"|;&".contains(&byte)
    };
    &window[..window.iter().enumerate().position(ends).unwrap_or(window.len())]
}

/// The form of the command that a line starts with.
fn form_of(line: &[u8]) -> Option<&'static (&'static str, &'static str, Given)> {
    FORMS.iter().find(|form| line.starts_with(form.0.as_bytes()))
}

/// What of the word at which a password starts is the password.
fn within_word<'w>(line: &[u8], word: &'w [u8]) -> Option<&'w [u8]> {
    match form_of(line)?.2 {
        Given::Slash => word.split(|b| *b == b'@').next(),
        // A sentence on the command goes on with another word.
        Given::Second if word.iter().all(u8::is_ascii_lowercase) || word.starts_with(b"/") => None,
        _ => Some(word),
    }
}

/// Where the password starts that a line gives.
fn password_of(line: &[u8]) -> Option<usize> {
    let (command, flag, given) = form_of(line)?;
    match given {
        Given::Second => return behind_user(line, command.len()),
        Given::Last => return last_word(line, flag),
        Given::Slash => return behind_slash(line, command.len()),
        Given::Sealed if memchr::memmem::find(line, b"SecureString").is_none() => return None,
        _ => {}
    }
    let mut flags = memchr::memmem::find_iter(line, flag.as_bytes());
    flags.find_map(|at| {
        let rest = &line[at + flag.len()..];
        let blanks = rest.iter().take_while(|b| **b == b' ').count();
        let word = rest[blanks..].split(|b| *b == b' ').next()?;
        // A port is mapped to another: `-p 80:8080`.
        let is_port = word.iter().all(|b| b.is_ascii_digit() || *b == b':');
        let fits = match given {
            Given::Joined => blanks == 0 && !is_port,
            Given::Apart | Given::Sealed => {
                blanks > 0 && !word.starts_with(b"-") && (!is_port || word.len() > 5 && !word.contains(&b':'))
            }
            _ => !word.starts_with(b"-"),
        };
        let user = match given {
            Given::Login => memchr::memchr(b'%', word)? + 1,
            _ => 0,
        };
        (fits && !word.is_empty()).then_some(at + flag.len() + blanks + user)
    })
}

/// Where the word behind the first one starts.
fn behind_user(line: &[u8], start: usize) -> Option<usize> {
    let password = start + memchr::memchr(b' ', &line[start..])? + 1;
    line.get(password).filter(|b| !b" -".contains(b)).map(|_| password)
}

/// Where what is behind the slash of the first word starts that is no flag: `kim/…@database`.
fn behind_slash(line: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while line.get(at) == Some(&b'-') {
        at += line[at..].iter().position(|b| *b == b' ')? + 1;
    }
    let word = line[at..].split(|b| *b == b' ').next()?;
    let slash = memchr::memchr(b'/', word).filter(|slash| *slash > 0)?;
    word.get(slash + 1)
        .filter(|b| !b"/'\"@".contains(b))
        .map(|_| at + slash + 1)
}

/// Where the last of at least three words starts, if one before it is a flag with this letter.
fn last_word(line: &[u8], letter: &str) -> Option<usize> {
    let line = line.split(|b| *b == b'>').next()?.trim_ascii_end();
    let start = line.iter().rposition(|b| *b == b' ')? + 1;
    let words: Vec<&[u8]> = line[..start]
        .split(|b| *b == b' ')
        .filter(|word| !word.is_empty())
        .collect();
    let is_given = |word: &&[u8]| word.starts_with(b"-") && word.contains(&letter.as_bytes()[0]);
    (words.len() >= 3 && words.iter().any(is_given)).then_some(start)
}

/// The first word of a text, which may stand in quotes.
pub fn unquoted(text: &[u8]) -> Option<&[u8]> {
    let (first, rest) = text.split_first()?;
    match first {
        b'\'' | b'"' => rest.split(|b| b == first).next().filter(|it| it.len() < rest.len()),
        _ => text.split(|b| b" \t\r\n'\"`;|&,".contains(b)).next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(line: &str) -> Option<&str> {
        let line = command_line(line.as_bytes());
        let start = password_of(line)?;
        std::str::from_utf8(within_word(line, unquoted(&line[start..])?)?).ok()
    }

    #[test]
    fn a_password_stands_behind_its_flag() {
        for line in [
            "sshpass -p VALUE1 ssh root@host",
            "sshpass -pVALUE1 ssh root@host",
            "docker login -u ci -p 'VALUE1' host",
            "docker login \\\n  -u ci \\\n  -p VALUE1 host",
            "mysql -u root -pVALUE1 app",
            "mysqladmin -u root -p\"VALUE1\" ping",
            "registry login host -u ci -p VALUE1",
            "sqlcmd -S host -U sa -P VALUE1 -Q \"select 1; select 2\"",
            "redis-cli -h host -a VALUE1 ping",
            "ldapsearch -x -D \"cn=a\" -w VALUE1 -b dc=a",
            "mongo -u admin -p VALUE1 --quiet",
            "rabbitmqctl add_user kim VALUE1",
            "7z a -pVALUE1 a.7z b",
            "az sql server create -n srv -u kim -p VALUE1 -g rg",
            "openssl enc -aes-256-cbc -in a -out b -k VALUE1",
            "smbclient //srv/share -U kim%VALUE1 -c ls",
            "smbclient //srv/share -U 'corp/kim%VALUE1'",
            "htpasswd -bc /etc/nginx/.htpasswd kim VALUE1",
            "htpasswd -nb kim VALUE1 > auth",
            "plink -ssh kim@host -pw VALUE1 ls",
            "sqlplus -s kim/VALUE1@//db:1521/a @run.sql",
            "net user kim VALUE1 /add",
            "aws ssm put-parameter --name a --value VALUE1 --type SecureString",
        ] {
            assert_eq!(password(line), Some("VALUE1"), "{line}");
        }
        for line in [
            "mysql -u root -p app",
            "mysql -h db -p3306 app",
            "docker login --password-stdin",
            "docker login -p",
            "mongo -u admin -p --quiet",
            "mongo docker run -p 27017:27017 a",
            "redis-cli ping && cp -a b1 b2",
            "redis-cli ping\ncp -a b1 b2",
            "rabbitmqctl add_user kim",
            "smbclient //srv/share -U kim",
            "htpasswd -c .htpasswd kim",
            "openssl enc -aes-256-cbc -kfile a",
            "sqlplus /nolog @a/b.sql",
            "sqlplus -s /@a",
            "net user kim /delete",
            "net user mode is told",
            "aws ssm put-parameter --name a --value VALUE1 --type String",
        ] {
            assert_eq!(password(line), None, "{line}");
        }
    }
}
