use std::io::Cursor;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use ::pmtiles::{PmTilesWriter, TileCoord, TileType};
use image::{ImageFormat, Rgb, RgbImage};
use rusqlite::Connection;

use super::*;

/// A tile of one colour.
fn picture(color: [u8; 3], format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(256, 256, Rgb(color)).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// An `MBTiles` file of the four tiles of zoom 1, each of a grey of its own, counted from the south.
fn write_mbtiles(path: &Path, format: &str, attribution: &str) {
    let file = Connection::open(path).unwrap();
    file.execute_batch(
        "CREATE TABLE metadata (name TEXT, value TEXT);
         CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);",
    )
    .unwrap();
    for (name, value) in [("format", format), ("attribution", attribution)] {
        file.execute("INSERT INTO metadata VALUES (?1, ?2)", [name, value]).unwrap();
    }
    for (column, row) in [(0_u8, 0_u8), (1, 0), (0, 1), (1, 1)] {
        let grey = 10 * (1 + column + 2 * row);
        let tile = picture([grey; 3], ImageFormat::Png);
        file.execute("INSERT INTO tiles VALUES (1, ?1, ?2, ?3)", (column, row, tile)).unwrap();
    }
}

fn write_pmtiles(path: &Path) {
    let made =
        PmTilesWriter::new(TileType::Jpeg).min_zoom(2).max_zoom(2).metadata(r#"{"attribution":"<a href='x'>&copy; Us</a>"}"#);
    let mut file = made.create(std::fs::File::create(path).unwrap()).unwrap();
    file.add_tile(TileCoord::new(2, 3, 1).unwrap(), &picture([200; 3], ImageFormat::Jpeg)).unwrap();
    file.finalize().unwrap();
}

/// Tiles of a data directory, and what tells that something is there.
fn start(settings: Settings, dir: &Path) -> (Tiles, Receiver<()>) {
    let (woken, wakes) = sync_channel(64);
    let tiles = Tiles::start(settings, dir, move || {
        woken.try_send(()).ok();
    });
    let tiles = tiles.unwrap();
    wakes.recv_timeout(Duration::from_secs(30)).unwrap();
    (tiles, wakes)
}

fn read_one(tiles: &Tiles, wakes: &Receiver<()>, key: TileKey) -> Option<TilePicture> {
    tiles.want(vec![key]);
    loop {
        if let Some((found, picture)) = tiles.take().pop() {
            assert_eq!(found, key);
            return picture;
        }
        wakes.recv_timeout(Duration::from_secs(30)).unwrap();
    }
}

#[test]
fn files_in_the_folder_are_read_and_the_first_that_has_a_tile_gives_it() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join(FOLDER);
    std::fs::create_dir(&folder).unwrap();
    write_mbtiles(&folder.join("a.mbtiles"), "png", "© <b>Them</b>");
    write_pmtiles(&folder.join("b.pmtiles"));
    std::fs::write(folder.join("notes.txt"), "no map").unwrap();
    let (tiles, wakes) = start(Settings::default(), dir.path());
    assert_eq!(*tiles.about(), Ground { zooms: Some((1, 2)), attribution: "© Them, © Us".to_owned(), broken: Vec::new() });
    let grey = |key| read_one(&tiles, &wakes, key).map(|picture| (picture.width, picture.height, picture.rgba[0]));
    // The north-west of the map is the second row of the file from the south.
    assert_eq!(grey(TileKey { zoom: 1, x: 0, y: 0 }), Some((256, 256, 30)));
    assert_eq!(grey(TileKey { zoom: 1, x: 1, y: 1 }), Some((256, 256, 20)));
    let (.., bright) = grey(TileKey { zoom: 2, x: 3, y: 1 }).unwrap();
    assert!(bright.abs_diff(200) <= 2, "{bright}");
    assert_eq!(grey(TileKey { zoom: 2, x: 0, y: 0 }), None);
    assert_eq!(grey(TileKey { zoom: 9, x: 0, y: 0 }), None);
}

#[test]
fn what_cannot_be_used_is_named_with_the_reason_and_stops_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name);
    std::fs::write(file("noise.mbtiles"), [7_u8; 4_000]).unwrap();
    std::fs::write(file("noise.pmtiles"), [7_u8; 4_000]).unwrap();
    write_mbtiles(&file("vector.mbtiles"), "pbf", "");
    write_mbtiles(&file("good.mbtiles"), "png", "");
    let broken = Connection::open(file("good.mbtiles")).unwrap();
    broken.execute("UPDATE tiles SET tile_data = x'89504e47' WHERE tile_column = 0", []).unwrap();
    let names = ["noise.mbtiles", "noise.pmtiles", "vector.mbtiles", "gone.mbtiles", "good.mbtiles"];
    let settings = Settings { files: names.map(file).to_vec(), ..Settings::default() };
    let (tiles, wakes) = start(settings, dir.path());
    let about = tiles.about();
    let said: Vec<_> = about.broken.iter().map(|(name, why)| (name.as_str(), why.as_str())).collect();
    assert_eq!(said.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names[..4], "{said:?}");
    assert!(said[0].1.contains("not a database") && said[2].1.contains("vector tiles"), "{said:?}");
    assert_eq!(about.zooms, Some((1, 1)));
    assert!(read_one(&tiles, &wakes, TileKey { zoom: 1, x: 1, y: 0 }).is_some());
    assert_eq!(read_one(&tiles, &wakes, TileKey { zoom: 1, x: 0, y: 0 }), None);
    let last = tiles.about().broken.last().cloned().unwrap();
    assert!(last.0 == "good.mbtiles" && last.1.starts_with("tile 1/0/0: "), "{last:?}");
}

#[test]
fn what_is_wanted_no_more_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join(FOLDER);
    std::fs::create_dir(&folder).unwrap();
    write_mbtiles(&folder.join("a.mbtiles"), "png", "");
    let (tiles, wakes) = start(Settings::default(), dir.path());
    let key = TileKey { zoom: 1, x: 0, y: 0 };
    tiles.want(vec![TileKey { zoom: 1, x: 1, y: 0 }; 10_000]);
    // Whatever was begun before is one tile; then this one comes.
    tiles.want(vec![key]);
    let mut read = 0;
    while tiles.take().into_iter().inspect(|_| read += 1).all(|(found, _)| found != key) {
        wakes.recv_timeout(Duration::from_secs(30)).ok();
    }
    assert!(read < 10_000, "{read}");
}

#[test]
fn a_provider_needs_a_name_and_an_address_that_can_be() {
    let online = |url: &str, by: Option<&str>| {
        let settings =
            Settings { online_url: Some(url.to_owned()), online_attribution: by.map(str::to_owned), ..Settings::default() };
        settings.mistake()
    };
    assert_eq!(online("https://tiles.example/{z}/{x}/{y}.png", Some("© Us")), None);
    assert_eq!(online("http://127.0.0.1:9/{z}/{x}/{y}.png", Some("© Us")), None);
    assert_eq!(online("https://tiles.example/{z}/{x}/{y}.png", None).unwrap().0, "online_attribution");
    for url in ["https://tiles.example/{z}/{x}.png", "http://tiles.example/{z}/{x}/{y}.png", "{z}{x}{y}"] {
        assert_eq!(online(url, Some("© Us")).unwrap().0, "online_url", "{url}");
    }
}

#[test]
fn tiles_come_from_a_provider_and_one_that_fails_is_left_in_peace() {
    use std::io::{Read as _, Write as _};
    let dir = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/{{z}}/{{x}}/{{y}}.png", listener.local_addr().unwrap());
    let server = std::thread::Builder::new().spawn(move || {
        let tile = picture([90; 3], ImageFormat::Png);
        for (status, body) in [("200 OK", tile), ("503 Service Unavailable", Vec::new())] {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 1_024];
            let n = stream.read(&mut asked).unwrap();
            assert!(asked[..n].starts_with(b"GET /3/5/2.png "), "{}", String::from_utf8_lossy(&asked[..n]));
            write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len()).unwrap();
            stream.write_all(&body).unwrap();
        }
        // Nobody comes again.
        listener.set_nonblocking(true).unwrap();
        listener
    });
    let settings = Settings { online_url: Some(url), online_attribution: Some("© Us".to_owned()), ..Settings::default() };
    let (tiles, wakes) = start(settings, dir.path());
    let key = TileKey { zoom: 3, x: 5, y: 2 };
    assert_eq!(read_one(&tiles, &wakes, key).map(|picture| picture.rgba[..4].to_vec()), Some(vec![90, 90, 90, 255]));
    assert_eq!(read_one(&tiles, &wakes, key), None);
    assert!(tiles.about().broken[0].1.contains("503"), "{:?}", tiles.about().broken);
    let listener = server.unwrap().join().unwrap();
    assert_eq!(read_one(&tiles, &wakes, key), None);
    assert!(listener.accept().is_err(), "it was asked again at once");
}
