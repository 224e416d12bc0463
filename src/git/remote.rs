//! The URL of a remote, as it may be shown: it often carries a user name and a token.

/// Strips what is not public from a remote's URL. `git@host:path` becomes `https://host/path`;
/// a path on this machine, or anything else, is not a URL.
pub fn public_url(url: &str) -> Option<String> {
    if let Some((scheme, rest)) = url.split_once("://") {
        let known = ["http", "https", "ssh", "git", "git+ssh", "ssh+git"].contains(&scheme);
        let (authority, path) = rest.split_once('/')?;
        let host = authority.rsplit('@').next().unwrap_or(authority);
        // A query or fragment has no place in a remote's URL, and may hold a token.
        let path = path.split(['?', '#']).next().unwrap_or(path);
        return (known && !host.is_empty()).then(|| format!("{scheme}://{host}/{path}"));
    }
    let (login, path) = url.split_once(':')?;
    let (_, host) = login.split_once('@')?;
    let clear = host.contains('.') && !host.contains(['/', '\\', '[']) && !path.starts_with(['/', '\\']);
    (clear && !path.is_empty()).then(|| format!("https://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_is_shown_without_its_credentials() {
        let shown = |url| public_url(url);
        assert_eq!(
            shown("https://user:pw@host/a/b.git").as_deref(),
            Some("https://host/a/b.git")
        );
        assert_eq!(shown("https://host/a?token=x").as_deref(), Some("https://host/a"));
        assert_eq!(
            shown("https://u:p@ss@host:8443/a").as_deref(),
            Some("https://host:8443/a")
        );
        assert_eq!(
            shown("git@host.example:a/b.git").as_deref(),
            Some("https://host.example/a/b.git")
        );
        assert_eq!(shown("ssh://git@host:22/a").as_deref(), Some("ssh://host:22/a"));
        assert_eq!(shown("/srv/git/a.git"), None);
        assert_eq!(shown("C:\\a"), None);
        assert_eq!(shown("file:///srv/a"), None);
        assert_eq!(shown("host:/abs/path"), None);
    }
}
