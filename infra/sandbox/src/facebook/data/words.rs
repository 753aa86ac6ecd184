//! What people write into forms, in the scripts that they use.

/// First and last name, and the e-mail address that goes with them.
pub(crate) const ASCII: &[(&str, &str, &str)] = &[
    ("Noor", "Inayat", "noor@example.net"),
    ("John", "O'Neil", "john.oneil+ads@example.com"),
    ("Mary Ann", "van der Berg", "m.vdberg@example.org"),
    ("Ada", "Lovelace", "ada@example.com"),
];

/// As [`ASCII`], with letters that are escaped in JSON.
pub(crate) const OTHERS: &[(&str, &str, &str)] = &[
    ("José", "Álvarez", "jose@example.com"),
    ("健二", "田中", "kenji@example.jp"),
    ("Ελένη", "Παππά", "eleni@example.gr"),
    ("ليلى", "حداد", "layla@example.org"),
    ("Zoë 🦊", "Müller-Lüdenscheidt", "zoe@müller.example"),
    ("Дмитрий", "Соколов", "dmitri@example.com"),
    ("Nguyễn", "Thị Minh Khai", "khai@example.vn"),
];

/// City, postal code and street.
pub(crate) const PLACES: &[(&str, &str, &str)] = &[
    ("Berlin", "10785", "Kurfürstenstraße 58"),
    ("東京都", "100-0005", "千代田区丸の内1丁目"),
    ("Αθήνα", "105 57", "Πλατεία Συντάγματος 1"),
    ("Springfield", "62701", "742 Evergreen Terrace"),
];

/// Companies.
pub(crate) const COMPANIES: &[&str] =
    &["Häuser & Söhne GmbH", "Acme \"West\" Ltd.", "株式会社さくら", "O'Reilly <Media>"];

/// Telephone numbers.
pub(crate) const PHONES: &[&str] =
    &["+49 30 1234567", "+15555550100", "+81 3-1234-5678", "+30 21 0123 4567", "030/1234567"];

/// Free text.
pub(crate) const TEXTS: &[&str] = &[
    "Please call after 6 pm.",
    "Für 25 Personen, vegetarisch & glutenfrei – geht das?",
    "来週の土曜日は空いていますか？",
    "100 % <b>sicher</b> \\ \"zitiert\"\nzweite Zeile",
    "👋🏽",
];
