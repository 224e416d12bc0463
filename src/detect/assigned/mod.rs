//! Values that a name assigns: `db_password = "…"`, `"token": "…"`, `--secret …`, `PASSWORD=…`.
//!
//! At a word such as `pass` or `token` the whole name around it is read, then the sign, then the value. Only
//! what could be a literal value is given on: no call, no variable, no template. How likely the value is a
//! secret is for [`super::score`] to say. Nothing outside of [`SHOWN`], a window around the word,
//! is looked at, and nothing is known of paths.

mod apart;
mod bare;
mod call;
mod declared;
mod fallback;
mod name;
mod quoted;
mod sign;
mod xml;

use std::ops::Range;
use std::sync::Arc;

use super::candidate::Candidate;
use super::literals::Shown;
use super::score;
use crate::rules::Rule;

pub use name::{Category, category, word_of_secret};

/// How many bytes before the word and from there on can matter.
pub const SHOWN: Shown = Shown::new(BEFORE as u16, AFTER as u16);
const BEFORE: usize = 96;
const AFTER: usize = 320;

/// The words of each detector, as they are searched for.
pub const PASSWORD: &[&str] = &["pass", "Pass", "PASS", "pwd", "Pwd", "PWD", "_pw", "_PW"];
pub const SECRET: &[&str] = &[
    "secret", "Secret", "SECRET", "cred", "Cred", "CRED", "auth", "Auth", "AUTH",
];
pub const TOKEN: &[&str] = &["token", "Token", "TOKEN"];
pub const KEY: &[&str] = &["_key", "-key", "Key", "_KEY", "apikey", "APIKEY"];

/// A name and the value that it is given, as spans of the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    pub name: Range<usize>,
    /// Without its quotes.
    pub value: Range<usize>,
}

impl Assigned {
    /// What stands between the two; where the value comes first, what would stand there if it came last.
    pub fn gap<'c>(&self, bytes: &'c [u8]) -> &'c [u8] {
        match self.value.start < self.name.start {
            true => b"\" value=\"",
            false => &bytes[self.name.end..self.value.start],
        }
    }
}

/// Reads the value whose name holds the word at `at`, for the rule of the name's category.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let assigned = at_word(bytes, at)?;
    (Some(category(&bytes[assigned.name.clone()])) == detects(rule)).then_some(())?;
    score::judge(rule, bytes, &assigned)
}

/// The category of names that a rule is for.
fn detects(rule: &Rule) -> Option<Category> {
    match &*rule.id {
        "generic-password" => Some(Category::Password),
        "generic-secret" => Some(Category::Secret),
        "generic-token" => Some(Category::Token),
        "generic-key" => Some(Category::Key),
        _ => None,
    }
}

/// Reads what the name around the word at `at` is given.
pub fn at_word(bytes: &[u8], at: usize) -> Option<Assigned> {
    let low = at.saturating_sub(BEFORE);
    let window = &bytes[low..bytes.len().min(at + AFTER - score::CONTEXT_AFTER)];
    let name = name::around(window, at - low)?;
    let outside = |name: Range<usize>, value: Range<usize>| Assigned {
        name: name.start + low..name.end + low,
        value: value.start + low..value.end + low,
    };
    if let Some(value) = xml::attribute_before(window, &name) {
        return Some(outside(name, value));
    }
    let sign = sign::after(window, &name)?;
    let value = match quoted::opening(window, sign.end) {
        Some(quote) => quoted::read(window, quote).filter(|value| !runs(window, &sign, value))?,
        None => bare::read(window, &name, &sign)?,
    };
    Some(outside(name, value))
}

/// Whether a shell runs the value as a command: ``PASSWORD=`pwgen 16` ``.
fn runs(window: &[u8], sign: &sign::Sign, value: &Range<usize>) -> bool {
    let is_tight = &window[sign.sign.start..value.start] == b"=`";
    is_tight && window[value.clone()].contains(&b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the first name of a text is given.
    fn given(text: &str) -> Option<&str> {
        let words = [PASSWORD, SECRET, TOKEN, KEY].concat();
        let mut at: Vec<usize> = words
            .iter()
            .flat_map(|word| memchr::memmem::find_iter(text.as_bytes(), word))
            .collect();
        at.sort_unstable();
        at.iter()
            .find_map(|&at| Some(&text[at_word(text.as_bytes(), at)?.value]))
    }

    #[test]
    fn values_are_read_from_every_common_form() {
        for text in [
            "login: kim; password: VALUE1; host: db\n",
            "password = 'VALUE1'\n",
            "\"db_password\": \"VALUE1\",",
            "spring.datasource.password=VALUE1\n",
            "    rootPassword: VALUE1\n",
            "export API_TOKEN=VALUE1\n",
            "# secret_key: VALUE1\n",
            "const char secret[] = \"VALUE1\";",
            "let api_key: &str = \"VALUE1\";",
            "private final String accessKey = \"VALUE1\";",
            "var password string = \"VALUE1\"",
            "db:\n  password: |\n    VALUE1\n  port: 1\n",
            "password: >-\n  VALUE1\n",
            "password: !!str VALUE1\n",
            "password: &anchor VALUE1\n",
            "password:\n  value: VALUE1\n",
            "  DBPassword:\n    Type: String\n    NoEcho: true\n    Default: VALUE1\n",
            "\"adminPassword\": {\"value\": \"VALUE1\"}",
            "\"adminPassword\": {\n  \"value\": \"VALUE1\"\n}",
            "variable \"db_password\" {\n  type = string\n  default = \"VALUE1\"\n}",
            "set_sensitive {\n  name  = \"x.password\"\n  value = \"VALUE1\"\n}",
            "public string Password { get; private set; } = \"VALUE1\";",
            "Dim password As String = \"VALUE1\"",
            "val password = System.getenv(\"X\") ?: \"VALUE1\"",
            "password: string = process.env.X ?? \"VALUE1\";",
            "const password = live ? 'VALUE1' : process.env.X;",
            "password = os.environ.get(\"X\") or \"VALUE1\"",
            "password = os.environ.get(\"X\", \"VALUE1\")",
            "parser.add_argument(\"-p\", \"--password\", type=str, default=\"VALUE1\")",
            "password: str = Field(default=\"VALUE1\")",
            "let password = env::var(\"X\").unwrap_or(\"VALUE1\".into());",
            "{\"key\": \"password\", \"type\": \"string\", \"value\": \"VALUE1\"}",
            "db.password=\\\n    VALUE1\n",
            "<property value=\"VALUE1\" name=\"password\"/>",
            "<add value='VALUE1' key='DbPassword' />",
            "curl -H \"Authorization: token VALUE1\" https://a.net\n",
            "Authorization: ApiKey VALUE1\n",
            "keytool -genkey -storepass VALUE1 -alias a\n",
            "const std::string password{\"VALUE1\"};",
            "password = \"\"\"VALUE1\"\"\"\n",
            "DB_PASSWORD = ENV.fetch('X') { 'VALUE1' }",
            "my $password = $ENV{X} // \"VALUE1\";",
            "[{user, \"kim\"}, {password, \"VALUE1\"}]",
            "set password \"VALUE1\"\n",
            "a:1:{s:8:\"password\";s:6:\"VALUE1\";}",
            "password = Some(\"VALUE1\"),",
            "buildConfigField(\"String\", \"DB_PASSWORD\", \"\\\"VALUE1\\\"\")",
            "<meta-data android:name=\"db.password\" android:value=\"VALUE1\"/>",
            "Secret: []byte(\"VALUE1\"),",
            "props.setProperty(\"password\", \"VALUE1\");",
            "user.setPassword(\"VALUE1\")",
            "config[\"API_TOKEN\"] = \"VALUE1\"",
            ":password => 'VALUE1'",
            "assert_equal(token == \"VALUE1\")",
            "<password>VALUE1</password>",
            "<wsse:Password Type=\"a#b\">VALUE1</wsse:Password>",
            "<db:password><![CDATA[VALUE1]]></db:password>",
            "<property name=\"connection.password\">VALUE1</property>",
            "<setting name=\"Password\" serializeAs=\"String\"><value>VALUE1</value>",
            "<param-name>password</param-name>\n  <param-value>VALUE1</param-value>",
            "<add key=\"password\" value=\"VALUE1\"/>",
            "{\"key\": \"password\", \"value\": \"VALUE1\"}",
            "{\"key\": \"password\",\n  \"value\": \"VALUE1\"}",
            "\"{\\\"user\\\":\\\"u\\\",\\\"pass\\\":\\\"VALUE1\\\"}\"",
            "mysql --user root --password VALUE1\n",
            "openssl genrsa -passout pass:VALUE1 -out a.pem\n",
            "server=db;user=sa;pwd=VALUE1;timeout=3",
            "https://example.com/?access_token=VALUE1&page=2",
            "os.environ.get('SECRET_KEY', 'VALUE1')",
            "process.env.SECRET || 'VALUE1'",
            "#define WIFI_PASSWORD \"VALUE1\"\n",
            "ENV DB_PASSWORD VALUE1\n",
            "setenv DB_PASSWORD VALUE1\n",
            "requirepass VALUE1\n",
            "  DB_PASSWORD: ${DB_PASSWORD:-VALUE1}\n",
            "echo \"${API_TOKEN:-VALUE1}\"\n",
            "    password 'VALUE1'\n",
            "**Password:** VALUE1\n",
            "The password is 'VALUE1'\n",
            "the password for user `kim` is `VALUE1`.\n",
            "Password is set to \"VALUE1\"\n",
            "Client Secret: ``VALUE1``\n",
            "{:username \"u\" :password \"VALUE1\"}",
            "- name: DB_PASSWORD\n  value: VALUE1\n",
            "- {name: DB_PASSWORD, value: VALUE1}\n",
            "- name: \"DB_PASSWORD\"\n  value: \"VALUE1\"\n",
            "<name>db.password</name>\n  <value>VALUE1</value>",
            "<key>Password</key>\n<string>VALUE1</string>",
            "$password = ConvertTo-SecureString 'VALUE1' -AsPlainText -Force\n",
            "$password = ConvertTo-SecureString -String \"VALUE1\" -AsPlainText\n",
        ] {
            assert_eq!(given(text), Some("VALUE1"), "{text}");
        }
    }

    #[test]
    fn a_word_is_a_value_between_others_of_a_map_and_not_of_a_call() {
        assert_eq!(given("db: {user: kim, password: horse, port: 1}\n"), Some("horse"));
        assert_eq!(given("login(user: kim, password: horse, port: 1)\n"), None);
        assert_eq!(given("{a: 1} login(password: horse, port: 1)\n"), None);
    }

    #[test]
    fn what_is_no_literal_is_no_value() {
        for text in [
            "password = getpass()\n",
            "password=${DB_PASSWORD}\n",
            "password: {{ vault.password }}\n",
            "token: string;\n",
            "    masterPassword?: SensitiveString\n",
            "login(\n    password=given,\n",
            "{'USER': user, 'PASSWORD': given}",
            "    password: SecretOf;\n",
            "x.password = y.password;\n",
            "self.password = password\n)",
            "password = \"\"",
            "password = ``",
            "def login(user, password):\n",
            "password: <your password>\n",
            "key = $KEY\n",
            "token = None\n",
            "<token/>VALUE1</x>",
            "</token>VALUE1</x>",
            "if (a < token && b > VALUE1)\n",
            "PASSWORD=`pwgen 16 1`\n",
            "password = data['confirm']\n",
            "userpass->username1);",
            "a sentence that ends in password. And goes on",
            "#define PASSWORD_LENGTH 128\n",
            "password: !vault |\n  VALUE1\n",
            "password: !Ref VALUE1\n",
            "password: |\n  a text of words\n",
            "password: |\n  VALUE1\n  VALUE2\n",
            "password:\n  description: VALUE1\n",
            "password=\\\nuser=VALUE1\n",
            "variable \"db_password\" {\n  description = \"VALUE1\"\n}\n",
            "set {\n  name = \"x.password\"\n  value = var.password\n}\n",
            "password = args.password or config[\"VALUE1\"]",
            "public string Password { get; set; }\npublic string Name = \"VALUE1\";",
            "<property value=\"\" name=\"password\"/>",
            "<property other=\"VALUE1\" name=\"password\"/>",
            "openssl rsa -pass VALUE1\n",
            "set password VALUE1\n",
            "password = \"\"\"\nVALUE1\n",
            "mysql -p$DB_PASSWORD VALUE1\n",
            "parser.add_argument(\"--password\", help=\"VALUE1\")",
            "the password 'VALUE1' is wrong\n",
            "password 'VALUE1' is wrong\n",
            "environment password VALUE1\n",
            "has_secure_password :recovery\n",
            "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: a1\n",
        ] {
            assert_eq!(given(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_outside_of_the_window_matters() {
        let text = "db_password = \"VALUE1\"";
        let far = format!("{}{text}{}", "x ".repeat(200), " y".repeat(200));
        let at = far.find("pass").expect("it is there");
        let cut = &far.as_bytes()[at - BEFORE..at + AFTER];
        let (near, whole) = (at_word(cut, BEFORE), at_word(far.as_bytes(), at));
        assert_eq!(near.map(|it| it.value.len()), whole.map(|it| it.value.len()));
    }
}
