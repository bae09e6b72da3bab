//! One instance of the interpreter: what it may ask of the host, and nothing more.

use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::component::{Accessor, HasSelf, Linker, ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::{
    bindings::{
        CallbackInfo, ExecutionOptions, Sandbox, SandboxImports, SandboxImportsWithStore,
        eryx::net::{tcp, tls},
    },
    channel::{self, Channels, Reading, Refusal},
    library::Library,
    limits::{Budget, Growth},
    printed::Printed,
};

/// The most random bytes that one request gives.
const MAX_RANDOM: u64 = 1 << 20;

/// What the host keeps for an instance.
pub(crate) struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    pub(crate) growth: Growth,
    pub(crate) channels: Channels,
    /// Shared with whoever waits for the call: what was printed outlives an instance that is stopped.
    pub(crate) printed: Arc<Mutex<Printed>>,
}

impl State {
    pub(crate) fn new(library: Arc<Library>, budget: Budget) -> Self {
        // No arguments, no environment, no folder, no input; what is written to the standard streams goes nowhere.
        let wasi = WasiCtxBuilder::new().allow_tcp(false).allow_udp(false).max_random_size(MAX_RANDOM).build();
        Self {
            wasi,
            table: ResourceTable::new(),
            growth: Growth::new(budget),
            channels: Channels::new(library),
            printed: Arc::default(),
        }
    }
}

pub(crate) fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    Sandbox::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    Ok(linker)
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl<T> SandboxImportsWithStore<T> for HasSelf<State> {
    async fn invoke(_: &Accessor<T, Self>, _: String, _: String) -> Result<String, String> {
        Err("there are no callbacks".to_owned())
    }
}

impl SandboxImports for State {
    fn list_callbacks(&mut self) -> Vec<CallbackInfo> {
        Vec::new()
    }

    fn report_trace(&mut self, _: u32, _: String, _: String) {}

    fn report_output(&mut self, stream: u32, data: Vec<u8>) {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).add(stream, &data);
    }

    fn get_execution_options(&mut self) -> ExecutionOptions {
        ExecutionOptions { python_tracing: false, reuse_empty_callbacks: true }
    }
}

impl From<Refusal> for tcp::TcpError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Denied(why) => Self::NotPermitted(why),
            Refusal::NoHandle => Self::InvalidHandle,
            Refusal::Broken(why) => Self::IoError(why.to_owned()),
        }
    }
}

impl tcp::Host for State {
    async fn connect(&mut self, host: String, _: u16, _: u32) -> Result<u32, tcp::TcpError> {
        Ok(self.channels.open(&host)?)
    }

    async fn read(&mut self, handle: u32, len: u32, _: u32) -> Result<Vec<u8>, tcp::TcpError> {
        match self.channels.read(handle, len)? {
            Reading::Piece(piece) => Ok(piece),
            Reading::Ask(sender, request) => {
                let answer = channel::ask(sender, request).await;
                self.channels.answer(handle, answer)?;
                match self.channels.read(handle, len)? {
                    Reading::Piece(piece) => Ok(piece),
                    Reading::Ask(..) => Err(tcp::TcpError::InvalidHandle),
                }
            }
        }
    }

    async fn write(&mut self, handle: u32, _: u32, data: Vec<u8>) -> Result<u32, tcp::TcpError> {
        Ok(self.channels.write(handle, &data)?)
    }

    async fn close(&mut self, handle: u32) {
        self.channels.close(handle);
    }
}

/// There is nothing to put TLS on: the host's outbound guard does that.
impl tls::Host for State {
    async fn upgrade(&mut self, _: u32, _: String, _: u32) -> Result<u32, tls::TlsError> {
        Err(tls::TlsError::HandshakeFailed("sockets are not offered in the sandbox".to_owned()))
    }

    async fn read(&mut self, _: u32, _: u32, _: u32) -> Result<Vec<u8>, tls::TlsError> {
        Err(tls::TlsError::InvalidHandle)
    }

    async fn write(&mut self, _: u32, _: u32, _: Vec<u8>) -> Result<u32, tls::TlsError> {
        Err(tls::TlsError::InvalidHandle)
    }

    async fn close(&mut self, _: u32) {}
}
