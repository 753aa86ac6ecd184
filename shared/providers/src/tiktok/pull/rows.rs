//! The rows of a file. Its header is spelled in more than one way, ids may be guarded against Excel, answers may have
//! commas and line breaks, and the text may begin with a byte order mark.

use super::super::questions::squash;
use super::time::instant;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use csv::{ByteRecord, ReaderBuilder, StringRecord};
use domain::ids::ExternalId;
use domain::lead::LeadSource;

/// What is in a row.
#[expect(clippy::large_enum_variant, reason = "almost every entry is a lead")]
pub(super) enum Entry {
    /// A lead.
    Lead(Row),
    /// A row without what a lead needs; with what could be read of it.
    Unreadable { id: Option<ExternalId>, created: Option<DateTime<Utc>> },
}

/// A lead as the file has it.
pub(super) struct Row {
    pub(super) id: ExternalId,
    pub(super) created: DateTime<Utc>,
    /// The form, where the file says it.
    pub(super) form: Option<String>,
    pub(super) source: LeadSource,
    pub(super) test: bool,
    /// What was answered, by the question as the header names it.
    pub(super) answers: Vec<(String, String)>,
}

impl Entry {
    /// Whether it is of this form, as far as can be seen.
    pub(super) fn is_of(&self, form: &str) -> bool {
        match self {
            Self::Lead(row) => row.form.as_deref().is_none_or(|own| own == form),
            Self::Unreadable { .. } => true,
        }
    }
}

/// What was read of the files.
pub(super) struct Chunk {
    pub(super) entries: Vec<Entry>,
    /// When the newest lead was created among the rows that were read, in seconds since 1970.
    pub(super) newest: Option<i64>,
    /// The row to go on with, counted over all files; `None` at the end.
    pub(super) next: Option<usize>,
}

/// Reads from the row `from` on, until `most` entries were found that are not older than `oldest`. `None` where it is
/// no file of leads, or one that is shorter than it was. Files without any text, and no files, are without leads.
pub(super) fn read(files: &[Bytes], from: usize, most: usize, oldest: DateTime<Utc>) -> Option<Chunk> {
    let mut chunk = Chunk { entries: Vec::new(), newest: None, next: None };
    let mut index = 0;
    for file in files.iter().filter(|file| !is_blank(file)) {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(file.as_ref());
        let columns = Columns::of(&StringRecord::from_byte_record_lossy(reader.byte_headers().ok()?.clone()))?;
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record).ok()? {
            if index >= from {
                if chunk.entries.len() == most {
                    chunk.next = Some(index);
                    return Some(chunk);
                }
                chunk.take(columns.entry(&StringRecord::from_byte_record_lossy(record.clone())), oldest);
            }
            index += 1;
        }
    }
    (index >= from).then_some(chunk)
}

fn is_blank(file: &[u8]) -> bool {
    file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file).trim_ascii().is_empty()
}

impl Chunk {
    fn take(&mut self, entry: Entry, oldest: DateTime<Utc>) {
        let created = match &entry {
            Entry::Lead(row) => Some(row.created),
            Entry::Unreadable { created, .. } => *created,
        };
        self.newest = self.newest.max(created.map(|created| created.timestamp()));
        if created.is_none_or(|created| created >= oldest) {
            self.entries.push(entry);
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Lead,
    Created,
    Form,
    Ad,
    AdName,
    AdGroup,
    AdGroupName,
    Campaign,
    CampaignName,
    Test,
    /// Something about the lead that is not kept.
    Other,
}

fn column(header: &str) -> Option<Column> {
    Some(match squash(header).as_str() {
        "leadid" => Column::Lead,
        "createdtime" | "createtime" => Column::Created,
        "pageid" | "formid" => Column::Form,
        "adid" => Column::Ad,
        "adname" => Column::AdName,
        "adgroupid" => Column::AdGroup,
        "adgroupname" => Column::AdGroupName,
        "campaignid" => Column::Campaign,
        "campaignname" => Column::CampaignName,
        "istest" => Column::Test,
        "pagename" | "formname" | "advertiserid" | "advertisername" | "libraryid" | "leadsource" => Column::Other,
        _ => return None,
    })
}

/// The columns of a file.
struct Columns {
    /// What each holds; `None` for an answer.
    kinds: Vec<Option<Column>>,
    headers: Vec<String>,
}

impl Columns {
    /// The columns that a header names; `None` where none has the id of a lead. A question may be worded like a column:
    /// the first of a name is the column.
    fn of(headers: &StringRecord) -> Option<Self> {
        let mut kinds: Vec<Option<Column>> = Vec::new();
        for header in headers {
            kinds.push(column(header).filter(|kind| !kinds.contains(&Some(*kind))));
        }
        let headers = headers.iter().map(|header| header.trim().to_owned()).collect();
        kinds.contains(&Some(Column::Lead)).then_some(Self { kinds, headers })
    }

    fn entry(&self, record: &StringRecord) -> Entry {
        let id = self.value(record, Column::Lead).filter(|id| is_id(id)).and_then(|id| ExternalId::parse(id).ok());
        let created = self.value(record, Column::Created).and_then(|text| instant(&text));
        let (Some(id), Some(created)) = (id.clone(), created) else { return Entry::Unreadable { id, created } };
        let number = |kind| self.value(record, kind).filter(|id| id != "0");
        let source = LeadSource {
            ad: number(Column::Ad),
            ad_name: self.value(record, Column::AdName),
            ad_group: number(Column::AdGroup),
            ad_group_name: self.value(record, Column::AdGroupName),
            campaign: number(Column::Campaign),
            campaign_name: self.value(record, Column::CampaignName),
            ..LeadSource::default()
        };
        let test = self.value(record, Column::Test).is_some_and(|text| is_yes(&text));
        let answers = self.answers(record).collect();
        Entry::Lead(Row { id, created, form: number(Column::Form), source, test, answers })
    }

    fn value(&self, record: &StringRecord, kind: Column) -> Option<String> {
        let at = self.kinds.iter().position(|other| *other == Some(kind))?;
        Some(unguarded(record.get(at)?)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    fn answers<'a>(&'a self, record: &'a StringRecord) -> impl Iterator<Item = (String, String)> + 'a {
        let columns = self.kinds.iter().zip(&self.headers).zip(record);
        columns
            .filter(|((kind, header), _)| kind.is_none() && !header.is_empty())
            .map(|((_, header), value)| (header.clone(), unguarded(value).to_owned()))
            .filter(|(_, value)| !value.is_empty())
    }
}

/// Not what a spreadsheet made of it: `7.12E+18`.
fn is_id(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn is_yes(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "true" | "1" | "yes")
}

/// The text without what keeps Excel from reading it as a number or a formula: `'123`, `="123"`.
fn unguarded(text: &str) -> &str {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return inner.trim();
    }
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|first: char| first.is_ascii_digit() || "+-=@".contains(first)) => rest,
        _ => text,
    }
}
