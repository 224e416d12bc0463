use super::*;
pub fn render(_: &Report, _: &RenderOptions) -> Vec<u8> {
    Vec::new()
}
