//! Typed properties into the parts of the stack.

use super::document::Resource;
use super::intrinsics::as_text;
use super::{Authorizer, Cors, Index, Key, Permission, TemplateError, resources};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The package is what cargo-lambda is told to build, or else the folder of the code.
pub(super) fn package(resource: &Resource, function: &resources::Function) -> Result<String, TemplateError> {
    let built = resource.metadata.get("BuildProperties").and_then(|it| it.get("Binary")).and_then(|it| it.as_str());
    let folder = function.code_uri.as_deref().and_then(|uri| uri.trim_end_matches('/').rsplit_once("functions/"));
    built.or(folder.map(|(_, package)| package)).map(str::to_owned).ok_or_else(|| {
        TemplateError::at(resource.path(), "names neither Metadata.BuildProperties.Binary nor functions/<package>")
    })
}

pub(super) fn environment(
    environment: resources::Environment,
    path: &str,
) -> Result<BTreeMap<String, String>, TemplateError> {
    let text = |(name, value): (String, Json)| match as_text(&value).or_else(|| comma_delimited(&value)) {
        Some(text) => Ok((name, text)),
        None => Err(TemplateError::at(format!("{path}.Environment.Variables.{name}"), "is not a text")),
    };
    environment.variables.into_iter().map(text).collect()
}

fn comma_delimited(value: &Json) -> Option<String> {
    Some(value.as_array()?.iter().map(as_text).collect::<Option<Vec<_>>>()?.join(","))
}

pub(super) fn permissions(policies: Vec<resources::Policy>, path: &str) -> Result<Vec<Permission>, TemplateError> {
    let statements = policies.into_iter().flat_map(|policy| Vec::from(policy.statement));
    statements
        .map(|statement| match statement.effect.as_str() {
            "Allow" => Ok(Permission { actions: statement.action.into(), resources: statement.resource.into() }),
            other => {
                Err(TemplateError::at(format!("{path}.Policies"), format!("the effect {other} is not known here")))
            }
        })
        .collect()
}

pub(super) fn authorizer_of(name: &str, it: &resources::Authorizer, path: &str) -> Result<Authorizer, TemplateError> {
    if it.identity_source != "$request.header.Authorization" {
        let problem = "tokens are taken from $request.header.Authorization only";
        return Err(TemplateError::at(format!("{path}.Auth.Authorizers.{name}.IdentitySource"), problem));
    }
    let jwt = &it.jwt_configuration;
    Ok(Authorizer { issuer: jwt.issuer.clone(), audience: jwt.audience.clone().into() })
}

pub(super) fn cors_of(cors: resources::Cors) -> Cors {
    Cors {
        origins: cors.allow_origins.into(),
        methods: cors.allow_methods.into(),
        headers: cors.allow_headers.into(),
        expose: cors.expose_headers.into(),
        credentials: cors.allow_credentials.unwrap_or(false),
        max_age: cors.max_age.and_then(|seconds| u32::try_from(seconds).ok()),
    }
}

pub(super) fn key(schema: &[resources::KeyElement], path: &str) -> Result<Key, TemplateError> {
    let of = |kind: &str| schema.iter().find(|it| it.key_type == kind).map(|it| it.attribute_name.clone());
    let hash = of("HASH").ok_or_else(|| TemplateError::at(path, "a key has no HASH attribute"))?;
    Ok(Key { hash, range: of("RANGE") })
}

pub(super) fn index(index: resources::Index, path: &str) -> Result<Index, TemplateError> {
    Ok(Index {
        name: index.index_name,
        key: key(&index.key_schema, path)?,
        projection: index.projection.projection_type,
        include: index.projection.non_key_attributes,
    })
}
