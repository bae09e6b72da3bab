//! A report in the form of JUnit, which CI systems read: a suite for each tool, a test case for each case.

use std::fmt::Write;

use serde_json::Value;

use crate::output::text;

/// The report as XML.
pub(super) fn report(reports: &[Value]) -> String {
    let sum = |field: &str| reports.iter().filter_map(|report| report[field].as_u64()).sum::<u64>();
    let ms = reports.iter().filter_map(|report| report["duration_ms"].as_f64()).sum::<f64>();
    let (failed, errors) = (sum("failed"), sum("errors"));
    let tests = sum("passed") + failed + errors;
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        xml,
        "<testsuites name=\"callwright\" tests=\"{tests}\" failures=\"{failed}\" errors=\"{errors}\" time=\"{:.3}\">",
        ms / 1_000.0
    );
    for report in reports {
        suite(&mut xml, report);
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn suite(xml: &mut String, report: &Value) {
    let tool = escape(&text(report, "tool"));
    let cases = report["cases"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    let _ = writeln!(
        xml,
        "  <testsuite name=\"{tool}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\" time=\"{:.3}\">",
        cases.len(),
        report["failed"].as_u64().unwrap_or_default(),
        report["errors"].as_u64().unwrap_or_default(),
        report["duration_ms"].as_f64().unwrap_or_default() / 1_000.0
    );
    for case in cases {
        one(xml, &tool, case);
    }
    xml.push_str("  </testsuite>\n");
}

fn one(xml: &mut String, tool: &str, case: &Value) {
    let seconds = case["duration_ms"].as_f64().unwrap_or_default() / 1_000.0;
    let name = escape(&text(case, "name"));
    let _ = write!(xml, "    <testcase classname=\"{tool}\" name=\"{name}\" time=\"{seconds:.3}\"");
    let failures: Vec<String> = case["failures"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|failure| format!("{}: {}", text(failure, "expectation"), text(failure, "message")))
        .collect();
    let error = text(case, "error");
    let (element, message, lines) = match (failures.first(), error.is_empty()) {
        (_, false) => ("error", error.clone(), error),
        (Some(first), true) => ("failure", first.clone(), failures.join("\n")),
        (None, true) => {
            xml.push_str("/>\n");
            return;
        }
    };
    let execution = text(case, "execution_id");
    let lines = if execution.is_empty() { lines } else { format!("{lines}\nexecution {execution}") };
    let _ = writeln!(
        xml,
        ">\n      <{element} message=\"{}\" type=\"{}\">{}</{element}>\n    </testcase>",
        escape(&message),
        text(case, "status"),
        escape(&lines)
    );
}

/// A text as it may stand in an attribute or an element. Characters that XML cannot hold are replaced, and line ends
/// are written so that an attribute keeps them.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_has_a_suite_for_each_tool_and_escapes_what_it_tells() {
        let reports = [json!({"tool": "a<b", "passed": 1, "failed": 1, "errors": 1, "duration_ms": 1500.0, "cases": [
            {"name": "good", "status": "passed", "duration_ms": 12.0},
            {"name": "\"bad\" & 'worse'", "status": "failed", "duration_ms": 1.0, "execution_id": "exec_1",
                "failures": [{"expectation": "success", "message": "]]> \u{1}\u{1b}[31m\nnext"}]},
            {"name": "no", "status": "error", "duration_ms": 0.0, "error": "not & run"},
        ]})];
        let xml = report(&reports);
        assert_eq!(
            xml,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <testsuites name=\"callwright\" tests=\"3\" failures=\"1\" errors=\"1\" time=\"1.500\">\n  \
             <testsuite name=\"a&lt;b\" tests=\"3\" failures=\"1\" errors=\"1\" skipped=\"0\" time=\"1.500\">\n    \
             <testcase classname=\"a&lt;b\" name=\"good\" time=\"0.012\"/>\n    \
             <testcase classname=\"a&lt;b\" name=\"&quot;bad&quot; &amp; &apos;worse&apos;\" time=\"0.001\">\n      \
             <failure message=\"success: ]]&gt; \u{fffd}\u{fffd}[31m&#10;next\" type=\"failed\">\
             success: ]]&gt; \u{fffd}\u{fffd}[31m&#10;next&#10;execution exec_1</failure>\n    </testcase>\n    \
             <testcase classname=\"a&lt;b\" name=\"no\" time=\"0.000\">\n      \
             <error message=\"not &amp; run\" type=\"error\">not &amp; run</error>\n    </testcase>\n  \
             </testsuite>\n</testsuites>\n"
        );
    }
}
