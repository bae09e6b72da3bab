//! The same from the command line.

use callwright_testkit::{Answer, Database};
use serde_json::json;

use super::{World, id, two_steps};

#[test]
fn an_agent_is_run_and_watched_from_the_command_line() {
    let world = World::new(Database::Sqlite);
    world.tool("find", json!({}));
    world.tool("book", json!({"effect": "write"}));
    world.upstream.respond(|request| match request.path() {
        "/find" => Answer::json(200, json!({"id": 7})),
        _ => Answer::json(200, json!({"code": "B7"})),
    });
    world.agent("Booker", two_steps(), &["find", "book"]);
    let run = |args: &[&str]| world.server.run(args);

    let shown = run(&["agent", "run", "Booker", "a table"]).ok();
    assert_eq!(shown.stdout, "Let me look.\nBooked: B7\n");
    assert!(shown.stderr.contains("→ find({\"what\":\"a table\"})"), "{}", shown.stderr);
    assert!(shown.stderr.contains("← book: {\"code\":\"B7\"}"), "{}", shown.stderr);
    let thread = shown.stderr.split("--thread ").nth(1).unwrap().trim().to_owned();

    let piped =
        world.server.run_with(&["agent", "run", "Booker", "-", "--thread", &thread, "--json"], "and again").json();
    assert_eq!(
        (&piped["state"], &piped["input"], &piped["thread_id"]),
        (&json!("completed"), &json!("and again"), &json!(thread))
    );
    let none = run(&["agent", "run", "Booker", "x", "--tools", "", "--context", "a=1"]).ok();
    assert!(none.stderr.contains("✗ find"), "{}", none.stderr);
    let begun = run(&["agent", "run", "Booker", "x", "--no-wait"]).ok().stdout.trim().to_owned();
    assert!(begun.starts_with("run_"), "{begun}");
    let followed = run(&["run", "follow", &begun]).ok();
    assert!(followed.stdout.ends_with("Booked: B7\n"), "{}", followed.stdout);

    assert!(run(&["run", "list", "--agent", "Booker"]).ok().stdout.contains(&begun));
    assert!(run(&["run", "show", &begun]).ok().stdout.contains("2.1"));
    assert!(run(&["run", "cancel", &begun]).expect(1).stderr.contains("has ended"));
    assert!(run(&["thread", "list"]).ok().stdout.contains(&thread));
    assert!(run(&["thread", "show", &thread]).ok().stdout.contains("tool: book gave {\"code\":\"B7\"}"));
    run(&["thread", "delete", &thread]).ok();
    let job = id(&run(&["job", "list", "--json"]).json()[0]);
    assert!(run(&["job", "show", &job]).ok().stdout.contains("\"done\""));
    assert!(run(&["job", "retry", &job]).expect(1).stderr.contains("laid aside"));

    run(&[
        "schedule",
        "create",
        "Morning",
        "30 7 * * mon-fri",
        "--time-zone",
        "Europe/Berlin",
        "--agent",
        "Booker",
        "--message",
        "x",
    ])
    .ok();
    assert!(run(&["schedule", "list"]).ok().stdout.contains("30 7 * * mon-fri"));
    assert!(run(&["schedule", "run", "Morning"]).ok().stdout.starts_with("job_"));
    run(&["schedule", "delete", "Morning"]).ok();

    world.agent("Broken", json!([{"fail": {"kind": "auth", "message": "no key"}}]), &[]);
    let failed = run(&["agent", "run", "Broken", "x"]).expect(1);
    assert!(failed.stderr.contains("no key"), "{}", failed.stderr);
}
