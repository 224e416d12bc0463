//! Users and passwords that documentation writes, and those that only say what they are.
//!
//! Judges the two by themselves: whether somebody may have chosen them is asked elsewhere.

use super::placeholder;

const STOCK: &str = "documentation writes such a user and password";

/// Users and passwords of documentation, small letters only.
const STOCK_USERS: &[&str] = &[
    "user", "username", "usr", "uname", "name", "foo", "login", "test", "myuser", "u", "a", "me", "bob", "alice",
    "joe", "john", "someone", "somebody", "someuser", "account", "id", "usuario",
];
const STOCK_PASSWORDS: &[&str] = &[
    "password",
    "mypassword",
    "passwd",
    "pass",
    "passw",
    "pwd",
    "pw",
    "passphrase",
    "secret",
    "test",
    "foo",
    "bar",
    "baz",
    "foobar",
    "mypass",
    "mypw",
    "mysecret",
    "somepass",
    "userpass",
    "token",
    "xyz",
    "abc",
    "p",
    "b",
    "key",
    "dummy",
    "apikey",
    "accesskey",
    "secretaccesskey",
    "apitoken",
    "apisecret",
    "authtoken",
    "accesstoken",
    "apptoken",
    "appsecret",
    "accesskey",
    "secretkey",
    "clientsecret",
];

/// Why a user and a password are not real ones, or `None`: one says so itself, or documentation writes such words
/// for both.
pub fn of_login(user: &[u8], password: &[u8]) -> Option<&'static str> {
    let rfc = user.eq_ignore_ascii_case(b"Aladdin") && letters(password) == "opensesame";
    let user = letters(user);
    let stock_user = STOCK_USERS.contains(&user.as_str()) || user.ends_with("username");
    let named_so = (user.ends_with("user") || user.ends_with("name")) && letters(password).ends_with("password");
    let stock = named_so || stock_user && is_stock(password);
    placeholder::of_password(password).or_else(|| (rfc || stock).then_some(STOCK))
}

/// Whether a user and a password say what they are, and the same besides: `proxyuser` and `proxypass`.
pub fn are_twins(user: &[u8], password: &[u8]) -> bool {
    let rest = |text: &[u8], words: &[&str]| {
        let text = letters(text);
        let word = words.iter().find(|word| text.contains(**word))?;
        Some(text.replacen(word, "", 1))
    };
    let rest_of_user = rest(user, &["username", "user", "login"]);
    rest_of_user.is_some() && rest_of_user == rest(password, &["password", "passwd", "passphrase", "pass", "pwd"])
}

/// Whether a user says that it is one, and its password what it is: `test_username` and `wrong_pass`.
pub fn say_what_they_are(user: &[u8], password: &[u8]) -> bool {
    let (user, password) = (letters(user), letters(password));
    let is_user = STOCK_USERS.contains(&user.as_str())
        || user.starts_with("user")
        || ["username", "login"].iter().any(|word| user.contains(word));
    is_user && ["pass", "pwd", "secret"].iter().any(|word| password.contains(word))
}

/// Whether words in capitals stand where a user and a password go: `KEY:DOMAIN`, `api:ACCESS_KEY`.
pub fn are_shouted(user: &[u8], password: &[u8]) -> bool {
    let is_shouted = |text: &[u8]| text.len() >= 3 && text.iter().all(|b| b.is_ascii_uppercase() || *b == b'_');
    is_shouted(password) && (is_shouted(user) || is_stock(password))
}

/// Whether documentation writes this word where a password goes.
pub fn is_stock(password: &[u8]) -> bool {
    STOCK_PASSWORDS.contains(&letters(password).as_str())
}

/// The letters of a word, `p@ss` for one as well.
fn letters(text: &[u8]) -> String {
    let letters = text
        .iter()
        .map(|&b| if b == b'@' { b'a' } else { b.to_ascii_lowercase() });
    letters.filter(u8::is_ascii_lowercase).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_password_is_one_and_a_stock_word_is_not() {
        for (user, password) in [
            ("user", "pass"),
            ("foo", "bar"),
            ("username", "pw"),
            ("api_user", "api_password"),
            ("root", "your-password"),
            ("me", "xxxxxxxx"),
        ] {
            assert!(of_login(user.as_bytes(), password.as_bytes()).is_some(), "{user}");
        }
        for (user, password) in [
            ("root", "hunter2"),
            ("postgres", "postgres"),
            ("user", "horse7"),
            ("sa", "password"),
        ] {
            assert!(of_login(user.as_bytes(), password.as_bytes()).is_none(), "{user}");
        }
        assert!(are_twins(b"cacheuser", b"cachepass") && !are_twins(b"proxyuser", b"databasepass"));
        assert!(is_stock(b"my_password1"));
        assert!(is_stock(b"authToken") && is_stock(b"API_KEY") && !is_stock(b"monkey"));
    }

    #[test]
    fn words_that_say_what_they_are_are_no_login() {
        assert!(
            say_what_they_are(b"test_username", b"test_password_3") && say_what_they_are(b"my_user", b"wrong_pass")
        );
        assert!(!say_what_they_are(b"my_user", b"qx7wvz") && !say_what_they_are(b"anna", b"wrong_pass"));
        assert!(are_shouted(b"KEY", b"DOMAIN") && are_shouted(b"api", b"ACCESS_KEY"));
        assert!(!are_shouted(b"anna", b"QWERTY") && !are_shouted(b"KEY", b"horse"));
    }
}
