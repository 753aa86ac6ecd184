//! The file of a bulk download (RFC 4180), with what is odd about it.

use super::{
    leads::Lead,
    state::{Form, Question, time_text},
    switches::{CsvShape, Guard, Headings},
};

/// The columns that every file has, in both spellings.
const COLUMNS: [[&str; 2]; 11] = [
    ["lead_id", "Lead ID"],
    ["created_time", "Created Time"],
    ["ad_id", "Ad ID"],
    ["ad_name", "Ad Name"],
    ["adgroup_id", "Ad Group ID"],
    ["adgroup_name", "Ad Group Name"],
    ["campaign_id", "Campaign ID"],
    ["campaign_name", "Campaign Name"],
    ["page_id", "Page ID"],
    ["page_name", "Page Name"],
    ["is_test", "Is Test"],
];

/// The file as text.
pub(crate) fn write(form: &Form, leads: &[&Lead], shape: CsvShape) -> String {
    let mut text = String::new();
    if shape.bom {
        text.push('\u{feff}');
    }
    row(&mut text, heading(form, shape), shape);
    for lead in leads {
        row(&mut text, cells(form, lead, shape), shape);
    }
    text
}

fn heading(form: &Form, shape: CsvShape) -> Vec<String> {
    let column = |[snake, title]: &[&str; 2]| match shape.headings {
        Headings::Snake => (*snake).to_owned(),
        Headings::Title => (*title).to_owned(),
        Headings::Shouted => format!(" {} ", snake.to_uppercase()),
    };
    let question = |question: &Question| if shape.keys { question.key.clone() } else { question.label.clone() };
    COLUMNS.iter().map(column).chain(form.questions.iter().map(question)).collect()
}

fn cells(form: &Form, lead: &Lead, shape: CsvShape) -> Vec<String> {
    let advert = &form.advert;
    let time = if shape.epoch_times { lead.created.timestamp().to_string() } else { time_text(lead.created) };
    let mut cells = vec![
        guarded(&lead.id, shape.guard),
        time,
        guarded(&advert.ad_id, shape.guard),
        advert.ad_name.clone(),
        guarded(&advert.adgroup_id, shape.guard),
        advert.adgroup_name.clone(),
        guarded(&advert.campaign_id, shape.guard),
        advert.campaign_name.clone(),
        guarded(&form.id, shape.guard),
        form.title.clone(),
        lead.is_test.to_string(),
    ];
    let answer = |question: &Question| lead.answers.iter().find(|(key, _)| *key == question.key);
    cells.extend(form.questions.iter().map(|question| answer(question).map(|(_, it)| it.clone()).unwrap_or_default()));
    cells
}

fn guarded(id: &str, guard: Guard) -> String {
    match guard {
        Guard::None => id.to_owned(),
        Guard::Apostrophe => format!("'{id}"),
        Guard::Formula => format!("=\"{id}\""),
    }
}

fn row(text: &mut String, cells: Vec<String>, shape: CsvShape) {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    text.push_str(&cells.join(","));
    text.push_str(if shape.line_feeds { "\n" } else { "\r\n" });
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
