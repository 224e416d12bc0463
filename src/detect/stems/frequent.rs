//! Parts of literals that stand in many texts: letters of words, which follow each other far more often than any two letters do.
//!
//! Folded, in order. Each stood fifty times a megabyte or more in 25 MB drawn from sources of crates, of Node's and of twenty
//! repositories. What every literal of a kind must have (`pass`, `oken`) is not listed: there is no other way to find it.

use super::search::LONGEST;

/// Whether a part of a literal stands in many texts.
pub fn is_frequent(part: &[u8; LONGEST]) -> bool {
    FREQUENT.binary_search(part).is_ok()
}

#[rustfmt::skip]
const FREQUENT: [[u8; LONGEST]; 204] = [
    *b" add", *b" all", *b" aut", *b" cha", *b" com", *b" cre", *b" int", *b" key", *b" log", *b" on ", *b" pro",
    *b" rep", *b" sec", *b" sel", *b" set", *b" use", *b"----", *b".con", *b".new", *b"ace ", *b"add ", *b"ager",
    *b"ages", *b"age\x7f", *b"aint", *b"anag", *b"ansf", *b"apis", *b"arch", *b"aria", *b"arra", *b"ate ",
    *b"ate\x7f", *b"atio", *b"ator", *b"ault", *b"bitm", *b"cati", *b"chan", *b"char", *b"chin", *b"clea", *b"clie",
    *b"code", *b"comm", *b"conf", *b"conn", *b"cont", *b"crea", *b"cryp", *b"ctio", *b"ctor", *b"curi", *b"curl",
    *b"defa", *b"defi", *b"dele", *b"dent", *b"dire", *b"e in", *b"e us", *b"eapi", *b"eate", *b"ecti", *b"ecto",
    *b"ecur", *b"eden", *b"efau", *b"efin", *b"egis", *b"elec", *b"elet", *b"enco", *b"encr", *b"ent ", *b"enti",
    *b"entr", *b"ent\x7f", *b"epla", *b"eque", *b"er c", *b"erif", *b"erna", *b"ert ", *b"erve", *b"esou", *b"esta",
    *b"etwo", *b"exec", *b"faul", *b"file", *b"fine", *b"free", *b"get ", *b"gist", *b"hell", *b"icat", *b"ient",
    *b"ify ", *b"impo", *b"ine ", *b"info", *b"init", *b"inte", *b"ion ", *b"irec", *b"istr", *b"ity ", *b"iver",
    *b"key\"", *b"keys", *b"lace", *b"lear", *b"lect", *b"lete", *b"lica", *b"lien", *b"link", *b"lize", *b"load",
    *b"lock", *b"logg", *b"lter", *b"mana", *b"map\x7f", *b"mpor", *b"nage", *b"ncod", *b"ncry", *b"nect", *b"netw",
    *b"new ", *b"new(", *b"nnec", *b"ntry", *b"onne", *b"ontr", *b"open", *b"ord:", *b"ore ", *b"ort ", *b"osec",
    *b"ourc", *b"para", *b"plac", *b"plic", *b"port", *b"quot", *b"r co", *b"rans", *b"rato", *b"rce ", *b"reat",
    *b"rect", *b"redi", *b"regi", *b"repl", *b"reso", *b"rest", *b"rify", *b"rity", *b"role", *b"root", *b"rray",
    *b"rver", *b"rypt", *b"sage", *b"secu", *b"sele", *b"sert", *b"serv", *b"set ", *b"sign", *b"sour", *b"stat",
    *b"stor", *b"stra", *b"t in", *b"t re", *b"ter ", *b"text", *b"tial", *b"tion", *b"tool", *b"tore", *b"tory",
    *b"tran", *b"trib", *b"twor", *b"type", *b"ult ", *b"urce", *b"urit", *b"usag", *b"use ", *b"user", *b"ver ",
    *b"veri", *b"vert", *b"with", *b"word", *b"work", *b"\x7fadd", *b"\x7fcon",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::stems::search::fold;

    #[test]
    fn parts_are_folded_and_in_order() {
        assert!(FREQUENT.is_sorted());
        assert!(FREQUENT.iter().all(|part| part.map(fold) == *part));
    }
}
