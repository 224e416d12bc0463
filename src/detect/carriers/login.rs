//! Logins of a server: an object that names host, user and password together, and calls that take a user and
//! a password.
//!
//! Editors, database tools and deployment scripts keep such objects (`sftp.json`, `.ftpconfig`, Robomongo); a
//! password by itself is left to the detectors that judge a value by its name.

use std::ops::Range;
use std::sync::Arc;

use super::value::{after_blanks, is_reference, quoted};
use crate::detect::candidate::Candidate;
use crate::detect::{placeholder, stock};
use crate::rules::Rule;

pub const KEYS: &[&str] = &[
    "\"password\"",
    "\"Password\"",
    "\"pass\"",
    "\"passwd\"",
    "\"passphrase\"",
    "\"userPassword\"",
    "\"sshPassphrase\"",
    "\"sshUserPassword\"",
    "\"sshPassword\"",
    "\"ftpPassword\"",
];
pub const CURL: &[&str] = &["curl "];
pub const CALLS: &[&str] = &[
    ".login(",
    "auth=(",
    "BasicAuth(",
    "DigestAuth(",
    "basic_auth(",
    "NetworkCredential(",
    "PasswordAuthentication(",
    "PasswordCredentials(",
    "PlainCredentials(",
    "Credentials.basic(",
    "oci_connect(",
    "mysql_connect(",
    "mysqli_connect(",
    "new mysqli(",
    "new PDO(",
    "ftp_login(",
    "imap_open(",
    "DriverManager.getConnection(",
    "DirectoryEntry(",
    "DBI->connect(",
    "new Sequelize(",
    "pymysql.connect(",
    "MySQLdb.connect(",
    "ldap_bind(",
    "PlainAuth(",
    "create_superuser(",
    NETWORK,
];
/// So many of them take a user and a password, the others a host, a connection or another name before.
const WITHOUT_HOST: usize = 10;
/// This one takes a network and its passphrase.
const NETWORK: &str = "WiFi.begin(";

/// How far an object's other members are looked for.
const NEAR: usize = 512;

const HOSTS: &[&[u8]] = &[
    b"\"host\"",
    b"\"hostname\"",
    b"\"server\"",
    b"\"serverhost\"",
    b"\"sshhost\"",
    b"\"ftphost\"",
];
const USERS: &[&[u8]] = &[
    b"\"user\"",
    b"\"username\"",
    b"\"login\"",
    b"\"sshusername\"",
    b"\"ftpuser\"",
    b"\"userid\"",
];

/// Reads the password whose name in JSON is at `at`.
pub fn read_member(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let key = KEYS.iter().find(|key| bytes[at..].starts_with(key.as_bytes()))?;
    let colon = after_blanks(bytes, at + key.len());
    if bytes.get(colon) != Some(&b':') {
        return None;
    }
    let span = quoted(bytes, after_blanks(bytes, colon + 1))?;
    let password = &bytes[span.clone()];
    if is_reference(password) || password.contains(&b' ') {
        return None;
    }
    let object = object_around(bytes, at, span.end).to_ascii_lowercase();
    let has = |names: &[&[u8]]| names.iter().any(|name| memchr::memmem::find(&object, name).is_some());
    // `userPassword` and `userName` name each other.
    let compound = key.starts_with("\"user") || key.starts_with("\"ssh");
    if !has(USERS) || !(compound || has(HOSTS)) {
        return None;
    }
    let candidate = Candidate::new(rule, span, password).because("host, user and password stand in one object");
    Some(candidate.placeholder(placeholder::of_password(password)))
}

/// The text of the innermost object around a stretch, as far as it is near.
fn object_around(bytes: &[u8], start: usize, end: usize) -> Vec<u8> {
    let low = start.saturating_sub(NEAR);
    let high = bytes.len().min(end + NEAR);
    let before = memchr::memrchr2(b'{', b'}', &bytes[low..start]).map_or(low, |n| low + n);
    let after = memchr::memchr2(b'{', b'}', &bytes[end..high]).map_or(high, |n| end + n);
    [&bytes[before..start], &bytes[end..after]].concat()
}

/// Reads the password of the call at `at`: the string after the one that names the user.
pub fn read_call(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let call = CALLS.iter().position(|call| bytes[at..].starts_with(call.as_bytes()))?;
    let arguments = arguments(bytes, at + CALLS[call].len());
    // `login(user, password)`; `connect(host, user, password)`.
    let of_network = CALLS[call] == NETWORK;
    let first = usize::from(call >= WITHOUT_HOST && !of_network);
    let [user, password] = arguments.get(first..first + 2)? else {
        return None;
    };
    let (user, span) = (&bytes[user.clone()?], password.clone()?);
    let password = &bytes[span.clone()];
    // A test logs in as anybody; a person's address says who, and nobody makes up a password of all kinds of signs.
    let person = first == 1
        || of_network && password.iter().any(u8::is_ascii_digit)
        || user.contains(&b'@')
        || is_strong(password);
    let filled = person && password.len() >= 4 && !is_reference(password) && !is_reference(user);
    filled.then(|| {
        let candidate = Candidate::new(rule, span, password).because("it is passed to a call that logs in");
        let stock = stock::is_stock(password).then_some("documentation writes such a password");
        candidate.placeholder(stock::of_login(user, password).or(stock))
    })
}

/// Whether a password has small letters, capitals and digits, or letters, digits and other signs.
fn is_strong(password: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| password.iter().any(is);
    let kinds = [
        has(u8::is_ascii_lowercase),
        has(u8::is_ascii_uppercase),
        has(u8::is_ascii_punctuation),
    ];
    password.len() >= 8 && has(u8::is_ascii_digit) && kinds.into_iter().filter(|it| *it).count() >= 2
}

/// Reads the user and password that the command line at `at` gives to curl.
pub fn read_curl(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let window = &bytes[at..bytes.len().min(at + NEAR)];
    let line = window.split(|&b| b == b'\n').next()?;
    let mut words = line.split(|b| b.is_ascii_whitespace());
    let gives = |word: &[u8]| match word {
        [b'-', b'-', name @ ..] => name == b"user" || name == b"proxy-user",
        [b'-', flags @ .., b'u' | b'U'] => flags.iter().all(u8::is_ascii_alphabetic),
        _ => false,
    };
    words.find(|word| gives(word))?;
    let login = words.find(|word| !word.is_empty())?;
    let login = login.strip_prefix(b"\\").unwrap_or(login);
    let quoted = login.strip_prefix(b"'").or_else(|| login.strip_prefix(b"\""));
    let login = quoted.unwrap_or(login);
    let length = login.iter().take_while(|b| !b"'\"`\\,;|".contains(b)).count();
    let (user, password) = login[..length].split_at(memchr::memchr(b':', &login[..length])?);
    let password = &password[1..];
    let template = |text: &[u8]| is_reference(text) || text.iter().any(|b| b"$<>{}()[]*".contains(b));
    if password.len() < 3 || template(user) || template(password) {
        return None;
    }
    let start = at + memchr::memmem::find(line, &[user, b":", password].concat())? + user.len() + 1;
    let placeholder = stock::of_login(user, password);
    Some(Candidate::new(rule, start..start + password.len(), password).placeholder(placeholder))
}

/// The first three arguments from `at` on: the inside of a string literal, or `None` for anything else.
fn arguments(bytes: &[u8], mut at: usize) -> Vec<Option<Range<usize>>> {
    let mut found = Vec::new();
    while found.len() < 3 {
        at = after_blanks(bytes, at);
        // Rust says that there is a password.
        at += if bytes[at..].starts_with(b"Some(") { 5 } else { 0 };
        let argument = quoted(bytes, at);
        let window = &bytes[at..bytes.len().min(at + NEAR)];
        let end = match &argument {
            Some(span) => span.end + 1,
            None => at + window.iter().take_while(|b| !b",)\n'\"".contains(b)).count(),
        };
        found.push(argument);
        at = after_blanks(bytes, end);
        if bytes.get(at) != Some(&b',') {
            break;
        }
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_strings_or_something_else() {
        let read = |text: &str| -> Vec<Option<String>> {
            let found = arguments(text.as_bytes(), 0);
            found
                .into_iter()
                .map(|span| span.map(|span| text[span].to_owned()))
                .collect()
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(read("$host, 'a', \"b,c\")"), [None, text("a"), text("b,c")]);
        assert_eq!(read("'a'; 'b'"), [text("a")]);
        assert_eq!(read("f('a'), 'b')"), [None]);
    }
}
