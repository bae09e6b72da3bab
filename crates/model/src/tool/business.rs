//! The configuration of a `business` tool: a function that comes with the program, and what the organization says of it.
//!
//! Eight functions are known. Those that live on the program's own tables (`calculator`, `task_manager`,
//! `calendar_manager`) work as they are; the others need a service that an operator names first.

mod schema;

use jiff::{civil::Weekday, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Effect;
use crate::{Fault, Object};

/// A function that comes with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BusinessFunction {
    /// Searches the web.
    WebSearch,
    /// Reads the organization's own data.
    DatabaseQuery,
    /// Works an expression out, exact to the digit.
    Calculator,
    /// Sends an e-mail.
    SendEmail,
    /// Describes a set of data in figures.
    DataAnalysis,
    /// Writes a document.
    DocumentGenerator,
    /// Keeps appointments and finds free time.
    CalendarManager,
    /// Keeps a list of things to do.
    TaskManager,
}

impl BusinessFunction {
    /// Every function, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::WebSearch,
        Self::DatabaseQuery,
        Self::Calculator,
        Self::SendEmail,
        Self::DataAnalysis,
        Self::DocumentGenerator,
        Self::CalendarManager,
        Self::TaskManager,
    ];

    /// The name used on the wire, which is also the name of the tool that every organization has.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WebSearch => "web_search",
            Self::DatabaseQuery => "database_query",
            Self::Calculator => "calculator",
            Self::SendEmail => "send_email",
            Self::DataAnalysis => "data_analysis",
            Self::DocumentGenerator => "document_generator",
            Self::CalendarManager => "calendar_manager",
            Self::TaskManager => "task_manager",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.as_str() == text)
    }

    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::WebSearch => "Web search",
            Self::DatabaseQuery => "Database query",
            Self::Calculator => "Calculator",
            Self::SendEmail => "Send e-mail",
            Self::DataAnalysis => "Data analysis",
            Self::DocumentGenerator => "Document generator",
            Self::CalendarManager => "Calendar manager",
            Self::TaskManager => "Task manager",
        }
    }

    /// A word to sort it by.
    pub const fn category(self) -> &'static str {
        match self {
            Self::WebSearch => "research",
            Self::DatabaseQuery => "data",
            Self::Calculator => "math",
            Self::SendEmail => "communication",
            Self::DataAnalysis => "analytics",
            Self::DocumentGenerator => "documents",
            Self::CalendarManager => "scheduling",
            Self::TaskManager => "productivity",
        }
    }

    /// What calling it does to the world. One tool has one effect, so a function that can also change something writes.
    pub const fn effect(self) -> Effect {
        match self {
            Self::WebSearch | Self::DatabaseQuery | Self::Calculator | Self::DataAnalysis => Effect::Read,
            Self::SendEmail | Self::DocumentGenerator | Self::CalendarManager | Self::TaskManager => Effect::Write,
        }
    }

    /// Whether it lives on the program's own tables, where an execution acts once however often it is sent.
    pub const fn is_kept_here(self) -> bool {
        matches!(self, Self::Calculator | Self::CalendarManager | Self::TaskManager)
    }

    /// What it does and when to use it, for the model.
    pub const fn description(self) -> &'static str {
        schema::description(self)
    }

    /// What the model has to say: the JSON Schema of the arguments.
    pub fn parameters(self) -> Value {
        schema::parameters(self)
    }
}

/// A function that comes with the program, and what the organization says of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BusinessConfig {
    /// Which function.
    pub function: BusinessFunction,
    /// Settings by function: for `task_manager` `{scope}`, for `calendar_manager` `{time_zone, working_hours, working_days}`.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    #[schema(value_type = Object)]
    pub settings: Object,
}

impl BusinessConfig {
    /// Checks the settings; a fault names the field.
    pub fn check(&self) -> Result<(), Fault> {
        match self.function {
            BusinessFunction::TaskManager => self.read::<TaskSettings>().map(drop),
            BusinessFunction::CalendarManager => self.calendar().map(drop),
            function => match self.settings.keys().next() {
                None => Ok(()),
                Some(name) => {
                    let field = format!("config.settings.{name}");
                    let message = format!("`{field}`: `{}` has no setting of that name", function.as_str());
                    Err(Fault::invalid(&field, message))
                }
            },
        }
    }

    /// The settings of a `task_manager`.
    pub fn tasks(&self) -> Result<TaskSettings, Fault> {
        self.read()
    }

    /// The settings of a `calendar_manager`, checked.
    pub fn calendar(&self) -> Result<CalendarSettings, Fault> {
        let settings: CalendarSettings = self.read()?;
        if let Some(name) = &settings.time_zone
            && TimeZone::get(name).is_err()
        {
            let field = "config.settings.time_zone";
            return Err(Fault::invalid(
                field,
                format!("`{field}`: `{name}` is no time zone; say one such as Europe/Berlin"),
            ));
        }
        settings.working_hours.check("config.settings.working_hours")?;
        if settings.working_days.is_empty() {
            let field = "config.settings.working_days";
            return Err(Fault::invalid(field, format!("`{field}` is empty; name at least one day")));
        }
        Ok(settings)
    }

    fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, Fault> {
        let field = "config.settings";
        serde_json::from_value(Value::Object(self.settings.clone()))
            .map_err(|error| Fault::invalid(field, format!("`{field}`: {error}")))
    }
}

/// Whose tasks a tool shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskScope {
    /// Those of the user who calls.
    #[default]
    User,
    /// Those of everybody in the organization.
    Organization,
}

/// The settings of a `task_manager`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TaskSettings {
    /// Whose tasks it shows and changes.
    pub scope: TaskScope,
}

/// The settings of a `calendar_manager`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CalendarSettings {
    /// The zone in which times without one are meant; UTC when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// When people work, for free time.
    pub working_hours: WorkingHours,
    /// On which days.
    pub working_days: Vec<Day>,
}

impl Default for CalendarSettings {
    fn default() -> Self {
        Self {
            time_zone: None,
            working_hours: WorkingHours::default(),
            working_days: vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri],
        }
    }
}

/// From when to when people work, on the clock of the place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkingHours {
    /// Such as `09:00`.
    pub start: String,
    /// Such as `17:00`; `24:00` is the end of the day.
    pub end: String,
}

impl Default for WorkingHours {
    fn default() -> Self {
        Self { start: "09:00".to_owned(), end: "17:00".to_owned() }
    }
}

impl WorkingHours {
    /// The minutes since midnight at which they begin and end; `field` names them in a fault.
    pub fn check(&self, field: &str) -> Result<(i16, i16), Fault> {
        let read = |name: &str, text: &str| {
            minutes(text).ok_or_else(|| {
                let field = format!("{field}.{name}");
                Fault::invalid(&field, format!("`{field}` must be a time of day such as 09:00, not `{text}`"))
            })
        };
        let (start, end) = (read("start", &self.start)?, read("end", &self.end)?);
        if start >= end {
            return Err(Fault::invalid(field, format!("`{field}` must end after they begin, on the same day")));
        }
        Ok((start, end))
    }
}

/// Minutes since midnight of `HH:MM`, up to `24:00`.
fn minutes(text: &str) -> Option<i16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| {
        (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<i16>().ok()).flatten()
    };
    let minutes = digits(hour)?.checked_mul(60)? + digits(minute).filter(|minute| *minute < 60)?;
    (minutes <= 24 * 60).then_some(minutes)
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(config: Value) -> Result<(), String> {
        let config: BusinessConfig = serde_json::from_value(config).unwrap();
        config.check().map_err(|fault| fault.message)
    }

    #[test]
    fn settings_are_checked_by_function() {
        for good in [
            json!({"function": "calculator"}),
            json!({"function": "task_manager", "settings": {"scope": "organization"}}),
            json!({"function": "calendar_manager", "settings": {"time_zone": "Asia/Kolkata",
                "working_hours": {"start": "08:30", "end": "24:00"}, "working_days": ["sat", "sun"]}}),
        ] {
            assert_eq!(checked(good.clone()), Ok(()), "{good}");
        }
        for (bad, why) in [
            (json!({"function": "web_search", "settings": {"key": "x"}}), "config.settings.key"),
            (json!({"function": "task_manager", "settings": {"scope": "planet"}}), "planet"),
            (json!({"function": "calendar_manager", "settings": {"time_zone": "Mars/Base"}}), "Mars/Base"),
            (
                json!({"function": "calendar_manager", "settings": {"working_hours": {"start": "9:00", "end": "17:00"}}}),
                "9:00",
            ),
            (
                json!({"function": "calendar_manager", "settings": {"working_hours": {"start": "22:00", "end": "06:00"}}}),
                "end after",
            ),
            (json!({"function": "calendar_manager", "settings": {"working_days": []}}), "at least one day"),
        ] {
            let told = checked(bad.clone()).unwrap_err();
            assert!(told.contains(why), "{bad}: {told}");
        }
    }

    #[test]
    fn every_function_has_a_schema_that_its_required_names_are_in() {
        for function in BusinessFunction::ALL {
            assert_eq!(BusinessFunction::parse(function.as_str()), Some(function));
            assert!(function.description().contains("Use "), "{function:?} tells a model when to use it");
            let schema = function.parameters();
            assert_eq!(crate::schema::parameters_problems(&schema), Vec::new(), "{function:?}");
            let properties = schema["properties"].as_object().unwrap();
            for (name, property) in properties {
                assert!(property["description"].is_string(), "{function:?}: {name} is explained");
            }
            for name in schema["required"].as_array().unwrap() {
                assert!(properties.contains_key(name.as_str().unwrap()));
            }
        }
    }
}
