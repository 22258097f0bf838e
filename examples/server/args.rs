//! The command line.

use ai_stream_handler::retry::Policy;
use std::path::PathBuf;

#[derive(Debug)]
pub struct Args {
    /// 0: any that is free.
    pub port: u16,
    /// The SQLite file.
    pub db: PathBuf,
    /// What is served beside the routes.
    pub www: PathBuf,
    /// Milliseconds between two tokens.
    pub pace: f64,
    /// How often the mission's route tries again, and after how long.
    pub policy: Policy,
    /// Seconds that one attempt may take.
    pub timeout: f64,
    /// Leave the `event` key out of `retry` and `error`, as the mission's first backend did.
    pub seed_form: bool,
}

const HELP: &str = "options: --port 7777 --db sessions.sqlite --www www --pace 30 --base-delay 5 --max-retries 3 \
                    --timeout 120 --seed-form";

impl Args {
    pub fn read(mut given: impl Iterator<Item = String>) -> Result<Args, String> {
        let mut args = Args {
            port: 7777,
            db: "sessions.sqlite".into(),
            www: "www".into(),
            pace: 30.0,
            policy: Policy::default(),
            timeout: 120.0,
            seed_form: false,
        };
        let (mut max_retries, mut base_delay) = (None, None);
        while let Some(name) = given.next() {
            if name == "--seed-form" {
                args.seed_form = true;
                continue;
            }
            let value = given.next().ok_or_else(|| format!("{name} needs a value; {HELP}"))?;
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

/// Up to a day.
fn milliseconds(name: &str, value: f64) -> Result<f64, String> {
    match (0.0..=86_400_000.0).contains(&value) {
        true => Ok(value),
        false => Err(format!("{name} is out of range; {HELP}")),
    }
}
