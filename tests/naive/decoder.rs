//! Bytes → frames → events, as plainly as possible.

use serde_json::{Deserializer, Value};

/// The frames of a stream: name and data. A line of JSON objects outside of an event gives frames as well.
pub fn decode(bytes: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<&str> = text.strip_prefix('\u{FEFF}').unwrap_or(&text).split('\n').collect();
    let unfinished = lines.pop().filter(|line| line.starts_with('{'));
    let (mut frames, mut name, mut data) = (Vec::new(), "", None::<Vec<&str>>);
    for line in lines.into_iter().chain(unfinished) {
        if line.starts_with('{') {
            let objects = Deserializer::from_str(line).into_iter::<Value>().map_while(Result::ok);
            frames.extend(objects.map(|object| (String::new(), object.to_string())));
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => name = value,
            "data" => data.get_or_insert_default().push(value),
            "" if line.is_empty() => {
                frames.extend(data.take().map(|lines| (name.to_owned(), lines.join("\n"))));
                name = "";
            }
            _ => {}
        }
    }
    frames
}

/// A frame's event: its name, and its data without the wrapper `{event, data}`. `None`: malformed.
pub fn read(line: &str, data: &str) -> Option<(String, Value)> {
    let mut data: Value = serde_json::from_str(if data.trim().is_empty() { "{}" } else { data }).ok()?;
    data.as_object()?;
    let mut name = data["event"].as_str().unwrap_or(line).to_owned();
    if data["data"].is_string() || data["data"].is_object() {
        data = data["data"].take();
        data = data.as_str().map_or(Some(data.clone()), |text| serde_json::from_str(text).ok())?;
        name = data["event"].as_str().map_or(name, str::to_owned);
    }
    Some((name, data))
}
