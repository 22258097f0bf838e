//! The command line.

use ai_stream_handler::retry::Policy;
use std::path::PathBuf;

#[derive(Debug)]
pub struct Args {
    /// 0: any free port.
    pub port: u16,
    /// The SQLite file.
    pub db: PathBuf,
    /// The static files to serve.
    pub www: PathBuf,
    /// Milliseconds between two tokens.
    pub pace: f64,
    /// How often the retrying route retries, and after which delays.
    pub policy: Policy,
    /// Seconds that one attempt may take.
    pub timeout: f64,
    /// Omit the `event` key from the data of `retry` and `error` (docs/rate-limit-retries.md).
    pub no_event_key: bool,
}

const HELP: &str = "options: --port 7777 --db sessions.sqlite --www www --pace 30 --base-delay 5 --max-retries 3 \
                    --timeout 120 --no-event-key";

impl Args {
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Args, String> {
        let mut args = Args {
            port: 7777,
            db: "sessions.sqlite".into(),
            www: "www".into(),
            pace: 30.0,
            policy: Policy::default(),
            timeout: 120.0,
            no_event_key: false,
        };
        let (mut max_retries, mut base_delay) = (None, None);
        while let Some(name) = words.next() {
            if matches!(name.as_str(), "--help" | "-h") {
                println!("{HELP}");
                std::process::exit(0);
            }
            if name == "--no-event-key" {
                args.no_event_key = true;
                continue;
            }
            let value = words.next().ok_or_else(|| format!("{name} needs a value; {HELP}"))?;
            let number = || value.parse::<f64>().map_err(|_| format!("{name} {value}: not a number"));
            match name.as_str() {
                "--port" => args.port = value.parse().map_err(|_| format!("--port {value}: not a port"))?,
                "--db" => args.db = value.into(),
                "--www" => args.www = value.into(),
                "--pace" => args.pace = milliseconds(&name, number()?)?,
                "--base-delay" => base_delay = Some(number()?),
                "--max-retries" => max_retries = Some(number()?),
                "--timeout" => args.timeout = milliseconds(&name, number()? * 1000.0)? / 1000.0,
                _ => return Err(format!("{name} is no option; {HELP}")),
            }
        }
        args.policy = Policy::new(max_retries, base_delay, None, &[], None).map_err(|error| error.to_string())?;
        Ok(args)
    }
}

/// At most a day.
fn milliseconds(name: &str, value: f64) -> Result<f64, String> {
    match (0.0..=86_400_000.0).contains(&value) {
        true => Ok(value),
        false => Err(format!("{name} is out of range; {HELP}")),
    }
}
