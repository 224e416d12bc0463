//! What kind of file a path names, by its ending, its name and its folders.
//!
//! The same is told by `benches/train-score`, which gives each kind its weight.

/// What kind of file a path names, by its ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Code,
    Settings,
    Data,
    Prose,
    Shell,
    Sql,
    Template,
    Other,
    /// Written by machines for machines: lock files, minified scripts, images.
    Generated,
    /// Texts in a language for people.
    Locale,
}

const ENDINGS: &[(Kind, &[&str])] = &[
    (
        Kind::Code,
        &[
            "py", "rb", "go", "java", "js", "jsx", "ts", "tsx", "mjs", "c", "h", "cc", "cpp", "cxx", "hpp", "cs",
            "php", "scala", "kt", "kts", "rs", "swift", "hs", "pl", "pm", "lua", "ex", "exs", "erl", "clj", "groovy",
            "gradle", "m", "mm", "dart", "r", "vb", "vue", "svelte", "graphql", "cr", "jl", "nim", "zig", "coffee",
            "sol",
        ],
    ),
    (
        Kind::Settings,
        &[
            "yml",
            "yaml",
            "properties",
            "env",
            "ini",
            "conf",
            "cfg",
            "toml",
            "config",
            "xml",
            "rsp",
            "tf",
            "tfvars",
            "hcl",
            "cnf",
            "cf",
            "plist",
            "service",
            "netrc",
            "npmrc",
            "pypirc",
            "dockercfg",
            "envrc",
            "pgpass",
        ],
    ),
    (Kind::Data, &["json", "jsonl", "csv", "tsv", "txt", "log", "har"]),
    (
        Kind::Prose,
        &[
            "md", "rst", "adoc", "html", "htm", "textile", "org", "tex", "mdx", "ipynb", "rdoc",
        ],
    ),
    (
        Kind::Shell,
        &[
            "sh",
            "bash",
            "zsh",
            "bats",
            "ps1",
            "bat",
            "cmd",
            "dockerfile",
            "makefile",
            "mk",
            "fish",
            "ksh",
        ],
    ),
    (Kind::Sql, &["sql"]),
    (
        Kind::Template,
        &[
            "j2", "erb", "tmpl", "tpl", "template", "dist", "example", "sample", "ejs", "mustache", "hbs", "jinja",
            "in",
        ],
    ),
    (Kind::Generated, &["lock", "map", "min", "svg"]),
];

/// Folders whose files hold texts for people in many languages.
const LOCALES: &[&str] = &[
    "i18n",
    "l10n",
    "locale",
    "locales",
    "lang",
    "langs",
    "translation",
    "translations",
    "messages",
];

/// Files in which package managers note digests of what they fetched.
const LOCKS: &[&[u8]] = &[
    b"go.sum",
    b"podfile.lock",
    b"cargo.lock",
    b"package-lock.json",
    b"npm-shrinkwrap.json",
    b"yarn.lock",
    b"pnpm-lock.yaml",
    b"poetry.lock",
    b"uv.lock",
    b"pipfile.lock",
    b"composer.lock",
    b"gemfile.lock",
    b"pubspec.lock",
    b"packages.lock.json",
    b"mix.lock",
    b"flake.lock",
];

/// The languages that most texts are translated into.
const LANGUAGES: &[&str] = &[
    "ar", "bg", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja",
    "ko", "lt", "lv", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi",
    "zh",
];

/// What kind of file a path names.
pub fn kind(path: &[u8]) -> Kind {
    let path = path.to_ascii_lowercase();
    let mut folders = path.split(|b| *b == b'/');
    let name = folders.next_back().unwrap_or_default();
    let mut parts = name.rsplitn(2, |b| *b == b'.');
    let ending = parts.next().unwrap_or_default();
    let stem = parts.next().unwrap_or_default();
    let in_locales = folders.any(|folder| LOCALES.iter().any(|locale| locale.as_bytes() == folder));
    let is_bundle = ending == b"properties" && is_bundle(stem);
    if in_locales
        || is_bundle
        || is_language(stem) && matches!(ending, b"json" | b"yml" | b"yaml" | b"properties" | b"po")
    {
        return Kind::Locale;
    }
    if name.windows(5).any(|part| part == b".min.") {
        return Kind::Generated;
    }
    let listed = ENDINGS
        .iter()
        .find(|(_, endings)| endings.iter().any(|one| one.as_bytes() == ending));
    match listed {
        Some((kind, _)) => *kind,
        None if name.starts_with(b".env") => Kind::Settings,
        None if name.starts_with(b"dockerfile") || name.starts_with(b"makefile") => Kind::Shell,
        None => Kind::Other,
    }
}

/// Whether a name is that of a bundle of texts in Java: `messages`, `labels_pt_BR`.
fn is_bundle(name: &[u8]) -> bool {
    let underscore = name.iter().position(|b| *b == b'_');
    name == b"messages" || underscore.is_some_and(|at| is_language(&name[at + 1..]))
}

/// Whether a name is that of a language: `de`, `pt-br`, `zh_hans`.
fn is_language(name: &[u8]) -> bool {
    let mut parts = name.split(|b| b"-_".contains(b));
    let is_known = parts
        .next()
        .is_some_and(|part| LANGUAGES.iter().any(|one| one.as_bytes() == part));
    let is_region = |part: &[u8]| (2..=4).contains(&part.len()) && part.iter().all(u8::is_ascii_alphabetic);
    is_known && parts.next().is_none_or(is_region) && parts.next().is_none()
}

/// Whether what looks drawn in the file is a digest.
pub fn is_lock(path: &[u8]) -> bool {
    let name = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
    LOCKS.iter().any(|lock| lock.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_what_kind_of_file_it_names() {
        for (path, expected) in [
            ("src/main.rs", Kind::Code),
            ("config/.env", Kind::Settings),
            (".env.production", Kind::Settings),
            ("a/Dockerfile", Kind::Shell),
            ("config/locales/login.yml", Kind::Locale),
            ("texts/pt_BR.json", Kind::Locale),
            ("texts/labels_pt_BR.properties", Kind::Locale),
            ("src/messages.properties", Kind::Locale),
            ("src/app_test.properties", Kind::Settings),
            ("db.json", Kind::Data),
            ("jquery.min.js", Kind::Generated),
            ("Cargo.lock", Kind::Generated),
            ("LICENSE", Kind::Other),
            ("", Kind::Other),
        ] {
            assert_eq!(kind(path.as_bytes()), expected, "{path}");
        }
    }

    #[test]
    fn a_lock_file_is_one_by_its_name() {
        for path in ["go.sum", "ios/Podfile.lock", "web/package-lock.json"] {
            assert!(is_lock(path.as_bytes()), "{path}");
        }
        for path in ["sum", "go.sum/key.txt", "web/package.json"] {
            assert!(!is_lock(path.as_bytes()), "{path}");
        }
    }
}
