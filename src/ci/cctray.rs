//! cctray.xml, which nearly every CI server can write. <https://cctray.org/v1/>

use super::place::address;
use super::xml::{self, Step};
use super::{
    About, BARE, Client, Outcome, Page, Place, Provider, Question, Run, Slice, Trouble, Word,
};
use crate::error::Error;
use flaky_core::sanitize::sanitize;
use flaky_core::verdict::Verdict;

/// How many projects are named where none was chosen.
const MOST_NAMED: usize = 5;
/// How much of a project's name is shown, in characters.
const LONGEST_NAME: usize = 60;

/// A list of projects.
pub struct CcTray;

static ABOUT: About = About {
    name: "cctray",
    help: "Any system that serves a cctray.xml, by its address; the project in it with --project",
    words: &[Word::Project],
    ..BARE
};

/// What is said of a project.
struct Listed {
    name: String,
    activity: String,
    status: String,
    label: u64,
}

impl Provider for CcTray {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn place(&self, question: &Question) -> Result<Place, Error> {
        Ok(Place::new(address(question.subject())?, "", question))
    }

    fn runs(&self, client: &Client, place: &Place, _: Slice) -> Result<Page, Trouble> {
        let reply = client.get(place.root.clone())?;
        let mut listed = Vec::new();
        let read = xml::walk(&reply.body, |step| match step {
            Step::Start(element, attributes) if element == "Project" => listed.push(Listed {
                name: attributes.get("name"),
                activity: attributes.get("activity"),
                status: attributes.get("lastBuildStatus"),
                label: attributes.get("lastBuildLabel").parse().unwrap_or(0),
            }),
            _ => {}
        });
        read.map_err(|why| {
            Trouble::new(
                format!("the answer is no cctray.xml: {}", sanitize(&why, 100)),
                "is this the right address?",
            )
        })?;
        let runs = runs(choose(&listed, place.question.project.as_deref())?);
        Ok(Page { runs, more: false })
    }
}

fn choose<'a>(listed: &'a [Listed], wanted: Option<&str>) -> Result<&'a Listed, Trouble> {
    let named = |listed: &[Listed]| {
        let names: Vec<_> =
            listed.iter().take(MOST_NAMED).map(|one| sanitize(&one.name, LONGEST_NAME)).collect();
        let rest = listed.len().saturating_sub(MOST_NAMED);
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        format!("there are {}{more}", names.join(", "))
    };
    match (wanted, listed) {
        (_, []) => Err(Trouble::new("the list has no project", "is this the right address?")),
        (None, [only]) => Ok(only),
        (None, _) => {
            let what = format!("the list has {} projects", listed.len());
            Err(Trouble::new(what, &format!("choose one with --project: {}", named(listed))))
        }
        (Some(name), _) => listed.iter().find(|one| one.name == name).ok_or_else(|| {
            let what = format!("the list has no project {:?}", sanitize(name, LONGEST_NAME));
            Trouble::new(what, &named(listed))
        }),
    }
}

/// The run that goes on, if any, and the one before it.
fn runs(project: &Listed) -> Vec<Run> {
    let status = project.status.to_ascii_lowercase();
    let mut last = Run { idle: false, ..Run::new(project.label, "", status) };
    let never = last.word.is_empty();
    // An exception is one of the server's.
    last.outcome.blameless = last.word == "exception";
    let mut runs = Vec::new();
    if project.activity.eq_ignore_ascii_case("building") {
        let outcome = Outcome::of(Verdict::Running);
        runs.push(Run { outcome, ..Run::new(0, "", "building") });
    }
    if !never {
        runs.push(last);
    }
    runs
}
