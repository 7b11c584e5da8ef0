use serde::{Deserialize, Serialize};

const STATIONS: &str = include_str!("stations.json");

#[derive(Deserialize, Serialize)]
struct Station {
    name: String,
    degrees: f32,
    since: u16,
}

pub struct Page {
    pub status: u16,
    pub kind: &'static str,
    pub text: String,
}

fn plain(status: u16, text: &str) -> Page {
    Page { status, kind: "text/plain", text: text.to_string() }
}

fn json(value: &impl Serialize) -> Page {
    Page { status: 200, kind: "application/json", text: serde_json::to_string(value).expect("plain values") }
}

pub fn page(path: &str) -> Page {
    let stations: Vec<Station> = serde_json::from_str(STATIONS).expect("the stations are valid");
    match path {
        "/" => json(&stations),
        "/health" => plain(200, "ok\n"),
        _ => match stations.iter().find(|station| path.strip_prefix("/stations/") == Some(&station.name)) {
            Some(station) => json(station),
            None => plain(404, "not found\n"),
        },
    }
}
