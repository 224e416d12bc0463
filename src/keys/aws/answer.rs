//! What AWS answers: a small tree of elements, read from XML by a well-kept parser.
//!
//! An answer may come from anybody who sits on the wire. The parser resolves no entities of a document's own,
//! refuses document types, and bounds depth and number of nodes; the transport bounds the size.

use roxmltree::{Document, Node, ParsingOptions};

/// An element: its name, its own text, its children.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

/// More nodes than this no answer has: a page is a hundred users.
const MOST_NODES: u32 = 200_000;
const MOST_DEPTH: usize = 64;

impl Element {
    /// Reads a document; `None` if it is not XML as AWS writes it.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let options = ParsingOptions {
            allow_dtd: false,
            nodes_limit: MOST_NODES,
            ..ParsingOptions::default()
        };
        let document = Document::parse_with_options(text, options).ok()?;
        Self::of(document.root_element(), 0)
    }

    fn of(node: Node<'_, '_>, depth: usize) -> Option<Self> {
        if depth > MOST_DEPTH {
            return None;
        }
        let children = node.children().filter(Node::is_element);
        Some(Self {
            name: node.tag_name().name().to_owned(),
            text: node.text().unwrap_or_default().trim().to_owned(),
            children: children
                .map(|child| Self::of(child, depth + 1))
                .collect::<Option<_>>()?,
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first child with this name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The first element with this name, however deep.
    pub fn find(&self, name: &str) -> Option<&Element> {
        if self.name == name {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(name))
    }

    /// The text of a child, if it says something.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.child(name)
            .map(|child| child.text.as_str())
            .filter(|text| !text.is_empty())
    }

    /// The items of a list: children called `member` or `entry`.
    pub fn items(&self, list: &str) -> impl Iterator<Item = &Element> {
        let items = self.child(list).map_or(&[][..], |list| &list.children);
        items
            .iter()
            .filter(|item| matches!(item.name.as_str(), "member" | "entry"))
    }
}

/// A time as IAM writes it, in Unix seconds.
pub fn time(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(|time| time.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read() {
        let xml = br#"<ListUsersResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListUsersResult>
            <IsTruncated>true</IsTruncated><Users><member><UserName> a </UserName></member><member/></Users>
            </ListUsersResult></ListUsersResponse>"#;
        let answer = Element::parse(xml).unwrap();
        let result = answer.child("ListUsersResult").unwrap();
        assert_eq!(result.text("IsTruncated"), Some("true"));
        let names: Vec<_> = result.items("Users").map(|user| user.text("UserName")).collect();
        assert_eq!(names, [Some("a"), None]);
    }

    #[test]
    fn hostile_documents_are_refused() {
        let bomb = br#"<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>"#;
        assert_eq!(Element::parse(bomb), None);
        assert_eq!(Element::parse(b"<html><br></html>"), None);
        assert_eq!(Element::parse(b"\xff<a/>"), None);
        assert_eq!(Element::parse("<a>".repeat(100_000).as_bytes()), None);
        let deep = "<a>".repeat(100) + &"</a>".repeat(100);
        assert_eq!(Element::parse(deep.as_bytes()), None);
    }

    #[test]
    fn times_come_with_and_without_fractions() {
        assert_eq!(time("2026-09-11T13:14:52Z"), time("2026-09-11T13:14:52.123456Z"));
        assert_eq!(time("2026-09-11T13:14:52+00:00"), time("2026-09-11T13:14:52Z"));
        assert_eq!(time("N/A"), None);
    }
}
