//! The Python extension `ai_stream_handler._core`: the pure parts of the core, and nothing else. Waiting, timeouts and
//! cancellation are asyncio's and in Python; no function here blocks or calls back.

mod frames;
mod monitor;
mod quota;
mod retries;

use pyo3::prelude::*;

#[pymodule]
mod _core {
    #[pymodule_export]
    use super::frames::{top_level_error, Decoder};
    #[pymodule_export]
    use super::monitor::Monitor;
    #[pymodule_export]
    use super::quota::{learned_limits, Quota};
    #[pymodule_export]
    use super::retries::{Retries, Verdict};

    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
