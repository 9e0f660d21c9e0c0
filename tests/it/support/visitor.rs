//! Somebody with a browser without scripts: keeps cookies, reads pages, fills in forms and presses their buttons.

use std::net::TcpListener;
use std::sync::Arc;

use huiqian::config::Settings;
use huiqian::jobs::{self, Mailer};
use huiqian::services::{App, demo, mailbox};
use huiqian::web::server;
use scraper::{ElementRef, Html, Selector};
use tokio::sync::oneshot;
use ureq::Agent;
use ureq::http::{Request, Response};

use super::office::Office;

/// The office of the demonstration behind a server of its own.
pub struct Site {
    pub office: Office,
    pub address: String,
    mailer: Mailer,
    stop: Option<oneshot::Sender<()>>,
}

impl Site {
    /// Opens it on a free port.
    pub fn open() -> Self {
        Self::with(|_| {})
    }

    /// As [`Self::open`], with other settings.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let office = Office::with(change);
        let (address, stop) = serve(&office.app);
        let mailer = Mailer::new(
            Arc::clone(&office.app),
            jobs::sender(&office.app).expect("a sender"),
        );
        Self {
            office,
            address,
            mailer,
            stop: Some(stop),
        }
    }

    /// Somebody who is not logged in.
    pub fn stranger(&self) -> Visitor {
        Visitor::of(&self.address)
    }

    /// Somebody of the directory, logged in through the page.
    pub fn visitor(&self, login: &str) -> Visitor {
        let visitor = self.stranger();
        let page = visitor.log_in(login);
        assert_eq!(page.status, 303, "{login} logs in: {}", page.text("main"));
        visitor
    }

    /// The links to act with in the last mail to somebody, in the order of their buttons: `/a/…?d=approve`.
    pub fn links(&self, login: &str) -> Vec<String> {
        self.mail(login)
            .attributes(".linklist a", "href")
            .into_iter()
            .filter(|href| href.starts_with("/a/"))
            .collect()
    }

    /// The last mail to somebody, as the mailbox shows it.
    pub fn mail(&self, login: &str) -> Page {
        while self.mailer.pass().expect("mails go out") {}
        let to = format!("{login}@henan.example");
        let page = mailbox::list(&self.office.app, Some(&to), None, 1).expect("a list");
        let mail = page.rows.first().expect("a mail").id;
        self.stranger().get(&format!("/dev/mail/{mail}"))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).ok();
        }
    }
}

fn serve(app: &Arc<App>) -> (String, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("its number"));
    let (stop, stopped) = oneshot::channel();
    let app = Arc::clone(app);
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let stopped = async {
                stopped.await.ok();
            };
            server::start(app, listener, 1, stopped)
                .expect("a listener that can be used")
                .await
                .expect("ends in order");
        });
    });
    (address, stop)
}

/// A browser.
pub struct Visitor {
    agent: Agent,
    address: String,
}

/// A page as it came.
pub struct Page {
    pub status: u16,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// A form of a page as it would be sent.
pub struct Form {
    action: String,
    multipart: bool,
    pub pairs: Vec<(String, String)>,
    files: Vec<(String, String, Vec<u8>)>,
}

impl Visitor {
    /// Somebody who asks at this address.
    pub fn of(address: &str) -> Self {
        let agent = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .build()
            .into();
        Self {
            agent,
            address: address.to_owned(),
        }
    }

    /// The same browser, with its cookies, at another server.
    pub fn at(&self, address: &str) -> Self {
        Self {
            agent: self.agent.clone(),
            address: address.to_owned(),
        }
    }

    /// Logs in, with the password of the demonstration.
    pub fn log_in(&self, login: &str) -> Page {
        let page = self.get("/login");
        self.log_in_on(&page, login, demo::PASSWORD)
    }

    /// Logs in on this page.
    pub fn log_in_on(&self, page: &Page, login: &str, password: &str) -> Page {
        let mut form = page.form("form[action='/login']");
        form.set("login", login);
        form.set("password", password);
        self.send(&form)
    }

    /// Asks for a page; redirects are not followed.
    pub fn get(&self, path: &str) -> Page {
        self.ask("GET", path, &[])
    }

    /// A file, as it is.
    pub fn file(&self, path: &str) -> Vec<u8> {
        let address = format!("{}{path}", self.address);
        let mut response = self.agent.get(&address).call().expect("an answer");
        assert_eq!(response.status().as_u16(), 200, "{path}");
        let media_type = response.headers().get("content-type").expect("a type");
        assert_eq!(media_type, "application/pdf");
        response.body_mut().read_to_vec().expect("bytes")
    }

    /// Asks with another method, or with headers of its own.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Page {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).expect("a request");
        Page::of(path, self.agent.run(request).expect("an answer"))
    }

    /// Sends a form and answers with what comes.
    pub fn send(&self, form: &Form) -> Page {
        self.send_from(form, &[])
    }

    /// As [`Self::send`], with headers of its own.
    pub fn send_from(&self, form: &Form, headers: &[(&str, &str)]) -> Page {
        let (content_type, body) = form.body();
        let mut request = Request::builder()
            .method("POST")
            .uri(format!("{}{}", self.address, form.action))
            .header("content-type", content_type);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).expect("a request");
        Page::of(&form.action, self.agent.run(request).expect("an answer"))
    }

    /// Goes where a redirect leads.
    pub fn follow(&self, page: &Page) -> Page {
        let location = page.header("location").unwrap_or_else(|| {
            panic!(
                "{} answers {}: {}",
                page.path,
                page.status,
                page.text("main")
            )
        });
        self.get(location.split('#').next().unwrap_or_default())
    }
}

impl Page {
    fn of(path: &str, mut response: Response<ureq::Body>) -> Self {
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.to_string(), value)
            })
            .collect();
        Self {
            status: response.status().as_u16(),
            path: path.to_owned(),
            headers,
            body: response.body_mut().read_to_string().expect("a text"),
        }
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().find(|(known, _)| known == name)?;
        Some(found.1.clone())
    }

    /// What can be read in all that `css` selects.
    pub fn text(&self, css: &str) -> String {
        let html = Html::parse_document(&self.body);
        let words = html
            .select(&selector(css))
            .flat_map(|element| element.text().collect::<Vec<_>>())
            .collect::<Vec<_>>();
        words.join(" ")
    }

    /// An attribute of all that `css` selects.
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        let html = Html::parse_document(&self.body);
        html.select(&selector(css))
            .filter_map(|element| element.attr(name).map(str::to_owned))
            .collect()
    }

    /// Whether there is such an element.
    pub fn has(&self, css: &str) -> bool {
        Html::parse_document(&self.body)
            .select(&selector(css))
            .next()
            .is_some()
    }

    /// The form that `css` selects, filled in as the page shows it.
    #[track_caller]
    pub fn form(&self, css: &str) -> Form {
        let html = Html::parse_document(&self.body);
        let form = html
            .select(&selector(css))
            .next()
            .unwrap_or_else(|| panic!("no form {css} on {}: {}", self.path, self.text("main")));
        let action = form.attr("action").map(str::to_owned);
        Form {
            action: action.unwrap_or_else(|| self.path.clone()),
            multipart: form.attr("enctype") == Some("multipart/form-data"),
            pairs: form
                .select(&selector("input, select, textarea"))
                .filter_map(pair)
                .collect(),
            files: Vec::new(),
        }
    }
}

/// What a control would send.
fn pair(control: ElementRef<'_>) -> Option<(String, String)> {
    let name = control.attr("name")?.to_owned();
    let kind = control.attr("type").unwrap_or("text");
    let checked = control.attr("checked").is_some();
    let value = match (control.value().name(), kind) {
        ("input", "file") => return None,
        ("input", "radio" | "checkbox") if !checked => return None,
        ("input", "radio" | "checkbox") => control.attr("value").unwrap_or("on").to_owned(),
        ("input", _) => control.attr("value").unwrap_or_default().to_owned(),
        ("textarea", _) => control.text().collect(),
        ("select", _) => {
            let options = selector("option");
            let all: Vec<_> = control.select(&options).collect();
            let chosen = all.iter().find(|option| option.attr("selected").is_some());
            let option = chosen.or(all.first())?;
            option.attr("value").unwrap_or_default().to_owned()
        }
        _ => return None,
    };
    Some((name, value))
}

impl Form {
    /// Fills in a control, or chooses in a group.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.pairs
            .retain(|(known, kept)| known != name || kept.is_empty() && value.is_empty());
        self.pairs.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Ticks one more box of a group.
    pub fn tick(&mut self, name: &str, value: &str) -> &mut Self {
        self.pairs.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends it elsewhere, as no page of ours would.
    pub fn act(&mut self, address: &str) -> &mut Self {
        address.clone_into(&mut self.action);
        self
    }

    /// Leaves a control out, as no page of ours would.
    pub fn leave_out(&mut self, name: &str) -> &mut Self {
        self.pairs.retain(|(known, _)| known != name);
        self
    }

    /// Chooses a file.
    pub fn attach(&mut self, name: &str, file_name: &str, bytes: &[u8]) -> &mut Self {
        self.files
            .push((name.to_owned(), file_name.to_owned(), bytes.to_vec()));
        self
    }

    /// What is in a control.
    pub fn value(&self, name: &str) -> Option<&str> {
        let last = self.pairs.iter().rev().find(|(known, _)| known == name)?;
        Some(&last.1)
    }

    fn body(&self) -> (String, Vec<u8>) {
        if self.multipart {
            return self.parts();
        }
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.pairs)
            .finish();
        (
            "application/x-www-form-urlencoded".to_owned(),
            body.into_bytes(),
        )
    }

    fn parts(&self) -> (String, Vec<u8>) {
        const LINE: &str = "----------a-line-between";
        let mut body = Vec::new();
        for (name, value) in &self.pairs {
            let head =
                format!("--{LINE}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(value.as_bytes());
            body.extend_from_slice(b"\r\n");
        }
        for (name, file, bytes) in &self.files {
            let head = format!(
                "--{LINE}\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
                 content-type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{LINE}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={LINE}"), body)
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("{css}: {error}"))
}
