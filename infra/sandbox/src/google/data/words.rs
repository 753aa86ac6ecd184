//! What events are called, in the scripts that people write.

/// Titles of meetings and appointments.
pub(crate) const TITLES: &[&str] = &[
    "Weekly planning",
    "1:1 Ada / Grace",
    "Design review: checkout",
    "Interview: backend engineer",
    "Budget Q1 — first draft",
    "Zahnarzt",
    "Elternabend, Raum 2.14",
    "Übergabe Bereitschaft",
    "Déjeuner avec Chloé",
    "Reunião de equipa",
    "顧客との打ち合わせ",
    "四半期レビュー会議",
    "東京オフィス 防災訓練",
    "اجتماع الفريق الأسبوعي",
    "مراجعة الميزانية",
    "Συνάντηση ομάδας",
    "Παρουσίαση προϊόντος",
    "Обсуждение релиза",
    "सप्ताहिक बैठक",
    "회의: 로드맵",
    "🚀 Launch rehearsal",
    "🎂 Geburtstag von Noor 🎉",
    "👩🏽‍💻 Pair programming",
    "Lunch & learn: <b>escaping</b> \"quotes\" & 'ampersands'",
    "שיחה עם הספק",
];

/// Titles of whole days.
pub(crate) const DAYS: &[&str] = &[
    "Urlaub",
    "Company offsite",
    "文化の日",
    "عطلة رسمية",
    "Αργία",
    "🌴 Vacation",
    "Conference: RustFest",
    "Feiertag",
];

/// Places.
pub(crate) const PLACES: &[&str] = &[
    "Meeting room Lovelace, 3rd floor",
    "Café Einstein, Kurfürstenstraße 58, 10785 Berlin",
    "東京都千代田区丸の内1丁目",
    "Αθήνα, Πλατεία Συντάγματος",
    "+49 30 1234567, PIN 4711#",
];

/// People to invite: e-mail address and name.
pub(crate) const PEOPLE: &[(&str, &str)] = &[
    ("grace@example.com", "Grace Hopper"),
    ("ada@example.com", "Ada Lovelace"),
    ("noor@example.net", "Noor Inayat"),
    ("kenji@example.jp", "田中 健二"),
    ("eleni@example.gr", "Ελένη Παππά"),
    ("layla@example.org", "ليلى حداد"),
    ("jose@example.com", "José Álvarez"),
];

/// A paragraph; several make a long description.
pub(crate) const PARAGRAPHS: &[&str] = &[
    "Agenda:\n1. What has changed since last time\n2. Risks and who owns them\n3. Decisions for this week\n",
    "<p>Please read the <a href=\"https://docs.example.com/d/1\">document</a> first &amp; add comments.</p>",
    "議題：先週の振り返り、今週の予定、その他。資料は前日までに共有してください。\n",
    "الرجاء الاطلاع على المستند قبل الاجتماع وإضافة التعليقات.\n",
    "Παρακαλώ διαβάστε το έγγραφο πριν από τη συνάντηση.\n",
];
