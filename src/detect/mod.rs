//! Detection: bytes in, candidates out. No IO, no clock, no threads, nothing printed.
//!
//! Two cheap questions are asked of every byte: does a distinctive literal start here ([`literals`]), and does
//! it stand in a long run of token characters ([`runs`])? Only where one says yes, at an anchor ([`Anchors`]),
//! does a detector read on. The history engine carries anchors from one version of a file to the next, and so
//! asks only about what is new. What is read at an anchor lies within [`REACH`] bytes to either side: large
//! files are scanned in pieces that overlap by that.

mod anchors;
mod assigned;
pub mod aws;
mod candidate;
mod carriers;
mod checksum;
mod classes;
mod der;
mod escapes;
mod foreign;
mod generic;
mod given;
mod join;
mod jwt;
mod keys;
mod literals;
mod looks;
mod name;
mod named;
mod nested;
mod overlap;
mod patterns;
mod pgp;
mod placeholder;
mod prefixes;
mod randomness;
mod runs;
mod says;
mod score;
mod spots;
mod starts;
mod stems;
mod stock;
mod trace;

use std::ops::Range;
use std::sync::Arc;

pub use anchors::Anchors;
pub use candidate::{Candidate, Mate, Role};
pub use nested::{Nested, join_lines};
pub use overlap::resolve;
pub use score::{score_at, survey};
pub use spots::Spots;
pub use trace::{Asked, Look, Said};

use crate::error::Error;
use crate::rules::{Matcher, Pattern, Rule, RuleSet, Text};
use anchors::Run;
use foreign::ForeignRules;
use literals::{Literals, Meaning, Shown};
use looks::Looks;
use name::Beside;
use named::Named;
use prefixes::{Prefix, Prefixes};

/// How far from its span a candidate may depend on the content: the longest private key.
pub const REACH: usize = 16 * 1024;

/// All detectors of a rule set, ready to be used by any number of threads.
pub struct Detectors {
    literals: Literals,
    /// Those whose matches have a run that is found anyway: they are searched for near runs alone.
    near: Literals,
    prefixes: Prefixes,
    secret_key: Option<Arc<Rule>>,
    session_token: Option<Arc<Rule>>,
    smtp_password: Option<Arc<Rule>>,
    generic: Option<Arc<Rule>>,
    key_file: Option<Arc<Rule>>,
    named: Named,
    foreign: ForeignRules,
}

/// What one content holds.
#[derive(Default)]
pub struct Detected {
    /// In the order of their spans.
    pub candidates: Vec<Candidate>,
    /// Content inside the content, to be scanned on its own.
    pub nested: Vec<Nested>,
}

impl Detectors {
    /// Builds the detectors. A rule that names a detector that does not exist is an error.
    pub fn new(rules: &RuleSet) -> Result<Self, Error> {
        let (mut meanings, mut near, mut prefixes) = (Vec::new(), Vec::new(), Vec::new());
        let (mut named, mut foreign) = (Vec::new(), Vec::new());
        let mut detectors = Self {
            literals: Literals::default(),
            near: Literals::default(),
            prefixes: Prefixes::default(),
            secret_key: None,
            session_token: None,
            smtp_password: None,
            generic: None,
            key_file: None,
            named: Named::default(),
            foreign: ForeignRules::default(),
        };
        for rule in rules.iter() {
            let rule = Arc::clone(rule);
            if let Some(name) = rule.checksum.as_deref().filter(|name| checksum::named(name).is_none()) {
                let fault = format!("{}: rule \"{}\": no checksum \"{name}\"", rule.about.file, rule.id);
                return Err(Error::usage(fault).hint("rules/README.md lists them"));
            }
            let mut starts = |literals: &[&str], shown: Shown, read: literals::Read| {
                meanings.extend(literals.iter().map(|literal| Meaning::new(literal, &rule, shown, read)));
            };
            let mut begin = |literals: &[&str], read: literals::Read| {
                prefixes.extend(literals.iter().map(|literal| Prefix::new(literal, &rule, read)));
            };
            match &rule.matcher {
                Matcher::Pattern(pattern) => {
                    let (read, matches): (literals::Read, literals::Read) = match &*rule.kind {
                        "password" => (carriers::read_password, carriers::match_password),
                        _ => (patterns::read_pattern, patterns::match_pattern),
                    };
                    let shown = Shown::of(pattern);
                    let meaning = |literal: &Text| Meaning::new(literal, &rule, shown, read);
                    match Prefix::all_of(&rule, pattern, matches) {
                        Some(all) => prefixes.extend(all),
                        None if is_near(pattern) => near.extend(pattern.literals.iter().map(meaning)),
                        None => meanings.extend(pattern.literals.iter().map(meaning)),
                    }
                }
                Matcher::Named { .. } => named.push(rule),
                Matcher::Foreign(_) => foreign.push(rule),
                Matcher::Code(name) => match &**name {
                    "aws-access-key-id" => starts(aws::id::LITERALS, Shown::ALL, aws::id::read),
                    "aws-bedrock-long" => begin(&[aws::bedrock::LONG], aws::bedrock::read_long),
                    "aws-bedrock-short" => begin(&[aws::bedrock::SHORT], aws::bedrock::read_short),
                    "aws-codecommit" => {
                        starts(
                            &[aws::codecommit::LITERAL],
                            aws::codecommit::SHOWN,
                            aws::codecommit::read,
                        );
                    }
                    "pem" => starts(&[keys::LITERAL], Shown::ALL, keys::read),
                    "password" => starts(assigned::PASSWORD, assigned::SHOWN, assigned::read),
                    "secret" => starts(assigned::SECRET, assigned::SHOWN, assigned::read),
                    "token" => starts(assigned::TOKEN, assigned::SHOWN, assigned::read),
                    "key" => starts(assigned::KEY, assigned::SHOWN, assigned::read),
                    "der" => begin(der::LITERALS, der::read),
                    "jwt" => begin(&[jwt::LITERAL], jwt::read),
                    "aws-secret-access-key" => detectors.secret_key = Some(rule),
                    "aws-session-token" => detectors.session_token = Some(rule),
                    "aws-smtp-password" => detectors.smtp_password = Some(rule),
                    "high-entropy" => detectors.generic = Some(rule),
                    "key-file" => detectors.key_file = Some(rule),
                    name if let Some((literals, shown, reading)) = carriers::named(name) => {
                        meanings.extend(literals.iter().map(|it| Meaning::reading(it, &rule, shown, reading)));
                    }
                    _ => {
                        return Err(Error::usage(format!(
                            "{}: rule \"{}\": no detector \"{name}\"",
                            rule.about.file, rule.id
                        ))
                        .hint("use a pattern with literals, or a detector that rules/README.md lists"));
                    }
                },
            }
        }
        detectors.literals = Literals::new(meanings, &escapes::STARTS);
        detectors.near = Literals::new(near, &[]);
        detectors.prefixes = Prefixes::new(prefixes);
        detectors.foreign = ForeignRules::new(foreign)?;
        detectors.named = Named::new(named);
        Ok(detectors)
    }

    /// Finds every candidate in the content. Candidates may overlap; [`resolve`] decides after pairing.
    pub fn scan(&self, bytes: &[u8]) -> Detected {
        self.read(bytes, &self.anchors(bytes))
    }

    /// Finds every candidate at the content's anchors.
    pub fn read(&self, bytes: &[u8], anchors: &Anchors) -> Detected {
        let mut detected = Detected::default();
        for &place in anchors.literals.iter().filter(|place| place.tells) {
            self.literals.read(bytes, place, &mut detected.candidates);
        }
        let mut searched = 0;
        for run in anchors.runs.iter().filter(|run| run.tells) {
            self.read_run(bytes, run, &mut detected);
            if run.looks.has(Looks::LED) {
                let near = anchors::near(&run.span());
                self.read_near(bytes, near.start.max(searched)..near.end, &mut detected.candidates);
                searched = near.end;
            }
        }
        let is_guess = |candidate: &Candidate| candidate.score.is_some();
        detected
            .candidates
            .retain(|candidate| !is_guess(candidate) || !score::is_in_binary(bytes, &candidate.span));
        self.foreign.read(bytes, &anchors.words, &mut detected.candidates);
        detected.nested.extend(anchors.decoded(bytes));
        detected
            .candidates
            .sort_by_key(|candidate| (candidate.span.start, candidate.span.end));
        detected
    }

    /// Reads at the literals that are searched for near runs.
    fn read_near(&self, bytes: &[u8], range: Range<usize>, found: &mut Vec<Candidate>) {
        let mut places = Vec::new();
        self.near.find(bytes, &[range], &mut places);
        for place in places.into_iter().filter(|place| place.tells) {
            self.near.read(bytes, place, found);
        }
    }

    fn read_run(&self, bytes: &[u8], run: &Run, detected: &mut Detected) {
        if !run.looks.has(Looks::ESCAPED) {
            let piece = runs::Piece::plain(bytes, run.span());
            return self.read_piece(bytes, &piece, run.looks, detected);
        }
        runs::for_each_piece(bytes, run.span(), |piece| {
            self.read_piece(bytes, &piece, Looks::of_piece(self, bytes, &piece), detected);
        });
    }

    /// Asks every detector that the value looks right to.
    fn read_piece(&self, bytes: &[u8], piece: &runs::Piece<'_>, looks: Looks, detected: &mut Detected) {
        let value = &piece.value[..];
        let span = || piece.span.clone();
        let beside = Beside::new(bytes, piece.span.start);
        let found = &mut detected.candidates;
        if let Some(rule) = self.secret_key.as_ref().filter(|_| looks.has(Looks::SECRET_KEY)) {
            found.extend(aws::secret::read(rule, bytes, span(), value, || beside.says()));
        }
        if let Some(rule) = self.secret_key.as_ref().filter(|_| looks.has(Looks::PART)) {
            let says = |start| name::says(bytes, start);
            found.extend(aws::secret::read_joined(rule, bytes, span(), says));
        }
        if let Some(rule) = self.session_token.as_ref().filter(|_| looks.has(Looks::TOKEN)) {
            found.extend(aws::token::read(rule, bytes, piece));
        }
        if let Some(rule) = self.smtp_password.as_ref().filter(|_| looks.has(Looks::SMTP_PASSWORD)) {
            found.extend(aws::ses::read(rule, bytes, span(), value));
        }
        if let Some(rule) = self.generic.as_ref().filter(|_| looks.has(Looks::RANDOM)) {
            found.extend(generic::read(rule, bytes, span(), &beside));
        }
        if let Some(rule) = self.key_file.as_ref().filter(|_| looks.has(Looks::RANDOM)) {
            found.extend(carriers::key_file(rule, bytes, span(), value));
        }
        if looks.has(Looks::PREFIXED) {
            self.prefixes.read(bytes, piece, found);
        }
        if looks.has(Looks::NAMED) {
            self.named.read(&beside, span(), value, found);
        }
        if looks.has(Looks::NESTED) {
            detected.nested.extend(nested::read(bytes, piece));
        }
    }

    /// Whether there are rules that read all of every content, whatever its anchors.
    pub fn reads_whole(&self) -> bool {
        self.foreign.reads_whole()
    }

    /// Reads the name beside a span anew, for a candidate that was found in nested content without one.
    pub fn is_named_aws_secret(bytes: &[u8], start: usize) -> bool {
        name::says(bytes, start) == name::Says::AwsSecret
    }
}

/// Whether each literal of a pattern stands in a run that is sure, or leads to it.
fn is_near(pattern: &Pattern) -> bool {
    let shape = pattern.shape();
    let ends = pattern.literals.iter().map(|literal| pattern.offset + literal.len());
    let in_run = ends.max().is_some_and(|end| end <= shape.lead);
    let leads = pattern.offset <= shape.gap && shape.gap - pattern.offset <= anchors::NEAR;
    in_run && shape.gap == 0 || leads
}
