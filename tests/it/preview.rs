//! `flaky page --preview`: a server for the page.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::vocabulary::Folder;

/// A running preview, which ends with its test.
pub struct Preview {
    child: Child,
    /// Its host and port.
    pub host: String,
}

impl Preview {
    /// Starts `flaky page --preview` with these options.
    pub fn of(folder: &Folder, options: &[&str]) -> Self {
        let mut command = folder.command();
        command.args(["page", "--preview"]).args(options);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its output");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let host = line.strip_prefix("http://").and_then(|rest| rest.strip_suffix("/\n"));
        let host = host.unwrap_or_else(|| panic!("no address: {line:?}")).to_string();
        Self { child, host }
    }

    /// The answer to a request: its head and its body.
    fn answer(&self, request: &str) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.host).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let head =
            format!("{request} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.host);
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
        (head, answer[end + 4..].to_vec())
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn serves_the_page_and_nothing_else() {
    let folder = Folder::new();
    let preview = Preview::of(&folder, &["--seed", "7"]);
    assert!(preview.host.starts_with("127.0.0.1:"));
    let page = folder.flaky("page --seed 7 -o -").succeeds();
    for path in ["/", "/index.html", "/?theme=amber"] {
        let (head, body) = preview.answer(&format!("GET {path}"));
        assert!(head.starts_with("http/1.1 200"), "{head}");
        for header in [
            "content-type: text/html; charset=utf-8",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
        ] {
            assert!(head.contains(header), "{header} in {head}");
        }
        assert!(body == page.bytes(), "{path}");
    }
    let (head, body) = preview.answer("HEAD /");
    assert!(head.starts_with("http/1.1 200") && body.is_empty(), "{head}");
    assert!(head.contains(&format!("content-length: {}", page.bytes().len())), "{head}");
    for path in ["/icon.svg", "/../index.html", "/etc/passwd", "/index.html/", "/%00"] {
        assert!(preview.answer(&format!("GET {path}")).0.starts_with("http/1.1 404"), "{path}");
    }
    assert!(preview.answer("POST /").0.starts_with("http/1.1 405"));
    assert!(folder.names().is_empty());
}

#[test]
fn serves_the_assets_where_asked() {
    let preview = Preview::of(&Folder::new(), &["--assets"]);
    let (head, body) = preview.answer("GET /preview.png");
    assert!(head.contains("content-type: image/png"), "{head}");
    assert_eq!(image::load_from_memory(&body).unwrap().width(), 1200);
    assert!(preview.answer("GET /icon.svg").0.contains("content-type: image/svg+xml"));
}

#[cfg(unix)]
#[test]
fn ends_with_ctrl_c_as_a_success() {
    let mut preview = Preview::of(&Folder::new(), &[]);
    // A connection that stays open keeps nobody waiting.
    let _open = TcpStream::connect(&preview.host).unwrap();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &preview.child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let status = crate::signals::ended(&mut preview.child, "SIGINT");
    assert_eq!(status.code(), Some(0));
}
