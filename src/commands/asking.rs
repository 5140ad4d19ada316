//! Typed words → a finding: what was asked, and what came of it.

use flaky_core::sanitize::sanitize;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use super::warn;
use crate::ci::judge::{self, Heard};
use crate::ci::place::shown;
use crate::ci::token::Token;
use crate::ci::{self, About, Client, Place, Provider, Question, Scheme, Trouble, Word};
use crate::cli::Console;
use crate::cli::source::{Access, Asked, Source};
use crate::cli::values::Seconds;
use crate::error::{Error, io_message};
use flaky_core::verdict::{Finding, Flakiness, Verdict};

/// The variable that is asked for a token first.
const TOKEN: &str = "FLAKY_TOKEN";
/// The largest file that is taken for a token, in bytes.
const LARGEST_TOKEN: u64 = 1 << 16;
/// How much of a reason is said, in characters.
const LONGEST_REASON: usize = 300;

/// A finding, and where it comes from.
pub struct Answer {
    pub finding: Finding,
    /// The platform; nothing where the verdict was said.
    pub provider: Option<&'static About>,
    /// The project.
    pub subject: Option<String>,
    /// What the program ends with where it was told to be strict.
    unknown: Option<Error>,
}

impl Answer {
    /// Fails where the verdict had to be known.
    pub fn strictly(self, source: &Source) -> Result<(), Error> {
        match self.unknown {
            Some(error) if source.strict => Err(error),
            _ => Ok(()),
        }
    }
}

/// Finds out what is asked. What keeps a verdict from being known makes it unknown, and is said.
pub fn answer(source: &Source, console: Console) -> Result<Answer, Error> {
    if let Some(verdict) = source.status {
        return said(verdict, source.flake_rate);
    }
    let (provider, question) = question(source)?;
    let about = provider.about();
    let place = provider.place(&question)?;
    let client = client(about, &place, &source.access, false)?;
    let heard = judge::ask(provider, &client, place, usize::from(source.runs));
    let trouble = heard.as_ref().err().cloned();
    let finding = match heard {
        Ok(Heard { finding, missing }) => {
            if let Some(missing) = missing {
                let what = sanitize(&missing.what, LONGEST_REASON);
                console
                    .say(&format!("warning: not all could be asked whether it is flaky: {what}"));
            }
            finding
        }
        Err(trouble) => Finding::new(Verdict::Unknown, sanitize(&trouble.what, LONGEST_REASON)),
    };
    let unknown = (finding.verdict == Verdict::Unknown).then(|| {
        let hint = trouble.and_then(|trouble| way_out(about, &client, &trouble));
        Error { hint, ..Error::failed(format!("the state is unknown: {}", finding.reason)) }
    });
    if let Some(error) = unknown.as_ref().filter(|_| !source.strict) {
        warn(error);
    }
    let subject = Some(sanitize(&shown(question.subject()), LONGEST_REASON));
    Ok(Answer { finding, provider: Some(about), subject, unknown })
}

/// What a person says.
fn said(verdict: Verdict, rate: Option<f64>) -> Result<Answer, Error> {
    if rate.is_some() && verdict != Verdict::Flaky {
        return Err(Error::usage(format!("--flake-rate: what {verdict} is not flaky"))
            .hint("use it with --status flaky, or leave it out"));
    }
    let flakiness = rate.map(Flakiness::said);
    let finding = Finding { flakiness, ..Finding::new(verdict, "") };
    Ok(Answer { finding, provider: None, subject: None, unknown: None })
}

/// Which platform is asked what: as it was typed, or as the job's variables have it.
fn question(source: &Source) -> Result<(&'static dyn Provider, Question), Error> {
    let (provider, mut question) = asked(&source.asked, &source.access)?.ok_or_else(|| {
        Error::usage("nothing says which pipeline is meant, and no variables of a CI job do")
            .hint("name it, such as --gitlab group/project, or say --status passed")
    })?;
    let replace = |old: &mut Option<String>, new: &Option<String>| {
        if new.is_some() {
            old.clone_from(new);
        }
    };
    replace(&mut question.reference, &source.r#ref);
    replace(&mut question.source, &source.source);
    replace(&mut question.workflow, &source.workflow);
    replace(&mut question.project, &source.project);
    let about = provider.about();
    let typed = [
        (Word::Server, source.access.server.is_some()),
        (Word::Ref, source.r#ref.is_some()),
        (Word::Source, source.source.is_some()),
        (Word::Workflow, source.workflow.is_some()),
        (Word::Project, source.project.is_some()),
    ];
    let foreign = |(word, typed): &(Word, bool)| *typed && !about.words.contains(word);
    if let Some((word, _)) = typed.into_iter().find(foreign) {
        let known: Vec<_> = about.words.iter().map(|word| word.option()).collect();
        let known = if known.is_empty() { "no such words".to_string() } else { known.join(", ") };
        return Err(Error::usage(format!(
            "{}: --{} knows no such thing",
            word.option(),
            about.name
        ))
        .hint(format!("it knows {known}")));
    }
    Ok((provider, question))
}

/// The platform that was typed, or that of the job this runs in.
pub fn asked<const COMMITS: bool>(
    typed: &Asked<COMMITS>,
    access: &Access,
) -> Result<Option<(&'static dyn Provider, Question)>, Error> {
    let here = ci::here();
    let Some((name, subjects)) = &typed.0 else {
        return Ok(here.map(|(provider, question)| {
            let server = access.server.clone().or(question.server);
            (provider, Question { server, ..question })
        }));
    };
    let provider = ci::find(name).expect("an option of the table");
    if subjects.iter().any(|subject| subject.trim().is_empty()) {
        return Err(Error::usage(format!("--{name} is empty"))
            .hint(format!("write --{name} {}", provider.about().takes)));
    }
    // The job knows where its own project is, and which pipeline is its own.
    let home = here.filter(|(of, question)| {
        of.about().name == *name && question.subjects == *subjects && access.server.is_none()
    });
    let (server, own) =
        home.map_or((access.server.clone(), None), |(_, home)| (home.server, home.own));
    Ok(Some((
        provider,
        Question { subjects: subjects.clone(), server, own, ..Question::default() },
    )))
}

/// A client for a place, with the token there is. Where a place was guessed, a platform's own
/// token goes to the hosts everybody knows alone.
pub fn client(
    about: &About,
    place: &Place,
    access: &Access,
    guessed: bool,
) -> Result<Client, Error> {
    let Seconds(timeout_s) = access.timeout;
    let timeout = Duration::from_secs_f64(timeout_s);
    let named = |name: &&str| std::env::var(name).ok().and_then(|text| Token::new(&text));
    let token = match &access.token_file {
        Some(path) => Some(token_in(path)?),
        None if guessed && !at_home(about, place) => None,
        None => [TOKEN].iter().chain(about.tokens).find_map(named),
    };
    Ok(Client::new(place.root.clone(), token, about.scheme, timeout))
}

/// Whether a place is on one of the platform's own hosts.
fn at_home(about: &About, place: &Place) -> bool {
    let host = place.root.host_str().unwrap_or_default();
    about.home.iter().any(|home| host == *home || host.strip_prefix("api.") == Some(*home))
}

fn token_in(path: &Path) -> Result<Token, Error> {
    let name = path.display();
    let mut text = String::new();
    File::open(path).and_then(|file| file.take(LARGEST_TOKEN).read_to_string(&mut text)).map_err(
        |error| {
            Error::failed(format!("cannot read the token in {name}: {}", io_message(&error)))
                .hint("--token-file takes a file with nothing but the token in it")
        },
    )?;
    Token::new(&text).ok_or_else(|| {
        Error::failed(format!("{name} holds no token")).hint("write the token into it, on one line")
    })
}

/// What to do about trouble: where access is denied the platform knows best.
pub fn way_out(about: &About, client: &Client, trouble: &Trouble) -> Option<String> {
    if !trouble.denied() || about.denied.is_empty() {
        return trouble.hint.clone().filter(|hint| !hint.is_empty());
    }
    let token = match (client.has_token(), about.scheme) {
        (true, Scheme::Basic) => "the user or the token is not accepted, or the name is wrong",
        (true, _) => "the token is not accepted, or the name is wrong",
        (false, _) => "the name is wrong, or no token was given",
    };
    Some(format!("{token}; {}", about.denied))
}
