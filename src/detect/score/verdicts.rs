//! Lines that are written like settings of a password and are none: verdicts of tests, where a system looks its users up,
//! when a password is to be changed, and which variable has it.
//!
//! Looks at the line and the ones above and below it, and judges no value by its look.

use super::features::CONTEXT_AFTER;
use crate::detect::assigned::Assigned;

/// How lines of a summary begin (DejaGnu's and automake's).
const VERDICTS: &[&[u8]] = &[
    b"PASS: ",
    b"FAIL: ",
    b"XFAIL: ",
    b"XPASS: ",
    b"KFAIL: ",
    b"SKIP: ",
    b"ERROR: ",
    b"UNTESTED: ",
    b"UNRESOLVED: ",
    b"UNSUPPORTED: ",
];

/// How far the line above is looked at: as far as the detector of passwords is shown.
const ABOVE: usize = 96;

/// Where users are looked up, in the words of nsswitch.conf.
const SERVICES: &[&[u8]] = &[
    b"files",
    b"compat",
    b"systemd",
    b"sss",
    b"ldap",
    b"nis",
    b"nisplus",
    b"db",
    b"winbind",
    b"cache",
    b"extrausers",
];

/// Whether the name is the verdict of a test, and the line above or below begins with one, too.
pub fn is_verdict(bytes: &[u8], assigned: &Assigned) -> bool {
    let name = &assigned.name;
    let is_verdict = |line: &[u8]| VERDICTS.iter().any(|verdict| line.starts_with(verdict));
    if &bytes[name.clone()] != b"PASS" || !is_verdict(&bytes[name.start..]) {
        return false;
    }
    let before = &bytes[name.start.saturating_sub(ABOVE)..name.start];
    let after = &bytes[assigned.value.end..bytes.len().min(assigned.value.end + CONTEXT_AFTER)];
    let above = before.strip_suffix(b"\n").map(<[u8]>::trim_ascii_end);
    let above = above.and_then(|text| text.rsplit(|b| *b == b'\n').next());
    let below = after.strip_prefix(b"\r").unwrap_or(after).strip_prefix(b"\n");
    above.is_some_and(is_verdict) || below.is_some_and(is_verdict)
}

/// Whether the line says where the system looks its users up: `passwd: files systemd`.
pub fn is_of_switch(bytes: &[u8], assigned: &Assigned) -> bool {
    let first = bytes[assigned.value.clone()].split(|b| b.is_ascii_whitespace()).next();
    let is_service = first.is_some_and(|first| SERVICES.contains(&first));
    &bytes[assigned.name.clone()] == b"passwd" && bytes[assigned.name.end..].starts_with(b":") && is_service
}

/// Whether the name says that a password is changed, and the value when: `update_password: on_create`.
pub fn is_when(words: &[String], value: &[u8]) -> bool {
    let is_change = |word: &String| matches!(word.as_str(), "update" | "change" | "reset" | "generate");
    let mut words = words.iter().skip_while(|word| matches!(word.as_str(), "self" | "this"));
    words.next().is_some_and(is_change) && matches!(value, b"always" | b"never" | b"on_create" | b"on_update")
}

/// Whether the value is what a variable of the environment is called that has it: `EnvPassword = "DB_PASSWORD"`.
pub fn is_of_variable(last: &str, value: &[u8]) -> bool {
    let is_called = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
    let named = value.iter().rposition(|b| *b == b'_').map(|at| &value[at + 1..]);
    value.iter().all(is_called) && named.is_some_and(|word| word.eq_ignore_ascii_case(last.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assigned::at_word;

    fn last(text: &str) -> Assigned {
        let at = text.to_lowercase().rfind("pass").expect("a name");
        at_word(text.as_bytes(), at).expect("a value")
    }

    #[test]
    fn a_verdict_among_others_is_no_password() {
        let is = |text: &str| is_verdict(text.as_bytes(), &last(text));
        assert!(is("XFAIL: ld/x1\nPASS: ld-elf/eh3\n"));
        assert!(is("\n\nPASS: ld-elf/eh3\nFAIL: ld/x1\n"));
        assert!(is("PASS: ld-elf/eh3\r\nSKIP: x\r\n"));
        assert!(!is("USER: kim\nPASS: ld-elf/eh3\nHOST: db\n"));
        assert!(!is("FAIL: x\npass: ld-elf/eh3\n"));
        assert!(!is("FAIL: x\nPASS=ld-elf/eh3\n"));
    }

    #[test]
    fn where_users_are_looked_up_is_no_password() {
        let is = |text: &str| is_of_switch(text.as_bytes(), &last(text));
        assert!(is("passwd:     files\n"));
        assert!(is("passwd: compat\r\n"));
        assert!(!is("passwd: filesystem\n"));
        assert!(!is("passwd=files\n"));
        assert!(!is("password: files\n"));
    }
}
