//! Which commands are given a password with a short flag or as a word, and how.
//!
//! A table, and no more: [`super`] reads the command lines.

/// How a command is given its password.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// The flag is a part of the word: apart from it, the password is asked for.
    Joined,
    /// In the word behind the flag.
    Apart,
    Either,
    /// In the second word, the first being the user.
    Second,
    /// Behind the percent sign of the word behind the flag, before which stands the user.
    Login,
    /// In the first word that is no flag, between a slash and an at sign.
    Slash,
    /// In the word behind the flag, if the line says that the store keeps it sealed.
    Sealed,
    /// In the last word, if the flags have this letter.
    Last,
}

/// Commands, the flag that gives the password, and how.
pub const FORMS: [(&str, &str, Given); 60] = [
    ("sshpass -p", " -p", Given::Either),
    ("docker login ", " -p", Given::Apart),
    ("podman login ", " -p", Given::Apart),
    ("registry login ", " -p", Given::Apart),
    ("az login ", " -p", Given::Apart),
    ("az sql ", " -p", Given::Apart),
    ("oc login ", " -p", Given::Apart),
    ("cf login ", " -p", Given::Apart),
    ("twine upload ", " -p", Given::Apart),
    ("nuget add source ", " -p", Given::Apart),
    ("mysql -", " -p", Given::Joined),
    ("mysqldump -", " -p", Given::Joined),
    ("mysqladmin -", " -p", Given::Joined),
    ("mysqlimport -", " -p", Given::Joined),
    ("mariadb -", " -p", Given::Joined),
    ("mariadb-dump -", " -p", Given::Joined),
    ("mongo ", " -p", Given::Apart),
    ("mongosh ", " -p", Given::Apart),
    ("mongodump ", " -p", Given::Apart),
    ("mongorestore ", " -p", Given::Apart),
    ("mongoexport ", " -p", Given::Apart),
    ("mongoimport ", " -p", Given::Apart),
    ("cypher-shell ", " -p", Given::Apart),
    ("sqlcmd ", " -P", Given::Either),
    ("redis-cli ", " -a", Given::Apart),
    ("ldapsearch ", " -w", Given::Either),
    ("ldapadd ", " -w", Given::Either),
    ("ldapmodify ", " -w", Given::Either),
    ("ldapdelete ", " -w", Given::Either),
    ("ldapwhoami ", " -w", Given::Either),
    ("openssl enc ", " -k", Given::Apart),
    ("smbclient ", " -U", Given::Login),
    ("htpasswd -", "b", Given::Last),
    ("unzip -P", " -P", Given::Either),
    ("zip -P", " -P", Given::Either),
    ("snmpwalk ", " -A", Given::Either),
    ("snmpget ", " -A", Given::Either),
    ("ipmitool ", " -P", Given::Either),
    ("rdesktop ", " -p", Given::Either),
    ("xfreerdp ", " /p:", Given::Joined),
    ("gpg ", " --passphrase", Given::Apart),
    ("7z a ", " -p", Given::Joined),
    ("7z x ", " -p", Given::Joined),
    ("plink ", " -pw", Given::Apart),
    ("pscp ", " -pw", Given::Apart),
    ("psexec ", " -p", Given::Apart),
    ("PsExec ", " -p", Given::Apart),
    ("PsExec.exe ", " -p", Given::Apart),
    ("PSEXEC ", " -p", Given::Apart),
    ("security unlock-keychain ", " -p", Given::Apart),
    ("security create-keychain ", " -p", Given::Apart),
    ("ssh-keygen ", " -N", Given::Apart),
    ("gh secret set ", " --body", Given::Apart),
    ("az keyvault secret set ", " --value", Given::Apart),
    ("aws ssm put-parameter ", " --value", Given::Sealed),
    ("sqlplus ", "", Given::Slash),
    ("wpa_passphrase ", "", Given::Second),
    ("net user ", "", Given::Second),
    ("rabbitmqctl add_user ", "", Given::Second),
    ("rabbitmqctl change_password ", "", Given::Second),
];

pub const COMMANDS: &[&str] = &{
    let mut commands = [""; FORMS.len()];
    let mut at = 0;
    while at < commands.len() {
        commands[at] = FORMS[at].0;
        at += 1;
    }
    commands
};
