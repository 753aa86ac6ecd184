//! The discovery document.

use serde_json::Value;

/// Google's description of the Calendar API.
pub(super) struct Document(Value);

/// One method of the API.
pub(super) struct Method<'a>(pub(super) &'a Value);

impl Document {
    /// The document, where the variable names one; a file that is named must be there.
    #[expect(clippy::disallowed_methods, reason = "a test has no configuration that could hand it in")]
    pub(super) fn find() -> Option<Self> {
        let Ok(path) = std::env::var("GOOGLE_CALENDAR_DESCRIPTION") else {
            eprintln!("left out: GOOGLE_CALENDAR_DESCRIPTION does not name Google's description of its API");
            return None;
        };
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        Some(Self(serde_json::from_str(&text).unwrap()))
    }

    /// What every path is below.
    pub(super) fn base_url(&self) -> &str {
        text(&self.0["baseUrl"])
    }

    /// Every method of every resource that is not within another one.
    pub(super) fn methods(&self) -> impl Iterator<Item = Method<'_>> {
        let resources = self.0["resources"].as_object().unwrap().values();
        resources.flat_map(|resource| resource["methods"].as_object().unwrap().values()).map(Method)
    }

    /// The scopes, each of which allows a method.
    pub(super) fn scopes_of(&self, id: &str) -> Vec<&str> {
        let method = self.methods().find(|method| method.id() == id).unwrap();
        method.0["scopes"].as_array().unwrap().iter().map(text).collect()
    }

    /// A schema by its name.
    pub(super) fn schema(&self, name: &str) -> &Value {
        let schema = &self.0["schemas"][name];
        assert!(schema.is_object(), "there is no schema {name}");
        schema
    }

    /// The schema that a schema refers to, or itself.
    pub(super) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        schema["$ref"].as_str().map_or(schema, |name| self.schema(name))
    }

    /// A parameter of the method, or one that all of them have.
    pub(super) fn query_parameter<'a>(&'a self, method: &Method<'a>, name: &str) -> Option<&'a Value> {
        let own = method.0["parameters"].get(name).filter(|parameter| parameter["location"] == "query");
        own.or_else(|| self.0["parameters"].get(name))
    }
}

impl<'a> Method<'a> {
    pub(super) fn id(&self) -> &'a str {
        text(&self.0["id"])
    }

    /// Whether a request goes to this method: each `{name}` of its path stands for one segment.
    pub(super) fn is(&self, http_method: &str, path: &str) -> bool {
        let (template, path): (Vec<_>, Vec<_>) =
            (text(&self.0["path"]).split('/').collect(), path.split('/').collect());
        let same = |(template, segment): (&&str, &&str)| template == segment || template.starts_with('{');
        self.0["httpMethod"] == http_method && template.len() == path.len() && template.iter().zip(&path).all(same)
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
