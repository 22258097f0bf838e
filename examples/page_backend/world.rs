//! The page as the environment of the model and the generator: its clock and its timers.

use super::scripted::{self, World};
use ai_stream_handler::generator::Host;
use js_sys::{Date, Function, Promise};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(then: &Function, milliseconds: f64) -> JsValue;
}

/// See the module.
#[derive(Clone)]
pub struct Page {
    /// Seconds between two tokens.
    pub pace: f64,
}

/// Sleeps with the page's timers.
pub struct Sleep(JsFuture);

impl Sleep {
    fn new(seconds: f64) -> Sleep {
        Sleep(Promise::new(&mut |resolve, _| drop(set_timeout(&resolve, seconds * 1000.0))).into())
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(context).map(drop)
    }
}

impl World for Page {
    type Sleep = Sleep;

    fn sleep(&self, seconds: f64) -> Sleep {
        Sleep::new(seconds)
    }

    fn now(&self) -> f64 {
        now()
    }

    fn id(&self) -> String {
        scripted::scripted_id(js_sys::Math::random())
    }

    fn pace(&self) -> f64 {
        self.pace
    }
}

impl Host for Page {
    type Sleep = Sleep;

    fn sleep(&mut self, seconds: f64) -> Sleep {
        Sleep::new(seconds)
    }

    fn now(&self) -> f64 {
        now()
    }
}

/// Seconds since the Unix epoch.
pub fn now() -> f64 {
    Date::now() / 1000.0
}
