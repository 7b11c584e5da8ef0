mod pages;

use hyper::service::{make_service_fn, service_fn};
use hyper::{Body, Request, Response, Server};
use std::convert::Infallible;
use tokio::signal::unix::{signal, SignalKind};

async fn handle(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let page = pages::page(request.uri().path());
    let response = Response::builder().status(page.status).header("content-type", page.kind).body(Body::from(page.text));
    Ok(response.expect("the header is plain"))
}

#[tokio::main]
async fn main() {
    let make = make_service_fn(|_| async { Ok::<_, Infallible>(service_fn(handle)) });
    let server = Server::bind(&([0, 0, 0, 0], 8000).into()).serve(make);
    let mut stop = signal(SignalKind::terminate()).expect("SIGTERM can be waited for");
    println!("listening on 8000");
    server.with_graceful_shutdown(async move { stop.recv().await; }).await.expect("the server runs");
}
