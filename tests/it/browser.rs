//! A real browser: Debian's chromium, driven through chromedriver.
//!
//! Every test has a browser of its own, which ends with it. Chromium hangs now and then when it
//! starts; then it is started again. All waits have an end.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::prelude::*;
use thirtyfour::{BrowserLogEntry, ChromeCapabilities};
use tokio::runtime::{Builder, Runtime};

use crate::tools;
use crate::vocabulary::Folder;

/// The time for a browser to start, and for a command to be answered.
const START: Duration = Duration::from_secs(15);
/// The time for a browser to end by itself.
const QUIT: Duration = Duration::from_secs(5);
/// The time for a page to become as a test expects it.
const WAIT: Duration = Duration::from_secs(8);
/// The time between two looks at a page.
const LOOK: Duration = Duration::from_millis(25);
/// The starts that are tried.
const ATTEMPTS: u32 = 3;

/// Flags that keep chromium from the network and from asking anybody anything.
pub const FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

/// Lets a page go on for a while.
pub fn rest(milliseconds: u64) {
    std::thread::sleep(Duration::from_millis(milliseconds));
}

/// A browser with one window of 800x600.
pub struct Browser {
    // Dropped in this order: the session, the processes, their files.
    driver: Option<WebDriver>,
    processes: Processes,
    runtime: Runtime,
    _profile: Folder,
}

impl Browser {
    /// Starts a browser; `None`, with a message, where there is none.
    pub fn start() -> Option<Self> {
        Self::with(&[])
    }

    /// Starts a browser with more flags.
    pub fn with(flags: &[&str]) -> Option<Self> {
        static PRESENT: OnceLock<bool> = OnceLock::new();
        let present = || {
            tools::present("chromium", "--version") && tools::present("chromedriver", "--version")
        };
        if !*PRESENT.get_or_init(present) {
            tools::skipped("a test needs chromium and chromedriver");
            return None;
        }
        let mut attempt = 1;
        loop {
            match Self::try_start(flags) {
                Ok(browser) => return Some(browser),
                Err(error) => assert!(attempt < ATTEMPTS, "chromium does not start: {error}"),
            }
            attempt += 1;
        }
    }

    fn try_start(flags: &[&str]) -> Result<Self, String> {
        let profile = Folder::new();
        let (processes, port) = Processes::start(&profile)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let capabilities = capabilities(profile.path("profile").as_path(), flags)
            .map_err(|error| error.to_string())?;
        // The client is built without TLS, and yet asks for its provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().timeout(START).build();
        let client = client.map_err(|error| error.to_string())?;
        let address = format!("http://127.0.0.1:{port}");
        let session = WebDriver::builder(address, capabilities).client(client).connect();
        let driver = runtime.block_on(session).map_err(|error| error.to_string())?;
        // The page that every window starts with makes requests of its own.
        let emptied = async {
            driver.goto("about:blank").await?;
            driver.get_log("performance").await
        };
        runtime.block_on(emptied).map_err(|error| error.to_string())?;
        Ok(Self { driver: Some(driver), processes, runtime, _profile: profile })
    }

    fn driver(&self) -> &WebDriver {
        self.driver.as_ref().expect("a browser that has not ended")
    }

    /// Waits for an answer of the driver.
    #[track_caller]
    fn asked<T>(&self, what: &str, answer: impl Future<Output = WebDriverResult<T>>) -> T {
        self.runtime.block_on(answer).unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    /// Opens an address and waits until it is loaded.
    #[track_caller]
    pub fn open(&self, address: &str) {
        self.asked(address, self.driver().goto(address));
    }

    /// Runs the body of a function in the page and returns its result.
    #[track_caller]
    pub fn run(&self, script: &str) -> Value {
        self.run_with(script, &[])
    }

    /// Runs the body of a function with these `arguments`.
    #[track_caller]
    pub fn run_with(&self, script: &str, arguments: &[Value]) -> Value {
        let answer = self.driver().execute(script, arguments.to_vec());
        self.asked(script, answer).json().clone()
    }

    /// The text that a function returns.
    #[track_caller]
    pub fn text(&self, expression: &str) -> String {
        let value = self.run(&format!("return String({expression})"));
        value.as_str().expect("a text").to_string()
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub fn wait(&self, expression: &str) {
        let begun = Instant::now();
        while self.run(&format!("return Boolean({expression})")) != json!(true) {
            if begun.elapsed() > WAIT {
                let shown = self.text("document.body.innerText");
                panic!("not true: {expression}\nconsole: {:?}\nshown: {shown}", self.console());
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Presses and releases a key; a name such as "Tab" or a character.
    #[track_caller]
    pub fn press(&self, key: &str) {
        let key = match key {
            "Tab" => "\u{e004}",
            "Enter" => "\u{e007}",
            "Escape" => "\u{e00c}",
            other => other,
        };
        self.asked(key, self.driver().action_chain().send_keys(key).perform());
    }

    /// Clicks the middle of an element.
    #[track_caller]
    pub fn click(&self, selector: &str) {
        let driver = self.driver();
        let click = async { driver.find(By::Css(selector)).await?.click().await };
        self.asked(selector, click);
    }

    /// Calls a method of the `DevTools` protocol.
    #[track_caller]
    pub fn devtools(&self, method: &str, parameters: Value) -> Value {
        self.asked(method, self.driver().cdp().send_raw(method, parameters))
    }

    /// What the console has shown since the last call.
    #[track_caller]
    pub fn console(&self) -> Vec<String> {
        let entries = self.log("browser");
        entries.into_iter().map(|entry| format!("{} {}", entry.level, entry.message)).collect()
    }

    /// The addresses that were requested since the last call, by pages and by their workers.
    #[track_caller]
    pub fn requested(&self) -> Vec<String> {
        let address = |entry: BrowserLogEntry| {
            let event: Value = serde_json::from_str(&entry.message).ok()?;
            let event = &event["message"];
            (event["method"] == "Network.requestWillBeSent")
                .then(|| event["params"]["request"]["url"].as_str().map(str::to_string))?
        };
        self.log("performance").into_iter().filter_map(address).collect()
    }

    fn log(&self, kind: &str) -> Vec<BrowserLogEntry> {
        self.asked(kind, self.driver().get_log(kind))
    }

    /// A picture of the window.
    #[track_caller]
    pub fn screenshot(&self) -> image::RgbImage {
        let png = self.asked("a screenshot", self.driver().screenshot_as_png());
        image::load_from_memory(&png).expect("a PNG").into_rgb8()
    }

    /// Gives the window this size in CSS pixels, with so many device pixels for each.
    #[track_caller]
    pub fn resize(&self, width: u32, height: u32, density: f64) {
        let screen = json!({
            "width": width, "height": height, "deviceScaleFactor": density, "mobile": false
        });
        self.devtools("Emulation.setDeviceMetricsOverride", screen);
    }

    /// Lets media queries match, such as `prefers-reduced-motion: reduce`.
    #[track_caller]
    pub fn prefers(&self, feature: &str, value: &str) {
        let features = json!({ "features": [{ "name": feature, "value": value }] });
        self.devtools("Emulation.setEmulatedMedia", features);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.take() {
            let quit = async { tokio::time::timeout(QUIT, driver.quit()).await };
            let _ = self.runtime.block_on(quit);
        }
        self.processes.end();
    }
}

fn capabilities(profile: &Path, flags: &[&str]) -> WebDriverResult<ChromeCapabilities> {
    let mut capabilities = DesiredCapabilities::chrome();
    let profile = format!("--user-data-dir={}", profile.display());
    for flag in
        FLAGS.iter().chain(flags).copied().chain([profile.as_str(), "--window-size=800,600"])
    {
        capabilities.add_arg(flag)?;
    }
    capabilities.set("goog:loggingPrefs", json!({ "browser": "ALL", "performance": "ALL" }))?;
    Ok(capabilities)
}

/// Chromedriver and the browser that it has started.
struct Processes {
    chromedriver: Child,
    /// The directory that is named in the command line of every process of the browser.
    profile: String,
}

impl Processes {
    /// Starts chromedriver on a free port.
    fn start(folder: &Folder) -> Result<(Self, u16), String> {
        let profile = folder.path("profile").display().to_string();
        let chromedriver = folder
            .alone("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let mut this = Self { chromedriver, profile };
        let stdout = this.chromedriver.stdout.take().expect("a pipe");
        let port = BufReader::new(stdout).lines().map_while(Result::ok).find_map(|line| {
            line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
        });
        let port = port.ok_or("chromedriver names no port")?;
        Ok((this, port))
    }

    /// Ends what is still running.
    fn end(&mut self) {
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
        let Ok(processes) = std::fs::read_dir("/proc") else { return };
        for process in processes.flatten() {
            let Ok(command) = std::fs::read(process.path().join("cmdline")) else { continue };
            if String::from_utf8_lossy(&command).contains(&self.profile) {
                let id = process.file_name();
                let _ = Command::new("kill").arg("-KILL").arg(id).stderr(Stdio::null()).status();
            }
        }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.end();
    }
}
