//! `calendar_manager`: every action, conflicts, zones, once per execution, and nobody else's.

use callwright_testkit::{Person, on_both, people::other_organization};
use serde_json::{Value, json};

use crate::{answered, done, failed, server, text};

const TOOL: &str = "calendar_manager";

fn book(title: &str, start: &str, minutes: u32) -> Value {
    json!({"action": "create_event", "title": title, "start": start, "duration_minutes": minutes, "time_zone": "Europe/Berlin"})
}

#[test]
fn an_appointment_is_booked_moved_and_called_off() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        let mut wanted = book("Review", "2099-12-01T09:00", 60);
        wanted["attendees"] = json!(["Ada", "bob@example.org"]);
        let made = done(&api, TOOL, wanted)["event"].clone();
        assert_eq!(
            (&made["start"], &made["end"]),
            (&json!("2099-12-01T09:00:00+01:00"), &json!("2099-12-01T10:00:00+01:00"))
        );
        let id = text(&made["event_id"]);
        assert!(id.starts_with("evt_"));

        // What overlaps is refused with what is in the way, unless somebody said so; what only touches is not.
        let overlapping = book("Clash", "2099-12-01T09:30", 60);
        let error = failed(&api, TOOL, overlapping.clone());
        assert_eq!(
            (&error["code"], &error["details"]["conflicts"][0]["title"]),
            (&json!("conflict"), &json!("Review"))
        );
        done(&api, TOOL, book("Next", "2099-12-01T10:00", 30));
        let mut both = overlapping;
        both["allow_conflict"] = json!(true);
        let clash = text(&done(&api, TOOL, both)["event"]["event_id"]);

        // Moved, it keeps its length, and must not run into another; itself is not in its way.
        let moved = json!({"action": "update_event", "event_id": id, "start": "2099-12-01T09:15", "time_zone": "Europe/Berlin"});
        assert_eq!(failed(&api, TOOL, moved)["code"], "conflict");
        done(&api, TOOL, json!({"action": "cancel_event", "event_id": clash}));
        let earlier = json!({"action": "update_event", "event_id": id, "start": "2099-12-01T08:45", "time_zone": "Europe/Berlin", "location": "Room 2"});
        let moved = done(&api, TOOL, earlier)["event"].clone();
        assert_eq!((&moved["end"], &moved["location"]), (&json!("2099-12-01T09:45:00+01:00"), &json!("Room 2")));
        assert_eq!(moved["attendees"], json!(["Ada", "bob@example.org"]));
        let other_zone = done(&api, TOOL, json!({"action": "get_event", "event_id": id, "time_zone": "Asia/Tokyo"}));
        assert_eq!(other_zone["event"]["start"], "2099-12-01T16:45:00+09:00");
        assert_eq!(
            done(&api, TOOL, json!({"action": "get_event", "event_id": id}))["event"]["start"],
            "2099-12-01T08:45:00+01:00"
        );

        let list = |more: Value| {
            let mut arguments = json!({"action": "list_events", "from": "2099-12-01", "to": "2099-12-01", "time_zone": "Europe/Berlin"});
            arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            done(&api, TOOL, arguments)
        };
        let titles = |listed: &Value| -> Vec<String> {
            listed["events"].as_array().unwrap().iter().map(|event| text(&event["title"])).collect()
        };
        assert_eq!(titles(&list(json!({}))), ["Review", "Next"]);
        assert_eq!(titles(&list(json!({"include_cancelled": true}))), ["Review", "Clash", "Next"]);
        let first = list(json!({"limit": 1}));
        assert_eq!(titles(&list(json!({"limit": 1, "cursor": first["next_cursor"]}))), ["Next"]);
        assert_eq!(list(json!({"from": "2099-12-02", "to": "2099-12-03"}))["count"], 0);

        done(&api, TOOL, json!({"action": "cancel_event", "event_id": id}));
        let again = done(&api, TOOL, json!({"action": "cancel_event", "event_id": id}));
        assert_eq!(again["event"]["status"], "cancelled", "twice is as good as once");
        let late = failed(&api, TOOL, json!({"action": "update_event", "event_id": id, "title": "x"}));
        assert_eq!(late["code"], "event_cancelled");
    });
}

#[test]
fn free_time_is_found_around_what_is_booked() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        // Tuesday.
        done(&api, TOOL, book("Morning", "2099-12-01T09:00", 150));
        done(&api, TOOL, book("Afternoon", "2099-12-01T13:00", 240));
        let search = json!({"action": "find_free_slots", "duration_minutes": 60, "from": "2099-12-01", "to": "2099-12-01", "time_zone": "Europe/Berlin"});
        let found = done(&api, TOOL, search.clone());
        assert_eq!(found["slots"], json!([{"start": "2099-12-01T11:30:00+01:00", "end": "2099-12-01T12:30:00+01:00"}]));
        let mut other = search.clone();
        other["working_hours"] = json!({"start": "08:00", "end": "09:00"});
        assert_eq!(done(&api, TOOL, other)["slots"][0]["start"], "2099-12-01T08:00:00+01:00");
        let mut none = search.clone();
        none["duration_minutes"] = json!(120);
        let none = done(&api, TOOL, none);
        assert!(none["count"] == 0 && text(&none["message"]).contains("120"), "{none}");
        let mut weekend = search;
        (weekend["from"], weekend["to"]) = (json!("2099-12-05"), json!("2099-12-06"));
        assert_eq!(done(&api, TOOL, weekend.clone())["count"], 0);
        weekend["working_days"] = json!(["sat"]);
        assert_eq!(done(&api, TOOL, weekend)["count"], 8);
        // The tool's own settings are the habit of the house.
        let house = json!({"name": "house_calendar", "kind": "business", "config": {"function": TOOL, "settings":
            {"time_zone": "America/New_York", "working_hours": {"start": "10:00", "end": "11:00"}}}});
        api.post("/api/v1/tools", house).expect(201);
        let found = done(
            &api,
            "house_calendar",
            json!({"action": "find_free_slots", "duration_minutes": 30, "from": "2099-12-02", "to": "2099-12-02"}),
        );
        assert_eq!(found["slots"][0]["start"], "2099-12-02T10:00:00-05:00");
        assert_eq!(found["count"], 2);
    });
}

#[test]
fn what_is_missing_or_makes_no_sense_is_named() {
    let server = server(callwright_testkit::Database::Sqlite);
    let api = server.api();
    let with = |name: &str, value: Value| {
        let mut wanted = book("t", "2099-12-01T09:00", 60);
        wanted[name] = value;
        wanted
    };
    for (arguments, code, word) in [
        (json!({"action": "create_event", "title": "t"}), "missing_argument", "`start`"),
        (json!({"action": "create_event", "title": "t", "start": "2099-12-01T09:00"}), "missing_argument", "`end`"),
        (json!({"action": "get_event"}), "missing_argument", "`event_id`"),
        (json!({"action": "find_free_slots"}), "missing_argument", "`duration_minutes`"),
        (json!({"action": "update_event", "event_id": "nonsense", "title": "x"}), "invalid_argument", "`event_id`"),
        (with("time_zone", json!("Mars/Base")), "invalid_argument", "`time_zone`"),
        (with("start", json!("2099-12-01")), "invalid_argument", "`start`"),
        (with("start", json!("2099-03-29T02:30")), "invalid_argument", "put forward"),
        (with("end", json!("2099-12-01T10:00")), "invalid_argument", "`duration_minutes`"),
        (
            json!({"action": "create_event", "title": "t", "start": "2099-12-01T09:00", "end": "2099-12-01T08:00"}),
            "invalid_argument",
            "`end`",
        ),
        (
            json!({"action": "find_free_slots", "duration_minutes": 30, "from": "2099-01-01", "to": "2099-12-01"}),
            "invalid_argument",
            "62 days",
        ),
        (json!({"action": "list_events", "from": "2099-12-02", "to": "2099-12-01"}), "invalid_argument", "`to`"),
    ] {
        let error = failed(&api, TOOL, arguments.clone());
        assert_eq!(
            (&error["class"], &error["code"]),
            (&json!("validation_error"), &json!(code)),
            "{arguments}: {error}"
        );
        assert!(text(&error["message"]).contains(word), "{arguments}: {error}");
    }
    let error = failed(&api, TOOL, json!({"action": "get_event", "event_id": "evt_00000000000000000000000000"}));
    assert_eq!(error["code"], "no_such_event");
}

#[test]
fn one_time_is_given_once_also_to_many_who_ask_at_once() {
    on_both(|database| {
        let server = server(database);
        let keyed = server.api().with_header("Idempotency-Key", "visit-7");
        let wanted = book("Once", "2099-12-01T09:00", 60);
        let (first, second) = (answered(&keyed, TOOL, wanted.clone()), answered(&keyed, TOOL, wanted));
        assert_eq!(first["data"]["event"]["event_id"], second["data"]["event"]["event_id"]);
        let api = server.api();
        let booked: Vec<bool> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|n| {
                    let api = &api;
                    scope.spawn(move || {
                        answered(api, TOOL, book(&format!("Visitor {n}"), "2099-12-02T09:00", 60))["success"] == true
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(booked.iter().filter(|booked| **booked).count(), 1, "{booked:?}");
    });
}

#[test]
fn a_calendar_is_of_one_user_of_one_organization() {
    on_both(|database| {
        let mut server = server(database);
        let there = other_organization(&mut server);
        let here = server.api();
        let bob = Person::invite(&here, "bob@example.org", "operator");
        let id = text(&done(&here, TOOL, book("Mine", "2099-12-01T09:00", 60))["event"]["event_id"]);
        for stranger in [&bob.api, &there] {
            let listed = done(
                stranger,
                TOOL,
                json!({"action": "list_events", "from": "2099-12-01", "to": "2099-12-02", "include_cancelled": true}),
            );
            assert_eq!(listed["count"], 0);
            for action in ["get_event", "update_event", "cancel_event"] {
                assert_eq!(
                    failed(stranger, TOOL, json!({"action": action, "event_id": id, "title": "Taken"}))["code"],
                    "no_such_event",
                    "{action}"
                );
            }
            done(stranger, TOOL, book("My own", "2099-12-01T09:00", 60));
        }
        assert_eq!(done(&here, TOOL, json!({"action": "get_event", "event_id": id}))["event"]["title"], "Mine");
    });
}
