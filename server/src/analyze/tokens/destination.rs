//! Where the tokens go: a file that appears when it is whole.
use super::{csv, parquet};
use crate::analyze::stop::Stop;
use completions::Columns;
use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    path::PathBuf,
};

/// What `--tokens` asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted {
    parquet: bool,
    path: PathBuf,
}

impl Wanted {
    /// From the two values of the argument; an error is a wrong argument.
    pub fn new(values: &[OsString]) -> Result<Self, String> {
        let [format, path] = values else {
            return Err("--tokens needs a format and a path".to_owned());
        };
        let parquet = match format.to_str() {
            Some("csv") => false,
            Some("parquet") => true,
            _ => {
                return Err(format!(
                    "--tokens writes csv or parquet, not {}",
                    format.display()
                ));
            }
        };
        Ok(Self {
            parquet,
            path: path.into(),
        })
    }
}

/// An open file.
#[derive(Debug)]
pub struct Destination {
    parquet: bool,
    path: PathBuf,
    file: File,
    /// The name of a file that is not whole yet; none for a pipe or a device, which is written to as it is.
    part: Option<PathBuf>,
}

impl Destination {
    /// Opens it.
    pub fn open(wanted: &Wanted) -> io::Result<Self> {
        let path = wanted.path.clone();
        let special = fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file());
        let (file, part) = if special {
            (File::options().write(true).open(&path)?, None)
        } else {
            let mut name = path.clone().into_os_string();
            name.push(".part");
            (File::create(&name)?, Some(name.into()))
        };
        Ok(Self {
            parquet: wanted.parquet,
            path,
            file,
            part,
        })
    }

    /// Writes all tokens, and gives the file its name.
    pub fn write(mut self, runs: &[Columns], stop: &Stop) -> io::Result<()> {
        let mut out = BufWriter::new(stop.guard(&self.file));
        if self.parquet {
            parquet::write(runs, &mut out)?;
        } else {
            csv::write(runs, &mut out)?;
        }
        out.flush()?;
        drop(out);
        match self.part.take() {
            Some(part) => fs::rename(part, &self.path),
            None => Ok(()),
        }
    }
}

/// What is not whole does not stay.
impl Drop for Destination {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            let _ = fs::remove_file(part);
        }
    }
}
