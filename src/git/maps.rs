//! Maps of ids and names, of which a history has very many: hashed quickly, with a seed of the process.
//!
//! The seed keeps a stranger from choosing names that all fall together. Nothing may depend on their order.

use foldhash::fast::RandomState;

pub type Map<K, V> = std::collections::HashMap<K, V, RandomState>;
pub type Set<K> = std::collections::HashSet<K, RandomState>;
