//! Where blocks and attributes are written.

use foreshock_text::{FilePath, Place, Span};

/// Where a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockPlace {
    /// The file.
    pub file: FilePath,
    /// Type and labels: what a diagnostic underlines.
    pub header: Span,
    /// All of it.
    pub span: Span,
    /// Between the braces.
    pub body: Span,
}

impl BlockPlace {
    /// The header as a place.
    pub fn header_place(&self) -> Place {
        Place::new(self.file.clone(), self.header)
    }
}

/// Where an attribute is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributePlace {
    /// The file.
    pub file: FilePath,
    /// Its name.
    pub name: Span,
    /// Its value.
    pub value: Span,
}

impl AttributePlace {
    /// Name and value as one place.
    pub fn place(&self) -> Place {
        Place::new(self.file.clone(), self.name.cover(self.value))
    }
}
