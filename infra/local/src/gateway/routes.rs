//! Which route answers: the most specific path wins, then the exact method.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>

use crate::template::Route;
use percent_encoding::percent_decode_str;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A part of a route's path. The order is that of precedence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Greedy(String),
    Parameter(String),
    Exact(String),
}

impl Segment {
    fn parse(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Self::Greedy(name.to_owned()),
                None => Self::Parameter(name.to_owned()),
            },
            None => Self::Exact(text.to_owned()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Greedy(_) => 0,
            Self::Parameter(_) => 1,
            Self::Exact(_) => 2,
        }
    }
}

/// The routes of an API, the most specific first.
#[derive(Debug, Clone, Default)]
pub struct Routes(Vec<(Vec<Segment>, Route)>);

/// A route that answers a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match<'a> {
    /// The route.
    pub route: &'a Route,
    /// The parameters of the path, decoded.
    pub parameters: BTreeMap<String, String>,
}

impl Match<'_> {
    /// The route as API Gateway calls it: `GET /integrations/{provider}`.
    pub fn key(&self) -> String {
        format!("{} {}", self.route.method, self.route.path)
    }
}

impl Routes {
    /// Takes routes in any order.
    pub fn new(routes: impl IntoIterator<Item = Route>) -> Self {
        let mut parsed: Vec<(Vec<Segment>, Route)> =
            routes.into_iter().map(|route| (segments(&route.path).map(Segment::parse).collect(), route)).collect();
        parsed.sort_by_key(|(path, route)| {
            Reverse((path.iter().map(Segment::rank).collect::<Vec<_>>(), route.method != "ANY"))
        });
        Self(parsed)
    }

    /// The route for this method and path.
    pub fn find(&self, method: &str, path: &str) -> Option<Match<'_>> {
        let path: Vec<&str> = segments(path).collect();
        self.0
            .iter()
            .filter(|(_, route)| route.method == method || route.method == "ANY")
            .find_map(|(pattern, route)| Some(Match { route, parameters: parameters(pattern, &path)? }))
    }

    /// Every route.
    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        self.0.iter().map(|(_, route)| route)
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

fn parameters(pattern: &[Segment], path: &[&str]) -> Option<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for (index, segment) in pattern.iter().enumerate() {
        match segment {
            Segment::Greedy(name) => {
                let rest = path.get(index..).map(|rest| rest.join("/")).filter(|rest| !rest.is_empty())?;
                found.insert(name.clone(), decoded(&rest));
                return Some(found);
            }
            Segment::Parameter(name) => {
                let value = path.get(index).filter(|value| !value.is_empty())?;
                found.insert(name.clone(), decoded(value));
            }
            Segment::Exact(text) => {
                path.get(index).filter(|value| decoded(value) == *text)?;
            }
        }
    }
    (pattern.len() == path.len()).then_some(found)
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
