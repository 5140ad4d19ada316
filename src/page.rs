//! The web page: one HTML file with the core as WebAssembly, the script that gives it a clock and
//! a canvas, and a picture for as long as neither runs.
//!
//! - `web/`: the page's own sources, as a browser reads them
//! - `bundle`: joins the modules of the script
//! - `tables`: the settings and the themes as data
//! - `picture`: the picture in the page, and its link preview
//! - `policy`, `status_url`: what the page may connect to
//! - `assets`: the files beside the page
//!
//! The file refers to nothing outside itself. The same settings make the same bytes.

mod assets;
mod bundle;
mod picture;
mod policy;
mod status_url;
mod tables;
mod web;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::Url;

pub(crate) use assets::{Asset, assets};
pub(crate) use status_url::StatusUrl;

use flaky_core::rhythm::glitch::Glitch;
use flaky_core::scene::theme::Theme;
use policy::Allowed;

/// The maximum number of addresses that a page asks for a status.
pub(crate) const MOST_URLS: usize = 24;
/// The title of a page that has none of its own.
const TITLE: &str = "flaky";

/// The settings of a page.
#[derive(Clone, Debug)]
pub(crate) struct PageSettings {
    /// The title, safe to show.
    pub(crate) title: Option<String>,
    /// Where to ask for a status; none for a page that is art only.
    pub(crate) status_urls: Vec<StatusUrl>,
    /// The time between two requests, in seconds.
    pub(crate) poll_s: f64,
    /// The time after which a status counts as unknown, in seconds.
    pub(crate) stale_s: f64,
    pub(crate) theme: &'static Theme,
    /// The seed; `None` for a new one at each visit.
    pub(crate) seed: Option<u32>,
    pub(crate) bpm: f64,
    pub(crate) hrv_bpm: f64,
    /// The glitches to choose from.
    pub(crate) pool: Vec<&'static Glitch>,
    pub(crate) glitches_per_min: f64,
    /// True to play sound as soon as the browser allows it.
    pub(crate) sound: bool,
    /// True if the page refers to the files of [`assets`] beside it.
    pub(crate) assets: bool,
    /// The address at which the page is published, if it is known.
    pub(crate) address: Option<Url>,
    /// The target of the link in the help.
    pub(crate) link: Option<String>,
}

impl PageSettings {
    fn document_title(&self) -> &str {
        self.title.as_deref().unwrap_or(TITLE)
    }

    fn description(&self) -> String {
        if self.status_urls.is_empty() {
            return "An ECG that beats, glitches and heals".to_string();
        }
        match &self.title {
            Some(title) => format!("The pulse of {title}"),
            None => "The pulse of a project".to_string(),
        }
    }
}

/// The page.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    html: String,
    #[cfg_attr(not(feature = "serve"), expect(dead_code, reason = "only servers send it"))]
    policy: String,
}

impl Page {
    /// Assembles the page.
    pub(crate) fn new(settings: &PageSettings) -> Self {
        let script = bundle::bundle(web::MODULES).expect("our modules keep to the rules");
        let (before, after) =
            web::TEMPLATE.split_once("{{policy}}").expect("our template has a policy");
        let fill = |template| {
            fill(template, |name| match name {
                "title" => escape(settings.document_title()),
                "description" => escape(&settings.description()),
                "links" => assets::links(settings),
                "link" => settings.link.as_deref().map_or_else(String::new, link),
                "themes" => tables::themes(settings.theme),
                "style" => bundle::compact(web::STYLE),
                "fallback" => picture::fallback(settings),
                "settings" => tables::settings(settings),
                "heart" => STANDARD.encode(web::HEART),
                "script" => script.clone(),
                _ => panic!("our template has an unknown placeholder, {name}"),
            })
        };
        let (before, after) = (fill(before), fill(after));
        let policy = policy::policy(&Allowed {
            scripts: elements(&after, "<script>", "</script>"),
            styles: elements(&after, "<style>", "</style>"),
            status_urls: &settings.status_urls,
            icons: settings.assets,
        });
        let html = [&before, &escape(&policy), &after].map(String::as_str).concat();
        Self { html, policy }
    }

    pub(crate) fn html(&self) -> &str {
        &self.html
    }

    /// Its Content-Security-Policy, which it also contains.
    #[cfg(feature = "serve")]
    pub(crate) fn policy(&self) -> &str {
        &self.policy
    }
}

/// Replaces each `{{name}}` in `template` by its value. Values are not searched.
fn fill(template: &str, value: impl Fn(&str) -> String) -> String {
    let mut parts = template.split("{{");
    let mut text = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let (name, rest) = part.split_once("}}").expect("our template closes its placeholders");
        text.push_str(&value(name));
        text.push_str(rest);
    }
    text
}

/// The texts of the elements between these tags.
fn elements<'a>(html: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let after = html.split(start).skip(1);
    after.filter_map(|rest| rest.split_once(end)).map(|(text, _)| text).collect()
}

/// The link in the help.
fn link(target: &str) -> String {
    let target = escape(target);
    format!("<p><a href=\"{target}\">{target}</a></p>\n")
}

/// Text for HTML, also for attributes in double quotes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::{elements, fill};

    #[test]
    fn a_value_is_no_template() {
        let filled = fill("a {{x}} b {{y}}{{x}}", |name| format!("{{{{{name}}}}}<"));
        assert_eq!(filled, "a {{x}}< b {{y}}<{{x}}<");
    }

    #[test]
    fn elements_with_attributes_are_data() {
        let html = "<script type=\"a\">1</script><script>2</script><script>3</script>";
        assert_eq!(elements(html, "<script>", "</script>"), ["2", "3"]);
    }
}
