//! `hook install`, `hook uninstall`, `hook status`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::app::say;
use crate::cli::{PlaceArguments, fault_of_flags};
use crate::error::Error;
use crate::hook::folder::{Folder, Owner};
use crate::hook::git::Git;
use crate::hook::install::{Done, Found};
use crate::hook::script::Script;
use crate::hook::{Kind, OTHERS, install, script, setting};
use crate::outcome::Outcome;
use crate::report::card::shell;

/// Puts hooks in place.
pub fn install(place: &PlaceArguments, mode: &str, flags: &[String]) -> Result<Outcome, Error> {
    let kinds = match kinds(place) {
        kinds if kinds.is_empty() => vec![Kind::PreCommit],
        kinds => kinds,
    };
    for kind in &kinds {
        if let Some(fault) = fault_of_flags(kind.as_str(), flags) {
            return Err(
                Error::usage(format!("{}: the hook could not run with these flags", kind.as_str()))
                    .cause(fault)
                    .hint(format!("`keytrail hook run {} --help` lists them", kind.as_str())),
            );
        }
    }
    let program = std::env::current_exe().map_err(|cause| {
        Error::usage("the path of keytrail is not known, and hooks need it")
            .cause(cause)
            .hint("call keytrail by its full path")
    })?;
    let told = match mode {
        "setting" => install_settings(place, &kinds, &program, flags)?,
        _ => install_files(place, &kinds, &program, flags)?,
    };
    say(&told)
}

fn install_settings(place: &PlaceArguments, kinds: &[Kind], program: &Path, flags: &[String]) -> Result<String, Error> {
    let (git, scope) = (git(place), scope(place));
    let mut told = String::new();
    for kind in kinds {
        let words = flags.iter().map(|flag| format!(" {}", shell::word(flag)));
        let program = shell::word(&program.to_string_lossy());
        let command = format!("{program} hook run {}{} --", kind.as_str(), words.collect::<String>());
        setting::set(&git, scope, *kind, &command)?;
        told += &line(*kind, "installed as a setting of git");
    }
    Ok(told)
}

fn install_files(place: &PlaceArguments, kinds: &[Kind], program: &Path, flags: &[String]) -> Result<String, Error> {
    let (folder, is_known) = match place.global {
        true => Folder::of_person()?,
        false => (own_folder(place)?, true),
    };
    let passes_on = folder.owner == Owner::Keytrail;
    let mut told = String::new();
    for kind in kinds {
        let script = Script {
            name: kind.as_str(),
            kind: Some(*kind),
            program,
            flags,
            passes_on,
        };
        let file = folder.file(*kind);
        let order = if kind.comes_first() { "after it" } else { "before it" };
        told += &line(
            *kind,
            &match install::install(&folder, &script)? {
                Done::Installed => format!("installed: {}", file.display()),
                Done::Chained => format!("installed: {}; the hook that was there runs {order}", file.display()),
                Done::Renewed => format!("renewed: {}", file.display()),
                Done::Unchanged => format!("installed already: {}", file.display()),
            },
        );
    }
    if passes_on {
        pass_on(&folder, program)?;
    }
    if !is_known {
        let path = folder.path.to_string_lossy().into_owned();
        Git::at(".").tell(&["config", "--global", "core.hooksPath", &path])?;
    }
    Ok(told)
}

/// Makes a script for each other hook: with `core.hooksPath` git would not run those of repositories any more.
fn pass_on(folder: &Folder, program: &Path) -> Result<(), Error> {
    for name in OTHERS.into_iter().chain(Kind::ALL.map(Kind::as_str)) {
        if install::look(&folder.path.join(name))? == Found::Nothing {
            let script = Script {
                name,
                kind: None,
                program,
                flags: &[],
                passes_on: true,
            };
            install::install(folder, &script)?;
        }
    }
    Ok(())
}

/// Takes keytrail's hooks away.
pub fn uninstall(place: &PlaceArguments) -> Result<Outcome, Error> {
    let kinds = match kinds(place) {
        kinds if kinds.is_empty() => Kind::ALL.to_vec(),
        kinds => kinds,
    };
    let folder = match place.global {
        true => folder(place)?,
        false => own_folder(place)?,
    };
    let mut told = String::new();
    for kind in &kinds {
        let file = folder.file(*kind);
        if scans(&file)? && install::uninstall(&file)? {
            told += &line(*kind, &format!("taken away: {}", file.display()));
        }
        if setting::unset(&git(place), scope(place), *kind)? {
            told += &line(*kind, "taken out of git's settings");
        }
    }
    if folder.owner == Owner::Keytrail && place.global {
        leave(&folder)?;
    }
    if told.is_empty() {
        told = "no hook of keytrail was there\n".to_owned();
    }
    say(&told)
}

/// Gives hooks back to the repositories, if no hook scans any more; else passes on what was taken away.
fn leave(folder: &Folder) -> Result<(), Error> {
    for kind in Kind::ALL {
        if scans(&folder.file(kind))? {
            let program = std::env::current_exe().unwrap_or_default();
            return pass_on(folder, &program);
        }
    }
    for name in OTHERS.into_iter().chain(Kind::ALL.map(Kind::as_str)) {
        install::uninstall(&folder.path.join(name))?;
    }
    let git = Git::at(".");
    if Folder::of_person()?.1 {
        git.tell(&["config", "--global", "--unset", "core.hooksPath"])?;
    }
    // What a person put there stays, and so does the folder.
    let _ = fs::remove_dir(&folder.path);
    Ok(())
}

/// Says what is in the place of each hook.
pub fn status(place: &PlaceArguments) -> Result<Outcome, Error> {
    let asked = kinds(place);
    let shown = match asked.is_empty() {
        true => Kind::ALL.to_vec(),
        false => asked.clone(),
    };
    let folder = folder(place)?;
    let mut told = String::new();
    let mut all_work = true;
    for kind in shown {
        let state = match setting::get(&git(place), scope(place), kind)? {
            Some(_) => State::Works("a setting of git".to_owned()),
            None => state(place, &folder, kind)?,
        };
        told += &match &state {
            State::Works(says) => line(kind, says),
            State::Missing(says) => line(kind, says),
            State::Broken(says) => line(kind, &format!("DOES NOT WORK: {says}")),
        };
        all_work &= match state {
            State::Works(_) => true,
            State::Missing(_) => asked.is_empty(),
            State::Broken(_) => false,
        };
    }
    say(&told)?;
    Ok(Outcome::of_hooks(all_work))
}

/// How it is with a hook, in words.
enum State {
    Works(String),
    Missing(String),
    Broken(String),
}

fn state(place: &PlaceArguments, folder: &Folder, kind: Kind) -> Result<State, Error> {
    let file = folder.file(kind);
    let shown = file.display();
    Ok(match install::look(&file)? {
        Found::Nothing => State::Missing("not installed".to_owned()),
        Found::Other => State::Missing(format!("another hook, without keytrail: {shown}")),
        Found::Ours { text, .. } if !script::scans(&text) => State::Missing("not installed".to_owned()),
        Found::Ours { .. } if !install::is_executable(&file) => State::Broken(format!("{shown} is not executable")),
        Found::Ours { text, keeps } => match script::program(&text).filter(|program| !is_there(program)) {
            Some(program) => State::Broken(format!(
                "{shown}: there is no {}, and no keytrail on PATH",
                program.display()
            )),
            None if keeps => State::Works(format!("{shown}, beside the hook that was there")),
            None => State::Works(shown.to_string()),
        },
        Found::Managed(manager) => {
            let told_by = manager.file(kind);
            let text = fs::read_to_string(place.repository.join(&told_by)).unwrap_or_default();
            match text.contains("keytrail") {
                true => State::Works(format!("run by {}: {told_by} names keytrail", manager.as_str())),
                false => State::Missing(format!("of {}, and {told_by} does not name keytrail", manager.as_str())),
            }
        }
    })
}

/// Whether a hook finds its program, where it was or on PATH.
fn is_there(program: &Path) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).any(|folder| install::is_executable(&folder.join("keytrail")));
    install::is_executable(program) || on_path
}

/// Whether a file is a script of ours that scans.
fn scans(file: &Path) -> Result<bool, Error> {
    Ok(match install::look(file)? {
        Found::Ours { text, .. } => script::scans(&text),
        _ => false,
    })
}

fn folder(place: &PlaceArguments) -> Result<Folder, Error> {
    match place.global {
        true => Ok(Folder::of_person()?.0),
        false => Folder::of_repository(&place.repository),
    }
}

/// The folder of the one repository that is meant.
fn own_folder(place: &PlaceArguments) -> Result<Folder, Error> {
    let folder = Folder::of_repository(&place.repository)?;
    match folder.owner {
        Owner::Repository | Owner::Team => Ok(folder),
        Owner::Person | Owner::Keytrail => Err(Error::usage(format!("{}: nothing was changed", folder.path.display()))
            .cause("core.hooksPath of your own settings sends the hooks of all repositories there")
            .hint("`--global` is about that folder, and so about all of them")),
    }
}

fn git(place: &PlaceArguments) -> Git {
    Git::at(match place.global {
        true => PathBuf::from("."),
        false => place.repository.clone(),
    })
}

fn scope(place: &PlaceArguments) -> &'static str {
    if place.global { "--global" } else { "--local" }
}

/// The hooks that are asked for, each once.
fn kinds(place: &PlaceArguments) -> Vec<Kind> {
    let is_asked = |kind: &Kind| place.kinds.iter().any(|name| name == kind.as_str());
    Kind::ALL.into_iter().filter(is_asked).collect()
}

fn line(kind: Kind, says: &str) -> String {
    format!("{:11}  {says}\n", kind.as_str())
}
