//! The OpenAPI 3.1 document, generated from the routes and the wire types.

use crate::api::routes::{self, Access, Route};
use crate::api::{
    AgendaView, AppointmentBody, CatalogueView, ChangesView, CompleteBody, CompleteView, ConnectView, CreateBody,
    DeletionView, HistoryView, IntegrationView, OptionsView, PreviewBody, PreviewView, ReconciliationView, RunView,
    RunsView, SettingsBody, SyncStartedView, TestLeadBody, TestLeadView, TestView, WriteView, WritesView,
};
use crate::entry::ProblemDocument;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

/// The whole document.
pub fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    let mut paths = Map::new();
    for route in routes::ALL {
        let operation = operation(&route, &mut schemas);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.to_lowercase()] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Aura Integrations",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Connects third-party services to an Aura account. Errors are RFC 9457 problem documents \
                            with a stable `code`.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas.take_definitions(true),
            "securitySchemes": { "member": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } },
        },
    })
}

fn operation(route: &Route, schemas: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.summary,
        "responses": responses(route, schemas),
    });
    let parameters: Vec<Value> = path_parameters(route).chain(query_parameters(route)).chain(headers(route)).collect();
    if !parameters.is_empty() {
        operation["parameters"] = json!(parameters);
    }
    if let Some(body) = body(route, schemas) {
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": body } } });
    }
    operation["security"] = match route.access {
        Access::Public => json!([]),
        Access::Member | Access::Admin => json!([{ "member": [] }]),
    };
    if route.access == Access::Admin {
        operation["description"] = json!("Needs the role Channels Administrator.");
    }
    operation
}

fn operation_id(route: &Route) -> String {
    match *route {
        routes::RUN => "run".into(),
        routes::CANCEL_EVENT => "cancel_event".into(),
        routes::WRITES => "unfinished_writes".into(),
        routes::ASSETS => "asset".into(),
        routes::OPENAPI => "openapi".into(),
        routes::HANDSHAKE => "handshake".into(),
        routes::DEAUTHORIZE => "facebook_deauthorize".into(),
        routes::DELETION => "facebook_deletion".into(),
        routes::DELETION_STATE => "facebook_deletion_state".into(),
        _ => route.function.replace('-', "_"),
    }
}

fn path_parameters(route: &Route) -> impl Iterator<Item = Value> {
    let names = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| {
        json!({ "name": name.trim_end_matches('+'), "in": "path", "required": true, "schema": { "type": "string" } })
    })
}

fn query_parameters(route: &Route) -> impl Iterator<Item = Value> {
    let names: &[(&str, &str)] = match *route {
        routes::RUNS | routes::HISTORY | routes::WRITES => &[("limit", "integer"), ("cursor", "string")],
        routes::OPTIONS => &[("parent", "string")],
        routes::RECORDS => &[
            ("updatedSince", "date-time"),
            ("from", "date-time"),
            ("to", "date-time"),
            ("limit", "integer"),
            ("cursor", "string"),
        ],
        _ => &[],
    };
    names.iter().map(|(name, kind)| {
        let schema = match *kind {
            "date-time" => json!({ "type": "string", "format": "date-time" }),
            kind => json!({ "type": kind }),
        };
        json!({ "name": name, "in": "query", "schema": schema })
    })
}

fn headers(route: &Route) -> impl Iterator<Item = Value> {
    let idempotent = [
        routes::CREATE,
        routes::SETTINGS,
        routes::SYNC,
        routes::PAUSE,
        routes::RESUME,
        routes::DISCONNECT,
        routes::DELETE,
        routes::PUT_EVENT,
        routes::CANCEL_EVENT,
    ]
    .contains(route);
    idempotent
        .then(|| {
            json!({
                "name": "Idempotency-Key",
                "in": "header",
                "description": "The same key with the same body gives the same answer for a day.",
                "schema": { "type": "string", "minLength": 1, "maxLength": 255 },
            })
        })
        .into_iter()
}

fn body(route: &Route, schemas: &mut SchemaGenerator) -> Option<Schema> {
    match *route {
        routes::CREATE => Some(schema::<CreateBody>(schemas)),
        routes::COMPLETE => Some(schema::<CompleteBody>(schemas)),
        routes::SETTINGS => Some(schema::<SettingsBody>(schemas)),
        routes::PUT_EVENT => Some(schema::<AppointmentBody>(schemas)),
        routes::PREVIEW => Some(schema::<PreviewBody>(schemas)),
        routes::TEST_LEAD => Some(schema::<TestLeadBody>(schemas)),
        _ => None,
    }
}

fn schema<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Schema {
    schemas.subschema_for::<T>()
}

fn responses(route: &Route, schemas: &mut SchemaGenerator) -> Value {
    let mut responses = json!({});
    for (status, schema) in successes(route, schemas) {
        responses[status] = match schema {
            Some(schema) => {
                json!({ "description": route.summary, "content": { "application/json": { "schema": schema } } })
            }
            None => json!({ "description": route.summary }),
        };
    }
    if route.access != Access::Public {
        let problem = schema::<ProblemDocument>(schemas);
        responses["default"] = json!({
            "description": "What went wrong.",
            "content": { "application/problem+json": { "schema": problem } },
        });
    }
    responses
}

fn successes(route: &Route, schemas: &mut SchemaGenerator) -> Vec<(&'static str, Option<Schema>)> {
    match *route {
        routes::LIST => vec![("200", Some(schema::<CatalogueView>(schemas)))],
        routes::GET | routes::SETTINGS | routes::PAUSE | routes::RESUME | routes::DISCONNECT => {
            vec![("200", Some(schema::<IntegrationView>(schemas)))]
        }
        routes::CREATE => vec![("201", Some(schema::<IntegrationView>(schemas)))],
        routes::CONNECT => vec![("200", Some(schema::<ConnectView>(schemas)))],
        routes::COMPLETE => {
            let view = schema::<CompleteView>(schemas);
            vec![("200", Some(view.clone())), ("202", Some(view))]
        }
        routes::OPTIONS => vec![("200", Some(schema::<OptionsView>(schemas)))],
        routes::TEST => vec![("200", Some(schema::<TestView>(schemas)))],
        routes::PREVIEW => vec![("200", Some(schema::<PreviewView>(schemas)))],
        routes::TEST_LEAD => vec![("202", Some(schema::<TestLeadView>(schemas)))],
        routes::DELETION => vec![("200", Some(schema::<DeletionView>(schemas)))],
        routes::RECONCILIATION => vec![("200", Some(schema::<ReconciliationView>(schemas)))],
        routes::SYNC => vec![("202", Some(schema::<SyncStartedView>(schemas)))],
        routes::RUNS => vec![("200", Some(schema::<RunsView>(schemas)))],
        routes::RUN => vec![("200", Some(schema::<RunView>(schemas)))],
        routes::RECORDS => {
            let either = json!({ "oneOf": [schema::<ChangesView>(schemas), schema::<AgendaView>(schemas)] });
            vec![("200", Schema::try_from(either).ok())]
        }
        routes::PUT_EVENT | routes::CANCEL_EVENT => vec![("202", Some(schema::<WriteView>(schemas)))],
        routes::WRITES => vec![("200", Some(schema::<WritesView>(schemas)))],
        routes::HISTORY => vec![("200", Some(schema::<HistoryView>(schemas)))],
        routes::DELETE => vec![("204", None)],
        routes::CALLBACK => vec![("303", None)],
        _ => vec![("200", None)],
    }
}
