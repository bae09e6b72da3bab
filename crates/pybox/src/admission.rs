//! Who may run when not all can: the tenants take turns, and none may hold every place.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

/// Names a tenant; for us an organization.
pub type Tenant = u128;

/// The most calls that wait in all.
const MAX_WAITING: usize = 512;
/// The most calls of one tenant that wait.
const MAX_WAITING_EACH: usize = 128;

/// A fixed number of places.
#[derive(Clone)]
pub(crate) struct Admission {
    shared: Arc<Mutex<Turns>>,
}

struct Turns {
    places: usize,
    /// The most that one tenant holds.
    each: usize,
    running: usize,
    waiting: usize,
    tenants: HashMap<Tenant, Queue>,
    /// Those who have somebody waiting, in the order of their turns.
    order: VecDeque<Tenant>,
}

#[derive(Default)]
struct Queue {
    running: usize,
    waiting: VecDeque<oneshot::Sender<Place>>,
}

/// Too many wait already.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Admission {
    /// `places` in all; a tenant gets at most three of four of them, so that another always finds one that is free or will be soon.
    pub(crate) fn new(places: usize) -> Self {
        let each = (places * 3 / 4).max(1);
        Self {
            shared: Arc::new(Mutex::new(Turns {
                places: places.max(1),
                each,
                running: 0,
                waiting: 0,
                tenants: HashMap::new(),
                order: VecDeque::new(),
            })),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Turns> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a place. Dropped, it waits no longer.
    pub(crate) async fn enter(&self, tenant: Tenant) -> Result<Place, Full> {
        let mut waiting = {
            let mut turns = self.lock();
            let is_free = turns.running < turns.places && turns.waiting == 0;
            let (each, waiting) = (turns.each, turns.waiting);
            let queue = turns.tenants.entry(tenant).or_default();
            if is_free && queue.running < each {
                queue.running += 1;
                turns.running += 1;
                return Ok(Place { admission: Some(self.clone()), tenant });
            }
            if waiting >= MAX_WAITING || queue.waiting.len() >= MAX_WAITING_EACH {
                turns.forget(tenant);
                return Err(Full);
            }
            let (sender, place) = oneshot::channel();
            queue.waiting.push_back(sender);
            if queue.waiting.len() == 1 {
                turns.order.push_back(tenant);
            }
            turns.waiting += 1;
            Waiting { admission: self, tenant, place }
        };
        // A place may be free for this tenant although others wait who have all that they may have.
        self.go_on();
        (&mut waiting.place).await.map_err(|_| Full)
    }

    /// Lets in whoever can be let in.
    fn go_on(&self) {
        let mut turns = self.lock();
        let mut passed = 0;
        while turns.running < turns.places && passed < turns.order.len() {
            let Some(tenant) = turns.order.pop_front() else { break };
            let each = turns.each;
            let Some(queue) = turns.tenants.get_mut(&tenant) else { continue };
            if queue.running >= each {
                turns.order.push_back(tenant);
                passed += 1;
                continue;
            }
            let sender = queue.waiting.pop_front();
            if !queue.waiting.is_empty() {
                turns.order.push_back(tenant);
            }
            let Some(sender) = sender else { continue };
            turns.waiting -= 1;
            // Whoever has stopped waiting is passed over.
            if sender.is_closed() {
                turns.forget(tenant);
                continue;
            }
            if let Some(queue) = turns.tenants.get_mut(&tenant) {
                queue.running += 1;
            }
            turns.running += 1;
            // The lock is held: a place that comes back unheard must not be dropped here.
            if let Err(mut place) = sender.send(Place { admission: Some(self.clone()), tenant }) {
                place.admission = None;
                turns.running -= 1;
                if let Some(queue) = turns.tenants.get_mut(&tenant) {
                    queue.running -= 1;
                }
                turns.forget(tenant);
            }
            passed = 0;
        }
    }
}

/// Somebody who waits, until they have a place or wait no longer.
struct Waiting<'a> {
    admission: &'a Admission,
    tenant: Tenant,
    place: oneshot::Receiver<Place>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        // A place that was given but not taken yet goes back with the receiver, once the lock is free again.
        self.place.close();
        self.admission.lock().leave(self.tenant);
    }
}

impl Turns {
    /// Forgets those of a tenant who wait no longer, or others would be turned away for their sake.
    fn leave(&mut self, tenant: Tenant) {
        let Some(queue) = self.tenants.get_mut(&tenant) else { return };
        let before = queue.waiting.len();
        queue.waiting.retain(|sender| !sender.is_closed());
        self.waiting -= before - queue.waiting.len();
        if queue.waiting.is_empty() {
            self.order.retain(|waiting| *waiting != tenant);
        }
        self.forget(tenant);
    }

    /// Drops what is kept of a tenant who neither runs nor waits.
    fn forget(&mut self, tenant: Tenant) {
        if self.tenants.get(&tenant).is_some_and(|queue| queue.running == 0 && queue.waiting.is_empty()) {
            self.tenants.remove(&tenant);
        }
    }
}

/// Held while a call runs.
pub(crate) struct Place {
    /// None for a place that was given back already.
    admission: Option<Admission>,
    tenant: Tenant,
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(admission) = self.admission.take() else { return };
        {
            let mut turns = admission.lock();
            turns.running -= 1;
            if let Some(queue) = turns.tenants.get_mut(&self.tenant) {
                queue.running -= 1;
            }
            turns.forget(self.tenant);
        }
        admission.go_on();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn soon<T>(future: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout(Duration::from_millis(20), future).await.ok()
    }

    #[tokio::test]
    async fn one_tenant_never_holds_every_place() {
        let admission = Admission::new(4);
        let mut greedy = Vec::new();
        for _ in 0..3 {
            greedy.push(admission.enter(1).await.ok());
        }
        assert!(soon(admission.enter(1)).await.is_none(), "the fourth waits");
        let other = soon(admission.enter(2)).await.unwrap().ok().unwrap();
        assert!(soon(admission.enter(2)).await.is_none(), "all four are taken");
        drop(other);
        assert!(soon(admission.enter(2)).await.is_some(), "whoever stopped waiting is passed over");
        drop(greedy);
        assert!(soon(admission.enter(1)).await.is_some());
        assert_eq!(admission.lock().running, 0);
        assert!(admission.lock().tenants.is_empty(), "nothing is kept of those who have gone");
    }

    #[tokio::test]
    async fn tenants_take_turns() {
        let admission = Admission::new(1);
        let held = admission.enter(1).await.ok().unwrap();
        let (sender, mut order) = tokio::sync::mpsc::unbounded_channel();
        for tenant in [1, 1, 1, 2, 3] {
            let (admission, sender) = (admission.clone(), sender.clone());
            tokio::spawn(async move {
                let place = admission.enter(tenant).await.ok();
                sender.send(tenant).unwrap();
                drop(place);
            });
            tokio::task::yield_now().await;
        }
        drop(held);
        let mut seen = Vec::new();
        for _ in 0..5 {
            seen.push(order.recv().await.unwrap());
        }
        assert_eq!(seen, [1, 2, 3, 1, 1]);
    }

    #[tokio::test]
    async fn the_queue_is_bounded() {
        let admission = Admission::new(1);
        let _held = admission.enter(1).await.ok().unwrap();
        let mut waiting = Vec::new();
        for _ in 0..MAX_WAITING_EACH {
            let mut enter = Box::pin(admission.enter(1));
            assert!(futures_poll(&mut enter).await);
            waiting.push(enter);
        }
        assert_eq!(admission.enter(1).await.err(), Some(Full));
        assert!(soon(admission.enter(2)).await.is_none(), "others may still wait");
        assert_eq!(admission.lock().waiting, MAX_WAITING_EACH, "whoever left waits no longer");
        drop(waiting);
        assert_eq!(admission.lock().waiting, 0);
        assert!(admission.lock().order.is_empty());
        assert!(soon(admission.enter(1)).await.is_none(), "there is room to wait again");
    }

    /// Polls once; whether it is still waiting.
    async fn futures_poll<F: Future + Unpin>(future: &mut F) -> bool {
        std::future::poll_fn(|cx| std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(cx).is_pending())).await
    }
}
