//! A web server for one page, which only this machine can reach.
//!
//! It listens on 127.0.0.1. A page elsewhere can make a browser connect here under a name of its own (DNS rebinding), so whoever
//! asks has to ask for this address by its number or as localhost.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A request has at most so many bytes.
const MOST_BYTES: usize = 16 * 1024;
/// And comes within this time.
const MOST_TIME: Duration = Duration::from_secs(5);
/// So many are served at the same time; browsers open some connections in advance.
const MOST_CONNECTIONS: usize = 32;

/// Serves `page` on a free port until the process ends; the address, once it listens.
pub(super) fn serve(page: String) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let page: Arc<str> = page.into();
    let open = Arc::new(AtomicUsize::new(0));
    thread::Builder::new().name("page".to_owned()).spawn(move || {
        for stream in listener.incoming().flatten() {
            if open.fetch_add(1, Ordering::SeqCst) >= MOST_CONNECTIONS {
                open.fetch_sub(1, Ordering::SeqCst);
                continue;
            }
            let (page, counter) = (page.clone(), open.clone());
            let answered = thread::Builder::new().spawn(move || {
                // A reader that goes away is no error.
                let _ = answer(stream, address, &page);
                counter.fetch_sub(1, Ordering::SeqCst);
            });
            if answered.is_err() {
                open.fetch_sub(1, Ordering::SeqCst);
            }
        }
    })?;
    Ok(address)
}

fn answer(mut stream: TcpStream, address: SocketAddr, page: &str) -> io::Result<()> {
    stream.set_write_timeout(Some(MOST_TIME))?;
    let reply = match read_head(&mut stream) {
        Ok(head) => Reply::to(&head, address),
        Err(reply) => reply,
    };
    let (status, body, is_page) = match reply {
        Reply::Page => ("200 OK", page, true),
        Reply::HeadOfPage => ("200 OK", page, true),
        Reply::Refused(status) => (status, status, false),
    };
    let kind = if is_page { "text/html" } else { "text/plain" };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\
         Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n\
         Cross-Origin-Resource-Policy: same-origin\r\nContent-Security-Policy: frame-ancestors 'none'\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    if reply != Reply::HeadOfPage {
        stream.write_all(body.as_bytes())?;
    }
    stream.flush()
}

/// The request up to the empty line; a page has no body.
fn read_head(stream: &mut TcpStream) -> Result<String, Reply> {
    let end = Instant::now() + MOST_TIME;
    let mut bytes = Vec::new();
    let mut part = [0; 1024];
    while !bytes.windows(4).any(|four| four == b"\r\n\r\n") {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Reply::Refused("408 Request Timeout"));
        }
        if bytes.len() > MOST_BYTES {
            return Err(Reply::Refused("431 Request Header Fields Too Large"));
        }
        let read = stream.set_read_timeout(Some(left)).and_then(|()| stream.read(&mut part));
        match read {
            Ok(0) | Err(_) => return Err(Reply::Refused("400 Bad Request")),
            Ok(count) => bytes.extend(part.iter().take(count)),
        }
    }
    String::from_utf8(bytes).map_err(|_| Reply::Refused("400 Bad Request"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reply {
    Page,
    HeadOfPage,
    Refused(&'static str),
}

impl Reply {
    fn to(head: &str, address: SocketAddr) -> Reply {
        let mut lines = head.split("\r\n");
        let mut request = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target), Some("HTTP/1.1" | "HTTP/1.0"), None) =
            (request.next(), request.next(), request.next(), request.next())
        else {
            return Reply::Refused("400 Bad Request");
        };
        let mut hosts = lines
            .filter_map(|line| line.split_once(':'))
            .filter(|(name, _)| name.eq_ignore_ascii_case("host"))
            .map(|(_, value)| value.trim());
        let names = [address.to_string(), format!("localhost:{}", address.port())];
        let is_ours = |host: &str| names.iter().any(|name| name.eq_ignore_ascii_case(host));
        match (hosts.next(), hosts.next()) {
            (Some(host), None) if is_ours(host) => {}
            _ => return Reply::Refused("421 Misdirected Request"),
        }
        match (method, target.split(['?', '#']).next()) {
            ("GET", Some("/")) => Reply::Page,
            ("HEAD", Some("/")) => Reply::HeadOfPage,
            ("GET" | "HEAD", _) => Reply::Refused("404 Not Found"),
            _ => Reply::Refused("405 Method Not Allowed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn one_page_for_this_machine_only() {
        let address = serve("<p>the page</p>".to_owned()).unwrap();
        assert_eq!(address.ip(), Ipv4Addr::LOCALHOST);
        let port = address.port();
        let check = |request: &str, status: &str, has_page: bool| {
            let request = request.replace("PORT", &port.to_string());
            let answer = ask(address, &request);
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{request:?}: {answer}");
            assert_eq!(answer.contains("<p>the page</p>"), has_page, "{request:?}: {answer}");
        };
        check("GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", "200", true);
        check("GET /?x=1 HTTP/1.1\r\nhost:  LOCALHOST:PORT \r\nAccept: */*\r\n\r\n", "200", true);
        check("HEAD / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", "200", false);
        check("GET /favicon.ico HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", "404", false);
        check("POST / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", "405", false);
        for host in ["evil.example", "evil.example:PORT", "127.0.0.1", "localhost", "127.0.0.1:1", ""] {
            check(&format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"), "421", false);
        }
        check("GET / HTTP/1.1\r\n\r\n", "421", false);
        check("GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nHost: evil.example\r\n\r\n", "421", false);
        check("GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", "404", false);
        check("nonsense\r\n\r\n", "400", false);
        check(&format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(MOST_BYTES)), "431", false);
    }

    #[test]
    fn whoever_says_nothing_keeps_nobody_waiting() {
        let address = serve("page".to_owned()).unwrap();
        let silent: Vec<TcpStream> = (0..8).map(|_| TcpStream::connect(address).unwrap()).collect();
        let answer = ask(address, &format!("GET / HTTP/1.1\r\nHost: {address}\r\n\r\n"));
        assert!(answer.ends_with("page"), "{answer}");
        drop(silent);
    }
}
