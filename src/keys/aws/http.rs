//! The wire: one request, one bounded answer, in bounded time; the only place that opens a connection.
//!
//! It follows no redirect (a signed request belongs to one host), knows nothing of AWS, and never repeats a
//! request: who asks decides that.

use std::time::Duration;

use http::{Request, Response, Uri};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Error as Broken, Proxy};

use super::environment::Environment;
use super::failure::{Failure, Reason};

/// An answer longer than this is not AWS's: a credential report of 5,000 users has 2 MB.
const LONGEST_ANSWER: u64 = 32 << 20;
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// Addresses that are on this machine or its host: no proxy stands between.
const LINK_LOCAL: [&str; 3] = ["169.254.169.254", "169.254.170.2", "169.254.170.23"];

/// Sends requests. Cheap to clone: connections are shared.
#[derive(Clone)]
pub struct Http {
    plain: Agent,
    secure: Agent,
}

impl Http {
    pub fn new(environment: &Environment, timeout: Duration) -> Result<Self, Failure> {
        let roots = roots(environment)?;
        let agent = |proxies: &[&str]| -> Result<Agent, Failure> {
            let config = Agent::config_builder()
                .timeout_connect(Some(timeout.min(LONGEST_CONNECT)))
                .timeout_global(Some(timeout))
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .user_agent(concat!("keytrail/", env!("CARGO_PKG_VERSION")))
                .proxy(proxy(environment, proxies)?)
                .tls_config(TlsConfig::builder().root_certs(roots.clone()).build());
            Ok(config.build().new_agent())
        };
        Ok(Self {
            plain: agent(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])?,
            secure: agent(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])?,
        })
    }

    /// Sends a request and reads the whole answer, whatever its status. The failure has no action yet.
    pub fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Failure> {
        let endpoint = shown(request.uri());
        let agent = match request.uri().scheme_str() {
            Some("https") => &self.secure,
            _ => &self.plain,
        };
        let failed = |broken: Broken| failure(&broken).at(&endpoint);
        let (parts, body) = agent.run(request).map_err(failed)?.into_parts();
        let bytes = body
            .into_with_config()
            .limit(LONGEST_ANSWER)
            .read_to_vec()
            .map_err(failed)?;
        Ok(Response::from_parts(parts, bytes))
    }
}

/// An address as it may be shown: without query, user or password.
pub fn shown(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default();
    let port = uri.port_u16().map_or_else(String::new, |port| format!(":{port}"));
    format!("{}://{host}{port}", uri.scheme_str().unwrap_or("https"))
}

fn failure(broken: &Broken) -> Failure {
    let reason = match broken {
        Broken::Timeout(_) => Reason::Late,
        Broken::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => Reason::Late,
        Broken::Tls(_) | Broken::Rustls(_) | Broken::Pem(_) => Reason::Certificate,
        // rustls reports a refused certificate through the stream.
        Broken::Io(error) if error.to_string().contains("certificate") => Reason::Certificate,
        Broken::Io(_) | Broken::HostNotFound | Broken::ConnectionFailed => Reason::Unreachable,
        Broken::ConnectProxyFailed(_) => Reason::Blocked,
        Broken::BadUri(_) | Broken::Http(_) | Broken::InvalidProxyUrl => Reason::Settings,
        _ => Reason::Foreign,
    };
    Failure::new(reason, "", broken)
}

/// Mozilla's roots, or those that `AWS_CA_BUNDLE` names instead.
fn roots(environment: &Environment) -> Result<RootCerts, Failure> {
    let Some(path) = environment.get("AWS_CA_BUNDLE") else {
        return Ok(RootCerts::WebPki);
    };
    let wrong = |cause: String| Failure::new(Reason::Settings, "", format!("AWS_CA_BUNDLE {path}: {cause}"));
    let pem = std::fs::read(environment.expand(path)).map_err(|error| wrong(error.to_string()))?;
    let mut certificates = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| wrong(error.to_string()))? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err(wrong("no certificate in it".to_owned()));
    }
    Ok(certificates.into())
}

/// The proxy that the first of these variables names, with the hosts that go around it.
fn proxy(environment: &Environment, variables: &[&str]) -> Result<Option<Proxy>, Failure> {
    let Some(variable) = variables.iter().find(|name| environment.get(name).is_some()) else {
        return Ok(None);
    };
    // The address is not shown: it may hold a password.
    let wrong = |_| {
        Failure::new(
            Reason::Settings,
            "",
            format!("{variable} is not the address of a proxy"),
        )
    };
    let given = Proxy::new(environment.get(variable).unwrap_or_default()).map_err(wrong)?;
    let mut built = Proxy::builder(given.protocol())
        .host(given.host())
        .port(given.port())
        .resolve_target(given.resolve_target());
    if let Some(user) = given.username() {
        built = built.username(user);
    }
    if let Some(password) = given.password() {
        built = built.password(password);
    }
    let around = environment.first(&["no_proxy", "NO_PROXY"]).unwrap_or_default();
    for host in around.split(',').map(str::trim).chain(LINK_LOCAL) {
        if !host.is_empty() {
            built = built.no_proxy(host);
        }
    }
    built.build().map(Some).map_err(wrong)
}
