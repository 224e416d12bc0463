//! What each kind of file adds to a score, in 256ths of a natural logarithm. Written by `benches/train-score`.

/// By kind of file, then for a bare value and for one in quotes.
pub const KIND: [[i16; 2]; 10] = [
    [-82, 114],
    [254, 464],
    [46, 152],
    [131, 30],
    [200, 75],
    [119, 205],
    [45, 103],
    [156, 90],
    [-384, -384],
    [-1280, -1280],
];
