//! The border between the host and the frozen interpreter, generated from `wit/`.
//!
//! The files there are those of eryx-runtime 0.8.0 (MIT or Apache-2.0), whose interpreter the snapshot holds. What is
//! called TCP there carries our [channels](crate::channel); there is no other way out of an instance.

#![allow(missing_docs, unreachable_pub, reason = "generated")]

wasmtime::component::bindgen!({
    path: "wit",
    imports: {
        "eryx:net/tcp.connect": async, "eryx:net/tcp.read": async, "eryx:net/tcp.write": async, "eryx:net/tcp.close": async,
        "eryx:net/tls.upgrade": async, "eryx:net/tls.read": async, "eryx:net/tls.write": async, "eryx:net/tls.close": async,
    },
});
