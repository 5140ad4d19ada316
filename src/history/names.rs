//! Resolves names of commits: references, ids and what may follow them, as in `main~3^2`.

use git2::{Oid, Repository};

use super::commits::Commits;

/// Length of the shortest abbreviated id, in digits.
const SHORTEST: usize = 4;
/// Number of commits to go back by one step.
const MAX_STEPS: u32 = 10_000_000;

/// The object with this name; a tag is not peeled unless steps follow. `None` if there is none.
pub(super) fn object(
    repository: &Repository,
    commits: &mut Commits<'_>,
    name: &str,
) -> Option<Oid> {
    let end = name.find(['^', '~']).unwrap_or(name.len());
    let (base, steps) = name.split_at(end);
    let mut id = named(repository, commits, base)?;
    let mut rest = steps;
    while let Some(step) = rest.chars().next() {
        rest = &rest[step.len_utf8()..];
        if let Some(kind) = rest.strip_prefix('{').filter(|_| step == '^') {
            let (kind, after) = kind.split_once('}')?;
            if !matches!(kind, "" | "commit") {
                return None;
            }
            rest = after;
            continue;
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = if digits == 0 { 1 } else { rest[..digits].parse::<u32>().ok()? };
        if number > MAX_STEPS {
            return None;
        }
        rest = &rest[digits..];
        id = commits.objects.peel(id).ok()??;
        match step {
            '^' if number == 0 => {}
            '^' => id = *commits.parents(id).get(number as usize - 1)?,
            '~' => {
                for _ in 0..number {
                    id = *commits.parents(id).first()?;
                }
            }
            _ => return None,
        }
    }
    Some(id)
}

/// The object that a name without steps stands for.
fn named(repository: &Repository, commits: &mut Commits<'_>, name: &str) -> Option<Oid> {
    if name.contains("@{") || name.starts_with(":/") {
        // Logs of references, upstream branches and searches are libgit2's, which must not meet an
        // object that is cut off.
        let safe = commits.objects.loose_are_whole();
        return safe.then(|| repository.revparse_single(name).ok()).flatten().map(|it| it.id());
    }
    let name = if name == "@" { "HEAD" } else { name };
    if name.len() == 40
        && let Ok(id) = Oid::from_str(name)
    {
        return Some(id);
    }
    if let Ok(reference) = repository.resolve_reference_from_short_name(name) {
        return reference.resolve().ok()?.target();
    }
    // As `git describe` writes it: a tag, a number of commits and an id.
    let described = name.rsplit_once("-g").map(|(_, digits)| digits);
    [Some(name), described].into_iter().flatten().find_map(|digits| abbreviated(commits, digits))
}

/// The only object, or the only commit, whose id begins with these digits.
fn abbreviated(commits: &mut Commits<'_>, digits: &str) -> Option<Oid> {
    if !(SHORTEST..=40).contains(&digits.len()) || !digits.bytes().all(|it| it.is_ascii_hexdigit())
    {
        return None;
    }
    let mut ids = commits.objects.beginning_with(digits);
    if ids.len() > 1 {
        ids.retain(|id| commits.objects.peel(*id).is_ok_and(|commit| commit.is_some()));
    }
    if ids.len() == 1 { ids.pop() } else { None }
}
