//! The tables of `docs/COST.md`.

use crate::bill::bill;
use crate::tables::{Operation, Tables};
use std::fmt::Write;

/// Stands before what is computed, in the document.
const BEGINS: &str = "<!-- computed: cargo run -p cost -->\n";
/// Stands behind it.
const ENDS: &str = "<!-- end of what is computed -->\n";

const FLEETS: [f64; 3] = [1_000.0, 100_000.0, 1_000_000.0];

/// The document with its tables computed anew; what stands around them stays.
///
/// # Panics
/// The document does not say where they stand.
pub fn card(document: &str, tables: &Tables) -> String {
    let (before, rest) = document.split_once(BEGINS).expect("docs/COST.md says where the tables begin");
    let (_, after) = rest.split_once(ENDS).expect("docs/COST.md says where the tables end");
    let parts = [bill_table(tables), calls_table(tables), usage_table(tables), prices_table(tables)];
    format!("{before}{BEGINS}\n{}\n{ENDS}{after}", parts.join("\n"))
}

fn bill_table(tables: &Tables) -> String {
    let bills = FLEETS.map(|fleet| bill(tables, fleet));
    let mut text =
        format!("## A month\n\n| Service | Billed for | {} |\n|---|---|--:|--:|--:|\n", FLEETS.map(number).join(" | "));
    for (row, price) in tables.prices.prices.iter().enumerate() {
        let dollars = bills.each_ref().map(|bill| money(bill[row].1));
        line(&mut text, &[price.service.clone(), price.of.clone(), dollars.join(" | ")]);
    }
    let totals = bills.map(|bill| bill.iter().map(|(_, dollars)| dollars).sum::<f64>());
    line(
        &mut text,
        &["**All**".into(), String::new(), totals.map(|total| format!("**{}**", money(total))).join(" | ")],
    );
    let each = [0, 1, 2].map(|fleet| format!("${:.3}", totals[fleet] / FLEETS[fleet]));
    line(&mut text, &["An integration".into(), String::new(), each.join(" | ")]);
    text
}

fn calls_table(tables: &Tables) -> String {
    let mut text = "## Calls of an operation\n\n| Operation | What it is | DynamoDB | Read units | Write units | Secrets Manager | SQS, with Lambda's | Events |\n|---|---|--:|--:|--:|--:|--:|--:|\n".to_owned();
    for (name, operation) in &tables.operations {
        let count = operation.count();
        let figures = [
            of_dynamodb(operation),
            count.read_units(),
            count.write_units(),
            count.secret_calls(),
            count.queue_requests(),
            count.items_of("events"),
        ];
        line(&mut text, &[format!("`{name}`"), operation.what.clone(), figures.map(number).join(" | ")]);
    }
    text
}

/// Whatever is no call to another service.
fn of_dynamodb(operation: &Operation) -> f64 {
    let count = operation.count();
    let calls = count.calls.keys().filter(|call| call.contains("Item") || *call == "Query");
    calls.map(|call| count.calls_of(call)).sum()
}

fn usage_table(tables: &Tables) -> String {
    let usage = &tables.usage;
    let mut text = "## How often\n\n| Operation | Times in a month |\n|---|--:|\n".to_owned();
    for (shares, of) in [(&usage.per_integration, "an integration"), (&usage.per_stack, "a stack")] {
        for share in shares {
            let less = share.less.as_ref().map(|other| format!(", less `{other}`")).unwrap_or_default();
            line(&mut text, &[format!("`{}`{less}", share.operation), format!("{} of {of}", number(share.times))]);
        }
    }
    text.push_str("\n| Function | MB | Milliseconds, assumed |\n|---|--:|--:|\n");
    for (name, function) in &usage.functions {
        line(&mut text, &[format!("`{name}`"), number(function.megabytes), number(function.milliseconds)]);
    }
    text
}

fn prices_table(tables: &Tables) -> String {
    let prices = &tables.prices;
    let (region, as_of) = (&prices.region, &prices.as_of);
    let mut text = format!(
        "## Prices\n\n{region}, {as_of}, in US dollars, without any free tier.\n\n| Service | One | Price | |\n|---|---|--:|---|\n"
    );
    for price in &prices.prices {
        let note = if price.checked { "" } else { "to be checked" };
        line(&mut text, &[price.service.clone(), price.of.clone(), format!("{:.4}", price.usd), note.into()]);
    }
    text
}

fn line(text: &mut String, cells: &[String]) {
    // Writing to a text cannot fail.
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

/// `$0.42`, `$1,234`.
fn money(dollars: f64) -> String {
    if dollars < 10.0 { format!("${dollars:.2}") } else { format!("${}", number(dollars.round())) }
}

/// With a comma after each thousand, and one decimal where there is a fraction.
fn number(number: f64) -> String {
    let tenths = (number * 10.0).round() as i64;
    let digits = (tenths / 10).to_string();
    let grouped: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    match tenths % 10 {
        0 => grouped.join(","),
        tenth => format!("{}.{tenth}", grouped.join(",")),
    }
}
