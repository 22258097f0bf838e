//! The command line.

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
    /// Seconds before the first retry where the model names no delay.
    pub base_delay: f64,
    pub max_retries: f64,
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
            base_delay: 5.0,
            max_retries: 3.0,
            timeout: 120.0,
            seed_form: false,
        };
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
                "--pace" => args.pace = number()?,
                "--base-delay" => args.base_delay = number()?,
                "--max-retries" => args.max_retries = number()?,
                "--timeout" => args.timeout = number()?,
                _ => return Err(format!("{name} is no option; {HELP}")),
            }
        }
        Ok(args)
    }
}
