//! A real browser for the tests: chromedriver and headless Chromium, driven over WebDriver.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use tempfile::TempDir;

/// How long a page or an element may take to appear.
const PATIENCE: Duration = Duration::from_secs(20);

/// A browser of one's own. Its processes end and its profile is deleted when it is dropped.
pub struct Browser {
    // Fields are dropped in this order: the driver ends Chromium before the profile goes.
    client: Client,
    /// Where chromedriver listens.
    driver_address: String,
    _driver: Driver,
    _profile: TempDir,
}

/// chromedriver as a process group leader: with it goes every process that it started.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        // Chromium is a grandchild, so the whole group is ended; `kill` knows groups, the standard library does not.
        let ended = Command::new("kill").args(["-KILL", "--", &group]).status();
        if !ended.is_ok_and(|status| status.success()) {
            self.0.kill().ok();
        }
        self.0.wait().ok();
    }
}

impl Browser {
    /// Starts one at `width` × `height`. Without Chromium on this machine there is none, said in one line, unless
    /// `HUIQIAN_TEST_REQUIRE` names `browser`: then the test fails.
    pub async fn start(width: u32, height: u32) -> Option<Self> {
        let (Some(chromium), Some(driver)) = (
            program(&["chromium", "chromium-browser", "google-chrome"]),
            program(&["chromedriver"]),
        ) else {
            let missing = "no chromium and chromedriver on this machine: browser test left out";
            assert!(
                !required(),
                "{missing}, but HUIQIAN_TEST_REQUIRE asks for it"
            );
            eprintln!("{missing}");
            return None;
        };
        Some(Self::launch(&chromium, &driver, width, height).await)
    }

    async fn launch(chromium: &Path, driver: &Path, width: u32, height: u32) -> Self {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let port = free_port();
        let driver = start_driver(driver, port);
        let address = format!("http://127.0.0.1:{port}");
        let size = format!("--window-size={width},{height}");
        let data = format!("--user-data-dir={}", profile.path().display());
        let capabilities = serde_json::json!({
            "goog:chromeOptions": {
                "binary": chromium,
                "args": [
                    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--disable-dev-shm-usage", "--hide-scrollbars", size, data,
                ],
                // Narrower than a window can be made: the page sees a phone.
                "mobileEmulation": (width < 500).then(|| serde_json::json!({
                    "deviceMetrics": {"width": width, "height": height, "pixelRatio": 1.0},
                })),
            },
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(without_nulls(capabilities))
            .connect(&address)
            .await
            .expect("a browser session");
        Self {
            client,
            driver_address: address,
            _driver: driver,
            _profile: profile,
        }
    }

    /// Opens an address.
    pub async fn goto(&self, address: &str) {
        self.client.goto(address).await.expect("the page opens");
    }

    /// The address of the page.
    pub async fn address(&self) -> String {
        let address = self.client.current_url().await.expect("an address");
        address.to_string()
    }

    /// Forgets who is logged in.
    pub async fn forget(&self) {
        let forgotten = self.client.delete_all_cookies().await;
        forgotten.expect("cookies can be deleted");
    }

    /// The title of the page.
    pub async fn title(&self) -> String {
        self.client.title().await.expect("a title")
    }

    /// The element that `css` selects, as soon as it is there.
    pub async fn find(&self, css: &str) -> Element {
        self.client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await
            .unwrap_or_else(|error| panic!("no element {css}: {error}"))
    }

    /// Whether the page has an element that `css` selects, now.
    pub async fn has(&self, css: &str) -> bool {
        let found = self.client.find_all(Locator::Css(css)).await;
        !found.expect("a page to search").is_empty()
    }

    /// Types `text` into a field, instead of what is there.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.expect("a field that can be emptied");
        field.send_keys(text).await.expect("a field to type into");
    }

    /// Sets a field's value as a whole: for dates and times, whose keys depend on the browser's language.
    pub async fn set(&self, css: &str, value: &str) {
        let field = self.find(css).await;
        let field = serde_json::to_value(field).expect("an element");
        self.client
            .execute(
                "arguments[0].value = arguments[1]",
                vec![field, value.into()],
            )
            .await
            .expect("a field to set");
    }

    /// Presses what `css` selects: a link, a button, a box. Waits until the page that it leads to is there.
    pub async fn click(&self, css: &str) {
        let element = self.find(css).await;
        element
            .click()
            .await
            .unwrap_or_else(|error| panic!("cannot click {css}: {error}"));
    }

    /// Presses keys, whatever on the page has the focus.
    pub async fn press(&self, text: &str) {
        let mut keys = KeyActions::new("keys".to_owned());
        for letter in text.chars() {
            let value = match letter {
                '\n' => '\u{e007}',
                letter => letter,
            };
            keys = keys
                .then(KeyAction::Down { value })
                .then(KeyAction::Up { value });
        }
        self.client.perform_actions(keys).await.expect("keys");
    }

    /// Presses a key together with the control key.
    pub async fn control(&self, letter: char) {
        const CONTROL: char = '\u{e009}';
        let keys = KeyActions::new("keys".to_owned())
            .then(KeyAction::Down { value: CONTROL })
            .then(KeyAction::Down { value: letter })
            .then(KeyAction::Up { value: letter })
            .then(KeyAction::Up { value: CONTROL });
        self.client.perform_actions(keys).await.expect("keys");
    }

    /// Chooses an option of a select by its value.
    pub async fn choose(&self, css: &str, value: &str) {
        let select = self.find(css).await;
        select
            .select_by_value(value)
            .await
            .unwrap_or_else(|error| panic!("no option {value} in {css}: {error}"));
    }

    /// What can be read in the element.
    pub async fn text(&self, css: &str) -> String {
        let element = self.find(css).await;
        element.text().await.expect("a text")
    }

    /// What can be read in each element, in the order of the page.
    pub async fn texts(&self, css: &str) -> Vec<String> {
        let elements = self.client.find_all(Locator::Css(css)).await;
        let mut texts = Vec::new();
        for element in elements.expect("a page to search") {
            texts.push(element.text().await.expect("a text"));
        }
        texts
    }

    /// An attribute of the element.
    pub async fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let element = self.find(css).await;
        element.attr(name).await.expect("an element")
    }

    /// Waits until the page can be read to say `words`.
    pub async fn wait_for_text(&self, words: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let page = self.readable().await.unwrap_or_default();
            if page.contains(words) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "the page never said {words}; it says: {page}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// What can be read now; nothing while one page gives way to the next.
    async fn readable(&self) -> Option<String> {
        let body = self.client.find(Locator::Css("body")).await.ok()?;
        body.text().await.ok()
    }

    /// Runs a script in the page; for measuring it, never for using it.
    pub async fn execute(&self, script: &str) -> serde_json::Value {
        self.client
            .execute(script, Vec::new())
            .await
            .expect("a script that runs")
    }

    /// Writes a picture of the whole page, also of what is below the window.
    pub async fn screenshot(&self, file: &Path) {
        let size = self
            .execute(
                "return [innerWidth, Math.max(innerHeight, document.documentElement.scrollHeight)]",
            )
            .await;
        let metrics = serde_json::json!({
            "width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await;
        let picture = self.client.screenshot().await.expect("a picture");
        self.devtools(
            "Emulation.clearDeviceMetricsOverride",
            serde_json::json!({}),
        )
        .await;
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).expect("a folder for pictures");
        }
        std::fs::write(file, picture).expect("a file to write");
    }

    /// What WebDriver has no command for.
    async fn devtools(&self, command: &str, parameters: serde_json::Value) {
        let session = self.client.session_id().await.expect("a session");
        let session = session.expect("a session's id");
        let address = format!("{}/session/{session}/goog/cdp/execute", self.driver_address);
        let body = serde_json::json!({"cmd": command, "params": parameters});
        tokio::task::spawn_blocking(move || ureq::post(&address).send_json(body))
            .await
            .expect("not interrupted")
            .expect("a command that the browser knows");
    }

    /// Ends the session in order. Dropping it ends the processes as well, only less politely.
    pub async fn close(self) {
        self.client.clone().close().await.expect("the session ends");
    }
}

fn without_nulls(mut value: serde_json::Value) -> serde_json::Map<String, serde_json::Value> {
    if let Some(options) = value
        .get_mut("goog:chromeOptions")
        .and_then(serde_json::Value::as_object_mut)
    {
        options.retain(|_, option| !option.is_null());
    }
    value.as_object().cloned().expect("an object")
}

fn required() -> bool {
    std::env::var("HUIQIAN_TEST_REQUIRE")
        .is_ok_and(|names| names.split([',', ' ']).any(|name| name == "browser"))
}

fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its number").port()
}

/// Starts chromedriver and waits until it says that it listens.
fn start_driver(program: &Path, port: u16) -> Driver {
    use std::os::unix::process::CommandExt;
    let mut child = Command::new(program)
        .arg(format!("--port={port}"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("chromedriver starts");
    let output = child.stdout.take().expect("its output");
    let driver = Driver(child);
    let mut lines = BufReader::new(output).lines();
    let ready = lines
        .by_ref()
        .map_while(Result::ok)
        .any(|line| line.contains("started successfully"));
    assert!(ready, "chromedriver ended before it listened");
    // Whoever writes into a pipe that nobody reads is stopped one day.
    std::thread::spawn(move || lines.for_each(drop));
    driver
}
