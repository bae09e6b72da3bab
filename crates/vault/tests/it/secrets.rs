//! Secrets: set, listed, lent, deleted.

use std::collections::BTreeSet;

use callwright_model::{FaultKind, page::PageRequest};
use callwright_vault::{LendError, secret::MAX_BYTES};

use crate::world::{MASTER, World, open, secret};

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

#[tokio::test]
async fn a_secret_is_lent_as_it_was_set_and_its_latest_value_only() {
    let world = World::new().await;
    let vault = &world.vault;
    let first = vault.set_secret(world.org, None, "API_KEY", secret("one"), world.user).await.unwrap();
    assert_eq!((first.name.as_str(), first.version, first.agent_id), ("API_KEY", 1, None));
    let lent = vault.lend(world.org, None, &names(["API_KEY"])).await.unwrap();
    assert_eq!(lent["API_KEY"].expose(), "one");
    let second = vault.set_secret(world.org, None, "API_KEY", secret("zwei ü\n"), world.user).await.unwrap();
    assert_eq!((second.id, second.version), (first.id, 2));
    let lent = vault.lend(world.org, None, &names(["API_KEY"])).await.unwrap();
    assert_eq!(lent["API_KEY"].expose(), "zwei ü\n");
    assert!(vault.lend(world.org, None, &names([])).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_agents_own_secret_goes_first_and_is_nobody_elses() {
    let world = World::new().await;
    let (vault, agent, stranger) = (&world.vault, world.ids.next(), world.ids.next());
    vault.set_secret(world.org, None, "KEY", secret("shared"), world.user).await.unwrap();
    vault.set_secret(world.org, Some(agent), "KEY", secret("own"), world.user).await.unwrap();
    vault.set_secret(world.org, Some(agent), "ONLY", secret("only"), world.user).await.unwrap();
    let both = names(["KEY", "ONLY"]);
    let lent = vault.lend(world.org, Some(agent), &both).await.unwrap();
    assert_eq!((lent["KEY"].expose(), lent["ONLY"].expose()), ("own", "only"));
    let shared = vault.lend(world.org, Some(stranger), &names(["KEY"])).await.unwrap();
    assert_eq!(shared["KEY"].expose(), "shared");
    for agent in [None, Some(stranger)] {
        let missing = vault.lend(world.org, agent, &both).await.unwrap_err();
        assert!(matches!(&missing, LendError::Missing(name) if name == "ONLY"), "{missing}");
    }
    let other = vault.lend(world.other, Some(agent), &both).await.unwrap_err();
    assert!(matches!(&other, LendError::Missing(name) if name == "KEY"));
    assert_eq!(*vault.secret_names(world.org).await.unwrap(), both);
    assert!(vault.secret_names(world.other).await.unwrap().is_empty());
}

#[tokio::test]
async fn lists_show_names_page_by_page_and_no_values() {
    let world = World::new().await;
    for name in ["B", "A", "C"] {
        world.vault.set_secret(world.org, None, name, secret("hunter22"), world.user).await.unwrap();
    }
    let first = world.vault.list_secrets(world.org, None, &PageRequest::first(2)).await.unwrap();
    let shown = serde_json::to_string(&first).unwrap();
    assert!(!shown.contains("hunter22") && !shown.contains("v1."), "{shown}");
    assert_eq!(first.items.iter().map(|info| info.name.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    let next = PageRequest::parse(Some(2), first.next_cursor.as_deref()).unwrap();
    let second = world.vault.list_secrets(world.org, None, &next).await.unwrap();
    assert_eq!((second.items.len(), second.next_cursor), (1, None));
    assert!(world.vault.list_secrets(world.other, None, &PageRequest::first(9)).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn a_deleted_secret_is_gone_at_once() {
    let world = World::new().await;
    world.vault.set_secret(world.org, None, "KEY", secret("x"), world.user).await.unwrap();
    world.vault.lend(world.org, None, &names(["KEY"])).await.unwrap();
    assert!(world.vault.delete_secret(world.org, None, "KEY").await.unwrap());
    assert!(!world.vault.delete_secret(world.org, None, "KEY").await.unwrap());
    assert!(world.vault.lend(world.org, None, &names(["KEY"])).await.is_err());
    assert!(world.vault.secret_names(world.org).await.unwrap().is_empty());
}

#[tokio::test]
async fn another_servers_change_is_seen_after_invalidation() {
    let world = World::new().await;
    let elsewhere = open(&world.store, MASTER, &world.clock).await.unwrap();
    world.vault.set_secret(world.org, None, "KEY", secret("old"), world.user).await.unwrap();
    world.vault.lend(world.org, None, &names(["KEY"])).await.unwrap();
    elsewhere.set_secret(world.org, None, "KEY", secret("new"), world.user).await.unwrap();
    let stale = world.vault.lend(world.org, None, &names(["KEY"])).await.unwrap();
    assert_eq!(stale["KEY"].expose(), "old");
    world.vault.invalidate(world.org);
    let fresh = world.vault.lend(world.org, None, &names(["KEY"])).await.unwrap();
    assert_eq!(fresh["KEY"].expose(), "new");
}

#[tokio::test]
async fn a_row_that_was_moved_or_changed_does_not_open() {
    let world = World::new().await;
    let agent = world.ids.next();
    world.vault.set_secret(world.org, None, "KEY", secret("x"), world.user).await.unwrap();
    // The other organization has a key of its own, so that only the seal can refuse.
    world.vault.seal(world.other, b"").await.unwrap();
    let row = world.store.secret_rows(world.org).await.unwrap().remove(0);
    let mut changed = row.clone();
    changed.name = "CHANGED".to_owned();
    changed.sealed = format!("v1.{}", &row.sealed[3..].chars().rev().collect::<String>());
    let mut renamed = row.clone();
    renamed.name = "RENAMED".to_owned();
    let mut adopted = row.clone();
    adopted.agent_id = Some(agent);
    let mut moved = row.clone();
    moved.org_id = world.other;
    for mut row in [changed, renamed, adopted, moved] {
        row.id = world.ids.next();
        world.store.upsert_secret(&row).await.unwrap();
        world.vault.invalidate(row.org_id);
        let lent = world.vault.lend(row.org_id, row.agent_id, &names([&row.name])).await;
        let Err(LendError::Fault(fault)) = lent else { panic!("{} {:?} opened", row.name, row.agent_id) };
        assert_eq!(fault.kind, FaultKind::Internal);
        assert!(!fault.message.contains("v1."));
    }
}

#[tokio::test]
async fn names_and_values_are_bounded() {
    let world = World::new().await;
    for name in ["", "1A", "A-B", "A B", "ä", "call_sid", "parameters", "phone_number", &"A".repeat(65)] {
        let fault = world.vault.set_secret(world.org, None, name, secret("x"), world.user).await.unwrap_err();
        assert_eq!(fault.details.unwrap()["field"], "name", "{name}");
    }
    for value in ["", &"x".repeat(MAX_BYTES + 1)] {
        let fault = world.vault.set_secret(world.org, None, "A", secret(value), world.user).await.unwrap_err();
        assert_eq!(fault.details.unwrap()["field"], "value");
    }
    let longest = "x".repeat(MAX_BYTES);
    world.vault.set_secret(world.org, None, &"A".repeat(64), secret(&longest), world.user).await.unwrap();
}

#[tokio::test]
async fn no_plaintext_reaches_the_disk() {
    let world = World::new().await;
    world.vault.set_secret(world.org, None, "KEY", secret("hunter22-on-disk"), world.user).await.unwrap();
    world.store.close().await.unwrap();
    let mut files = 0;
    for entry in std::fs::read_dir(world.dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let Ok(bytes) = std::fs::read(&path) else { continue };
        files += 1;
        assert!(!bytes.windows(16).any(|window| window == b"hunter22-on-disk"), "{}", path.display());
    }
    assert!(files > 0);
}
