//! The fields of the lab, and the settings and assumptions that they mean.
use crate::Settings as Fields;
use crate::html::{field, menu, slider};
use analysis::lab::{Assumptions, Recorded, Settings};

/// The largest temperature that can be set.
const HOTTEST: f64 = 5.0;
const LARGEST_K: f64 = 1_000_000.0;

const RECORDED: [(&str, &str); 3] = [
    ("", "not known: taken for the model's own"),
    ("raw", "the model's own"),
    ("scaled", "after a temperature"),
];

pub(super) fn settings_of(fields: &Fields) -> (Settings, Assumptions) {
    let settings = Settings {
        temperature: fields.number("temperature", 1.0, 0.0..=HOTTEST),
        top_k: fields.number("top_k", 0.0, 0.0..=LARGEST_K) as u32,
        top_p: fields.number("top_p", 1.0, 0.0..=1.0),
        min_p: fields.number("min_p", 0.0, 0.0..=1.0),
    };
    let recorded = match fields.get("recorded") {
        Some("raw") => Recorded::Raw,
        Some("scaled") => Recorded::Scaled(fields.number("at", 1.0, 0.01..=HOTTEST)),
        _ => Recorded::Unknown,
    };
    let vocabulary = fields.number("vocabulary", 0.0, 1.0..=1e9) as u64;
    let assumptions = Assumptions {
        recorded,
        vocabulary: (vocabulary > 0).then_some(vocabulary),
    };
    (settings, assumptions)
}

pub(crate) fn controls(fields: &Fields) -> String {
    let (settings, assumptions) = settings_of(fields);
    let mut html = "<p class=\"panel-lead\">What would these settings have allowed? One step at a time, on the text that was really written: how it would have gone on after another token is not in the file.</p><div class=\"fields\">".to_owned();
    html += &slider(
        "temperature",
        "Temperature",
        "Divides the logits: below 1 the likely tokens gain, above 1 the unlikely ones; 0 takes the best one only.",
        "min=\"0\" max=\"2\" step=\"0.05\"",
        settings.temperature,
    );
    html += &field(
        "top_k",
        "Top-k",
        "Keeps this many tokens, the best ones; 0 keeps all.",
        "type=\"number\" min=\"0\" max=\"1000000\" step=\"1\"",
        &settings.top_k.to_string(),
    );
    for (name, title, help, attributes, value) in [
        (
            "top_p",
            "Top-p",
            "Keeps the fewest tokens, best first, that have this much probability together; 1 keeps all.",
            "min=\"0.05\" max=\"1\" step=\"0.01\"",
            settings.top_p,
        ),
        (
            "min_p",
            "Min-p",
            "Keeps tokens with at least this share of the best one's probability; 0 keeps all.",
            "min=\"0\" max=\"1\" step=\"0.01\"",
            settings.min_p,
        ),
    ] {
        html += &slider(name, title, help, attributes, value);
    }
    html += "</div><p class=\"field-help\">They act in this order: temperature, top-k, top-p, min-p. Each of the last three cuts from what the one before has left.</p><details class=\"assumptions\"><summary>What is taken for granted</summary><div class=\"fields\">";
    html += &menu(
        "recorded",
        "The file's log-probabilities are",
        RECORDED,
        fields.get("recorded").unwrap_or_default(),
    );
    let at = match assumptions.recorded {
        Recorded::Scaled(temperature) => temperature,
        _ => 1.0,
    };
    html += &field(
        "at",
        "… which was",
        "Used with “after a temperature”.",
        "type=\"number\" min=\"0.01\" max=\"5\" step=\"0.01\"",
        &at.to_string(),
    );
    html += &field(
        "vocabulary",
        "Size of the vocabulary",
        "Without it, what the unlisted tokens can weigh at a higher temperature has no upper end. With it, an estimate stands beside what has only bounds.",
        "type=\"number\" min=\"1\" step=\"1\" placeholder=\"not known\"",
        &assumptions
            .vocabulary
            .map_or_else(String::new, |size| size.to_string()),
    );
    html + "</div></details><p><button type=\"button\" data-set=\"temperature:1;top_k:0;top_p:1;min_p:0\">Reset</button></p>"
}
