use std::io::{Read, Write};
use std::net::TcpListener;

extern "C" {
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
}

extern "C" fn stop(_number: i32) {
    std::process::exit(0);
}

fn main() -> std::io::Result<()> {
    // SIGTERM: process 1 of a container ends on no signal that it does not handle.
    unsafe { signal(15, stop) };
    let listener = TcpListener::bind("0.0.0.0:7000")?;
    for stream in listener.incoming() {
        let mut stream = stream?;
        let mut buffer = [0; 1024];
        let _ = stream.read(&mut buffer);
        let _ = stream.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\necho\n");
    }
    Ok(())
}
