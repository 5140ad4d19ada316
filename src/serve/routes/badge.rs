//! `/badge`: the state of a project, or the gravest of all, as a picture or as a shields endpoint.
//!
//! A picture in a README is never refused for what the server does not know: a broken image says nothing.
//! A project that is not known, or a database that does not answer, is a badge with an unknown state and
//! the reason. As JSON, the same is a refusal, because programs look at the status. A wrong parameter is
//! a refusal in both: its author sees why when opening the address.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use flaky_core::scene::theme::{self, THEMES};

use super::request::{Parameters, Rest, no_project, shown};
use crate::badge::{Format, LABEL, LONGEST_LABEL};
use crate::serve::answers::{Answer, Look, Style};
use crate::serve::app::App;
use crate::serve::problem::{Problem, Refusal};

/// The formats by the ends of addresses.
const FORMATS: [(&str, Format); 4] =
    [("svg", Format::Svg), ("png", Format::Png), ("gif", Format::Gif), ("json", Format::Json)];
const STYLES: [(&str, Style); 3] =
    [("flat", Style::Flat), ("flat-square", Style::FlatSquare), ("monitor", Style::Monitor)];
const TRACES: [(&str, bool); 2] = [("beats", true), ("none", false)];
/// The reason for an unknown state if the database cannot be read.
const UNREADABLE: &str = "the server cannot read its database";

/// The badge of a project.
///
/// The path ends with the format: `.svg`, `.png`, `.gif`, or `.json` for a shields endpoint.
#[utoipa::path(
    get,
    path = "/badge/{*badge}",
    tag = "badges",
    params(
        ("badge" = String, Path, description = "The project and the format, such as group/project.svg"),
        ("ref" = Option<String>, Query, description = "A branch or tag; else the default branch"),
        ("style" = Option<String>, Query, description = "flat, flat-square or monitor"),
        ("label" = Option<String>, Query, description = "The text beside the state, at most 64 characters"),
        ("theme" = Option<String>, Query, description = "The colours; `flaky themes` lists them"),
        ("trace" = Option<String>, Query, description = "beats, or none to leave them out"),
    ),
    responses(
        (status = 200, description = "The badge", content(
            ("image/svg+xml"), ("image/png"), ("image/gif"), ("application/json"),
        )),
        (status = 400, description = "A parameter is wrong", body = Refusal),
        (status = 404, description = "There is no such format, or, as JSON, no such project", body = Refusal),
    )
)]
pub(super) async fn of_project(
    State(app): State<Arc<App>>,
    Rest(path): Rest,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (name, format) = divided(&path)?;
    let git_ref = parameters.git_ref()?;
    let label = app.settings.projects.get(name).and_then(|project| project.label.as_deref());
    let look = look(&parameters, label.unwrap_or(LABEL), format)?;
    let answer = match app.answers.directory().find(name) {
        Some(topic) => app.answers.of(&topic, git_ref).await,
        None => Err(no_project(name)),
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(problem) if format == Format::Json => return Err(problem),
        Err(problem) if problem.status().is_client_error() => app.answers.of_nobody(),
        Err(_) => Arc::new(Answer::unknown(None, UNREADABLE)),
    };
    Ok(app.answers.badge(&answer, look).await?.response(&headers))
}

/// The gravest state of all listed projects, as an SVG.
#[utoipa::path(get, path = "/badge.svg", tag = "badges",
    responses((status = 200, description = "The badge", content_type = "image/svg+xml", body = String)))]
pub(super) async fn of_all_svg(
    state: State<Arc<App>>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    of_all(state, parameters, headers, Format::Svg).await
}

/// The same as a PNG.
#[utoipa::path(get, path = "/badge.png", tag = "badges",
    responses((status = 200, description = "The badge", content_type = "image/png", body = String)))]
pub(super) async fn of_all_png(
    state: State<Arc<App>>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    of_all(state, parameters, headers, Format::Png).await
}

/// The same as a GIF.
#[utoipa::path(get, path = "/badge.gif", tag = "badges",
    responses((status = 200, description = "The badge", content_type = "image/gif", body = String)))]
pub(super) async fn of_all_gif(
    state: State<Arc<App>>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    of_all(state, parameters, headers, Format::Gif).await
}

/// The same as a shields endpoint.
#[utoipa::path(get, path = "/badge.json", tag = "badges",
    responses((status = 200, description = "The badge", content_type = "application/json", body = Object)))]
pub(super) async fn of_all_json(
    state: State<Arc<App>>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    of_all(state, parameters, headers, Format::Json).await
}

async fn of_all(
    State(app): State<Arc<App>>,
    parameters: Parameters,
    headers: HeaderMap,
    format: Format,
) -> Result<Response, Problem> {
    let look = look(&parameters, LABEL, format)?;
    let overview = app.answers.overview().await;
    Ok(app.answers.badge(&overview.answer, look).await?.response(&headers))
}

/// The name of a project and the format, from `group/project.svg`.
fn divided(path: &str) -> Result<(&str, Format), Problem> {
    let found = path.rsplit_once('.').and_then(|(name, end)| {
        let (_, format) = FORMATS.iter().find(|(word, _)| *word == end)?;
        Some((name, *format))
    });
    found.ok_or_else(|| {
        Problem::missing(format!("{:?} has no format of a badge", shown(path)))
            .hint("end the address with .svg, .png, .gif or .json")
    })
}

/// The look that the parameters ask for.
fn look(parameters: &Parameters, label: &str, format: Format) -> Result<Look, Problem> {
    let style = parameters.one_of("style", &STYLES)?;
    let trace = parameters.one_of("trace", &TRACES)?;
    if style == Style::Monitor && format == Format::Json {
        return Err(Problem::bad("style=monitor: a shields endpoint cannot have it")
            .hint("leave it out, or ask for a picture"));
    }
    if style == Style::Monitor && !trace {
        return Err(Problem::bad("trace=none: a monitor is nothing without its trace")
            .hint("leave out style=monitor, or trace=none"));
    }
    let label = parameters.text("label").unwrap_or(label);
    if label.chars().count() > LONGEST_LABEL {
        return Err(Problem::bad(format!("label: expected at most {LONGEST_LABEL} characters")));
    }
    let theme = parameters.value("theme").unwrap_or(theme::DEFAULT);
    let theme = theme::find(theme).ok_or_else(|| {
        let names: Vec<&str> = THEMES.iter().map(|theme| theme.name).collect();
        Problem::bad(format!("theme={}: expected {}", shown(theme), names.join(", ")))
    })?;
    Ok(Look { style, theme, label: label.to_string(), trace, format })
}

#[cfg(test)]
mod tests {
    use super::divided;
    use crate::badge::Format;

    #[test]
    fn the_format_is_what_follows_the_last_dot() {
        assert_eq!(divided("group/project.svg").unwrap(), ("group/project", Format::Svg));
        assert_eq!(divided("a.b/c.json.png").unwrap(), ("a.b/c.json", Format::Png));
        assert_eq!(divided(".gif").unwrap(), ("", Format::Gif));
        for path in ["", "a", "a.", "a.SVG", "a.apng", "svg", "a.svg/b"] {
            assert!(divided(path).is_err(), "{path}");
        }
    }
}
