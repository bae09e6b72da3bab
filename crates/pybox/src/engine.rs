//! The WebAssembly engine as the measurements say it should be set (ADR 0015).

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::{Error, limits::MAX_TABLE};

/// How often a running instance is looked at.
pub(crate) const TICK: Duration = Duration::from_millis(5);
/// The most memory that any instance may have.
pub const MAX_MEMORY_BYTES: usize = 512 << 20;
/// How much of a slot's memory is put back by copying when its instance ends, rather than by the kernel page by page:
/// more than the interpreter begins with, or each call pays with hundreds of page faults.
const RESIDENT: usize = 24 << 20;
/// The host's stack under an instance must be larger than what the instance may use of it: with both equal, a deep
/// recursion ends the process.
const HOST_STACK: usize = 2 << 20;
/// What an instance may use of it.
const GUEST_STACK: usize = 1 << 20;

/// The engine, with room for `slots` instances at once.
pub(crate) fn engine(slots: u32) -> Result<Engine, Error> {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_component_model_async(true)
        .epoch_interruption(true)
        .memory_init_cow(true)
        .memory_guaranteed_dense_image_size(256 << 20)
        .async_stack_size(HOST_STACK)
        .max_wasm_stack(GUEST_STACK);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_core_instances(slots * 40)
        .total_memories(slots * 2)
        .total_tables(slots * 8)
        .total_stacks(slots * 2)
        .max_core_instances_per_component(40)
        .max_memories_per_component(2)
        .max_tables_per_component(8)
        .max_component_instance_size(8 << 20)
        .max_core_instance_size(8 << 20)
        .max_memory_size(MAX_MEMORY_BYTES)
        .table_elements(MAX_TABLE)
        .max_unused_warm_slots(slots)
        .linear_memory_keep_resident(RESIDENT)
        .table_keep_resident(1 << 20)
        .async_stack_keep_resident(64 << 10);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config).map_err(Error::engine)
}

/// Makes the engine's time go on while anything runs, and rests otherwise.
pub(crate) struct Ticker {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    running: usize,
    is_over: bool,
}

impl Ticker {
    pub(crate) fn start(engine: Engine) -> Result<Self, Error> {
        let state = Mutex::new(State { running: 0, is_over: false });
        let shared = Arc::new(Shared { state, changed: Condvar::new() });
        let seen = shared.clone();
        thread::Builder::new().name("python-ticker".to_owned()).spawn(move || seen.tick(&engine)).map_err(Error::io)?;
        Ok(Self { shared })
    }

    /// Time goes on until the answer is dropped.
    pub(crate) fn run(&self) -> Running<'_> {
        self.shared.lock().running += 1;
        self.shared.changed.notify_one();
        Running(&self.shared)
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tick(&self, engine: &Engine) {
        loop {
            let idle = |state: &mut State| state.running == 0 && !state.is_over;
            let state = self.changed.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
            if state.is_over {
                return;
            }
            drop(state);
            thread::sleep(TICK);
            engine.increment_epoch();
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.changed.notify_one();
    }
}

pub(crate) struct Running<'a>(&'a Shared);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
    }
}
