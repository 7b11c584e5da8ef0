use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

fn main() -> std::io::Result<()> {
    let page = std::fs::read_to_string("page.html")?;
    for stream in TcpListener::bind("0.0.0.0:8000")?.incoming() {
        let mut stream = stream?;
        let mut first = String::new();
        BufReader::new(&stream).read_line(&mut first)?;
        let path = first.split(' ').nth(1).unwrap_or("/");
        let (status, body) = match path {
            "/" => ("200 OK", page.as_str()),
            "/health" => ("200 OK", "ok\n"),
            _ => ("404 Not Found", "not found\n"),
        };
        let _ = write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
    }
    Ok(())
}
