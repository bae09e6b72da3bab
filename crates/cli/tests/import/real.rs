//! Real documents: every OpenAPI file and every tool of the guides beside the repository, and one of 5 MB.

use std::{fs, path::PathBuf, time::Instant};

use callwright_testkit::{Database, on_both};
use serde_json::{Value, json};

use super::{import, item, start};

/// A folder that stands beside the repository where there is one.
fn beside(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("--- {} is not there: left out", path.display());
    None
}

fn documents() -> Vec<(String, Value)> {
    let Some(folder) = beside("specs") else { return Vec::new() };
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let json = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    json.map(|path| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    })
    .collect()
}

#[test]
fn every_real_document_becomes_tools_that_compile() {
    let server = start(Database::Sqlite);
    let api = server.api();
    eprintln!(
        "{:<28} {:>10} {:>6} {:>8} {:>8} {:>9}",
        "document", "operations", "tools", "skipped", "tokens", "warnings"
    );
    for (name, document) in documents() {
        let prefix = format!("{}_", name.split(['.', '-']).next().unwrap());
        let request = json!({"document": document, "format": "openapi", "source": name, "options": {"prefix": prefix, "response_schemas": true}});
        let reply = api.post("/api/v1/imports", request);
        if document.get("swagger").is_some() {
            assert_eq!(reply.status, 422, "{name}");
            assert!(reply.text.contains("swagger2openapi"), "{reply:?}");
            eprintln!("{name:<28} refused: Swagger 2.0");
            continue;
        }
        let report = reply.expect(200);
        let items = report["items"].as_array().unwrap();
        let methods = ["get", "put", "post", "delete", "options", "head", "patch"];
        let paths = document["paths"].as_object().unwrap().values();
        let operations: usize =
            paths.map(|item| methods.iter().filter(|method| item.get(**method).is_some()).count()).sum();
        assert_eq!(report["operation_count"], operations, "{name}");
        assert_eq!(items.len() + report["skipped"].as_array().unwrap().len(), operations, "{name}");
        for item in items {
            assert_eq!(item["state"], "created", "{name}: {item}");
        }
        for skipped in report["skipped"].as_array().unwrap() {
            eprintln!("  skipped: {skipped}");
        }
        let warnings: usize = items.iter().map(|item| item["warnings"].as_array().unwrap().len()).sum();
        eprintln!(
            "{name:<28} {operations:>10} {:>6} {:>8} {:>8} {:>9}",
            items.len(),
            report["skipped"].as_array().unwrap().len(),
            report["tokens"],
            warnings + report["warnings"].as_array().unwrap().len()
        );
    }
}

/// All real documents in one, again and again under other paths, until it has five million bytes.
fn large() -> Option<String> {
    let all: Vec<(String, Value)> =
        documents().into_iter().filter(|(_, document)| document.get("openapi").is_some()).collect();
    if all.is_empty() {
        return None;
    }
    let (mut paths, mut parts, mut bytes, mut round) = (serde_json::Map::new(), serde_json::Map::new(), 0, 0);
    while bytes < 5_000_000 {
        round += 1;
        for (number, (_, document)) in all.iter().enumerate() {
            // References go to a copy of the document's own components.
            let key = format!("d{number}r{round}");
            let moved = document.to_string().replace("\"#/components/", &format!("\"#/x-parts/{key}/"));
            let moved: Value = serde_json::from_str(&moved).unwrap();
            for (path, item) in moved["paths"].as_object().unwrap() {
                let mut item = item.clone();
                for operation in item.as_object_mut().unwrap().values_mut().filter_map(Value::as_object_mut) {
                    operation.remove("operationId");
                    operation.remove("security");
                    operation.remove("servers");
                }
                paths.insert(format!("/{key}{path}"), item);
            }
            bytes += moved.to_string().len();
            parts.insert(key, moved["components"].clone());
        }
    }
    let document = json!({"openapi": "3.0.3", "info": {"title": "Large"}, "servers": [{"url": "https://large.example.com"}],
        "paths": paths, "x-parts": parts});
    Some(document.to_string())
}

#[test]
fn five_megabytes_are_previewed_in_seconds() {
    let Some(text) = large() else { return };
    assert!(text.len() > 4_500_000, "{}", text.len());
    let server = start(Database::Sqlite);
    let begun = Instant::now();
    let report = server.api().post("/api/v1/imports/preview", json!({"document": text})).expect(200);
    let took = begun.elapsed();
    let items = report["items"].as_array().unwrap();
    eprintln!("{} bytes, {} operations, {} tools, {took:?}", text.len(), report["operation_count"], items.len());
    assert!(items.iter().all(|item| item["state"] == "new"), "every tool compiles");
    assert!(items.len() > 400, "{}", items.len());
    // A debug build on a busy machine; a release build takes about a tenth.
    assert!(took.as_secs() < 60, "{took:?}");
    let many: serde_json::Map<String, Value> =
        (0..1_001).map(|number| (format!("/p{number}"), json!({"get": {}}))).collect();
    let many = json!({"openapi": "3.0.0", "servers": [{"url": "https://many.example.com"}], "paths": many});
    let reply = server.api().post("/api/v1/imports", json!({"document": many}));
    assert_eq!((reply.status, &reply.body["error"]["details"]["field"]), (422, &json!("options")), "too many at once");
}

/// The JSON blocks of a guide.
fn blocks(text: &str) -> Vec<&str> {
    text.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn every_tool_of_the_voice_guide_imports_verbatim() {
    let Some(path) = beside("seeds/voice-tools-guide.md") else { return };
    let guide = fs::read_to_string(path).unwrap();
    let blocks = blocks(&guide);
    on_both(|database| {
        let server = start(database);
        let api = server.api();
        let mut names = Vec::new();
        for block in blocks.iter().filter(|block| block.contains("\"tool_type\"")) {
            let report = import(&api, json!({"document": block, "include_tools": true}));
            assert_eq!(report["format"], "voice");
            let only = &report["items"][0];
            assert_eq!((&only["state"], &only["warnings"]), (&json!("created"), &json!([])), "{report}");
            names.push(only["name"].as_str().unwrap().to_owned());
        }
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "check_availability",
                "end_call",
                "language_detection",
                "skip_turn",
                "transfer_to_ai_agent",
                "transfer_to_number"
            ]
        );
        let number = api.get("/api/v1/tools/transfer_to_number").expect(200);
        assert_eq!(number["config"]["rules"][0]["transfer_mode"], "warm", "{number}");
        let webhook = api.get("/api/v1/tools/check_availability").expect(200);
        assert_eq!(webhook["parameters"]["required"], json!(["date", "service_type"]));
        assert_eq!(webhook["parameters"]["properties"]["duration"]["default"], 60);
        assert_eq!(webhook["result"]["schema"]["properties"]["available_slots"]["type"], "array");
        assert_eq!(webhook["config"]["headers"]["Authorization"], "Bearer ${API_KEY}");

        // The settings that the guide shows by themselves, each put into the guide's own webhook.
        let whole = blocks.iter().find(|block| block.contains("\"tool_type\": \"webhook\"")).unwrap();
        let mut seen = 0;
        for block in blocks.iter().filter(|block| !block.contains("tool_type")) {
            let Ok(Value::Object(setting)) = serde_json::from_str::<Value>(block) else { continue };
            if !["retry_config", "timeout_config", "auth"].iter().any(|name| setting.contains_key(*name)) {
                continue;
            }
            seen += 1;
            let mut tool: Value = serde_json::from_str(whole).unwrap();
            tool["name"] = json!(format!("webhook_{seen}"));
            tool["headers"] = json!({});
            for (field, value) in &setting {
                tool[field] = value.clone();
            }
            let report = import(&api, json!({"document": tool.to_string(), "include_tools": true}));
            let only = item(&report, &format!("webhook_{seen}"));
            assert_eq!((&only["state"], &only["warnings"]), (&json!("created"), &json!([])), "{report}");
            if setting.contains_key("retry_config") {
                assert_eq!(only["tool"]["policy"]["retry"]["network"], json!({"attempts": 2, "base_ms": 1000}));
                assert_eq!(only["tool"]["policy"]["retry"]["retry_on_status_codes"], json!([500, 502, 503, 504]));
            }
            if setting.contains_key("timeout_config") {
                let policy = &only["tool"]["policy"];
                assert_eq!(
                    [&policy["connect_timeout_ms"], &policy["read_timeout_ms"], &policy["timeout_ms"]],
                    [5_000, 10_000, 15_000]
                );
            }
            if let Some(auth) = setting.get("auth") {
                assert_eq!(only["tool"]["config"]["auth"]["type"], auth["type"]);
            }
        }
        assert_eq!(seen, 6, "retries, timeouts and four ways to authenticate");
    });
}
