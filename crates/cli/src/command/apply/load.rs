//! Reading tools from files: YAML or JSON, several to a file, several files to a folder.
//!
//! Only the form is checked here: that a document can be read, is an object and has a name of its own. What its
//! fields mean is the server's to judge, which may be newer than this program.

use std::{
    collections::{HashMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
};

use callwright_model::{case::CaseSpec, tool::is_tool_name};
use serde_json::Value;

/// A tool as it stands in a file.
#[derive(Debug)]
pub(in crate::command) struct Document {
    /// The file, and the document's number when the file has several.
    pub(in crate::command) place: String,
    /// The tool's name.
    pub(in crate::command) name: String,
    /// What is sent.
    pub(in crate::command) value: Value,
    /// The test cases that stand next to the tool, as `cases`.
    pub(in crate::command) cases: Vec<Value>,
}

/// What is wrong with a file or a document.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::command) struct Problem {
    /// The file, and the document's number when the file has several.
    pub(in crate::command) place: String,
    /// What is wrong; names the field.
    pub(in crate::command) message: String,
}

/// All documents of these files and folders, or all that is wrong with them.
pub(in crate::command) fn documents(paths: &[PathBuf]) -> Result<Vec<Document>, Vec<Problem>> {
    let (mut documents, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        match files(path) {
            Ok(files) if files.is_empty() => {
                problems.push(Problem::new(path, "there is no .yaml, .yml or .json file in this folder"));
            }
            Ok(files) => {
                for file in files {
                    match read(&file) {
                        Ok(found) => documents.extend(found),
                        Err(found) => problems.extend(found),
                    }
                }
            }
            Err(error) => problems.push(Problem::new(path, error.to_string())),
        }
    }
    problems.extend(repeated(&documents));
    if problems.is_empty() { Ok(documents) } else { Err(problems) }
}

impl Problem {
    fn new(path: &Path, message: impl Into<String>) -> Self {
        Self { place: shown(path), message: message.into() }
    }
}

fn shown(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() }
}

/// The file itself, or what a folder holds, in the order of names.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if path.as_os_str() == "-" || !fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        let is_hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if is_hidden {
            continue;
        }
        // A link to a folder is not followed: it may lead back here.
        if fs::symlink_metadata(&entry)?.is_dir() {
            found.extend(files(&entry)?);
        } else if is_wanted(&entry) && fs::metadata(&entry)?.is_file() {
            found.push(entry);
        }
    }
    Ok(found)
}

fn is_wanted(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml" || extension == "json")
}

fn read(path: &Path) -> Result<Vec<Document>, Vec<Problem>> {
    let text = if path.as_os_str() == "-" { io::read_to_string(io::stdin()) } else { fs::read_to_string(path) };
    let one = |message: String| vec![Problem::new(path, message)];
    let text = text.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => one("this is not a text in UTF-8".to_owned()),
        _ => one(error.to_string()),
    })?;
    let values = parse(&text, path.extension().is_some_and(|extension| extension == "json")).map_err(one)?;
    if values.is_empty() {
        return Err(one("there is no document in it".to_owned()));
    }
    let several = values.len() > 1;
    let (mut documents, mut problems) = (Vec::new(), Vec::new());
    for (number, mut value) in (1..).zip(values) {
        let place = if several { format!("{}, document {number}", shown(path)) } else { shown(path) };
        match name_of(&value).and_then(|name| Ok((name, take_cases(&mut value)?))) {
            Ok((name, cases)) => documents.push(Document { place, name, value, cases }),
            Err(message) => problems.push(Problem { place, message }),
        }
    }
    if problems.is_empty() { Ok(documents) } else { Err(problems) }
}

/// The documents of a text. Empty ones do not count; a JSON list holds one document in each item.
fn parse(text: &str, is_json: bool) -> Result<Vec<Value>, String> {
    let values: Vec<Value> = if is_json {
        vec![serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?]
    } else {
        serde_saphyr::from_multiple(text).map_err(|error| format!("not YAML: {}", first_line(&error.to_string())))?
    };
    let values = match values.as_slice() {
        [Value::Array(items)] => items.clone(),
        _ => values,
    };
    Ok(values.into_iter().filter(|value| !value.is_null()).collect())
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn name_of(value: &Value) -> Result<String, String> {
    let Value::Object(fields) = value else {
        return Err("a tool is an object with `name`, `kind`, `config` and more".to_owned());
    };
    match fields.get("name") {
        None => Err("`name`: a tool needs a name".to_owned()),
        Some(Value::String(name)) if is_tool_name(name) => Ok(name.clone()),
        Some(name) => Err(format!(
            "`name`: {name} is no name of a tool: letters, digits, `_` and `-`, at most 64, not starting with a digit or `-`"
        )),
    }
}

/// Takes the test cases out of a tool. They are judged here: a new tool is not there to ask the server about.
fn take_cases(tool: &mut Value) -> Result<Vec<Value>, String> {
    let cases = match tool.as_object_mut().and_then(|fields| fields.shift_remove("cases")) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(cases)) => cases,
        Some(_) => return Err("`cases`: this must be a list of test cases".to_owned()),
    };
    let mut names = HashSet::new();
    for (at, case) in cases.iter().enumerate() {
        let spec: CaseSpec = serde_json::from_value(case.clone()).map_err(|error| format!("`cases[{at}]`: {error}"))?;
        callwright_runtime::cases::check(&spec).map_err(|fault| format!("`cases[{at}]`: {}", fault.message))?;
        if !names.insert(spec.name.clone()) {
            return Err(format!("`cases[{at}].name`: `{}` is there twice", spec.name));
        }
    }
    Ok(cases)
}

fn repeated(documents: &[Document]) -> Vec<Problem> {
    let mut first: HashMap<&str, &str> = HashMap::new();
    let mut problems = Vec::new();
    for document in documents {
        if let Some(place) = first.insert(&document.name, &document.place) {
            let message = format!("`name`: `{}` is also in {place}", document.name);
            problems.push(Problem { place: document.place.clone(), message });
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_is_read_in_the_order_of_names_and_types_stay_what_they_are() {
        let folder = folder(&[
            ("b.yaml", "name: b1\neffect: read\n---\n---\nname: b2\npolicy: {timeout_ms: 5000, confirm: true}\n"),
            ("a/z.json", r#"[{"name": "z1"}, {"name": "z2"}]"#),
            (".hidden.yaml", "name: hidden"),
            ("notes.txt", "no tool"),
            ("c.yml", "name: c\nbound: {a: no, b: \"7\", c: 0x10, d: ~}\n"),
        ]);
        let documents = documents(&[folder.path().to_path_buf()]).unwrap();
        let names: Vec<&str> = documents.iter().map(|document| document.name.as_str()).collect();
        assert_eq!(names, ["z1", "z2", "b1", "b2", "c"]);
        assert!(documents[3].place.ends_with("b.yaml, document 2"), "{}", documents[3].place);
        assert_eq!(documents[3].value["policy"], serde_json::json!({"timeout_ms": 5000, "confirm": true}));
        assert_eq!(documents[4].value["bound"]["b"], "7");
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_with_its_place() {
        let folder = folder(&[
            ("a.yaml", "name: same\n"),
            ("b.yaml", "name: same\n---\nkind: http\n---\nname: 7up\n"),
            ("c.yaml", "name: [unclosed\n"),
            ("d.yaml", "- just\n- texts\n"),
            ("e.json", "{\"name\": }"),
            ("f.yaml", "# nothing\n"),
            ("g.yaml", "name: same\n"),
        ]);
        let problems = documents(&[folder.path().to_path_buf(), folder.path().join("missing.yaml")]).unwrap_err();
        let told: Vec<String> = problems.iter().map(|p| format!("{}: {}", p.place, p.message)).collect();
        let has = |file: &str, part: &str| told.iter().any(|line| line.contains(file) && line.contains(part));
        assert!(has("b.yaml, document 2", "`name`"), "{told:#?}");
        assert!(has("b.yaml, document 3", "`name`: \"7up\""), "{told:#?}");
        assert!(has("c.yaml", "not YAML"), "{told:#?}");
        assert!(has("d.yaml, document 1", "a tool is an object"), "{told:#?}");
        assert!(has("e.json", "not JSON"), "{told:#?}");
        assert!(has("f.yaml", "no document"), "{told:#?}");
        assert!(has("missing.yaml", "No such file"), "{told:#?}");
        assert!(has("g.yaml", "also in"), "{told:#?}");
    }
}
