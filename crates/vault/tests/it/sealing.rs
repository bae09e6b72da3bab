//! The envelope: the master key, the organizations' keys, and what does not open.

use callwright_model::FaultKind;
use callwright_vault::OpenError;

use crate::world::{MASTER, World, open};

#[tokio::test]
async fn sealed_bytes_open_for_their_organization_only() {
    let world = World::new().await;
    let sealed = world.vault.seal(world.org, b"an outcome").await.unwrap();
    assert!(sealed.starts_with("v1.") && !sealed.contains("outcome"));
    assert_eq!(world.vault.unseal(world.org, &sealed).await.unwrap(), b"an outcome");
    let fault = world.vault.unseal(world.other, &sealed).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Internal);
    let mut changed = sealed.clone().into_bytes();
    let last = changed.len() - 2;
    changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
    assert!(world.vault.unseal(world.org, &String::from_utf8(changed).unwrap()).await.is_err());
    assert!(world.vault.unseal(world.org, "rubbish").await.is_err());
}

#[tokio::test]
async fn a_second_start_needs_the_same_master_key() {
    let world = World::new().await;
    let sealed = world.vault.seal(world.org, b"kept").await.unwrap();
    let again = open(&world.store, MASTER, &world.clock).await.unwrap();
    assert_eq!(again.unseal(world.org, &sealed).await.unwrap(), b"kept");
    let wrong = open(&world.store, &MASTER.replace('0', "f"), &world.clock).await.unwrap_err();
    assert!(matches!(wrong, OpenError::WrongMasterKey));
    assert!(wrong.to_string().contains("CALLWRIGHT_MASTER_KEY"), "{wrong}");
}

#[tokio::test]
async fn servers_that_start_at_once_agree_on_the_key() {
    let world = World::new().await;
    let second = open(&world.store, MASTER, &world.clock).await.unwrap();
    let (left, right) = tokio::join!(world.vault.seal(world.org, b"l"), second.seal(world.org, b"r"));
    assert_eq!(second.unseal(world.org, &left.unwrap()).await.unwrap(), b"l");
    assert_eq!(world.vault.unseal(world.org, &right.unwrap()).await.unwrap(), b"r");
}

#[tokio::test]
async fn a_data_key_that_was_moved_to_another_organization_does_not_open() {
    let world = World::new().await;
    world.vault.seal(world.org, b"x").await.unwrap();
    let mut key = world.store.data_key(world.org).await.unwrap().unwrap();
    key.id = world.ids.next();
    key.org_id = world.other;
    world.store.insert_data_key_if_absent(&key).await.unwrap();
    assert_eq!(world.vault.seal(world.other, b"x").await.unwrap_err().kind, FaultKind::Internal);
}

#[tokio::test]
async fn nothing_prints_what_it_holds() {
    let world = World::new().await;
    assert_eq!(format!("{:?}", world.vault), "[vault]");
    assert_eq!(format!("{:?}", callwright_vault::MasterKey::parse(MASTER).unwrap()), "[master key]");
}
