//! Places where a test may have the process die as if its power were cut.

/// Ends the process at once when `TEST_FAILPOINT` names this place. Not part of a release build.
#[macro_export]
#[doc(hidden)]
macro_rules! failpoint {
    ($name:literal) => {
        #[cfg(debug_assertions)]
        if std::env::var_os("TEST_FAILPOINT").is_some_and(|name| name == $name) {
            std::process::abort();
        }
    };
}
