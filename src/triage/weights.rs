//! What each kind of file adds to a score, in 256ths of a natural logarithm. Written by `benches/train-score`.

/// By kind of file, then for a bare value and for one in quotes.
pub const KIND: [[i16; 2]; 10] = [
    [-60, 144],
    [303, 336],
    [55, 82],
    [144, 54],
    [204, 38],
    [128, 210],
    [52, 134],
    [185, 94],
    [-256, -256],
    [-1024, -1024],
];
