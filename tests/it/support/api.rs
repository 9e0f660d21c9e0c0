//! The server on a port of its own, and a client that speaks to its API.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use huiqian::services::{App, demo};
use huiqian::web::server;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use ureq::http::{HeaderMap, Request};

use super::app::{Fixture, PASSWORD};
use super::office::Office;

/// A served application; dropping it stops the server.
pub struct Server {
    /// `http://127.0.0.1:PORT`
    pub address: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves on a free port.
    pub fn start(app: Arc<App>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let told = async move {
                    // A sender that is gone says the same.
                    let _ = stopped.await;
                };
                server::start(app, listener, 2, told)
                    .expect("starts")
                    .await
                    .expect("serves");
            });
        });
        Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Server {
    /// Tells it to stop; what is under way is to be finished.
    pub fn tell_to_stop(&mut self) {
        drop(self.stop.take());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            assert!(matches!(ended, Some(Ok(()))), "the server ended well");
        }
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub bytes: Vec<u8>,
    /// The body as JSON, or null.
    pub json: Value,
}

impl Answer {
    /// A header's text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    /// The body, which must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.bytes)
        );
        self.json
    }

    /// The code of a problem with this status.
    #[track_caller]
    pub fn problem(self, status: u16) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let body = self.expect(status);
        assert_eq!(body["status"], status);
        assert!(body["title"].is_string() && body["detail"].is_string());
        body["code"].as_str().expect("a code").to_owned()
    }
}

/// Somebody at the API of a world of people.
pub struct Api<'f> {
    /// Sees to it that a person can log in, and answers with their password.
    password: Box<dyn Fn(&str) -> &'static str + 'f>,
    /// The server.
    pub server: Server,
    agent: ureq::Agent,
    tokens: RefCell<HashMap<String, String>>,
}

impl<'f> Api<'f> {
    /// Serves the fixture.
    pub fn of(fixture: &'f Fixture) -> Self {
        Self::new(&fixture.app, |login| {
            fixture.login(login);
            PASSWORD
        })
    }

    /// Serves the demonstration's office.
    pub fn of_office(office: &'f Office) -> Self {
        Self::new(&office.app, |_| demo::PASSWORD)
    }

    fn new(app: &Arc<App>, password: impl Fn(&str) -> &'static str + 'f) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .build();
        Self {
            password: Box::new(password),
            server: Server::start(Arc::clone(app)),
            agent: config.into(),
            tokens: RefCell::default(),
        }
    }

    /// A token of this person, got by a login through the API.
    pub fn token(&self, login: &str) -> String {
        if let Some(known) = self.tokens.borrow().get(login) {
            return known.clone();
        }
        let body = json!({"login": login, "password": (self.password)(login)});
        let session = self.post("", "/api/v1/sessions", &body).expect(200);
        let token = session["token"].as_str().expect("a token").to_owned();
        self.tokens
            .borrow_mut()
            .insert(login.to_owned(), token.clone());
        token
    }

    /// Forgets all tokens: the next request logs in again.
    pub fn forget(&self) {
        self.tokens.borrow_mut().clear();
    }

    /// Sends anything; an empty login sends no token.
    pub fn send(
        &self,
        login: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.server.address));
        if !login.is_empty() {
            request = request.header("Authorization", format!("Bearer {}", self.token(login)));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_vec()).expect("a request");
        let mut response = self.agent.run(request).expect("an answer");
        let bytes = response
            .body_mut()
            .with_config()
            .limit(64 * 1024 * 1024)
            .read_to_vec()
            .expect("a body");
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            json: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            bytes,
        }
    }

    /// A GET.
    pub fn get(&self, login: &str, path: &str) -> Answer {
        self.send(login, "GET", path, &[], b"")
    }

    /// A POST of JSON.
    pub fn post(&self, login: &str, path: &str, body: &Value) -> Answer {
        self.json(login, "POST", path, &[], body)
    }

    /// A PUT of JSON.
    pub fn put(&self, login: &str, path: &str, body: &Value) -> Answer {
        self.json(login, "PUT", path, &[], body)
    }

    /// JSON with more headers.
    pub fn json(
        &self,
        login: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let mut all = vec![("Content-Type", "application/json")];
        all.extend(headers);
        self.send(login, method, path, &all, body.to_string().as_bytes())
    }

    /// An action on a case.
    pub fn act(&self, login: &str, case: &str, body: &Value) -> Answer {
        self.post(login, &format!("/api/v1/cases/{case}/actions"), body)
    }

    /// An upload of one file.
    pub fn upload(&self, login: &str, case: &str, file: &File<'_>) -> Answer {
        let path = format!("/api/v1/cases/{case}/attachments");
        let headers = [("Content-Type", "multipart/form-data; boundary=edge")];
        self.send(login, "POST", &path, &headers, &file.body())
    }
}

/// A file to be sent.
pub struct File<'a> {
    /// The name of its part.
    pub part: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its type.
    pub media_type: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

impl File<'_> {
    /// As it stands in a multipart body with the boundary `edge`.
    pub fn body(&self) -> Vec<u8> {
        let Self {
            part,
            name,
            media_type,
            bytes,
        } = self;
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"{name}\"\r\nContent-Type: {media_type}\r\n\r\n"
        );
        [head.as_bytes(), bytes, b"\r\n--edge--\r\n"].concat()
    }
}

/// A PDF of a few bytes.
pub const PDF: File<'static> = File {
    part: "file",
    name: "依据.pdf",
    media_type: "application/pdf",
    bytes: b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n",
};

/// Four signatures in two departments: two on the applicant's side, then intake and answer of the provider P within
/// the statutory ten working days.
pub const SHARING: &str = r#"
workflow: sharing
title: {zh: 政务数据共享申请, en: Request to share data}
number: 数享申〔{year}〕{seq}号
who: applicant
withdraw: {until: reply}
form:
  - section: request
    title: 申请内容
    fields:
      - {id: state_secret, type: yes_no, label: 是否涉密, required: true}
      - {id: subject, type: text, label: {zh: 标题, en: Subject}, required: true, max_length: 50}
      - {id: purpose, type: paragraph, label: {zh: 使用场景, en: Purpose}, required: true, min_length: 5, max_length: 100}
      - {id: phone, type: phone, label: 联系电话, required: true, private: true}
      - {id: until, type: date, label: 使用期限}
      - {id: amount, type: integer, label: 数量, min: 1}
      - {id: papers, type: files, label: 附件, max: 3}
  - section: answering
    title: 答复
    fields:
      - {id: conditions, type: paragraph, label: 使用条件, required: true, max_length: 100}
checks:
  - {that: form.state_secret != true, level: stop, message: 本系统为非涉密系统，已填内容不会保存。}
stages:
  - {stage: review, title: {zh: 科室审核, en: Section review}, who: section_head@applicant, comment: {reject: required}, due: 2wd}
  - {stage: head, title: 负责人同意, who: share_office_head@applicant, law: 《政务数据共享条例》第二十条}
  - group: reply
    title: 审核与答复
    due: {in: 10wd, law: 《政务数据共享条例》第二十一条}
    stages:
      - {stage: intake, title: 受理, who: provider_intake@dept:P, supplement: {times: 1, clock: pause, due: 5wd}}
      - stage: answer
        title: 答复
        who: share_office_head@dept:P
        fills: [answering]
        choices:
          agree: {title: 同意}
          refuse: {title: 不同意, verdict: refused, comment: required}
ends:
  approved: {title: 已办结}
  rejected: {title: 不予共享}
  withdrawn: {title: 已撤回}
"#;

/// Good answers to [`SHARING`].
pub fn answers() -> Value {
    json!({
        "state_secret": false,
        "subject": "人口信息核验",
        "purpose": "办理出生登记时核验父母身份",
        "phone": "0371-65506886",
    })
}

/// The number of the open task in a case as the API shows it.
pub fn open_task(case: &Value) -> i64 {
    let tasks = case["tasks"].as_array().expect("tasks");
    let open = tasks.iter().find(|task| task["state"] == "open");
    open.expect("an open task")["number"]
        .as_i64()
        .expect("a number")
}
