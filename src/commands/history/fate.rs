//! What CI says of the commits that are drawn.

use super::super::{asking, warn};
use crate::ci::commits::{self, Record, Told};
use crate::ci::{self, Commits, Place, Provider, Question};
use crate::cli::history::History as Typed;
use crate::error::Error;
use crate::history::{History, status};
use crate::store::Store;
use flaky_core::sanitize::sanitize;

/// How much of an address is repeated, in characters.
const LONGEST_ADDRESS: usize = 200;

/// Asks what became of the commits and gives it to them; what cannot be known is said.
pub fn ask(history: &mut History, args: &Typed) -> Result<(), Error> {
    let asked = asking::asked(&args.asked, &args.access)?;
    let guessed = asked.is_none() && args.access.server.is_none();
    let (provider, question) = match asked {
        Some(asked) => asked,
        None => cloned_from(history.origin.as_deref(), args)?,
    };
    if provider.about().commits == Commits::None {
        let name = provider.about().name;
        return Err(Error::usage(format!("--{name} cannot tell what became of each commit"))
            .hint("`flaky providers` lists those that can; or write --status FILE"));
    }
    // Commits are of every branch; the job that asks has no part in them.
    let (subjects, server) = (question.subjects, question.server);
    let reference = args.branch.clone();
    let question =
        Question { subjects, server, reference, all_branches: true, ..Question::default() };
    let place: Place = provider.place(&question)?;
    let client = asking::client(provider.about(), &place, &args.access, guessed)?;
    let folder = Store::user_folder().filter(|_| !args.no_cache);
    let record = folder.map(|folder| Record::open(&folder, provider, &place)).unwrap_or_default();
    let wanted: Vec<String> =
        history.commits.iter().rev().map(|commit| commit.id.to_string()).collect();
    let Told { verdicts, open, trouble } = commits::ask(provider, &client, place, &wanted, record);
    status::assign(&mut history.commits, &verdicts);
    let Some(trouble) = trouble else { return Ok(()) };
    let hint = asking::way_out(provider.about(), &client, &trouble);
    let what = match open {
        0 => "whether anything has changed".to_string(),
        _ => format!("for {open} of {} commits", wanted.len()),
    };
    let what = format!("CI could not be asked {what}: {}", trouble.what);
    let error = Error { hint, ..Error::failed(what) };
    if args.strict {
        return Err(error);
    }
    warn(&error);
    Ok(())
}

/// The platform and the project behind the address of a clone.
fn cloned_from(
    origin: Option<&str>,
    args: &Typed,
) -> Result<(&'static dyn Provider, Question), Error> {
    let unclear = |what: String| {
        Error::usage(what).hint("name it, such as --gitlab group/project, or --github owner/repo")
    };
    let origin = origin.ok_or_else(|| {
        unclear("--ci: nothing says where this repository is at home".to_string())
    })?;
    let (host, path) = ci::place::cloned(origin).ok_or_else(|| {
        let origin = sanitize(&ci::place::shown(origin), LONGEST_ADDRESS);
        unclear(format!("--ci: {origin:?} is no address of a server"))
    })?;
    let named = ci::PROVIDERS.iter().find(|provider| {
        let about = provider.about();
        about.home.contains(&host.as_str()) || about.hosts.iter().any(|part| host.contains(part))
    });
    let provider = *named.ok_or_else(|| {
        unclear(format!("--ci: which platform is {}?", sanitize(&host, LONGEST_ADDRESS)))
    })?;
    let server = args.access.server.clone().unwrap_or_else(|| format!("https://{host}"));
    Ok((provider, Question { server: Some(server), ..Question::about(path) }))
}
