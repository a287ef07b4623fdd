//! Drawings as text: whole small ones, and counts and places in larger ones.
use charts::{
    Bar, BarWindow, ChartError, ChartTheme, Size, bar, minimap, plot_area, probability_bars,
};
use metrics::Band;
use metrics::band::{LOW, MIDDLE};

fn theme() -> ChartTheme {
    ChartTheme {
        ink: 0x1A1C20,
        line: 0xD0D4DA,
        bands: [0xF00000, 0xFBE405, 0x4DB694],
        font: "system-ui, sans-serif".to_owned(),
    }
}

fn value(probability: f64, band: u8) -> Bar {
    Bar {
        probability: Some(probability),
        band: Some(band),
    }
}

fn without_value(band: Option<u8>) -> Bar {
    Bar {
        probability: None,
        band,
    }
}

fn window(bars: Vec<Bar>) -> BarWindow {
    BarWindow {
        first: 0,
        bars,
        limits: [LOW, MIDDLE],
    }
}

const SMALL: Size = Size {
    width: 80,
    height: 56,
};

#[test]
fn a_small_chart() {
    let bars = vec![
        value(1.0, 2),
        value(0.5, 1),
        value(0.0, 0),
        without_value(None),
        without_value(Some(0)),
    ];
    let want = include_str!("small_chart.svg");
    assert_eq!(
        probability_bars(&window(bars), &theme(), SMALL).unwrap(),
        want
    );
}

/// The bands of probabilities on the usual scale.
fn usual_bands(values: &[Option<f64>]) -> impl Fn(usize) -> Option<u8> + '_ {
    move |column| values[column].map(|p| Band::of(p) as u8)
}

#[test]
fn a_column_without_a_band_has_the_colour_of_the_labels() {
    let svg = minimap(&[Some(0.5)], &|_| None, &theme(), SMALL).unwrap();
    assert_eq!(attributes(&svg, "rect", "fill"), ["#1A1C20"]);
}

#[test]
fn a_small_minimap() {
    let values = [
        Some(0.9),
        Some(0.9),
        None,
        Some(0.05),
        Some(0.5),
        Some(f64::NAN),
        Some(2.0),
        Some(0.0),
    ];
    let want = include_str!("small_minimap.svg");
    assert_eq!(
        minimap(
            &values,
            &usual_bands(&values),
            &theme(),
            Size {
                width: 16,
                height: 10
            }
        )
        .unwrap(),
        want
    );
}

/// Value of an attribute in each element with this name.
fn attributes(svg: &str, element: &str, name: &str) -> Vec<String> {
    let opening = format!("<{element} ");
    let attribute = format!(" {name}=\"");
    svg.lines()
        .filter(|line| line.starts_with(&opening))
        .filter_map(|line| {
            line.split(&attribute)
                .nth(1)?
                .split('"')
                .next()
                .map(str::to_owned)
        })
        .collect()
}

fn numbers(svg: &str, element: &str, name: &str) -> Vec<u32> {
    attributes(svg, element, name)
        .iter()
        .filter_map(|number| number.parse().ok())
        .collect()
}

#[test]
fn bars_lie_where_the_geometry_says() {
    for (count, width) in [(1, 64), (24, 640), (200, 320), (200, 1200), (400, 100)] {
        let size = Size { width, height: 180 };
        let area = plot_area(size);
        let bars = (0..count)
            .map(|index| value(index as f64 / count as f64, 0))
            .collect();
        let svg = probability_bars(&window(bars), &theme(), size).unwrap();
        let (x, widths) = (numbers(&svg, "rect", "x"), numbers(&svg, "rect", "width"));
        let (y, heights) = (numbers(&svg, "rect", "y"), numbers(&svg, "rect", "height"));
        assert_eq!(x.len(), count);
        for index in 0..count {
            let span = bar(area, index, count);
            assert_eq!(
                (x[index], x[index] + widths[index]),
                (span.left, span.right)
            );
            assert_eq!(y[index] + heights[index], area.top + area.height);
            assert!(heights[index] >= 1 && heights[index] <= area.height);
        }
        assert_eq!(numbers(&svg, "polyline", "stroke-width").len(), 4);
        assert_eq!(attributes(&svg, "text", "font-size"), ["11"; 4]);
    }
}

#[test]
fn values_that_are_none_draw_the_same_as_their_nearest() {
    let draw = |bar: Bar| probability_bars(&window(vec![bar]), &theme(), SMALL).unwrap();
    assert_eq!(draw(value(7.0, 2)), draw(value(1.0, 2)));
    assert_eq!(draw(value(-1.0, 0)), draw(value(0.0, 0)));
    assert_eq!(draw(value(f64::NAN, 0)), draw(without_value(Some(0))));
    assert_eq!(draw(without_value(Some(9))), draw(without_value(None)));
}

#[test]
fn no_bars_are_a_chart_too() {
    let svg = probability_bars(&window(Vec::new()), &theme(), SMALL).unwrap();
    assert_eq!(
        (svg.matches("<rect").count(), svg.matches("<text").count()),
        (0, 4)
    );
    let svg = minimap(&[], &usual_bands(&[]), &theme(), SMALL).unwrap();
    assert_eq!(
        (svg.matches("<rect").count(), svg.matches("<svg").count()),
        (0, 1)
    );
}

#[test]
fn equal_neighbours_of_a_minimap_are_one_column() {
    let size = Size {
        width: 1000,
        height: 44,
    };
    let certain = [Some(1.0); 1000];
    let svg = minimap(&certain, &usual_bands(&certain), &theme(), size).unwrap();
    assert_eq!(numbers(&svg, "rect", "width"), [1000]);
    // More values than pixels: none is wider than a pixel, none is outside.
    let values: Vec<Option<f64>> = (0..3000)
        .map(|index| Some(f64::from(index % 7) / 7.0))
        .collect();
    let svg = minimap(&values, &usual_bands(&values), &theme(), size).unwrap();
    let ends = numbers(&svg, "rect", "x")
        .into_iter()
        .zip(numbers(&svg, "rect", "width"));
    assert!(ends.clone().count() > 100 && ends.clone().all(|(x, width)| x + width <= 1000));
}

#[test]
fn a_hostile_font_stays_text() {
    let font = r#""><img src=x onerror='alert(1)'>&"#;
    let hostile = ChartTheme {
        font: font.to_owned(),
        ..theme()
    };
    let svg = probability_bars(&window(vec![value(0.5, 1)]), &hostile, SMALL).unwrap();
    assert!(!svg.contains("<img"), "{svg}");
    let escaped = "&quot;&gt;&lt;img src=x onerror=&apos;alert(1)&apos;&gt;&amp;";
    assert_eq!(attributes(&svg, "text", "font-family"), [escaped; 4]);
}

#[test]
fn sizes_that_cannot_be_drawn() {
    let bars = window(vec![value(0.5, 1)]);
    for (width, height) in [(0, 0), (63, 180), (640, 39), (20, 20)] {
        let error = probability_bars(&bars, &theme(), Size { width, height }).unwrap_err();
        assert_eq!(error, ChartError::TooSmall { width, height });
        assert_eq!(
            error.to_string(),
            format!("{width} by {height} pixels are too few to draw a chart in")
        );
    }
    let size = Size {
        width: u32::MAX,
        height: u32::MAX,
    };
    let error = probability_bars(&bars, &theme(), size).unwrap_err();
    assert_eq!(
        error,
        ChartError::TooLarge {
            width: u32::MAX,
            height: u32::MAX
        }
    );
    assert_eq!(
        error.to_string(),
        "4294967295 by 4294967295 pixels are too many to draw a chart in"
    );
    assert_eq!(minimap(&[], &usual_bands(&[]), &theme(), size), Err(error));
    let size = Size {
        width: 7,
        height: 44,
    };
    assert_eq!(
        minimap(&[], &usual_bands(&[]), &theme(), size),
        Err(ChartError::TooSmall {
            width: 7,
            height: 44
        })
    );
}
