//! A page in a browser: what it shows, in words and in pixels.

use serde_json::{Value, json};

use crate::browser::{Browser, rest};
use crate::vocabulary::Folder;

/// The least swing of a line with an R peak, and the most of a flat one, as parts of the height.
pub const PEAK: f64 = 0.2;
pub const FLAT: f64 = 0.06;

/// Copies the canvas of a lead, without its captions. The copy's pixels are `pixels`.
const COPY: &str = "
    const canvas = document.querySelectorAll('canvas')[arguments[0]];
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const pixels = copy.getImageData(0, 0, canvas.width, canvas.height).data;";

/// A number that depends on every pixel.
const HASH: &str = "
    let hash = canvas.width;
    for (const pixel of new Uint32Array(pixels.buffer)) hash = (Math.imul(hash, 31) + pixel) | 0;
    return hash;";

/// The height of the line from its lowest to its highest pixel, in the theme `phosphor`, as a part of
/// the height. The left, which has the calibration pulse, is left out.
const SWING: &str = "
    let [least, most] = [Infinity, -Infinity];
    for (let y = 0; y < canvas.height; y += 1) {
      for (let x = Math.floor(.16 * canvas.width); x < canvas.width; x += 1) {
        if (pixels[4 * (y * canvas.width + x) + 1] <= 140) continue;
        least = Math.min(least, y);
        most = y;
      }
    }
    return most < 0 ? 0 : (most - least) / canvas.height;";

/// Lets the timers of a page run four times as fast.
const HURRY: &str = "
    const later = window.setTimeout;
    window.setTimeout = (f, ms, ...more) => later(f, ms / 4, ...more);";

/// A page in a browser.
pub struct View<'a> {
    pub browser: &'a Browser,
    folder: Folder,
}

impl<'a> View<'a> {
    /// Writes a page with these options, not split.
    pub fn written(browser: &'a Browser, options: &[&str]) -> Self {
        let folder = Folder::new();
        let output = folder.command().args(["page", "-o", "ecg.html"]).args(options).output();
        let output = output.expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { browser, folder }
    }

    /// The same page, opened from disk with this query, such as `?seed=7`.
    #[track_caller]
    pub fn opened(browser: &'a Browser, options: &[&str], query: &str) -> Self {
        let this = Self::written(browser, options);
        this.open(query);
        this
    }

    /// Opens the page from disk with this query.
    #[track_caller]
    pub fn open(&self, query: &str) {
        self.browser.open(&format!("{}{query}", self.address()));
    }

    pub fn address(&self) -> String {
        format!("file://{}", self.folder.path("ecg.html").display())
    }

    pub fn html(&self) -> String {
        self.folder.text("ecg.html")
    }

    /// Waits for the live picture.
    #[track_caller]
    pub fn is_live(&self) -> &Self {
        self.browser.wait("document.documentElement.dataset.live === 'yes'");
        self
    }

    /// The text of the first element of a selector.
    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        let text = self.browser.run_with(
            "return document.querySelector(arguments[0])?.textContent ?? ''",
            &[json!(selector)],
        );
        text.as_str().expect("a text").to_string()
    }

    /// A number for the picture on the canvas of a lead, without the captions: another picture has
    /// another number.
    #[track_caller]
    pub fn picture(&self, lead: usize) -> Value {
        self.browser.run_with(&format!("{COPY}{HASH}"), &[json!(lead)])
    }

    /// How far the line of a lead swings, as a part of the height.
    #[track_caller]
    pub fn swing(&self, lead: usize) -> f64 {
        let swing = self.browser.run_with(&format!("{COPY}{SWING}"), &[json!(lead)]);
        swing.as_f64().expect("a number")
    }

    /// Waits until the line swings so far, for at most a few sweeps.
    #[track_caller]
    pub fn swings(&self, what: &str, is_so: impl Fn(f64) -> bool) {
        let mut seen = Vec::new();
        for _ in 0..120 {
            let swing = self.swing(0);
            if is_so(swing) {
                return;
            }
            seen.push(swing);
            rest(100);
        }
        panic!("{what}: the line swings by {seen:?}");
    }

    /// True if the picture changes within a moment.
    #[track_caller]
    pub fn moves(&self) -> bool {
        let before = self.picture(0);
        (0..20).any(|_| {
            rest(40);
            self.picture(0) != before
        })
    }

    /// True if the picture stays as it is.
    #[track_caller]
    pub fn stands(&self) -> bool {
        let before = self.picture(0);
        rest(400);
        self.picture(0) == before
    }

    /// Asserts that no script of the page has failed. What the browser says about connections and
    /// about requests that it has refused is no such failure.
    #[track_caller]
    pub fn has_no_exception(&self) {
        let allowed = ["Failed to load resource", "CORS policy", "Content Security Policy"];
        let failures: Vec<_> = self
            .browser
            .console()
            .into_iter()
            .filter(|line| !allowed.iter().any(|words| line.contains(words)))
            .collect();
        assert_eq!(failures, Vec::<String>::new());
    }

    /// Asserts that nothing was requested but the page itself and addresses that start so, and that
    /// the console is empty.
    #[track_caller]
    pub fn kept_to_itself(&self, others: &[String]) {
        let own = self.address();
        for address in self.browser.requested() {
            let inside = ["data:", "blob:"].iter().any(|scheme| address.starts_with(scheme));
            let known = address.starts_with(&own)
                || others.iter().any(|other| address.starts_with(other.as_str()));
            assert!(inside || known, "{address}");
        }
        assert_eq!(self.browser.console(), Vec::<String>::new());
    }
}

/// Runs a script in every document that is opened from now on, until the number that is returned is
/// given to [`undone`].
pub fn before_scripts(browser: &Browser, script: &str) -> Value {
    let parameters = json!({ "source": script });
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", parameters)["identifier"].clone()
}

/// Lets the timers of pages run faster, so that waits which a test must sit through are short.
pub fn hurry(browser: &Browser) {
    before_scripts(browser, HURRY);
}

pub fn undone(browser: &Browser, identifier: &Value) {
    let parameters = json!({ "identifier": identifier });
    browser.devtools("Page.removeScriptToEvaluateOnNewDocument", parameters);
}
